"""The roll-up as table, Markdown, CSV and JSON: the same figures, and rates as Vietnamese people write them."""

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from lotrinh.core.report.report import Report
from lotrinh.core.report.rollup import Rollup, RollupRowKind, roll_up
from lotrinh.core.status.status import Status
from lotrinh.reports.rollup import decimal, heading, percent, render_rollup
from tests.reports.samples import OPEN, commune, table_cells, the_report, unit_report

HOSTILE = "=1+1|<script>alert(1)</script>\x1b[31m\x00**đậm**"


def report(area: str = "Hòa Bình", **more: object) -> Report:
    done = OPEN | {"lap-to": Status.DONE}
    ward = unit_report(commune("00002", name="Việt Trì", area="Phú Thọ"))
    return the_report(unit_report(commune("00001", area=area), done), ward, **more)


def one(area: str = "Hòa Bình", **more: object) -> list[Rollup]:
    return [roll_up(report(area, **more))]


def draw_rollup(form: str, by: RollupRowKind = RollupRowKind.AREA, language: str = "vi", **more: object) -> str:
    return render_rollup(one(**more), by, form, language, 200)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("part", "whole", "vi", "en"),
    [(2, 3, "66,7%", "66.7%"), (3, 3, "100%", "100%"), (0, 3, "0%", "0%"), (999, 1000, "99,9%", "99.9%")],
)
def test_a_rate_is_written_with_the_comma_of_its_language(part: int, whole: int, vi: str, en: str) -> None:
    assert (percent(part, whole, "vi"), percent(part, whole, "en")) == (vi, en)


def test_nearly_all_is_never_written_as_all() -> None:
    assert percent(99_999, 100_000, "vi") == "99,9%"
    assert percent(1, 100_000, "vi") == "0,1%"
    assert percent(0, 0, "vi") == "—"


def test_a_mean_has_one_digit_behind_the_comma() -> None:
    from fractions import Fraction

    assert [decimal(Fraction(*n), "vi") for n in ((9, 2), (1, 3), (95, 100))] == ["4,5", "0,3", "1,0"]


def test_provinces_of_different_days_are_named_with_how_much_older_their_figures_are() -> None:
    new = one()[0]
    old = replace(new, code="01", name="Hà Nội", as_of=new.as_of - timedelta(days=3))
    same = replace(new, code="79", name="Cần Thơ", as_of=new.as_of - timedelta(hours=5))
    text = render_rollup([new, old, same], RollupRowKind.PROVINCE, "table", "vi", 200)
    assert "Hà Nội: số liệu cũ hơn tỉnh mới nhất 3 ngày." in text
    assert text.count("số liệu cũ hơn") == 1


def test_the_table_has_a_row_for_each_area_and_one_for_all() -> None:
    head, *found, last = table_cells(draw_rollup("markdown"), "CÁC SỐ ĐO")
    assert head[:6] == ["Khu vực", "Số đơn vị", "Đến hạn", "Đã báo xong", "Báo đúng hạn", "Không rõ lúc báo"]
    assert [row[:4] for row in found] == [
        ["Việc của cấp tỉnh", "—", "—", "—"],
        ["Hòa Bình", "1", "2", "1 (50,0%)"],
        ["Phú Thọ", "1", "2", "0 (0%)"],
    ]
    assert last[:4] == ["Tổng cộng", "2", "4", "1 (25,0%)"]


def test_the_column_of_unknown_times_is_there_only_when_it_says_something() -> None:
    told = report()
    step_statuses = [
        s._replace(reported_at=told.as_of) if s.status is Status.DONE else s for s in told.units[0].step_statuses
    ]
    known = replace(told, units=(told.units[0]._replace(step_statuses=step_statuses), told.units[1]))
    assert "Không rõ lúc báo" not in render_rollup([roll_up(known)], RollupRowKind.AREA, "table", "vi", 200)
    assert any("không rõ báo lúc nào" in line.msgid for line in heading(one()[0].figures))
    assert not any("không rõ báo lúc nào" in line.msgid for line in heading(roll_up(known).figures))


def test_every_format_says_the_same_of_every_row() -> None:
    data = json.loads(draw_rollup("json"))
    lines = list(csv.DictReader(io.StringIO(draw_rollup("csv"))))
    assert [line["title"] for line in lines] == [*(row["title"] for row in data["rows"]), "Tổng cộng"]
    for line, row in zip(lines, [*data["rows"], data["total"]], strict=True):
        for name in ("units", "expected", "reported", "overdue", "unknown", "days_late", "longest", "ahead"):
            assert int(line[name]) == row[name], name
        percents = row["rates"]["reported"]["percent"]
        assert line["reported_percent"] == ("" if percents is None else str(percents))
    assert data["total"]["reported"] == one()[0].figures.reported


@pytest.mark.parametrize("by", RollupRowKind)
def test_every_way_of_looking_adds_up_to_the_same(by: RollupRowKind) -> None:
    data = json.loads(draw_rollup("json", by))
    for name in ("units", "expected", "reported", "overdue", "unknown", "days_late"):
        assert sum(row[name] for row in data["rows"]) == data["total"][name]


def test_sample_data_is_labelled_in_every_format() -> None:
    for form in ("table", "markdown"):
        assert "DỮ LIỆU MẪU" in draw_rollup(form, sample=True)
        assert "DỮ LIỆU MẪU" not in draw_rollup(form)
    assert json.loads(draw_rollup("json", sample=True))["sample"] is True
    assert {row["sample"][:11] for row in csv.DictReader(io.StringIO(draw_rollup("csv", sample=True)))} == {
        "DỮ LIỆU MẪU"
    }


def test_a_hostile_area_comes_out_as_text() -> None:
    assert "\n| \\=1" not in draw_rollup("markdown", area=HOSTILE)
    written = draw_rollup("markdown", area=HOSTILE)
    assert "<script>" not in written
    assert r"\*\*đậm\*\*" in written
    assert "\x1b" not in written + draw_rollup("table", area=HOSTILE)
    assert any(
        row["title"].startswith("'=1+1") for row in csv.DictReader(io.StringIO(draw_rollup("csv", area=HOSTILE)))
    )
    assert json.loads(draw_rollup("json", area=HOSTILE))["rows"][1]["key"] == HOSTILE


def test_several_provinces_are_added_and_another_checklist_is_told() -> None:
    other = replace(one()[0], code="01", name="Tỉnh Khác", checklist_hash="khac" * 16)
    third = replace(one()[0], code="02", name="Tỉnh Ba")
    written = render_rollup([*one(), other, third], RollupRowKind.PROVINCE, "markdown", "vi", 0)
    found = table_cells(written, "CÁC SỐ ĐO")
    assert [row[0] for row in found[1:]] == ["Tỉnh Khác", "Tỉnh Ba", "Tỉnh Phú Thọ", "Tổng cộng"]
    assert found[-1][1:4] == ["6", "12", "3 (25,0%)"]
    assert "Tỉnh Khác dùng bộ đầu việc khác (mã khackhackhac)." in written
    assert written.count("dùng bộ đầu việc khác") == 1


def test_the_terminals_table_fits_its_width() -> None:
    from wcwidth import wcswidth

    assert (
        max(wcswidth(line) for line in render_rollup(one(), RollupRowKind.AREA, "table", "vi", 120).splitlines()[5:])
        <= 120
    )


def test_the_same_report_gives_the_same_bytes() -> None:
    for form in ("table", "markdown", "csv", "json"):
        assert draw_rollup(form) == draw_rollup(form)
