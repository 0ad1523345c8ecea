"""Of whom sheets are made, and from what: the record as it stands, or a report of a stored run."""

from datetime import timedelta

import pytest

from lotrinh.core.status.journal import EntryKind
from lotrinh.core.status.observation import Outcome, Reason
from lotrinh.errors import BadInput
from lotrinh.services.return_sheets.exporting import SheetSelection, make_current_sheet, make_sheets
from lotrinh.services.views.live_campaign import LiveCampaign
from lotrinh.settings.models import Settings
from lotrinh.store import Store
from tests.services.builders import LIEN_SON, LUONG_SON, NOW, PROVINCE, hear, report, says, silence
from tests.services.returned import Desk, desk_of

HOUR = timedelta(hours=1)


@pytest.fixture
def desk(store: Store, settings: Settings) -> Desk:
    return desk_of(store, settings)


def made(desk: Desk, *units: str, silent: bool = False) -> list[str]:
    now = LiveCampaign(desk.store, desk.settings, desk.campaign).report(NOW)
    return [
        s.unit.code for s in make_sheets(desk.store, desk.settings, desk.campaign, now, SheetSelection(units, silent))
    ]


def test_every_commune_has_its_sheet_and_the_province_only_when_it_is_named(desk: Desk) -> None:
    assert made(desk) == [LUONG_SON.code, LIEN_SON.code]
    assert made(desk, LIEN_SON.code, LIEN_SON.code) == [LIEN_SON.code]
    assert made(desk, PROVINCE.code) == []  # it has no steps of its own here


def test_units_that_do_not_take_part_are_all_named(desk: Desk) -> None:
    with pytest.raises(BadInput) as caught:
        made(desk, "99999", LUONG_SON.code, "88888")
    assert [problem.where for problem in caught.value.problems] == ["99999", "88888"]


def test_silent_are_those_whose_system_did_not_answer_and_those_who_never_said_anything(desk: Desk) -> None:
    report(desk.store, desk.campaign, silence(LIEN_SON, Outcome.UNREACHABLE, Reason.REFUSED), at=NOW - HOUR)
    assert made(desk, silent=True) == [LUONG_SON.code, LIEN_SON.code]
    desk.happened(EntryKind.ANSWERED, "thuong", NOW - HOUR, note="lời của tỉnh")
    assert LUONG_SON.code in made(desk, silent=True)
    desk.happened(EntryKind.OBSTACLE, "thuong", NOW - HOUR, note="Mất điện")
    answer = says(LIEN_SON, {"id": "so", "state": "in_progress"})
    report(desk.store, desk.campaign, hear(desk.settings, desk.campaign, LIEN_SON, answer))
    assert made(desk, silent=True) == []


def test_a_unit_with_nothing_left_to_do_has_no_sheet(desk: Desk) -> None:
    for name in desk.campaign.checklist.steps:
        desk.happened(EntryKind.CONFIRMED, name, NOW - HOUR, completed_on="2026-01-29")
    assert made(desk) == [LIEN_SON.code]


def test_the_mark_holds_the_units_newest_entry_at_the_moment_the_sheet_was_made(desk: Desk) -> None:
    live = LiveCampaign(desk.store, desk.settings, desk.campaign)
    assert make_current_sheet(desk.store, live, LUONG_SON.code, NOW).mark.journal == 0
    desk.happened(EntryKind.OBSTACLE, "thuong", NOW - HOUR, note="Mất điện")
    entry = desk.happened(EntryKind.OBSTACLE, "thuong", NOW - HOUR, note="Mất điện cả ngày")
    mark = make_current_sheet(desk.store, live, LUONG_SON.code, NOW).mark
    assert (mark.journal, mark.campaign, mark.unit, mark.checklist) == (entry.number, "thu", LUONG_SON.code, "c" * 12)
    assert make_current_sheet(desk.store, live, LIEN_SON.code, NOW).mark.journal == 0


def test_a_stored_report_gives_the_sheet_of_its_day_again_whatever_was_said_since(desk: Desk) -> None:
    then = report(desk.store, desk.campaign)
    first = list(make_sheets(desk.store, desk.settings, desk.campaign, then, SheetSelection()))
    desk.happened(EntryKind.CONFIRMED, "thuong", NOW + HOUR, completed_on="2026-01-29")
    again = list(make_sheets(desk.store, desk.settings, desk.campaign, then, SheetSelection()))
    assert [s.mark for s in again] == [s.mark for s in first]
    assert [s.rows for s in again] == [s.rows for s in first]


def test_sample_data_is_labelled(desk: Desk) -> None:
    live = LiveCampaign(desk.store, desk.settings, desk.campaign)
    assert not make_current_sheet(desk.store, live, LUONG_SON.code, NOW).sample
    desk.happened(EntryKind.OBSTACLE, "thuong", NOW - HOUR, note="Dữ liệu mẫu", sample=True)
    assert make_current_sheet(desk.store, live, LUONG_SON.code, NOW).sample


def test_the_total_of_a_count_is_taken_from_wherever_the_unit_said_it(desk: Desk) -> None:
    desk.happened(EntryKind.PROGRESSED, "dem", NOW - HOUR, completed_on="2026-02-01", progress={"done": 3, "of": 12})
    live = LiveCampaign(desk.store, desk.settings, desk.campaign)
    totals = {row.step.id: row.of for row in make_current_sheet(desk.store, live, LUONG_SON.code, NOW).rows}
    assert (totals["dem"], totals["dem-nua"], totals["so"]) == (12, 12, None)
