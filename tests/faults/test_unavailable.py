"""The database or its disk fails while somebody confirms: nothing is claimed, nothing typed is lost (fault F16)."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from lotrinh.core.status.journal import EntryKind
from lotrinh.store.engine import writing
from tests.conftest import TOP
from tests.faults.conftest import address_of, start_postgres
from tests.faults.portals import (
    CAMPAIGN,
    HOME,
    NOW,
    OWN,
    PDF,
    STEP,
    FormFields,
    Person,
    Portal,
    open_portal,
    receipt_of,
)

NOTE = "Đã họp với 12 trưởng thôn"
NOBODY = 65534
SERVED = """
import signal, sys
from pathlib import Path
import uvicorn
from lotrinh.portal.app import create_app
from lotrinh.store import open_store
from tests.faults.portals import NOW, settings_of
settings = settings_of(Path(sys.argv[1]))
with open_store(settings.database_url) as store:
    server = uvicorn.Server(uvicorn.Config(create_app(settings, store, clock=lambda: NOW), port=0, lifespan="off"))
    config = server.config
    config.load()
    listening = config.bind_socket()
    print(listening.getsockname()[1], flush=True)
    server.run(sockets=[listening])
"""


def require_lost(answer: httpx.Response, *typed: str) -> dict[str, str]:
    """Require that a page says that nothing was recorded and keeps what was typed; return what its form holds."""
    assert answer.status_code == 503, (answer.status_code, answer.text[-900:])
    assert "hưa ghi nhận" in answer.text
    assert "Đã ghi nhận" not in answer.text
    assert "sqlite" not in answer.text.lower()
    for words in typed:
        assert words in answer.text
    return FormFields(answer.text).fields


def require_recovered(person: Person, held: dict[str, str]) -> None:
    """Send again what the page of the failure held, step by step, until there is a receipt."""
    answer = person.confirm(held)
    assert receipt_of(answer)
    assert "Đã ghi nhận" in person.get(answer.headers["location"]).text


def filled_in(person: Person) -> dict[str, str]:
    return person.check(completed_on="2/2/2026", note=NOTE, **{"document.number": "12/QĐ-UBND"})


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lotrinh.store.engine.BUSY_SECONDS", 1)


@pytest.mark.usefixtures("impatient")
def test_a_database_that_another_keeps_locked_can_be_read_but_nothing_is_recorded(any_portal: Portal) -> None:
    person = any_portal.person()
    fields = filled_in(person)
    any_portal.clock[0] = NOW + timedelta(minutes=10)  # a page would now note that the session was used
    with writing(any_portal.store.engine, chain=True) as connection:
        connection.execute(text("UPDATE throttle SET failures = 1"))
        held = require_lost(person.confirm(fields), NOTE)
        assert person.get(HOME).status_code == 200
        assert any_portal.store.journal.entries() == ()
    require_recovered(person, held)


def test_pages_do_not_wait_for_a_writer_however_many_want_to_write(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lotrinh.store.engine.BUSY_SECONDS", 5)
    person, reader = portal.person(), portal.person("unit:04924")
    fields = filled_in(person)
    with closing(sqlite3.connect(portal.settings.data_dir / "lotrinh.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with ThreadPoolExecutor(25) as clicks:
            waiting = [clicks.submit(person.confirm, fields | {"key": f"k{n}"}) for n in range(25)]
            pool: Any = portal.store.engine.pool
            while pool.checkedout() < 15:  # what SQLAlchemy allows where nobody says otherwise
                time.sleep(0.01)
            page = reader.get(f"/campaigns/{CAMPAIGN}/units/04924")
            assert page.status_code == 200
            assert not any(end.done() for end in waiting)
            for end in waiting:
                require_lost(end.result(), NOTE)
        other.execute("ROLLBACK")
    assert portal.store.journal.entries() == ()


@contextmanager
def unprivileged() -> Iterator[None]:
    """Be nobody in particular: to the superuser no file is read-only."""
    if os.geteuid():
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no read-only folders")
def test_a_folder_that_has_become_read_only_refuses_and_recovers() -> None:
    with tempfile.TemporaryDirectory() as name, open_portal(Path(name)) as portal:
        folder = Path(name)
        person = portal.person()
        fields = filled_in(person)
        portal.store.close()
        for part in (folder, *folder.iterdir()):
            part.chmod(0o555 if part.is_dir() else 0o444)
        with unprivileged():
            held = require_lost(person.confirm(fields), NOTE)
        portal.store.close()
        for part in (folder, *folder.iterdir()):
            part.chmod(0o755 if part.is_dir() else 0o644)
        require_recovered(person, held)


def test_a_damaged_page_of_the_database_is_said_and_what_is_mended_is_used_again(portal: Portal) -> None:
    person = portal.person()
    receipt_of(person.confirm(filled_in(person)))
    fields = person.check(note=NOTE, completed_on="1/2/2026", **{"document.number": "13/QĐ-UBND"})
    path = portal.settings.data_dir / "lotrinh.db"
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'journal'").fetchone()
        (size,) = raw.execute("PRAGMA page_size").fetchone()
    portal.store.close()
    whole = path.read_bytes()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    held = require_lost(person.confirm(fields), NOTE)
    require_lost(person.get(f"/receipts/{OWN}-1"))
    portal.store.close()
    path.write_bytes(whole)
    require_recovered(person, held)
    assert [e.new.kind for e in portal.store.journal.entries()] == [EntryKind.CONFIRMED] * 2


def test_a_database_server_that_is_gone_is_said_on_every_page_and_is_used_again_when_it_is_back(tmp_path: Path) -> None:
    folder = tempfile.mkdtemp(prefix="lotrinh-pg-")
    server = start_postgres(folder)
    with open_portal(tmp_path, address_of(server)) as portal:
        person, nobody = portal.person(), portal.client(headers={"Origin": portal.url})
        fields = filled_in(person)
        server.stop()
        held = require_lost(person.confirm(fields), NOTE)
        assert folder not in require_lost(person.get(HOME)).values()
        assert folder not in person.get(HOME).text
        assert nobody.get("/sign-in").status_code == 200
        guess = nobody.post("/sign-in", data={"name": OWN, "secret": "K7QM-2XRT-9HWP"})
        require_lost(guess)
        assert "K7QM" not in guess.text
        program = nobody.get(f"/api/v1/campaigns/{CAMPAIGN}/units/{OWN}/status")
        assert (program.status_code, program.headers["content-type"]) == (503, "application/problem+json")
        assert int(program.headers["retry-after"]) > 0
        assert folder not in program.text
        server.start()
        require_recovered(person, held)
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def test_a_file_that_cannot_be_stored_is_not_claimed_and_can_be_sent_again(portal: Portal) -> None:
    person = portal.person()
    path, place = f"{HOME}/steps/{STEP}/confirm", portal.settings.data_dir / "files"
    place.write_text("in the way of the folder")
    form = person.form(path) | {"completed_on": "2/2/2026", "document.number": "12/QĐ-UBND", "note": NOTE}
    held = require_lost(person.send(path, form, files={"file": ("qd.pdf", PDF, "application/pdf")}), NOTE)
    place.unlink()
    checked = person.send(path, held, files={"file": ("qd.pdf", PDF, "application/pdf")})
    require_recovered(person, FormFields(checked.text).fields)
    (entry,) = portal.store.journal.entries()
    assert entry.new.body["file"]["name"] == "qd.pdf"


@contextmanager
def in_a_process(portal: Portal) -> Iterator[tuple[Person, int]]:
    """Serve the same record from a process of its own, whose limits can be set."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVED, str(portal.settings.data_dir)],
        cwd=TOP,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout
    port = int(process.stdout.readline())
    known = portal.person()
    client = portal.client(known.client.cookies, {"Origin": f"http://127.0.0.1:{port}"})
    client.base_url = httpx.URL(f"http://127.0.0.1:{port}")
    try:
        yield Person(client, known.account), process.pid
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(60)
        process.stdout.close()


