"""A unit confirms and withdraws while the office accepts and returns: one linear history (fault F18).

``FAULT_STATEMENTS`` says how many statements each of the eight workers makes; the full measure is 500.
"""

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from lotrinh.core.status.journal import Entry, EntryKind, StepRecord, replay
from lotrinh.core.status.transitions import refusal_reason
from lotrinh.store import open_store
from tests.conftest import TOP
from tests.faults.portals import CAMPAIGN, OWN, STEP

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked from a loaded one")
WORKERS, EACH = 8, int(os.environ.get("FAULT_STATEMENTS", "25"))
PROCESSES = """
import json, os, random, sys
from datetime import date
from pathlib import Path
from lotrinh.core.status.journal import StepRecord, replay
from lotrinh.errors import ChangedMeanwhile, Conflict
from lotrinh.i18n import say
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.statements.confirm import Confirmation, record_confirmation, withdraw
from lotrinh.services.statements.review import accept, give_back
from lotrinh.services.statements.journal_writer import StatementRequest
from lotrinh.store import open_store
from tests.faults.portals import CAMPAIGN, NOW, OWN, STEP, settings_of

folder, url, count, each = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
settings = settings_of(folder, url)
campaign = open_campaign_of_files(settings, CAMPAIGN)
unit = campaign.by_code[OWN]

def speak(store, worker, chance, seen, key):
    actor = f"officer:{worker}" if worker % 2 else f"unit:{OWN}"
    request = StatementRequest(campaign, unit, STEP, actor, key, NOW, seen)
    if worker % 2:
        return give_back(store, request, "Thiếu dấu") if chance.random() < 0.7 else accept(store, request)
    if chance.random() < 0.3:
        return withdraw(store, request, "Ghi nhầm")
    told = Confirmation(STEP, date(2026, 1, 29), f"{key}/QĐ")
    return record_confirmation(store, campaign, unit, told, actor=actor, key=key, now=NOW, expected_version=seen)

def work(store, worker):
    chance, record = random.Random(worker), StepRecord()
    for n in range(each):
        for entry in store.journal.entries(CAMPAIGN, OWN, after=record.number):
            replay(record, entry)
        end = {"saw": record.number}
        try:
            made = speak(store, worker, chance, record.number, f"{worker}-{n}")
            end |= {"wrote": made.number, "hash": made.hash}
        except ChangedMeanwhile as late:
            end |= {"last": late.last.number, "told": say(late.sentence)}
        except Conflict as refused:
            end |= {"refused": say(refused.sentence)}
        yield end

ready, go = os.pipe()
for worker in range(count):
    if os.fork() == 0:
        with open_store(settings.database_url) as store:
            os.read(ready, 1)
            (folder / f"{worker}.json").write_text(json.dumps(list(work(store, worker))))
        os._exit(0)
os.write(go, b"." * count)
sys.exit(max(os.waitstatus_to_exitcode(os.wait()[1]) for _ in range(count)))
"""
"""Eight processes, forked from one that has loaded everything."""


def workers(folder: Path, url: str) -> list[dict[str, Any]]:
    """Let eight processes speak about one step at once; return how each statement ended."""
    arguments = [str(folder), url, str(WORKERS), str(EACH)]
    subprocess.run([sys.executable, "-c", PROCESSES, *arguments], cwd=TOP, timeout=100 + EACH, check=True)
    return [end for n in range(WORKERS) for end in json.loads((folder / f"{n}.json").read_text())]


def require_lawful(history: list[Entry]) -> None:
    """Require that each entry was allowed by what stood before it."""
    record = StepRecord()
    for entry in history:
        assert refusal_reason(record, entry.new.kind) is None
        replay(record, entry)


@pytest.mark.timeout(120 + EACH)
def test_eight_workers_on_one_step_leave_a_linear_history_and_the_losers_know_who_did_what(
    tmp_path: Path, database: str
) -> None:
    with open_store(database) as store:
        ends = workers(tmp_path, database)
        history = list(store.journal.entries(CAMPAIGN, OWN))
        assert store.journal.verify() is None
    assert len(ends) == WORKERS * EACH
    require_lawful(history)
    assert [e.number for e in history] == list(range(1, len(history) + 1))

    wrote = sorted((end for end in ends if "wrote" in end), key=lambda end: int(end["wrote"]))
    assert [(end["wrote"], end["hash"]) for end in wrote] == [(e.number, e.hash) for e in history]
    # Nobody wrote over what they had not seen: each entry's author had seen the one before it.
    assert [end["saw"] for end in wrote] == [0, *(before.number for before, _ in pairwise(history))]

    late = [end for end in ends if "told" in end]
    assert late
    for end in late:
        first, who = history[end["last"] - 1], "Xã Liên Sơn"
        if first.new.actor.startswith("officer:"):
            who = f"Văn phòng tỉnh ({first.new.actor.removeprefix('officer:')})"
        assert end["last"] > end["saw"]
        assert f"lúc 08:00 03/02/2026, {who} đã " in end["told"]
    # Which of the others win is chance; that more than one kind does is not.
    kinds = {entry.new.kind for entry in history}
    assert EntryKind.CONFIRMED in kinds
    assert len(kinds) > 1
    assert {entry.new.step for entry in history} == {STEP}
