"""The board: each unit's status in each milestone, counts of units, milestones that are the nation's alone."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from lotrinh.core.checklist.checklist import Checklist, Level, Scope
from lotrinh.core.checklist.deadlines import timetable
from lotrinh.core.checklist.units import Unit, UnitKind
from lotrinh.core.report.board import MilestoneBoard, board_unit, build_board, column_numbers
from lotrinh.core.report.report import Report, UnitReport, milestone_rows
from lotrinh.core.status.observation import Outcome, Reason
from lotrinh.core.status.status import Policy, Status, StepStatus, plan_steps, steps_of_unit
from lotrinh.core.text import M, Text
from tests.core.builders import checklist, milestone, step

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 2, 2, 8, tzinfo=ZONE)
PROVINCE = Unit("25", UnitKind.PROVINCE, "Phú Thọ")
LUONG_SON, CAO_DUONG = (Unit(code, UnitKind.COMMUNE, name) for code, name in (("1", "Lương Sơn"), ("2", "Cao Dương")))
DONE, LATE, OVERDUE, EXCUSED = Status.DONE, Status.DONE_LATE, Status.OVERDUE, Status.NOT_APPLICABLE
FILE = checklist(
    milestone("nuoc", "2026-01-10", steps=[step("n", milestone="nuoc", level=Level.NATIONAL)]),
    milestone(
        "xa",
        "2026-01-20",
        steps=[
            step("n2", milestone="xa", level=Level.NATIONAL),
            step("a", milestone="xa"),
            step("b", milestone="xa"),
            step("them", milestone="xa", required=False),
        ],
    ),
    milestone("rieng", steps=[step("r", milestone="rieng", applies_to=Scope(codes=frozenset({"1"})))]),
    milestone("tinh", steps=[step("t", milestone="tinh", level=Level.PROVINCE)]),
)


def stands(of: Checklist, unit: Unit, **statuses: Status) -> UnitReport:
    mine = steps_of_unit(plan_steps(of, timetable(of), ZONE, Policy()), unit)
    step_statuses = tuple(StepStatus(p.step.id, statuses.get(p.step.id, Status.OPEN), p.due) for p in mine)
    return UnitReport(
        unit=unit,
        outcome=Outcome.REACHED,
        reason=Reason.NONE,
        sentence=M("x"),
        checked_at=NOW,
        last_answer_at=NOW,
        plan=mine,
        step_statuses=step_statuses,
    )


def made(*units: UnitReport) -> MilestoneBoard:
    province = stands(FILE, PROVINCE, t=OVERDUE)
    rows = milestone_rows(FILE, units, province, NOW)
    report = Report(
        campaign="thu",
        title=Text("Thử"),
        province_name="Phú Thọ",
        as_of=NOW,
        run="r",
        checklist=FILE,
        head="",
        sample=False,
        units=units,
        province=province,
        milestones=rows,
    )
    columns = column_numbers(report)
    lines = [board_unit(unit, columns, NOW) for unit in units]
    return build_board(report, board_unit(province, columns, NOW), lines, timetable(FILE).milestones)


def test_every_milestone_of_the_province_has_a_column_and_leads_to_its_first_step_of_ours() -> None:
    found = made(stands(FILE, LUONG_SON))
    assert [(c.number, c.row.milestone.id, c.step) for c in found.columns] == [
        (1, "xa", "a"),
        (2, "rieng", "r"),
        (3, "tinh", "t"),
    ]


def test_the_nations_milestones_stand_apart_with_their_deadline() -> None:
    ((row, due),) = made(stands(FILE, LUONG_SON)).national
    assert row.milestone.id == "nuoc"
    assert due is not None
    assert due.day.isoformat() == "2026-01-10"


def test_a_cell_is_the_most_pressing_of_the_required_steps() -> None:
    row = board_unit(stands(FILE, LUONG_SON, a=DONE, b=LATE, them=OVERDUE), {"xa": 0, "rieng": 1, "tinh": 2}, NOW)
    assert row.cells == (LATE, Status.OPEN, None)
    assert (row.done, row.overdue, row.total) == (2, 1, 4)


def test_a_unit_that_is_excused_from_all_of_a_milestone_has_not_done_it() -> None:
    columns = {"xa": 0, "rieng": 1, "tinh": 2}
    assert board_unit(stands(FILE, LUONG_SON, r=EXCUSED), columns, NOW).cells[1] is EXCUSED
    half = board_unit(stands(FILE, LUONG_SON, a=EXCUSED, b=DONE), columns, NOW)
    assert half.cells[0] is DONE
    assert half.total == 3


def test_columns_count_the_units_that_have_steps_there() -> None:
    found = made(stands(FILE, LUONG_SON, a=DONE, b=DONE), stands(FILE, CAO_DUONG, a=DONE, b=OVERDUE))
    assert found.columns[0].counts == {DONE: 1, OVERDUE: 1}
    assert found.columns[1].counts == {Status.OPEN: 1}
    assert found.columns[2].counts == {}


def test_the_province_has_a_row_of_its_own() -> None:
    province = made(stands(FILE, LUONG_SON)).province
    assert province is not None
    assert province.cells == (None, None, OVERDUE)


def test_a_campaign_without_units_has_its_columns() -> None:
    assert [c.counts for c in made().columns] == [{}, {}, {}]


def test_what_is_only_kept_from_before_a_deadline_is_unknown_in_its_cell_as_in_the_milestones_count() -> None:
    of = checklist(milestone("m", steps=[step(name, "2026-02-05", milestone="m") for name in ("a", "b")]))
    kept = stands(of, LUONG_SON, a=DONE, b=Status.DUE_SOON)
    late = stands(of, LUONG_SON, a=OVERDUE, b=Status.DUE_SOON)
    after = NOW + timedelta(days=5)
    assert board_unit(kept, {"m": 0}, NOW).cells == (Status.DUE_SOON,)
    assert board_unit(kept, {"m": 0}, after).cells == (Status.UNKNOWN,)
    assert board_unit(late, {"m": 0}, after).cells == (OVERDUE,)
    assert board_unit(kept, {"m": 0}, NOW).counts == {DONE: 1, Status.DUE_SOON: 1}
    assert board_unit(kept, {"m": 0}, after).counts == {DONE: 1, Status.UNKNOWN: 1}
    assert board_unit(late, {"m": 0}, after).counts == {OVERDUE: 1, Status.UNKNOWN: 1}
    assert [row.unknown for row in milestone_rows(of, [kept, late], None, after)] == [1]
