"""What a changed checklist or anchor moves, as table and JSON."""

import json
from dataclasses import replace
from datetime import date, timedelta

from lotrinh.core.checklist.checklist import Checklist, Step
from lotrinh.core.checklist.deadline_diff import moves
from lotrinh.core.checklist.units import Unit
from lotrinh.core.text import Text
from lotrinh.reports.moves import MoveRow, render_moves
from tests.core.builders import ELECTION, milestone, rule
from tests.reports.samples import AFTER, FILES, LATER, LISTS, TEAMS, commune, the_checklist

TODAY = date(2026, 1, 26)
UNITS = tuple(commune(f"{n:05}", name) for n, name in enumerate(["Một", "Hai", "Ba", "Bốn", "Năm"]))


def one(*steps: Step) -> Checklist:
    return the_checklist(milestones=(milestone("m", steps=steps),))


OLD = one(TEAMS, FILES, AFTER, LISTS, LATER)
NEW = one(
    replace(TEAMS, due=rule("election_day - 50 days")),
    replace(FILES, due=rule("election_day - 42 days at 16:00")),
    replace(AFTER, owner=Text("UBND tỉnh")),
    LISTS,
    replace(LISTS, id="moi", title=Text("Việc mới")),
)


def draw_moves(
    form: str, old: Checklist = OLD, new: Checklist = NEW, units: tuple[Unit, ...] = UNITS, days: int = 0
) -> str:
    found = moves(old, new, ELECTION, ELECTION + timedelta(days), TODAY)
    return render_moves([MoveRow(move, units) for move in found], form, 300)


def test_the_table_tells_old_date_new_date_days_units_and_what_becomes_overdue() -> None:
    title, head, _, *rows, note = draw_moves("table").splitlines()
    assert title == "NHỮNG GÌ THAY ĐỔI"
    assert head.split("  ")[0] == "Thay đổi"
    table = [[cell.strip() for cell in row.split("  ") if cell.strip()] for row in rows]
    units = "Xã Một, Xã Hai, Xã Ba và 2 đơn vị khác"
    waiting = table[2][2]
    assert table == [
        ["dời hạn", "Việc lap-to", "31/01/2026", "24/01/2026", "-7", units, "có"],
        ["dời hạn", "Việc ho-so", "17:00 01/02/2026", "16:00 01/02/2026", units],
        ["sửa nội dung", "Việc khieu-nai", waiting, waiting, units],
        ["thêm", "Việc mới", "—", "03/02/2026", units],
        ["bỏ", "Việc hoi-nghi", "03/03/2026", "—", units],
    ]
    assert "niem-yet" in waiting
    assert note == "5 thay đổi, 1 đầu việc thành quá hạn."


def test_json_tells_the_same_with_codes_and_null() -> None:
    found = json.loads(draw_moves("json"))
    assert [(m["kind"], m["step"], m["old_due"], m["new_due"], m["days"], m["becomes_overdue"]) for m in found] == [
        ("moved", "lap-to", "2026-01-31", "2026-01-24", -7, True),
        ("moved", "ho-so", "2026-02-01T17:00", "2026-02-01T16:00", 0, False),
        ("changed", "khieu-nai", None, None, None, False),
        ("added", "moi", None, "2026-02-03", None, False),
        ("removed", "hoi-nghi", "2026-03-03", None, None, False),
    ]
    assert {tuple(m["units"]) for m in found} == {tuple(u.code for u in UNITS)}
    assert {m["milestone"] for m in found} == {"to-bau-cu", "ho-so", "cho", "sau"}


def test_a_new_anchor_moves_every_dated_step_by_the_same_days() -> None:
    found = json.loads(draw_moves("json", new=OLD, days=7))
    assert {m["step"]: m["days"] for m in found} == dict.fromkeys(("lap-to", "ho-so", "niem-yet", "hoi-nghi"), 7)
    assert draw_moves("table", new=OLD, days=7).count(" +7 ") == 4


def test_nothing_changed_is_said_and_is_an_empty_list_in_json() -> None:
    assert draw_moves("table", new=OLD) == "Không có gì thay đổi.\n"
    assert json.loads(draw_moves("json", new=OLD)) == []


def test_a_change_that_concerns_no_unit_says_so() -> None:
    assert all(line.rstrip().endswith(("—", "có")) for line in draw_moves("table", units=()).splitlines()[3:-1])
