"""The same totals in every format."""

import csv
import io
import json
import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotrinh.core.report.bundle import ReportBundle
from lotrinh.core.report.report import Report
from lotrinh.core.status.status import Status
from lotrinh.core.status.wording import STATUS
from lotrinh.i18n import say
from lotrinh.reports.documents import RenderOptions, make
from tests.reports.samples import INVALID, OPEN, REACHED, UNREACHABLE, commune, table_cells, the_report, unit_report


def render_report(report: Report, form: str, width: int = 120) -> str:
    return make(ReportBundle(report), form, RenderOptions(width=width)).decode()


OUTCOMES = st.sampled_from([REACHED, UNREACHABLE, INVALID])
STATUSES = st.fixed_dictionaries({name: st.sampled_from(list(Status)) for name in OPEN})


@st.composite
def reports(draw: st.DrawFn) -> Report:
    units = []
    for number, statuses in enumerate(draw(st.lists(STATUSES, max_size=6))):
        units.append(unit_report(commune(f"{number:05}", f"Xã {number}"), statuses, outcome=draw(OUTCOMES)))
    return the_report(*units, province=draw(st.sampled_from(list(Status))), sample=draw(st.booleans()))


CODES = {say(words): status.value for status, words in STATUS.items()}


def totals_in_footing(text: str) -> dict[str, int]:
    """The totals of steps as the last lines of a report in words say them."""
    counts = re.search(r"Tổng số đầu việc: (.*)\.", text.replace("\\", ""))
    assert counts
    pairs = [part.split(" ", 1) for part in counts[1].split(", ")]
    return {CODES[words]: int(number) for number, words in pairs}


@given(reports())
def test_steps_by_status_are_the_same_in_json_csv_terminal_and_markdown(report: Report) -> None:
    parsed = json.loads(render_report(report, "json"))
    counted = Counter(step["status"] for unit in (parsed["province"], *parsed["units"]) for step in unit["steps"])
    assert {s: n for s, n in parsed["summary"]["statuses"].items() if n} == dict(counted)
    rows = csv.DictReader(io.StringIO(render_report(report, "csv")))
    assert Counter(row["status"] for row in rows) == counted
    for form in ("table", "markdown"):
        assert totals_in_footing(render_report(report, form)) == dict(counted)


@given(reports())
def test_units_by_outcome_are_the_same_in_json_csv_terminal_and_markdown(report: Report) -> None:
    parsed = json.loads(render_report(report, "json"))
    counted = Counter(unit["outcome"] for unit in parsed["units"])
    summary = parsed["summary"]
    assert summary["units"] == len(report.units) == sum(counted.values())
    assert [summary[name] for name in ("reached", "unreachable", "invalid")] == [
        counted[name] for name in ("REACHED", "UNREACHABLE", "INVALID")
    ]
    rows = {row["code"]: row["outcome"] for row in csv.DictReader(io.StringIO(render_report(report, "csv")))}
    assert rows == {unit["code"]: unit["outcome"] for unit in (parsed["province"], *parsed["units"])}
    line = (
        f"{summary['units']} đơn vị: {summary['reached']} hỏi được, {summary['unreachable']} không hỏi được, "
        f"{summary['invalid']} trả lời không hợp lệ"
    )
    for form in ("table", "markdown"):
        assert line in render_report(report, form)


@given(reports())
def test_outstanding_is_everything_neither_done_nor_not_applicable(report: Report) -> None:
    summary = json.loads(render_report(report, "json"))["summary"]
    finished = sum(summary["statuses"][name] for name in ("done", "done_late", "not_applicable"))
    assert summary["outstanding"] == sum(summary["statuses"].values()) - finished


@given(reports())
def test_milestones_have_the_same_figures_in_json_terminal_and_markdown(report: Report) -> None:
    parsed = [m for m in json.loads(render_report(report, "json"))["milestones"] if m["id"] != "toan-quoc"]
    expected = [
        [f"{m['done']}/{m['units']}", str(m["overdue"] or "—"), str(m["unknown"] or "—")] if m["units"] else ["—"] * 3
        for m in parsed
    ]
    markdown = render_report(report, "markdown")
    assert [row[3:6] for row in table_cells(markdown, "MỐC THỜI GIAN")[1:]] == expected
    drawn = render_report(report, "table", 180).split("MỐC THỜI GIAN\n")[1].split("\n\n")[0].splitlines()[2:]
    assert [re.split(r"\s{2,}", line)[3:6] for line in drawn] == expected


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_the_heading_counts_units_with_something_overdue_and_names_the_province_beside_them(form: str) -> None:
    report = the_report(unit_report(commune()), province=Status.OVERDUE)
    assert "3 đầu việc quá hạn ở 1 đơn vị và cấp tỉnh; 1 đầu việc sắp đến hạn" in render_report(report, form)
