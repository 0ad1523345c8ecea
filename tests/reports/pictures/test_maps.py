"""The map of units by milestones, and progress by area: the same figures as the report, few enough to be read."""

from collections import Counter
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotrinh.core.checklist.checklist import Scope
from lotrinh.core.checklist.units import UnitKind
from lotrinh.core.report.report import Report, UnitReport
from lotrinh.core.status.status import Status
from lotrinh.reports.pictures import areas, heatmap
from lotrinh.reports.pictures.groups import Share, groups, most_behind, shares
from lotrinh.reports.pictures.milestones import number_milestones
from lotrinh.reports.pictures.standalone import standalone_picture
from tests.core.builders import milestone, step
from tests.reports.samples import OPEN, commune, everybody_at, the_checklist, the_report, unit_report

SVG = "{http://www.w3.org/2000/svg}"
STATUSES = st.fixed_dictionaries({name: st.sampled_from(list(Status)) for name in OPEN})
LATE = dict(OPEN) | {"ho-so": Status.DONE}
DONE = everybody_at(Status.DONE)


def unit(code: str, name: str, area: str = "", statuses: dict[str, Status] = OPEN) -> UnitReport:
    return unit_report(commune(code, name, area=area), statuses)


def map_of(report: Report) -> heatmap.Heatmap:
    return heatmap.build_heatmap(report, tuple(number_milestones(report)), "vi")


def many(count: int, area_count: int) -> Report:
    made = [unit(f"{n:05}", f"Số {n}", f"Vùng {n % area_count}", DONE if n % 7 else OPEN) for n in range(count)]
    return the_report(*made)


def test_units_stand_area_by_area_and_in_each_the_one_furthest_behind_first() -> None:
    report = the_report(
        unit("00001", "Một", "Tây", DONE),
        unit("00002", "Hai", "Tây"),
        unit("00003", "Ba", "Đông", LATE),
        unit("00004", "Bốn", "", OPEN),
    )
    names = [(row.name, row.cells is None) for row in map_of(report).rows]
    assert names == [
        ("Đông", True), ("Xã Ba", False),
        ("Tây", True), ("Xã Hai", False), ("Xã Một", False),
        ("Chưa xếp nhóm", True), ("Xã Bốn", False),
    ]  # fmt: skip


def test_without_areas_nobody_is_put_under_a_heading() -> None:
    report = the_report(unit("00001", "Một", statuses=DONE), unit("00002", "Hai"))
    assert [row.name for row in map_of(report).rows] == ["Xã Hai", "Xã Một"]


def test_columns_have_the_numbers_of_the_table_and_milestones_that_have_not_begun_none() -> None:
    report = the_report(unit("00001", "Một"))
    shown = map_of(report)
    numbers = {line.row.milestone.id: line.number for line in number_milestones(report)}
    assert shown.columns == tuple(sorted(numbers[name] for name in ("to-bau-cu", "ho-so", "sau")))
    assert shown.waiting == 1
    assert "1 mốc chưa đến thời gian" in heatmap.describe(shown, "vi")


def test_a_cell_is_the_most_pressing_step_of_the_unit_in_the_milestone() -> None:
    report = the_report(unit("00001", "Một"), unit("00002", "Hai", statuses=everybody_at(Status.UNKNOWN)))
    cells = {row.name: row.cells for row in map_of(report).rows}
    assert cells["Xã Một"] == (Status.OVERDUE, Status.OVERDUE, Status.OPEN)
    assert cells["Xã Hai"] == (Status.UNKNOWN,) * 3


def test_where_nobody_ever_answered_every_milestone_is_shown_as_unknown() -> None:
    shown = map_of(the_report(unit("00001", "Một", statuses=everybody_at(Status.UNKNOWN))))
    assert len(shown.columns) == 4
    assert shown.waiting == 0


