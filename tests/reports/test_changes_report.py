"""What changed, as table, Markdown, HTML, CSV and JSON: the same figures, titles and not ids, text and not code."""

import csv
import io
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from lotrinh.core.report.changes import compare_snapshots
from lotrinh.core.report.snapshot import ReportSnapshot
from lotrinh.core.status.observation import Outcome
from lotrinh.core.status.status import Status
from lotrinh.core.text import Text
from lotrinh.reports.changes import RENDERERS, Comparison, change_counts, render_changes
from tests.core.snapshots import snapshot, step, unit
from tests.reports.samples import table_cells

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
TITLES = {"a": Text("Lập tổ", "Set up"), "b": Text("Niêm yết"), "c": Text("Hồ sơ")}
OPEN, DONE, OVERDUE = step(Status.OPEN), step(Status.DONE), step(Status.OVERDUE)
HOSTILE = "=1+1|<script>alert(1)</script>\x1b[31m\x00</style>"


def local(then: ReportSnapshot) -> ReportSnapshot:
    return replace(then, as_of=then.as_of.astimezone(ZONE))


def comparison_of(
    old: ReportSnapshot, new: ReportSnapshot, titles: Mapping[str, Text] = TITLES, *, swapped: bool = False
) -> Comparison:
    new = replace(new, run="luot-2", as_of=datetime(2026, 2, 3, 8, tzinfo=ZONE))
    title = Text("Bầu cử", "Election")
    return Comparison(
        title=title,
        province="Tỉnh Phú Thọ",
        old=local(old),
        new=new,
        changes=compare_snapshots(old, new),
        titles=titles,
        is_swapped=swapped,
    )


def many_changes() -> Comparison:
    """One of every kind of change."""
    old = snapshot(
        unit("1", a=OPEN, b=DONE, c=OPEN), unit("2", a=OPEN, b=step(Status.UNSCHEDULED, None)), unit("4"), unit("5")
    )
    new = snapshot(
        unit("1", a=DONE, b=OPEN, c=OVERDUE),
        unit("2", Outcome.UNREACHABLE, a=step(Status.OPEN, 5), b=OPEN, d=OPEN),
        unit("3"),
        unit("5"),
    )
    old = replace(old, units=tuple(u._replace(outcome=Outcome.INVALID) if u.unit.code == "5" else u for u in old.units))
    return comparison_of(old, new)


def test_every_kind_of_change_is_counted_at_the_top() -> None:
    assert change_counts(many_changes().changes) == {
        "done": 1, "undone": 1, "overdue": 1, "added": 1, "dropped": 0,
        "shifted": 1, "scheduled": 1, "silent": 1, "reached": 1, "joined": 1, "left": 1,
    }  # fmt: skip
    written = render_changes(many_changes(), "table", "vi", 160)
    top = written.split("\n\n", 1)[0]
    assert "1 việc mới xong, 1 việc không còn là xong, 1 việc mới quá hạn." in top
    assert "1 đơn vị mới không hỏi được, 1 đơn vị hỏi lại được; 1 hạn đã dời, 1 hạn mới định." in top
    assert "1 đơn vị mới, 1 đơn vị không còn." in top
    assert "thêm 1, bớt 0 đầu việc" in top


def test_steps_go_by_their_titles_and_units_by_their_names() -> None:
    written = render_changes(many_changes(), "markdown", "vi")
    assert table_cells(written, "Mới hoàn thành (1)")[1] == ["Lập tổ", "1", "Xã X1"]
    assert table_cells(written, "Đơn vị mới vào danh sách (1)")[1] == ["Xã X3 (3)"]
    assert "không hỏi được: máy từ chối" in written


def test_a_step_that_no_checklist_names_any_more_keeps_its_id() -> None:
    assert table_cells(render_changes(many_changes(), "markdown", "vi"), "Đầu việc mới (1)")[1][0] == "d"


def test_old_and_new_deadlines_stand_side_by_side_as_days() -> None:
    old, new = snapshot(unit("1", a=OPEN)), snapshot(unit("1", a=step(Status.OPEN, 5)))
    both = [
        replace(
            then,
            units=tuple(
                u._replace(
                    steps={n: s._replace(due=s.due and s.due.replace(tzinfo=ZONE, hour=23)) for n, s in u.steps.items()}
                )
                for u in then.units
            ),
        )
        for then in (old, new)
    ]
    row = table_cells(render_changes(comparison_of(*both), "markdown", "vi"), "Hạn đã dời (1)")[1]
    assert row[1:4] == ["03/02/2026", "05/02/2026", "1"]


