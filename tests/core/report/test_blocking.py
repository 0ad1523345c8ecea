"""Who blocks most: what waits directly or through others, in one unit and, for the province, in all of them."""

from datetime import timedelta

from lotrinh.core.checklist.checklist import Checklist, Level
from lotrinh.core.report.blocking import (
    NO_DEADLINE,
    BlockingStep,
    StepOrder,
    blocking_steps,
    unfinished_steps,
    unit_blocking,
)
from lotrinh.core.report.report import UnitReport
from lotrinh.core.status.status import Status
from tests.core.builders import checklist, step
from tests.core.report.test_board import CAO_DUONG, DONE, EXCUSED, LUONG_SON, NOW, PROVINCE, stands

FILE = checklist(
    step("c", requires=("b", "t2")),
    step("a", "2026-01-20"),
    step("b", requires=("a",)),
    step("d", requires=("a", "n")),
    step("n", level=Level.NATIONAL, requires=("a",)),
    step("t", level=Level.PROVINCE),
    step("t2", level=Level.PROVINCE, requires=("t",)),
)


def waiting(of: Checklist, *units: UnitReport, province: UnitReport | None = None) -> dict[str, int]:
    return {f"{row.unit.name}/{row.step_status.step}": row.blocked_count for row in rows(of, *units, province=province)}


def rows(of: Checklist, *units: UnitReport, province: UnitReport | None = None) -> list[BlockingStep]:
    order = StepOrder(of)
    return blocking_steps(order, [unit_blocking(order, unit, unfinished_steps(province)) for unit in units], province)


def test_a_step_blocks_what_waits_for_it_directly_and_through_others() -> None:
    assert waiting(FILE, stands(FILE, LUONG_SON)) == {
        "Lương Sơn/c": 0,
        "Lương Sơn/a": 3,
        "Lương Sơn/b": 1,
        "Lương Sơn/d": 0,
    }


def test_what_is_done_or_excused_is_not_listed_and_waits_no_more() -> None:
    found = waiting(FILE, stands(FILE, LUONG_SON, d=DONE, c=EXCUSED))
    assert found == {"Lương Sơn/a": 1, "Lương Sơn/b": 0}


def test_nothing_waits_through_a_step_that_is_done() -> None:
    assert waiting(FILE, stands(FILE, LUONG_SON, b=DONE))["Lương Sơn/a"] == 1


def test_the_provinces_step_blocks_its_own_and_those_of_every_unit() -> None:
    units = (stands(FILE, LUONG_SON), stands(FILE, CAO_DUONG), stands(FILE, CAO_DUONG, c=DONE))
    found = waiting(FILE, *units, province=stands(FILE, PROVINCE))
    assert (found["Phú Thọ/t"], found["Phú Thọ/t2"]) == (3, 2)
    assert found["Lương Sơn/a"] == 3


def test_a_step_counts_once_however_many_ways_lead_to_it() -> None:
    of = checklist(
        step("a"), step("b", requires=("a",)), step("c", requires=("a",)), step("d", requires=("b", "c", "a"))
    )
    assert waiting(of, stands(of, LUONG_SON))["Lương Sơn/a"] == 3


def test_lateness_counts_the_days_since_the_deadline() -> None:
    found = {row.step_status.step: row for row in rows(FILE, stands(FILE, LUONG_SON, a=Status.OVERDUE))}
    assert found["a"].days_late(NOW) == 13
    assert found["a"].days_late(NOW - timedelta(days=20)) == -7
    assert found["b"].days_late(NOW) == NO_DEADLINE
