"""Runs for people: pages of them, their states and what was reported, over a real database."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from lotrinh.core.status.journal import EntryKind
from lotrinh.core.status.observation import Outcome, Reason
from lotrinh.core.status.status import Status
from lotrinh.errors import Conflict, NotFound
from lotrinh.services.runs import runs
from lotrinh.services.runs.ask import begin_run
from lotrinh.services.runs.check import conclude
from lotrinh.settings.models import Settings
from lotrinh.store import Store
from lotrinh.store.runs.runs import FINISHED, INTERRUPTED, RUNNING, Run
from tests.core.builders import step
from tests.services.builders import LIEN_SON, LUONG_SON, NOW, campaign, happened, hear, says, silence

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
OF = campaign(step("a", "2026-02-10"), step("b", "2026-02-03"))
OTHER = {"id": "b", "state": "open"}


def run_at(store: Store, settings: Settings, at: datetime, *seen: Any) -> Run:
    """A finished run that saw this."""
    begun = begin_run(store, OF, at, at, {})
    store.runs.record(begun.id, OF.id, seen)
    conclude(store, settings, OF, begun, at + MINUTE)
    return begun


def both(settings: Settings, at: datetime, *steps: dict[str, Any]) -> tuple[Any, Any]:
    return hear(settings, OF, LIEN_SON, says(LIEN_SON, *steps, at=at), at), hear(
        settings, OF, LUONG_SON, says(LUONG_SON, OTHER, at=at), at
    )


def test_runs_come_newest_first_page_by_page_with_how_asking_ended(store: Store) -> None:
    store.runs.start(
        Run(
            id="khac-1",
            campaign="khac",
            province="25",
            as_of=NOW,
            started_at=NOW,
            finished_at=None,
            state=RUNNING,
            checklist_hash="c",
            head="h",
            request={},
        )
    )
    names = [begin_run(store, OF, NOW + n * MINUTE, NOW, {}).id for n in range(runs.PER_PAGE + 3)]
    store.runs.record(names[-1], OF.id, [silence(LIEN_SON, Outcome.UNREACHABLE, Reason.REFUSED)])
    first, older = runs.page_of_runs(store, OF, NOW)
    rest, none = runs.page_of_runs(store, OF, NOW, older)
    found = [r.run.id for r in (*first, *rest)]
    assert found == names[::-1]
    assert (len(first), none) == (runs.PER_PAGE, "")
    assert (first[0].outcomes, first[0].asked_units, first[1].asked_units) == ({"UNREACHABLE": 1}, 1, 0)


def test_a_run_that_nobody_closed_in_time_is_interrupted(store: Store) -> None:
    begun = begin_run(store, OF, NOW, NOW, {})
    late = NOW + runs.LONGEST
    assert runs.read_run_progress(store, OF, begun.id, late).state == RUNNING
    assert runs.read_run_progress(store, OF, begun.id, late + MINUTE).state == INTERRUPTED


def test_an_ended_process_interrupts_its_run_but_never_a_finished_one(store: Store, settings: Settings) -> None:
    finished, begun = run_at(store, settings, NOW), begin_run(store, OF, NOW + DAY, NOW, {})
    for name in (finished.id, begun.id):
        store.runs.interrupt(name, NOW + DAY)
    assert [runs.read_run_progress(store, OF, n, NOW).state for n in (finished.id, begun.id)] == [FINISHED, INTERRUPTED]


def test_a_run_of_another_campaign_is_not_found(store: Store) -> None:
    begun = begin_run(store, OF, NOW, NOW, {})._replace(campaign="khac", id="khac-1")
    store.runs.start(begun)
    for name in ("khac-1", "khong-co"):
        with pytest.raises(NotFound):
            runs.read_run_progress(store, OF, name, NOW)


def test_a_second_run_is_refused_while_one_is_running_and_young(store: Store) -> None:
    asked: list[str] = []
    assert runs.start_run(store, OF, asked.append, NOW) == ""
    begun = begin_run(store, OF, NOW, NOW, {})
    with pytest.raises(Conflict) as refused:
        runs.start_run(store, OF, asked.append, NOW + MINUTE)
    assert refused.value.sentence.values["when"] == NOW
    assert asked == [OF.id]
    assert runs.start_run(store, OF, asked.append, NOW + runs.LONGEST + MINUTE) == begun.id
    assert len(asked) == 2


def test_a_day_is_shown_by_the_newest_report_of_it_or_before(store: Store, settings: Settings) -> None:
    """Local days count: 23:30 in Vietnam is still the day, though it is 16:30 in UTC, and 00:30 is the next."""
    evening, night = NOW.replace(hour=23, minute=30), (NOW + DAY).replace(hour=0, minute=30)
    first = run_at(store, settings, NOW)
    second, third = run_at(store, settings, evening), run_at(store, settings, night)
    begin_run(store, OF, night + MINUTE, night, {})

    def shown(day: date) -> str | None:
        found = runs.snapshot_as_of(store, OF, day)
        return found.run if found else None

    assert shown(NOW.date() - DAY) is None
    assert (shown(NOW.date()), shown(night.date()), shown(NOW.date() + 9 * DAY)) == (second.id, third.id, third.id)
    earliest = store.runs.first(OF.id)
    assert earliest
    assert earliest.id == first.id


def test_a_report_stays_as_it_was_whatever_is_said_later(store: Store, settings: Settings) -> None:
    run_at(store, settings, NOW, *both(settings, NOW, OTHER))
    store.journal.append(happened(EntryKind.CONFIRMED, LUONG_SON, "b"))
    then = runs.snapshot_as_of(store, OF, NOW.date())
    assert then
    assert then.by_code[LUONG_SON.code].steps["b"].status is Status.DUE_SOON
