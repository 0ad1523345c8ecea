"""From the record to the report: whose word counts, and how long."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from lotrinh.core.checklist.checklist import Level, Scope
from lotrinh.core.checklist.rules import Moment
from lotrinh.core.checklist.units import Unit
from lotrinh.core.report.report import Report
from lotrinh.core.status.journal import EntryKind
from lotrinh.core.status.observation import Outcome, Reason
from lotrinh.core.status.status import Status
from lotrinh.services.runs.ask import begin_run
from lotrinh.services.runs.assess import has_own_system, make_report
from lotrinh.settings.models import PortalSettings, Settings
from lotrinh.store import Store
from tests.core.builders import checklist, step
from tests.services.builders import (
    DONE,
    LIEN_SON,
    LUONG_SON,
    NOW,
    PROVINCE,
    ZONE,
    campaign,
    happened,
    hear,
    report,
    says,
    silence,
    stands,
)

DAY = timedelta(days=1)
DUE = "election_day - 43 days"  # 31/01/2026
CAMPAIGN = campaign(step("a", DUE), step("b", DUE), step("t", DUE, level=Level.PROVINCE))
FAILURES = [(o, r) for o in (Outcome.UNREACHABLE, Outcome.INVALID) for r in Reason if r is not Reason.NONE]


def test_a_unit_nobody_ever_heard_is_unknown_in_every_step(store: Store) -> None:
    made = report(store, CAMPAIGN)
    assert {s.status for u in made.units for s in u.step_statuses} == {Status.UNKNOWN}
    assert {u.outcome for u in made.units} == {Outcome.UNREACHABLE}
    assert {u.last_answer_at for u in made.units} == {None}


def test_what_a_commune_publishes_or_confirms_is_its_status(store: Store, settings: Settings) -> None:
    store.journal.append(happened(EntryKind.CONFIRMED, LUONG_SON, "a"))
    body = says(LIEN_SON, {"id": "a"} | DONE | {"completed_on": "2026-02-01"}, {"id": "b", "state": "open"})
    made = report(store, CAMPAIGN, hear(settings, CAMPAIGN, LIEN_SON, body))
    assert stands(made, LUONG_SON, "a").status is Status.DONE
    assert stands(made, LUONG_SON, "b").status is Status.UNKNOWN
    assert stands(made, LIEN_SON, "a").status is Status.DONE_LATE
    assert stands(made, LIEN_SON, "b").status is Status.OVERDUE


def test_the_provinces_own_steps_come_from_our_journal_and_are_never_unknown(store: Store) -> None:
    assert stands(report(store, CAMPAIGN), PROVINCE, "t").status is Status.OVERDUE
    store.journal.append(happened(EntryKind.CONFIRMED, PROVINCE, "t"))
    assert stands(report(store, CAMPAIGN), PROVINCE, "t").status is Status.DONE


@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(FAILURES),
    st.sampled_from(["done", "open", "not_started", "in_progress", None]),
    st.integers(0, 400),
)
def test_no_failure_to_ask_ever_makes_a_step_done_or_newly_overdue(
    store: Store, settings: Settings, failure: tuple[Outcome, Reason], state: str | None, hours: int
) -> None:
    """Timeouts, login pages with 200, malformed answers: the last valid answer stays, with its age."""
    begun = NOW - 5 * DAY
    unit = replace(LIEN_SON, status_url=f"https://x.vn/{failure}{state}{hours}")  # an address that never answered yet
    own = campaign(*CAMPAIGN.checklist.iter_steps(), units=(unit,))
    if state:
        day = {"completed_on": "2026-01-20"} if state == "done" else {}
        body = says(unit, {"id": "a", "state": state} | day, at=begun)
        before = stands(report(store, own, hear(settings, own, unit, body, begun), at=begun), unit, "a")
    made = report(store, own, silence(unit, *failure), at=begun + timedelta(hours=hours))
    after = stands(made, unit, "a")
    assert (made.units[0].outcome, made.units[0].reason) == failure
    if state is None:
        assert (after.status, after.heard_at) == (Status.UNKNOWN, None)
        return
    assert (after.status, after.completed_on, after.heard_at) == (before.status, before.completed_on, before.heard_at)
    assert made.units[0].last_answer_at == begun
    if hours > 48:
        assert after.flags["stale"] == begun


def test_whatever_was_accepted_when_it_was_heard_stays_readable(store: Store, settings: Settings) -> None:
    """A file written by hand: its steps are of today, its generated_at is of last week."""
    old = NOW - 7 * DAY
    said = {"id": "a"} | DONE | {"completed_on": "2026-02-02", "reported_at": NOW.isoformat()}
    made = report(store, CAMPAIGN, hear(settings, CAMPAIGN, LIEN_SON, says(LIEN_SON, said, at=old)))
    found = stands(made, LIEN_SON, "a")
    assert (found.status, found.heard_at) == (Status.DONE_LATE, old)


def test_an_answer_from_another_address_does_not_count(store: Store, settings: Settings) -> None:
    report(store, CAMPAIGN, hear(settings, CAMPAIGN, LIEN_SON, says(LIEN_SON, {"id": "a"} | DONE)))
    moved = campaign(*CAMPAIGN.checklist.iter_steps(), units=(replace(LIEN_SON, status_url="https://moi.vn/s"),))
    assert stands(report(store, moved), LIEN_SON, "a").status is Status.UNKNOWN


def test_an_answer_that_no_longer_fits_the_checklist_does_not_count_and_stops_nothing(
    store: Store, settings: Settings
) -> None:
    report(store, CAMPAIGN, hear(settings, CAMPAIGN, LIEN_SON, says(LIEN_SON, {"id": "b"} | DONE)))
    assert stands(report(store, campaign(step("a", DUE))), LIEN_SON, "a").status is Status.UNKNOWN


def test_confirmations_of_removed_steps_stay_in_the_journal_and_others_survive(store: Store) -> None:
    store.journal.append(happened(EntryKind.CONFIRMED, LUONG_SON, "a"), happened(EntryKind.CONFIRMED, LUONG_SON, "b"))
    made = report(store, campaign(step("a", "election_day - 50 days")))
    assert [s.status for s in made.units[0].step_statuses] == [Status.DONE_LATE]  # the new deadline is 24/01
    assert len(store.journal.entries()) == 2


def test_a_report_as_of_a_moment_knows_nothing_later(store: Store) -> None:
    early, late = NOW - 3 * DAY, NOW - DAY
    store.journal.append(
        happened(EntryKind.CONFIRMED, LUONG_SON, "a", early), happened(EntryKind.WITHDRAWN, LUONG_SON, "a", late)
    )
    asked = [begin_run(store, CAMPAIGN, NOW, at, {}) for at in (early - DAY, early, late)]
    ends = [stands(make_report(store, Settings(), CAMPAIGN, each), LUONG_SON, "a").status for each in asked]
    assert ends == [Status.UNKNOWN, Status.DONE, Status.OVERDUE]


def test_a_report_made_again_from_the_record_is_the_same(store: Store, settings: Settings) -> None:
    store.journal.append(happened(EntryKind.OBSTACLE, LUONG_SON, "a", note="thiếu phòng"))
    run = begin_run(store, CAMPAIGN, NOW, NOW, {})
    store.runs.record(run.id, "thu", [hear(settings, CAMPAIGN, LIEN_SON, says(LIEN_SON, {"id": "a"} | DONE))])
    kept = store.runs.get(run.id)
    assert kept
    assert make_report(store, settings, CAMPAIGN, kept) == make_report(store, settings, CAMPAIGN, run)


def test_the_moment_of_a_report_is_local_whatever_the_server_thinks(store: Store) -> None:
    at = datetime.fromisoformat("2026-01-31T16:59:59+00:00")
    store.journal.append(happened(EntryKind.OBSTACLE, LUONG_SON, "a", at, note="x"))
    assert stands(report(store, CAMPAIGN, at=at), LUONG_SON, "a").status is Status.DUE_SOON
    assert report(store, CAMPAIGN, at=at).as_of.isoformat() == "2026-01-31T23:59:59+07:00"


def test_a_province_step_unblocks_the_commune_steps_that_wait_for_it(store: Store) -> None:
    own = campaign(step("a", DUE, requires=("t",)), step("t", DUE, level=Level.PROVINCE))
    store.journal.append(happened(EntryKind.OBSTACLE, LUONG_SON, "a", note="x"))
    assert stands(report(store, own), LUONG_SON, "a").flags["waiting_for"] == ["t"]
    store.journal.append(happened(EntryKind.CONFIRMED, PROVINCE, "t"))
    assert "waiting_for" not in stands(report(store, own), LUONG_SON, "a").flags


def test_an_excused_province_step_is_not_waited_for(store: Store) -> None:
    own = campaign(step("a", DUE, requires=("t",)), step("t", DUE, level=Level.PROVINCE))
    store.journal.append(happened(EntryKind.EXCUSED, PROVINCE, "t", reason="x"))
    assert "waiting_for" not in stands(report(store, own), LUONG_SON, "a").flags


def due_day(made: Report, unit: Unit, name: str) -> date | None:
    item = next(p for u in made.everybody if u.unit == unit for p in u.plan if p.step.id == name)
    return item.schedule.due.day if item.schedule.due else None


def test_a_deadline_after_a_real_completion_is_each_units_own(store: Store, settings: Settings) -> None:
    own = campaign(step("a", DUE), step("sau", "done(a) + 7 days"))
    store.journal.append(happened(EntryKind.CONFIRMED, LUONG_SON, "a", completed_on="2026-01-20"))
    body = says(LIEN_SON, {"id": "a"} | DONE, {"id": "sau", "state": "open"})
    made = report(store, own, hear(settings, own, LIEN_SON, body))
    assert [due_day(made, u, "sau") for u in (LUONG_SON, LIEN_SON)] == [date(2026, 1, 27), date(2026, 2, 5)]
    assert stands(made, LIEN_SON, "sau").status is Status.DUE_SOON
    assert made.milestones[0].due == Moment(date(2026, 1, 27))
    assert made.milestones[0].has_different_dues
    store.journal.append(happened(EntryKind.WITHDRAWN, LUONG_SON, "a"))
    assert due_day(report(store, own), LUONG_SON, "sau") is None


def test_a_deadline_after_a_province_completion_is_the_same_in_every_unit(store: Store) -> None:
    own = campaign(step("t", DUE, level=Level.PROVINCE), step("sau", "done(t) + 7 days"))
    assert {due_day(report(store, own), u, "sau") for u in own.units} == {None}
    store.journal.append(happened(EntryKind.CONFIRMED, PROVINCE, "t"))
    assert {due_day(report(store, own), u, "sau") for u in own.units} == {date(2026, 2, 5)}


def test_a_step_awaiting_acceptance_starts_no_later_deadline(store: Store) -> None:
    own = campaign(step("a", DUE, acceptance=True), step("sau", "done(a) + 7 days"))
    store.journal.append(happened(EntryKind.CONFIRMED, LUONG_SON, "a"))
    assert due_day(report(store, own), LUONG_SON, "sau") is None
    store.journal.append(happened(EntryKind.ACCEPTED, LUONG_SON, "a"))
    assert due_day(report(store, own), LUONG_SON, "sau") == date(2026, 2, 5)


def test_a_later_deadline_of_a_silent_unit_stays_as_last_heard(store: Store, settings: Settings) -> None:
    own = campaign(step("a", DUE), step("sau", "done(a) + 7 days"))
    body = says(LIEN_SON, {"id": "a"} | DONE, {"id": "sau", "state": "open"})
    report(store, own, hear(settings, own, LIEN_SON, body))
    silent = report(store, own, silence(LIEN_SON, Outcome.UNREACHABLE, Reason.TIMEOUT), at=NOW + 9 * DAY)
    found = stands(silent, LIEN_SON, "sau")
    assert (due_day(silent, LIEN_SON, "sau"), found.status) == (date(2026, 2, 5), Status.DUE_SOON)
    assert found.flags["stale"] == NOW


def test_portal_and_own_system_disagreeing_is_a_conflict_only_for_units_that_have_one(
    store: Store, settings: Settings
) -> None:
    for unit in (LUONG_SON, LIEN_SON):
        store.journal.append(happened(EntryKind.CONFIRMED, unit, "a"))
    answers = [hear(settings, CAMPAIGN, u, says(u, {"id": "a", "state": "open"})) for u in (LUONG_SON, LIEN_SON)]
    made = report(store, CAMPAIGN, *answers)
    assert stands(made, LIEN_SON, "a").flags["conflict"] is True
    assert "conflict" not in stands(made, LUONG_SON, "a").flags
    assert {stands(made, u, "a").status for u in (LUONG_SON, LIEN_SON)} == {Status.DONE}


@pytest.mark.parametrize(("url", "own"), [
    ("", False), ("http://127.0.0.1:8600/api/v1/x", False), ("http://127.0.0.1:86001/x", True), ("https://x.vn", True)
])  # fmt: skip
def test_a_unit_has_a_system_of_its_own_where_its_address_is_not_our_portals(url: str, own: bool) -> None:  # noqa: FBT001
    assert has_own_system(Settings(portal=PortalSettings(port=8600)), replace(LIEN_SON, status_url=url)) is own


@pytest.mark.parametrize("where", ["journal", "answer", "province", "elsewhere", "nowhere"])
def test_sample_data_anywhere_in_the_report_labels_it(store: Store, settings: Settings, where: str) -> None:
    away = replace(LUONG_SON, code="04930")
    of = {"journal": LUONG_SON, "province": PROVINCE, "elsewhere": away}.get(where)
    if of:
        store.journal.append(happened(EntryKind.CONFIRMED, of, "t" if of is PROVINCE else "a", sample=True))
    body = says(LIEN_SON, {"id": "a"} | DONE, sample=where == "answer")
    made = report(store, CAMPAIGN, hear(settings, CAMPAIGN, LIEN_SON, body))
    assert made.sample is (where not in {"elsewhere", "nowhere"})


def test_the_report_carries_the_head_of_the_journal_and_the_interrupted_run_before_it(store: Store) -> None:
    killed = begin_run(store, CAMPAIGN, NOW - DAY, NOW - DAY, {})
    (entry,) = store.journal.append(happened(EntryKind.CONFIRMED, LUONG_SON, "a"))
    made = report(store, CAMPAIGN)
    assert (made.head, made.interrupted) == (entry.hash, killed.id)
    assert made.as_of.tzinfo == ZONE


def test_units_narrowed_out_of_a_step_are_not_asked_for_it(store: Store) -> None:
    file = checklist(step("a", DUE, applies_to=Scope(codes=frozenset({LIEN_SON.code}))), step("b", DUE))
    made = report(store, campaign(file=file))
    assert [[s.step for s in u.step_statuses] for u in made.units] == [["b"], ["a", "b"]]