@given(st.lists(STATUSES, min_size=1, max_size=5))
def test_every_cell_has_its_sign(statuses: list[dict[str, Status]]) -> None:
    report = the_report(*(unit(f"{n:05}", f"Số {n}", statuses=s) for n, s in enumerate(statuses)))
    shown = map_of(report)
    if not shown.columns:
        return
    signs = {status: sign for status, sign, _ in shown.signs}
    root = ET.fromstring(heatmap.draw(shown, "Đợt", "vi"))  # noqa: S314 - our own
    keys = Counter(sign for _, sign, _ in shown.signs)
    drawn = Counter[str]()
    for words in root.iter(SVG + "text"):
        if (words.get("class") or "").startswith("sign"):
            assert len(words.text or "") == len((words.get("x") or "").split())
            drawn.update(words.text or "")
    assert drawn - keys == Counter(signs[s] for row in shown.rows for s in row.cells or () if s)


def test_two_hundred_units_fit_two_panels_and_more_become_areas() -> None:
    assert not map_of(many(200, 5)).is_by_area
    shown = map_of(many(201, 5))
    assert shown.is_by_area
    assert [row.name for row in shown.rows] == [f"Vùng {n} ({41 if n == 0 else 40})" for n in range(5)]


def test_an_area_says_how_many_of_its_units_are_done_and_overdue() -> None:
    (row,) = map_of(many(210, 1)).rows
    assert row.cells == (Status.OVERDUE,) * 2 + (Status.DONE,) * 2
    assert row.notes[0] == ("85%", "Q30")
    assert row.notes[-1] == ("85%",)


@pytest.mark.parametrize("count", [148, 200, 3321])
def test_a_map_of_many_units_stays_light_and_inside_its_picture(count: int) -> None:
    written = standalone_picture(many(count, 34), "heatmap", "vi")
    assert len(written.encode()) < 150_000
    root = ET.fromstring(written)  # noqa: S314 - our own
    inner = next(e for e in root.iter(SVG + "svg") if e.get("viewBox", "").startswith("0 0 720 "))
    bottom = float(inner.attrib["viewBox"].split()[3])
    for words in inner.iter(SVG + "text"):
        assert all(0 <= float(x) <= 720 for x in words.attrib["x"].split())
        assert 0 <= float(words.attrib["y"]) <= bottom


@given(st.lists(st.tuples(STATUSES, st.sampled_from(["", "Đông", "Tây"])), max_size=6), st.sampled_from(list(Status)))
def test_bars_add_up_to_the_totals_of_the_report(made: list[tuple[dict[str, Status], str]], province: Status) -> None:
    units = [unit(f"{n:05}", f"Số {n}", area, statuses) for n, (statuses, area) in enumerate(made)]
    report = the_report(*units, province=province)
    everything, *parts = shares(report, "vi")
    assert everything.counts == report.known_statuses() == sum((Counter(p.counts) for p in parts), Counter())
    assert sum(p.units for p in parts) == everything.units == len(report.units)
    assert sum(areas.part_counts(everything)) == everything.total
    assert everything.total == sum(report.statuses().values()) - report.statuses()[Status.NOT_APPLICABLE]


def test_without_areas_units_are_grouped_by_kind_and_nobody_is_lost() -> None:
    ward = unit_report(commune("00002", "Hai"), OPEN)
    ward = ward._replace(unit=type(ward.unit)("00002", UnitKind.WARD, "Hai"))
    found = groups(the_report(ward, unit("00001", "Một")), "vi")
    assert [(g.name, len(g.units)) for g in found] == [("Các xã", 1), ("Các phường", 1)]


def test_a_bar_is_as_wide_as_its_part_and_says_its_number() -> None:
    report = the_report(unit("00001", "Một"), unit("00002", "Hai", statuses=DONE))
    root = ET.fromstring(areas.draw(shares(report, "vi"), "Đợt", "vi"))  # noqa: S314 - our own
    first = next(e for e in root.iter(SVG + "g") if "Toàn bộ" in "".join(e.itertext()))
    parts = [e for e in first.iter(SVG + "rect") if e.get("class") != "frame"]
    wide = [float(e.attrib["width"]) for e in parts]
    assert sum(wide) == pytest.approx(areas.RIGHT - areas.LEFT, abs=0.5)
    assert wide[0] == pytest.approx((areas.RIGHT - areas.LEFT) * 5 / 11, abs=0.1)
    assert "5" in [e.text for e in first.iter(SVG + "text")]
    assert any("xong 5/11 (45,5%)" in (e.text or "") for e in first.iter(SVG + "text"))


