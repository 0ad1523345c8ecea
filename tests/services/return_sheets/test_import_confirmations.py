"""A return sheet that comes back is shown first, then recorded together, and once."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from lotrinh.core.checklist.checklist import Milestone
from lotrinh.core.status.actors import SHEETS
from lotrinh.core.status.journal import EntryKind, fold
from lotrinh.core.status.status import Status
from lotrinh.errors import BadInput
from lotrinh.i18n import say
from lotrinh.services.campaigns.campaigns import campaign_actor_name
from lotrinh.services.return_sheets.import_confirmations import record_import
from lotrinh.services.return_sheets.returned_words import preview_table
from lotrinh.services.views.live_campaign import LiveCampaign
from lotrinh.settings.models import Settings
from lotrinh.store import Store
from tests.services.builders import LIEN_SON, LUONG_SON, NOW
from tests.services.returned import DONE, LATER, Desk, desk_of, filled, sentences

HOUR = timedelta(hours=1)


@pytest.fixture
def desk(store: Store, settings: Settings) -> Desk:
    return desk_of(store, settings)


def test_what_was_filled_in_is_recorded_with_its_source_and_the_step_is_done(desk: Desk) -> None:
    content = filled(desk.sheet(), {"so": DONE | {"note": "Đã gửi", "signer": "Chủ tịch UBND xã"}})
    (entry,) = desk.record(content)
    assert (entry.new.kind, entry.new.unit, entry.new.step, entry.new.actor) == (
        EntryKind.CONFIRMED,
        LUONG_SON.code,
        "so",
        SHEETS,
    )
    sheet = entry.new.body["sheet"]
    assert {k: v for k, v in entry.new.body.items() if k != "sheet"} == {
        "completed_on": "2026-01-29",
        "document": {"number": "12/QĐ-UBND", "date": "2026-01-28"},
        "signer": "Chủ tịch UBND xã",
        "note": "Đã gửi",
    }
    assert set(sheet) == {"id", "code"}
    assert entry.new.at == LATER
    assert "văn phòng tỉnh nhập" in say(campaign_actor_name(entry.new.actor, desk.campaign))
    step_status = LiveCampaign(desk.store, desk.settings, desk.campaign).unit(LUONG_SON.code, LATER).step_statuses[0]
    assert step_status.status is Status.DONE


def test_looking_records_nothing(desk: Desk) -> None:
    judged = desk.judge(filled(desk.sheet(), {"so": DONE}))
    assert [s.step.id for s in judged.new_statements] == ["so"]
    assert desk.said() == []


def test_one_row_can_say_a_count_an_obstacle_and_a_proposal(desk: Desk) -> None:
    row = {
        "completed_on": "1/2/2026",
        "done": 7,
        "of": 12,
        "obstacle": "Mất điện",
        "proposal": "Xin máy",
        "signer": "X",
    }
    desk.record(filled(desk.sheet(), {"dem": row}))
    assert [kind for _, _, kind in desk.said()] == [EntryKind.PROGRESSED, EntryKind.OBSTACLE, EntryKind.PROPOSAL]
    said = fold(desk.store.journal.entries())[LUONG_SON.code, "dem"]
    assert (said.progress, said.obstacle, said.proposal) == ((7, 12), "Mất điện", "Xin máy")


def test_the_same_file_again_records_nothing_and_says_so(desk: Desk) -> None:
    content = filled(desk.sheet(), {"so": DONE, "thuong": {"obstacle": "Mất điện"}})
    assert len(desk.record(content)) == 2
    again = desk.judge(content, at=LATER + HOUR)
    assert again.problems == ()
    assert again.new_statements == ()
    assert record_import(desk.store, again, LATER + HOUR) == ()
    assert len(desk.said()) == 2
    assert {row[-1] for row in preview_table(again.statements, "vi").rows} == {"đã ghi trước đây"}


def test_two_who_looked_at_the_same_file_record_it_once(desk: Desk) -> None:
    content = filled(desk.sheet(), {"so": DONE, "thuong": {"obstacle": "Mất điện"}})
    one, other = desk.judge(content), desk.judge(content)
    first, second = record_import(desk.store, one, LATER), record_import(desk.store, other, LATER + HOUR)
    assert [e.number for e in first] == [e.number for e in second]
    assert len(desk.said()) == 2


def test_a_corrected_file_replaces_what_it_said_and_the_old_one_stays_recorded_before(desk: Desk) -> None:
    sheet = desk.sheet()
    old, new = filled(sheet, {"so": DONE}), filled(sheet, {"so": DONE | {"completed_on": "30/1/2026"}})
    desk.record(old)
    judged = desk.judge(new)
    assert [row[-1] for row in preview_table(judged.statements, "vi").rows] == ["thay cho lần nhập trước"]
    record_import(desk.store, judged, LATER + HOUR)
    assert desk.judge(old, at=LATER + 2 * HOUR).new_statements == ()
    assert fold(desk.store.journal.entries())[LUONG_SON.code, "so"].completed_on == date(2026, 1, 30)


def test_what_the_unit_confirmed_alike_meanwhile_counts_as_recorded(desk: Desk) -> None:
    content = filled(desk.sheet(), {"so": DONE})
    said = {"completed_on": "2026-01-29", "document": {"number": "12/QĐ-UBND", "date": "2026-01-28"}}
    desk.happened(EntryKind.CONFIRMED, "so", NOW + HOUR, **said)
    judged = desk.judge(content)
    assert judged.problems == ()
    assert judged.new_statements == ()


def test_what_was_said_otherwise_meanwhile_stops_the_row_and_is_named(desk: Desk) -> None:
    desk.happened(EntryKind.CONFIRMED, "thuong", NOW - HOUR, completed_on="2026-01-29")
    desk.happened(EntryKind.RETURNED, "thuong", NOW - HOUR / 2, reason="thiếu dấu")
    content = filled(desk.sheet(), {"so": DONE, "thuong": DONE})
    assert desk.judge(content).problems == ()
    desk.happened(EntryKind.CONFIRMED, "so", NOW + HOUR, completed_on="2026-01-20")
    ((place, sentence),) = sentences(desk.judge(content))
    assert place.endswith(":1")
    assert "lúc 09:00 02/02/2026, Xã Lương Sơn đã xác nhận hoàn thành" in sentence
    with pytest.raises(BadInput):
        desk.record(content)
    assert len(desk.said()) == 3


def test_an_answer_of_the_office_meanwhile_does_not_stop_a_confirmation_but_a_new_obstacle(desk: Desk) -> None:
    desk.happened(EntryKind.OBSTACLE, "thuong", NOW - HOUR, note="Mất điện")
    sheet = desk.sheet()
    desk.happened(EntryKind.ANSWERED, "thuong", NOW + HOUR, note="Đã gọi điện lực")
    assert desk.judge(filled(sheet, {"thuong": DONE})).problems == ()
    assert "đã trả lời" in sentences(desk.judge(filled(sheet, {"thuong": {"obstacle": "Mất điện"}})))[0][1]


def test_a_change_between_looking_and_recording_leaves_the_journal_untouched(desk: Desk) -> None:
    judged = desk.judge(filled(desk.sheet(), {"so": DONE, "thuong": DONE}))
    desk.happened(EntryKind.OBSTACLE, "thuong", NOW + HOUR, note="Mất điện")
    with pytest.raises(BadInput, match="báo vướng mắc"):
        record_import(desk.store, judged, LATER)
    assert len(desk.said()) == 1


def test_an_excused_step_cannot_be_confirmed_and_says_why(desk: Desk) -> None:
    sheet = desk.sheet()
    desk.happened(EntryKind.EXCUSED, "so", NOW + HOUR, reason="không có")
    assert "đã miễn đầu việc" in sentences(desk.judge(filled(sheet, {"so": DONE})))[0][1]


def test_files_of_several_units_are_recorded_together_or_not_at_all(desk: Desk) -> None:
    good = filled(desk.sheet(), {"so": DONE})
    bad = filled(desk.sheet(LIEN_SON), {"so": {"completed_on": "29/1/2026"}})
    judged = desk.judge(good, bad)
    assert [s.unit.code for s in judged.new_statements] == [LUONG_SON.code]
    assert [problem.where for problem in judged.problems] == ["phieu-2.xlsx"]
    with pytest.raises(BadInput):
        record_import(desk.store, judged, LATER)
    assert desk.said() == []
    desk.record(good, filled(desk.sheet(LIEN_SON), {"so": DONE}))
    assert [unit for unit, _, _ in desk.said()] == [LUONG_SON.code, LIEN_SON.code]


def test_two_files_that_say_the_same_are_recorded_once_and_two_that_differ_not_at_all(desk: Desk) -> None:
    sheet = desk.sheet()
    one = filled(sheet, {"so": DONE})
    later = filled(desk.sheet(at=NOW + HOUR), {"so": DONE})
    assert len(desk.judge(one, one).new_statements) == 1
    assert len(desk.judge(one, later).new_statements) == 1
    other = filled(sheet, {"so": DONE | {"completed_on": "30/1/2026"}})
    ((place, sentence),) = sentences(desk.judge(one, other))
    assert place.startswith("phieu-2.xlsx")
    assert "cả ở tệp phieu-1.xlsx" in sentence


def test_an_empty_sheet_says_nothing(desk: Desk) -> None:
    judged = desk.judge(desk.sheet())
    assert (judged.statements, judged.problems) == ((), ())


def test_a_sheet_in_english_comes_back_too(desk: Desk) -> None:
    assert len(desk.judge(filled(desk.sheet(language="en"), {"so": DONE})).new_statements) == 1


def test_a_step_that_the_checklist_has_lost_is_named_only_where_something_is_said_of_it(desk: Desk) -> None:
    sheet = desk.sheet()
    less = replace(desk.campaign.checklist, content_hash="d" * 64, milestones=_without(desk, "so"))
    desk.campaign = replace(desk.campaign, checklist=less)
    assert len(desk.judge(filled(sheet, {"thuong": DONE})).new_statements) == 1
    assert "bộ đầu việc đã thay đổi" in sentences(desk.judge(filled(sheet, {"so": DONE})))[0][1]


def _without(desk: Desk, name: str) -> tuple[Milestone, ...]:
    return tuple(
        replace(m, steps=tuple(s for s in m.steps if s.id != name)) for m in desk.campaign.checklist.milestones
    )


def test_the_preview_shows_the_day_as_it_was_understood(desk: Desk) -> None:
    judged = desk.judge(filled(desk.sheet(), {"thuong": {"completed_on": datetime(2026, 1, 2)}}))  # noqa: DTZ001 - a cell
    ((unit, row, code, title, kind, content, state),) = preview_table(judged.statements, "vi").rows
    assert (unit, title, kind, content, state) == (
        "Xã Lương Sơn (04924)",
        "Việc thuong",
        "xác nhận hoàn thành",
        "ngày 02/01/2026",
        "mới",
    )
    assert row.isdigit()
    assert "-" in code