def test_nothing_changed_is_said_in_every_form() -> None:
    same = comparison_of(snapshot(unit("1", a=OPEN)), snapshot(unit("1", a=OPEN)))
    for form in ("table", "markdown", "html"):
        assert "Không có gì thay đổi giữa hai lượt này." in render_changes(same, form, "vi")
    assert set(json.loads(render_changes(same, "json", "vi"))["summary"].values()) == {0}
    assert render_changes(same, "csv", "vi").count("\n") == 1


def test_csv_and_json_have_every_change_of_every_unit() -> None:
    rows = list(csv.DictReader(io.StringIO(render_changes(many_changes(), "csv", "vi"))))
    data = json.loads(render_changes(many_changes(), "json", "vi"))
    for name, count in change_counts(many_changes().changes).items():
        assert sum(row["change"] == name for row in rows) == count == data["summary"][name], name
    (moved,) = [row for row in rows if row["change"] == "shifted"]
    (same,) = data["shifted"]
    assert (moved["old_due_at"], moved["new_due_at"]) == (same["old_due_at"], same["new_due_at"])
    assert (data["from"]["run"], data["to"]["run"]) == ("luot", "luot-2")


def test_a_terminal_names_the_first_units_of_a_long_row_and_files_name_all() -> None:
    names = [f"{number:05}" for number in range(40)]
    long = comparison_of(snapshot(*(unit(n, a=OPEN) for n in names)), snapshot(*(unit(n, a=DONE) for n in names)))
    assert "và 32 đơn vị khác" in " ".join(render_changes(long, "table", "vi", 400).split())
    for form in ("markdown", "html", "csv"):
        assert render_changes(long, form, "vi").count("Xã X") == 40


def test_a_wrong_order_is_said() -> None:
    turned = comparison_of(snapshot(unit("1", a=OPEN)), snapshot(unit("1", a=DONE)), swapped=True)
    assert "đã đổi lại thứ tự" in render_changes(turned, "table", "vi")
    assert json.loads(render_changes(turned, "json", "vi"))["swapped"] is True


def test_sample_data_is_labelled_whichever_of_the_two_has_it() -> None:
    plain, sample = snapshot(unit("1", a=OPEN)), replace(snapshot(unit("1", a=DONE)), sample=True)
    for pair in ((plain, sample), (sample, plain)):
        for form in ("table", "markdown", "html", "csv"):
            assert "DỮ LIỆU MẪU" in render_changes(comparison_of(*pair), form, "vi"), form
        assert json.loads(render_changes(comparison_of(*pair), "json", "vi"))["sample"] is True
    assert "DỮ LIỆU MẪU" not in render_changes(comparison_of(plain, plain), "html", "vi")


def test_hostile_text_comes_out_as_text() -> None:
    def named(then: ReportSnapshot) -> ReportSnapshot:
        return replace(
            then,
            units=tuple(u._replace(unit=replace(u.unit, name=HOSTILE), reason=f"x: {HOSTILE}") for u in then.units),
        )

    old, new = named(snapshot(unit("1", a=OPEN))), named(snapshot(unit("1", Outcome.INVALID, a=DONE)))
    made = comparison_of(old, new, {"a": Text(HOSTILE)})
    page = render_changes(made, "html", "vi")
    assert "<script" not in page
    assert page.count("</style>") == 1
    for form in ("table", "markdown", "html"):
        assert not re.search(r"[\x00-\x09\x0b-\x1f]", render_changes(made, form, "vi")), form
    titles = [row["title"] for row in csv.DictReader(io.StringIO(render_changes(made, "csv", "vi"))) if row["title"]]
    assert titles
    assert all(title.startswith("'=") for title in titles)
    assert json.loads(render_changes(made, "json", "vi"))["done"][0]["title"] == HOSTILE


def test_the_page_needs_no_other_file_and_runs_nothing() -> None:
    page = render_changes(many_changes(), "html", "vi")
    assert not re.search(r"(?:src|href)=|@import|url\(|http-equiv=\"refresh", page)
    assert "default-src 'none'" in page
    assert page.startswith('<!doctype html>\n<html lang="vi">')


@pytest.mark.parametrize("form", RENDERERS)
def test_the_same_two_reports_give_the_same_bytes(form: str) -> None:
    assert render_changes(many_changes(), form, "vi") == render_changes(many_changes(), form, "vi")


def test_english_has_the_english_titles() -> None:
    assert "Set up" in render_changes(many_changes(), "csv", "en")