def test_of_too_many_areas_those_with_most_overdue_are_kept_in_their_order() -> None:
    made = [Share(str(n), 1, Counter({Status.OVERDUE: n % 3, Status.DONE: 3 - n % 3})) for n in range(9)]
    assert [share.name for share in most_behind(made, 3)] == ["2", "5", "8"]


def test_an_area_says_how_many_are_unknown_beside_those_overdue_and_has_room_for_it() -> None:
    silent, late = everybody_at(Status.UNKNOWN), everybody_at(Status.OVERDUE)
    made = [unit(f"{n:05}", f"Số {n}", "Vùng", silent if n < 30 else late if n < 50 else DONE) for n in range(210)]
    shown = map_of(the_report(*made))
    (row,) = shown.rows
    assert row.notes[0] == ("76%", "Q20", "?30")
    assert (shown.unknown_cells, shown.unknown_units) == (30 * len(shown.columns), 30)
    root = ET.fromstring(heatmap.draw(shown, "Đợt", "vi"))  # noqa: S314 - our own
    lines = sorted(float(e.attrib["y"]) for e in root.iter(SVG + "text") if e.text in {"76%", "Q20", "?30"})
    ground = next(e.attrib["d"] for e in root.iter(SVG + "path") if e.get("class") == "c overdue")
    top, high = float(ground[1:].split("h")[0].split()[1]), float(ground.split("v")[1].split("h")[0])
    assert top < lines[0] < lines[-1] < top + high


def test_a_step_kept_from_before_its_deadline_is_unknown_in_every_picture() -> None:
    kept = dict(DONE) | {"lap-to": Status.OPEN}
    report = the_report(unit("00001", "Một", statuses=kept), unit("00002", "Hai", statuses=DONE), province=Status.DONE)
    cells = {row.name: row.cells for row in map_of(report).rows}
    assert cells["Xã Một"] == (Status.UNKNOWN, *[Status.DONE] * 3)
    everything, *_ = shares(report, "vi")
    assert (everything.counts[Status.UNKNOWN], everything.counts[Status.OPEN]) == (1, 0)
    first, *others = number_milestones(report)
    assert (first.state, first.has_unknown) == ("unknown", True)
    assert {line.state for line in others if not line.row.is_national_only} == {"done"}


def test_a_milestone_past_its_deadline_has_a_column_though_nobody_is_known_to_have_begun_it() -> None:
    kept = everybody_at(Status.UPCOMING)
    assert map_of(the_report(unit("00001", "Một", statuses=kept))).columns == (1, 2)


@pytest.mark.parametrize(("days_before", "drawn"), [(12, True), (5, False)])
def test_a_milestone_of_silent_units_alone_has_a_column_once_its_time_has_come(
    days_before: int, *, drawn: bool
) -> None:
    """A step without a window can be worked on from thirty days before its deadline."""
    due, one = f"election_day - {days_before} days", Scope(codes=frozenset({"00002"}))
    theirs = milestone("rieng", due, steps=(step("mot-don-vi", due, milestone="rieng", applies_to=one),))
    of = the_checklist()
    of = replace(of, milestones=(*of.milestones, theirs))
    silent = everybody_at(Status.UNKNOWN) | {"mot-don-vi": Status.UNKNOWN}
    told = unit_report(commune("00001", "Một"), OPEN, of=of)
    report = the_report(told, unit_report(commune("00002", "Hai"), silent, of=of), of=of)
    number = next(line.number for line in number_milestones(report) if line.row.milestone.id == "rieng")
    shown = map_of(report)
    assert (number in shown.columns) is drawn
    assert (shown.unknown_cells, shown.waiting) == ((4, 1) if drawn else (3, 2))
