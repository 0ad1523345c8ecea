"""kill -9 of the portal while units confirm, again and again, on both kinds of database (fault F13).

``FAULT_REPEATS`` says how many repeats each batch has.
"""

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock
from typing import Any

import pytest

from lotrinh.cli.up.processes import free_port
from lotrinh.core.status.journal import Entry
from lotrinh.store import Store, open_store
from tests.conftest import TOP
from tests.faults.portals import CAMPAIGN, NOW, OTHER, OWN, STEP, settings_of
from tests.quick import FULL

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked from a loaded one")
REPEATS = int(os.environ.get("FAULT_REPEATS", "50" if FULL else "10"))
BATCHES = (1, 2)
CLIENTS, MOST = 4, 12
"""Who confirm side by side, and how many confirmations a portal lives to acknowledge at most before it is killed."""
REFUSED = (ConnectionError, http.client.HTTPException, TimeoutError, json.JSONDecodeError)

NURSERY = """
import asyncio, os, signal, socket, sys
from pathlib import Path
import uvicorn
import lotrinh.portal.state as state
from lotrinh.portal.app import create_app
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.store import open_store
from tests.faults.portals import CAMPAIGN, NOW, settings_of

settings = settings_of(Path(sys.argv[1]), sys.argv[2])
campaign = open_campaign_of_files(settings, CAMPAIGN)
state.open_campaign = lambda *_, **__: campaign  # reading the checklist anew for each portal would only cost time
store = open_store(settings.database_url)
app = create_app(settings, store, clock=lambda: NOW)
async def asked():
    await app({"type": "http", "method": "GET", "path": "/healthz", "headers": [], "query_string": b""}, None, answer)

async def answer(message):
    assert message.get("status", 200) == 200, message

asyncio.run(asked())  # what is built at the first request
store.close()  # each portal has connections of its own
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for _ in sys.stdin:
    if os.fork():
        continue
    listening = socket.socket(proto=socket.IPPROTO_TCP)  # named, or asyncio leaves Nagle's delay on
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    print(os.getpid(), listening.getsockname()[1], flush=True)
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
    server.run(sockets=[listening])
    os._exit(0)
"""
"""A process that has loaded everything and forks a fresh portal for each line it reads."""


@dataclass
class Said:
    """What units sent: the receipts they got, and what they never got an answer to."""

    receipts: dict[str, dict[str, Any]] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    lock: Lock = field(default_factory=Lock)


class Unit:
    """A unit's own program, which confirms with its code over one connection."""

    def __init__(self, port: int, codes: dict[str, str]) -> None:
        self.connection, self.codes = http.client.HTTPConnection("127.0.0.1", port, timeout=20), codes

    def confirm(self, key: str) -> dict[str, Any]:
        """Confirm, and return the receipt; the key also says whose it is and stands in the body."""
        unit = key.partition("-")[0]
        body = {"step": STEP, "completed_on": "2026-01-29", "document": {"number": key}}
        headers = {"Authorization": f"Bearer {self.codes[unit]}", "Idempotency-Key": key}
        path = f"/api/v1/campaigns/{CAMPAIGN}/units/{unit}/confirmations"
        self.connection.request("POST", path, json.dumps(body), headers | {"Content-Type": "application/json"})
        answer = self.connection.getresponse()
        read = json.loads(answer.read())
        assert answer.status == 201, read
        receipt: dict[str, Any] = read
        return receipt