@pytest.mark.skipif(sys.platform != "linux", reason="another process's limits can be set on Linux only")
@pytest.mark.parametrize("size", [0, 50_000, 3_000_000])
def test_a_full_disk_is_said_and_nothing_half_is_kept_and_space_is_used_again(portal: Portal, size: int) -> None:
    import resource

    files = {"file": ("qd.pdf", PDF.ljust(size, b"."), "application/pdf")} if size else None
    path = f"{HOME}/steps/{STEP}/confirm"
    with in_a_process(portal) as (person, pid):
        fields = filled_in(person)
        form = person.form(path) | {"completed_on": "2/2/2026", "document.number": "12/QĐ-UBND", "note": NOTE}
        before = resource.prlimit(pid, resource.RLIMIT_FSIZE, (20_000, -1))
        answer = person.send(path, form, files=files) if files else person.confirm(fields)
        if size > 1_000_000:  # even to receive it there is no room: the form is where the browser's "back" leads
            assert "quay lại trang trước" in answer.text
            require_lost(answer)
            held = form
        else:
            held = require_lost(answer, NOTE)
        assert portal.store.journal.entries() == ()
        left = [part for part in (portal.settings.data_dir / "files").rglob("*") if part.is_file()]
        assert left == []
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
        if files:
            held = FormFields(person.send(path, held, files=files).text).fields
        require_recovered(person, held)
