"""A report as a calendar feed: what a commune's officer and the office find in their calendars."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotrinh.core.checklist.rules import Moment
from lotrinh.core.report.deadline_history import NOTHING_PUBLISHED, OFFICE, PublishedDeadline, PublishedDeadlines
from lotrinh.core.report.report import Report
from lotrinh.core.status.status import Status
from lotrinh.core.text import Text
from lotrinh.reports.calendar.feed import calendar
from lotrinh.reports.text.tables import clean
from lotrinh.services.views.reporting import narrow_report
from tests.reports.calendars import Events, ReadEvent, name_of, read
from tests.reports.samples import (
    NOW,
    OPEN,
    TEAMS,
    commune,
    everybody_at,
    the_checklist,
    the_report,
    unit_report,
)

CODE = "04924"
TOLD_AT = datetime(2026, 1, 20, 3, tzinfo=UTC)
SITE = "https://cong.example.vn"
OTHERS = unit_report(commune("04960", "Liên Sơn"), everybody_at(Status.DONE))


def of_unit(
    statuses: Mapping[str, Status] = OPEN, told: PublishedDeadlines = NOTHING_PUBLISHED, site: str = "", **more: Any
) -> Events:
    flags = more.pop("flags", None)
    report = the_report(unit_report(commune(), statuses, flags), OTHERS, **more)
    return read(calendar(narrow_report(report, CODE), "vi", told, site))


def of_office(report: Report | None = None, told: PublishedDeadlines = NOTHING_PUBLISHED, site: str = "") -> Events:
    return read(calendar(report or the_report(unit_report(commune()), OTHERS), "vi", told, site))


def event(step: str, events: Events, unit: str = CODE) -> ReadEvent:
    return events[f"{step}.{unit}@bau-cu-2026.lotrinh"]


def milestone_event(name: str, events: Events) -> ReadEvent:
    return event(name, events, "milestone")


def test_a_unit_finds_its_own_steps_that_have_a_date() -> None:
    assert set(of_unit()) == {
        f"{step}.{CODE}@bau-cu-2026.lotrinh" for step in ("lap-to", "niem-yet", "ho-so", "hoi-nghi")
    }


def test_a_day_is_a_whole_day_and_an_hour_is_an_hour() -> None:
    events = of_unit()
    assert event("lap-to", events)[2:4] == (date(2026, 1, 31), date(2026, 2, 1))
    assert event("ho-so", events)[2:4] == (datetime(2026, 2, 1, 10, tzinfo=UTC), None)
    assert "Hạn: hết ngày 31/01/2026." in event("lap-to", events).note
    assert "Hạn: 17:00 01/02/2026." in event("ho-so", events).note


def test_the_deadline_takes_nobody_s_time() -> None:
    assert all(e.transparent for e in of_unit().values())


@pytest.mark.parametrize("status", [Status.DONE, Status.DONE_LATE])
def test_what_is_done_stays_marked_and_reminds_nobody(status: Status) -> None:
    found = event("hoi-nghi", of_unit(OPEN | {"hoi-nghi": status}))
    assert found.title == "✓ Đã xong: Việc hoi-nghi"
    assert (found.status, found.transparent, found.alarm) == ("CONFIRMED", True, None)
    assert "03/03/2026" in found.note.split("\n")[1]


@pytest.mark.parametrize("status", [s for s in Status if s not in {Status.DONE, Status.DONE_LATE}])
def test_nothing_is_done_that_nobody_said_is_done(status: Status) -> None:
    found = event("hoi-nghi", of_unit(OPEN | {"hoi-nghi": status}))
    assert "✓" not in found.title
    assert ("chưa xác định" in found.note) is (status is Status.UNKNOWN)


def test_programs_speak_up_three_days_before_the_last_working_day_while_there_is_time() -> None:
    events = of_unit()
    assert event("hoi-nghi", events).alarm == timedelta(hours=8) - timedelta(days=3)
    assert event("lap-to", events).alarm is None
    on_sunday = the_checklist(anchor=replace(the_checklist().anchor, day=date(2026, 4, 12)))
    found = event(
        "lap-to", read(calendar(narrow_report(the_report(unit_report(commune(), of=on_sunday)), CODE), "vi", {}))
    )
    assert found.start == date(2026, 2, 28)  # a Saturday: the last working day is the 27th
    assert found.alarm == timedelta(hours=8) - timedelta(days=4)
    assert "27/02/2026" in found.note


def test_an_excused_step_is_cancelled_without_saying_why() -> None:
    flags = {"hoi-nghi": {"excused": "lý do riêng"}}
    found = event("hoi-nghi", of_unit(OPEN | {"hoi-nghi": Status.NOT_APPLICABLE}, flags=flags))
    assert (found.status, found.alarm) == ("CANCELLED", None)
    assert "lý do riêng" not in found.note


def test_a_date_that_was_told_and_is_not_known_any_more_is_cancelled_on_that_day() -> None:
    before = Moment(date(2026, 3, 5))
    found = event("khieu-nai", of_unit(told={(CODE, "khieu-nai"): PublishedDeadline(1, None, before, TOLD_AT)}))
    assert (found.start, found.status, found.number) == (date(2026, 3, 5), "CANCELLED", 1)
    assert found.title.startswith("Bỏ hạn")
    assert found.alarm is None


def test_a_moved_date_has_its_number_and_when_it_was_told() -> None:
    told = {(CODE, "hoi-nghi"): PublishedDeadline(3, Moment(date(2026, 3, 3)), Moment(date(2026, 2, 24)), TOLD_AT)}
    events = of_unit(told=told)
    assert (event("hoi-nghi", events).number, event("hoi-nghi", events).changed) == (3, TOLD_AT)
    assert (event("lap-to", events).number, event("lap-to", events).changed) == (0, None)
    assert {e.stamp for e in events.values()} == {NOW}


def test_doubt_is_marked_and_explained_and_the_basis_is_there() -> None:
    events = of_unit()
    assert event("ho-so", events).title == "Hạn: Việc ho-so (?)"
    assert "Căn cứ: Điều 7, Nghị định về họp thôn (?)." in event("ho-so", events).note
    assert "chưa kiểm chứng" in event("ho-so", events).note
    assert "(?)" not in event("lap-to", events).title + event("lap-to", events).note
    assert "Điều 25, 85/2015/QH13" in event("lap-to", events).note


def test_sample_data_says_so_in_every_event_and_in_the_name() -> None:
    report = the_report(unit_report(commune()), OTHERS, sample=True)
    for made in (calendar(report, "vi", {}), calendar(narrow_report(report, CODE), "vi", {})):
        assert name_of(made).startswith("[DỮ LIỆU MẪU]")
        assert all(e.title.startswith("[DỮ LIỆU MẪU]") for e in read(made).values())
    assert "MẪU" not in "".join(e.title for e in of_unit().values())


def test_events_lead_to_the_portal_where_it_has_an_address() -> None:
    assert event("lap-to", of_unit(site=f"{SITE}/")).url == f"{SITE}/campaigns/bau-cu-2026/units/{CODE}/steps/lap-to"
    assert milestone_event("ho-so", of_office(site=SITE)).url == f"{SITE}/campaigns/bau-cu-2026/board"
    assert {e.url for e in of_unit().values()} == {None}


def test_what_was_said_in_confidence_is_not_in_the_feed() -> None:
    said = {"obstacle": "vướng riêng", "returned": "trả lại riêng", "progress": {"done": 7, "of": 12}}
    for found in of_unit(flags={"lap-to": said, "hoi-nghi": said}).values():
        assert "riêng" not in found.title + found.note


def test_an_old_answer_says_how_old() -> None:
    found = event("hoi-nghi", of_unit(flags={"hoi-nghi": {"stale": NOW - timedelta(days=3)}}))
    assert "30/01/2026, từ đó chưa hỏi lại được" in found.note


def test_the_office_finds_every_milestone_of_the_province_and_its_own_steps_but_not_the_nation_s() -> None:
    events = of_office()
    ours = {f"{name}.milestone@bau-cu-2026.lotrinh" for name in ("to-bau-cu", "ho-so", "sau")}
    assert set(events) == {*ours, "cua-tinh.25@bau-cu-2026.lotrinh"}
    assert event("cua-tinh", events, "25") == event(
        "cua-tinh", read(calendar(narrow_report(the_report(unit_report(commune()), OTHERS), "25"), "vi", {})), "25"
    )


def test_the_office_s_counts_are_the_report_s() -> None:
    report = the_report(unit_report(commune()), OTHERS, unit_report(commune("05047"), everybody_at(Status.UNKNOWN)))
    row = next(r for r in report.milestones if r.milestone.id == "ho-so")
    note = milestone_event("ho-so", of_office(report)).note
    assert f"Đã xong {row.done}/{row.units} đơn vị; quá hạn {row.overdue}; chưa rõ {row.unknown}." in note
    assert (row.done, row.units, row.overdue, row.unknown) == (1, 3, 1, 1)


def test_a_milestone_is_done_when_everybody_is_and_the_province_too() -> None:
    def title(province: Status) -> str:
        report = the_report(OTHERS, province=province)
        return milestone_event("sau", of_office(report)).title

    assert title(Status.DONE).startswith("✓ Đã xong")
    assert not title(Status.DUE_SOON).startswith("✓")
    assert milestone_event("to-bau-cu", of_office(the_report(OTHERS))).alarm is None


def test_a_milestone_whose_date_was_taken_back_is_cancelled() -> None:
    told = {(OFFICE, "cho"): PublishedDeadline(2, None, Moment(date(2026, 3, 1), time(17)), TOLD_AT)}
    found = milestone_event("cho", of_office(told=told))
    assert (found.status, found.start, found.number) == ("CANCELLED", datetime(2026, 3, 1, 10, tzinfo=UTC), 2)


def test_the_same_report_gives_the_same_bytes() -> None:
    assert calendar(the_report(OTHERS), "vi", {}) == calendar(the_report(OTHERS), "vi", {})


HOSTILE = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(";,:\\\n\r\"'<&"), max_size=60)


@given(HOSTILE)
def test_no_text_of_a_checklist_or_a_roster_can_add_to_a_feed(text: str) -> None:
    title = Text(f"x{text}x")
    steps = (replace(TEAMS, title=title, owner=title),)
    old = the_checklist()
    of = replace(
        old, title=title, milestones=(replace(old.milestones[0], title=title, steps=steps), *old.milestones[3:])
    )
    report = the_report(unit_report(commune(name=f"x{text}x"), of=of), of=of, title=title)
    made = calendar(narrow_report(report, CODE), "vi", {}, SITE)
    assert event("lap-to", read(made)).title == clean(f"Hạn: x{text}x")
    assert clean(f"x{text}x") in name_of(made)
    assert {e.title for e in of_office(report).values()} >= {clean(f"Hạn: x{text}x")}