@contextmanager
def nursery(folder: Path, url: str) -> Iterator[Callable[[], tuple[int, int]]]:
    process = subprocess.Popen(
        [sys.executable, "-c", NURSERY, str(folder), url],
        cwd=TOP,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    assert process.stdout

    def portal() -> tuple[int, int]:
        assert process.stdin
        assert process.stdout
        process.stdin.write("one\n")
        process.stdin.flush()
        pid, port = process.stdout.readline().split()
        return int(pid), int(port)

    try:
        yield portal
    finally:
        process.stdin.close()
        process.wait(60)
        process.stdout.close()


def talk(port: int, codes: dict[str, str], names: Iterator[str], said: Said, enough: Event, most: int) -> None:
    """Confirm with one key after another until nobody answers any more."""
    unit = Unit(port, codes)
    try:
        while True:
            with said.lock:
                key = next(names)
                said.doubtful.add(key)
            receipt = unit.confirm(key)
            with said.lock:
                said.doubtful.remove(key)
                said.receipts[key] = receipt
                most_reached = len(said.receipts) >= most
            if most_reached:
                enough.set()
    except REFUSED:
        unit.connection.close()


def killed_while_they_talk(portal: tuple[int, int], codes: dict[str, str], seed: str) -> Said:
    pid, port = portal
    chance, said, enough = random.Random(seed), Said(), Event()
    names = (f"{(OWN, OTHER)[n % 2]}-{seed}-{n}" for n in range(10_000))
    most = chance.randint(1, MOST)
    with ThreadPoolExecutor(CLIENTS) as pool:
        ends = [pool.submit(talk, port, codes, names, said, enough, most) for _ in range(CLIENTS)]
        reached = enough.wait(30)
        time.sleep(chance.uniform(0, 0.02))
        os.kill(pid, signal.SIGKILL)
        for end in ends:
            end.result()
    assert reached
    return said


def stand(store: Store, receipts: dict[str, dict[str, Any]], after: int = 0) -> dict[str, Entry]:
    """Require that every receipt's entry is in the journal, once, and return the entries by key."""
    entries = [entry for entry in store.journal.entries(after=after) if entry.new.key]
    by_key = {entry.new.key.rpartition("/")[2]: entry for entry in entries}
    assert len(by_key) == len(entries)
    for key, receipt in receipts.items():
        assert by_key[key].hash == receipt["hash"]
        assert receipt["reference"] == f"{receipt['unit']}-{by_key[key].number}"
        assert by_key[key].new.body["document"]["number"] == key
    return by_key


@pytest.mark.timeout(60 + 3 * REPEATS)
@pytest.mark.parametrize("batch", BATCHES)
def test_whatever_was_acknowledged_before_a_kill_is_there_after_it_and_repeating_gives_the_same_receipt(
    tmp_path: Path, database: str, batch: int
) -> None:
    receipts: dict[str, dict[str, Any]] = {}
    cut_off, last = 0, 0
    with open_store(database) as store, nursery(tmp_path, database) as new:
        codes = store.access.issue([OWN, OTHER], NOW)
        portal = new()
        for number in range(REPEATS):
            said = killed_while_they_talk(portal, codes, f"{batch}.{number}")
            found = stand(store, said.receipts, last)
            receipts |= said.receipts
            portal = new()
            unit = Unit(portal[1], codes)
            known = random.Random(number).choice(sorted(receipts))
            assert unit.confirm(known) == receipts[known]
            for key in sorted(said.doubtful):
                receipts[key] = unit.confirm(key)
                assert key not in found or found[key].hash == receipts[key]["hash"]
            unit.connection.close()
            cut_off += len(said.doubtful)
            last = max(entry.number for entry in stand(store, {}, last).values())
        os.kill(portal[0], signal.SIGKILL)
        assert len(stand(store, receipts)) == len(receipts)
        assert (
            store.journal.verify(receipts[max(receipts, key=lambda key: int(receipts[key]["reference"][6:]))]["hash"])
            is None
        )
    assert cut_off >= REPEATS  # every kill met confirmations under way


@contextmanager
def command(folder: Path, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the portal as an office does, and wait until it answers."""
    arguments = ["-m", "lotrinh", "portal", "--settings", str(folder / "settings.toml"), "--port", str(port)]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LOTRINH_", "PREFECT_"))}
    process = subprocess.Popen([sys.executable, *arguments], cwd=TOP, env=kept, stdout=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with ExitStack() as tried:
                try:
                    tried.enter_context(socket.create_connection(("127.0.0.1", port), 1))
                    break
                except OSError:
                    assert process.poll() is None
                    time.sleep(0.05)
        yield process
    finally:
        process.kill()
        process.wait(60)


def test_the_portal_that_an_office_starts_loses_nothing_when_it_is_killed(tmp_path: Path, database: str) -> None:
    settings = settings_of(tmp_path, database)
    written = f'data_dir = "."\n[database]\nurl = "{settings.database_url}"\n[[campaigns]]\nid = "{CAMPAIGN}"\n'
    (tmp_path / "settings.toml").write_text(written, encoding="utf-8")
    with open_store(database) as store:
        codes = store.access.issue([OWN, OTHER], NOW)
        port = free_port()
        with command(tmp_path, port) as process:
            said = killed_while_they_talk((process.pid, port), codes, "office")
        stand(store, said.receipts)
        with command(tmp_path, port):
            unit = Unit(port, codes)
            assert all(unit.confirm(key) == receipt for key, receipt in said.receipts.items())
            later = {key: unit.confirm(key) for key in sorted(said.doubtful)}
            unit.connection.close()
        stand(store, {**said.receipts, **later})
        assert store.journal.verify() is None
