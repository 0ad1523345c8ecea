"""Sample data: the same every time, labelled in every entry, and nothing that a unit could not have said."""

import subprocess
import sys
from collections import Counter
from datetime import datetime
from itertools import pairwise

import pytest

from lotrinh.core.status.actors import SAMPLE
from lotrinh.core.status.journal import EntryKind, NewEntry, canonical_json, fold
from lotrinh.core.status.status import Status
from lotrinh.services.campaigns.campaigns import Campaign, open_campaign_of_files
from lotrinh.services.statements.confirm import Confirmation, confirmation_problems
from lotrinh.services.statements.sample import sample_entries
from lotrinh.settings.models import Settings
from lotrinh.store import Store
from tests.conftest import TOP
from tests.services.builders import ZONE, report

AS_OF = datetime(2026, 2, 3, 8, tzinfo=ZONE)
AGAIN = """
import hashlib, sys
from datetime import datetime
from lotrinh.core.status.journal import canonical_json
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.statements.sample import sample_entries
from lotrinh.settings.models import Settings
made = sample_entries(open_campaign_of_files(Settings(), "bau-cu-2026"), datetime.fromisoformat(sys.argv[1]))
print(hashlib.sha256("".join(map(canonical_json, made)).encode()).hexdigest())
"""


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return open_campaign_of_files(Settings(), "bau-cu-2026")


@pytest.fixture(scope="module")
def made(campaign: Campaign) -> list[NewEntry]:
    return sample_entries(campaign, AS_OF)


def test_every_entry_is_labelled_and_names_no_real_person(made: list[NewEntry]) -> None:
    assert len(made) > 148
    assert {(bool(e.body["sample"]), e.actor) for e in made} == {(True, SAMPLE)}
    assert all("mẫu" in e.body["note"].lower() for e in made if e.body.get("note"))
    assert all("Mẫu" in e.body["document"]["number"] for e in made if e.body.get("document"))


def test_another_process_makes_the_same_entries(made: list[NewEntry]) -> None:
    import hashlib

    done = subprocess.run(
        [sys.executable, "-c", AGAIN, AS_OF.isoformat()], cwd=TOP, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == hashlib.sha256("".join(map(canonical_json, made)).encode()).hexdigest()


def test_entries_come_in_the_order_of_time_and_none_is_of_the_future(made: list[NewEntry]) -> None:
    assert all(a.at <= b.at for a, b in pairwise(made))
    assert made[-1].at <= AS_OF
    assert all(
        e.body["completed_on"] <= e.at.astimezone(ZONE).date().isoformat()
        for e in made
        if e.kind is EntryKind.CONFIRMED
    )


def test_every_sample_confirmation_would_have_been_accepted(campaign: Campaign, made: list[NewEntry]) -> None:
    for entry in made:
        if entry.kind is EntryKind.OBSTACLE:
            continue
        body, step = entry.body, campaign.checklist.steps[entry.step]
        document = body.get("document", {})
        day = datetime.fromisoformat(body["completed_on"]).date()
        progress = (body["progress"]["done"], body["progress"]["of"]) if "progress" in body else None
        said = Confirmation(step.id, day, document.get("number", ""), None, progress)
        assert not list(confirmation_problems(step, said, entry.at.astimezone(ZONE).date()))
        assert step.is_work_of(campaign.by_code[entry.unit])


def test_a_step_is_spoken_of_once_and_after_what_it_requires(campaign: Campaign, made: list[NewEntry]) -> None:
    assert set(Counter((e.unit, e.step) for e in made).values()) == {1}
    done = {(e.unit, e.step) for e in made if e.kind is EntryKind.CONFIRMED}
    for code, name in done:
        own = [
            r
            for r in campaign.checklist.steps[name].requires
            if campaign.checklist.steps[r].is_work_of(campaign.by_code[code])
        ]
        assert all((code, required) in done for required in own)


def test_loading_it_twice_adds_nothing_that_has_a_key(store: Store, made: list[NewEntry]) -> None:
    keyed = [e for e in made if e.key][:200]
    assert store.journal.append(*keyed) == store.journal.append(*keyed)
    assert len(store.journal.entries()) == len(keyed)


def test_the_report_made_of_it_says_that_it_is_sample_data(
    store: Store, campaign: Campaign, made: list[NewEntry]
) -> None:
    store.journal.append(*made)
    shown = report(store, campaign, at=AS_OF)
    assert shown.sample
    counts = shown.statuses()
    assert all(counts[s] for s in (Status.DONE, Status.DONE_LATE, Status.OVERDUE, Status.UNKNOWN))
    assert all(r.sample for r in fold(store.journal.entries()).values())
