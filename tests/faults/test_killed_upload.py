"""kill -9 at each write of a confirmation with a file: never an entry without its file, never a file for ever (F13)."""

import hashlib
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from lotrinh.services.statements.uploads import delete_unused_uploads, upload_path
from lotrinh.store import open_store
from tests.conftest import TOP
from tests.faults.portals import NOW

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked from a loaded one")
WRITES = 4
"""The register, the bytes, their name, the entry: at least."""
CONFIRMED = """
import os, signal, sys
from datetime import date
from pathlib import Path
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.statements.confirm import Confirmation, record_confirmation
from lotrinh.services.statements.uploads import accept_upload, file_reference
from lotrinh.store import open_store
from tests.faults.portals import CAMPAIGN, NOW, OWN, PDF, STEP, settings_of

settings, url, before = settings_of(Path(sys.argv[1])), sys.argv[2], sys.argv[3] == "before"
campaign = open_campaign_of_files(settings, CAMPAIGN)
left = 0

def dying(write):
    def written(*given):
        global left
        left -= 1
        if left == 0 and before:
            os.kill(os.getpid(), signal.SIGKILL)
        made = write(*given)
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return made
    return written

def confirmed(key):
    with open_store(url) as store:
        store.engine.dialect.do_commit = dying(store.engine.dialect.do_commit)
        os.fsync, Path.replace = dying(os.fsync), dying(Path.replace)
        file = accept_upload(store, settings.data_dir, OWN, "qd.pdf", PDF, NOW)
        said = Confirmation(STEP, date(2026, 1, 29), key, file=file_reference(file))
        record_confirmation(store, campaign, campaign.by_code[OWN], said, actor=f"unit:{OWN}", key=key, now=NOW)

ended = signal.SIGKILL
while ended == signal.SIGKILL:
    left += 1
    if os.fork() == 0:
        confirmed(f"{left}")
        os._exit(0)
    ended = os.wait()[1]
print(left)
sys.exit(ended)
"""
"""Confirms in a process that dies at its first write, in one that dies at its second, until one lives."""


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_any_write_of_a_confirmation_neither_entry_nor_file_stands_alone(
    tmp_path: Path, database: str, when: str
) -> None:
    arguments = [sys.executable, "-c", CONFIRMED, str(tmp_path), database, when]
    with open_store(database) as store:
        ran = subprocess.run(arguments, cwd=TOP, timeout=100, check=True, capture_output=True, text=True)
        assert int(ran.stdout) > WRITES
        registered = len(store.files.list_unreferenced(NOW + timedelta(days=1)))
        assert registered  # what the killed ones left
        delete_unused_uploads(store, tmp_path, NOW + timedelta(days=2))
        told = [entry.new.body["file"] for entry in store.journal.entries()]
        assert told
        for file in told:
            assert hashlib.sha256(upload_path(tmp_path, file["id"]).read_bytes()).hexdigest() == file["sha256"]
        lying = {part.name for part in (tmp_path / "files").rglob("*") if part.is_file()}
        assert lying == {file["id"] for file in told}
        assert store.journal.verify() is None
