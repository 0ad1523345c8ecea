"""The board kept beside a campaign: as new as the report, and made again only where the report changed."""

import pytest

from lotrinh.core.checklist.checklist import Level
from lotrinh.core.status.journal import EntryKind
from lotrinh.core.status.observation import StepAnswer, StepState
from lotrinh.core.status.status import Status
from lotrinh.services.views.board import BoardCache
from lotrinh.services.views.live_campaign import LiveCampaign
from lotrinh.services.views.office_queues import dispute, disputes, obstacle_queue, review_queue, seal
from lotrinh.settings.models import Settings
from lotrinh.store import Store
from tests.core.builders import step
from tests.services.builders import LIEN_SON, LUONG_SON, NOW, campaign, happened, hear, report, says

CAMPAIGN = campaign(
    step("a", "2026-01-31"),
    step("b", requires=("a", "t")),
    step("nhan", acceptance=True),
    step("t", level=Level.PROVINCE),
)


@pytest.fixture
def live(store: Store, settings: Settings) -> LiveCampaign:
    return LiveCampaign(store, settings, CAMPAIGN)


def test_the_same_report_gives_the_same_board(live: LiveCampaign) -> None:
    boards = BoardCache(CAMPAIGN)
    assert boards.of(live.report(NOW)) is boards.of(live.report(NOW))
    assert boards.outstanding(live.report(NOW)) is boards.outstanding(live.report(NOW))


def test_only_the_row_of_a_unit_that_said_something_is_made_again(store: Store, live: LiveCampaign) -> None:
    boards = BoardCache(CAMPAIGN)
    before = boards.of(live.report(NOW))
    store.journal.append(happened(EntryKind.CONFIRMED, LUONG_SON, "a"))
    after = boards.of(live.report(NOW))
    assert after.rows[0].counts[Status.DONE] == before.rows[0].counts[Status.DONE] + 1
    assert after.rows[1] is before.rows[1]
    assert [b.columns[0].counts[Status.OVERDUE] for b in (before, after)] == [1, 0]


def test_what_waits_for_the_province_is_counted_again_when_the_province_has_done_it(
    store: Store, live: LiveCampaign
) -> None:
    boards = BoardCache(CAMPAIGN)

    def blocks() -> dict[str, int]:
        rows = boards.outstanding(live.report(NOW))
        return {f"{row.unit.code}/{row.step_status.step}": row.blocked_count for row in rows}

    before = blocks()
    assert (before["25/t"], before["04924/a"], before["04960/a"]) == (2, 1, 1)
    store.journal.append(happened(EntryKind.CONFIRMED, LUONG_SON, "b"))
    assert (blocks()["25/t"], blocks()["04924/a"]) == (1, 0)
    store.journal.append(happened(EntryKind.CONFIRMED, CAMPAIGN.province, "t"))
    assert "25/t" not in blocks()
    assert blocks()["04960/a"] == 1


def test_the_queue_holds_what_nobody_judged_what_needs_it_first(store: Store, live: LiveCampaign) -> None:
    store.journal.append(happened(EntryKind.CONFIRMED, LUONG_SON, "a"))
    store.journal.append(happened(EntryKind.CONFIRMED, LIEN_SON, "nhan"))
    store.journal.append(happened(EntryKind.CONFIRMED, CAMPAIGN.province, "t"))
    assert [(w.unit.code, w.item.step.id) for w in review_queue(live, NOW)] == [("04960", "nhan"), ("04924", "a")]
    store.journal.append(
        happened(EntryKind.ACCEPTED, LIEN_SON, "nhan"), happened(EntryKind.RETURNED, LUONG_SON, "a", reason="x")
    )
    assert review_queue(live, NOW) == []


def test_a_trouble_is_as_old_as_the_first_of_what_was_said(store: Store, live: LiveCampaign) -> None:
    first = happened(EntryKind.PROPOSAL, LUONG_SON, "a", note="xin máy")
    store.journal.append(first, happened(EntryKind.OBSTACLE, LUONG_SON, "a", NOW, note="mất điện"))
    (found,) = obstacle_queue(live, NOW)
    assert (found.since, found.is_answered) == (first.at, False)
    store.journal.append(happened(EntryKind.ANSWERED, LUONG_SON, "a", NOW, note="đã gọi"))
    assert [t.is_answered for t in obstacle_queue(live, NOW)] == [True]
    store.journal.append(happened(EntryKind.CLEARED, LUONG_SON, "a", NOW))
    assert obstacle_queue(live, NOW) == []


def test_a_dispute_is_where_system_and_portal_give_different_days(
    store: Store, settings: Settings, live: LiveCampaign
) -> None:
    store.journal.append(happened(EntryKind.CONFIRMED, LIEN_SON, "a"), happened(EntryKind.CONFIRMED, LIEN_SON, "b"))
    same = {"id": "a", "state": "done", "completed_on": "2026-01-29"}
    other = {"id": "b", "state": "done", "completed_on": "2026-01-30"}
    report(store, CAMPAIGN, hear(settings, CAMPAIGN, LIEN_SON, says(LIEN_SON, same, other)))
    (found,) = disputes(live, NOW)
    assert (found.unit, found.step.id, found.is_resolved) == (LIEN_SON, "b", False)
    assert dispute(live, LUONG_SON, found.step, NOW) is None


def test_a_seal_tells_apart_what_a_resolution_hangs_on() -> None:
    day = NOW.date()
    said = [StepAnswer("a", StepState.DONE, day), StepAnswer("a", StepState.OPEN), StepAnswer("a", StepState.DONE)]
    assert len({seal(answer) for answer in said}) == 3
    assert seal(StepAnswer("a", StepState.OPEN, note="x")) == seal(said[1])
