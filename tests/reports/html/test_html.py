"""The report as one HTML file: the same totals, all of it there, nothing fetched, nothing run."""

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given

from lotrinh.core.report.bundle import ReportBundle
from lotrinh.core.report.report import Report, StepObstacle, UnitReport
from lotrinh.core.status.status import Status
from lotrinh.core.status.wording import STATUS
from lotrinh.i18n import LANGUAGES, say
from lotrinh.reports.html.html import html_page
from lotrinh.reports.text.tables import clean
from tests.reports.samples import (
    INVALID,
    LISTS,
    NOW,
    TEAMS,
    UNREACHABLE,
    commune,
    everybody_at,
    the_report,
    unit_report,
)
from tests.reports.test_hostile_text import CONTROLS, MARKUP, hostile
from tests.reports.test_totals import reports

VOID = frozenset({"meta", "br", "img", "hr", "input", "link"})
AT = datetime(2026, 2, 1, 2, tzinfo=UTC)


@dataclass
class Node:
    """One element with its attributes; ``text`` is all text in it."""

    tag: str
    attributes: dict[str, str | None]
    inside: list["Node"] = field(default_factory=list)
    text: str = ""

    def all(self, *tags: str) -> list["Node"]:
        found = [self] if not tags or self.tag in tags else []
        return [*found, *(node for each in self.inside for node in each.all(*tags))]


class Tree(HTMLParser):
    """Reads a page into nodes, and finds elements that are not closed as they were opened."""

    def __init__(self, written: str) -> None:
        super().__init__()
        self.root = Node("", {})
        self.open = [self.root]
        self.feed(written)
        assert [node.tag for node in self.open] == [""]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, dict(attrs))
        self.open[-1].inside.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inside.append(Node(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        for node in self.open:
            node.text += data


def read(report: Report, language: str = "vi") -> Node:
    return Tree(html_page(ReportBundle(report), language)).root


def table(root: Node, caption: str) -> list[list[str]]:
    """The rows of a table, its head first."""
    made = next(t for t in root.all("table") if t.all("caption")[0].text == caption)
    return [[cell.text for cell in row.all("th", "td")] for row in made.all("tr")]


def full(**more: Any) -> Report:
    obstacle = StepObstacle(
        unit=commune(),
        step=TEAMS,
        text="Thiếu mẫu <b>",
        is_proposal=False,
        reported_at=AT,
        answer="",
        answered_at=None,
        handed_to="Sở Nội vụ",
        sample=False,
    )
    answered = obstacle._replace(
        text="Đề nghị cấp mẫu", is_proposal=True, answer="Đã cấp", answered_at=AT, handed_to=""
    )
    units = (
        unit_report(commune(), flags={"niem-yet": {"obstacle": "Thiếu mẫu <b>"}}),
        unit_report(commune("04960", "Liên Sơn"), everybody_at(Status.UNKNOWN), outcome=UNREACHABLE, heard=None),
        unit_report(commune("04993", "Cao Dương"), everybody_at(Status.DONE), outcome=INVALID),
    )
    return the_report(*units, obstacles=(obstacle, answered), **more)


@given(reports())
def test_its_totals_are_the_reports(report: Report) -> None:
    root, summary, statuses = read(report), report.summary(), report.statuses()
    words = {say(STATUS[s]): str(n) for s, n in statuses.items() if n}
    rows = dict(table(root, "Tình trạng của tất cả đầu việc")[1:])
    assert rows == words | {
        "Tổng số đầu việc": str(statuses.total()),
        "Trong đó chưa xong hoặc chưa rõ": str(summary["outstanding"]),
    }
    assert (
        f"{summary['units']} đơn vị: {summary['reached']} hỏi được, {summary['unreachable']} không hỏi được, "
        f"{summary['invalid']} trả lời không hợp lệ"
    ) in root.text
    figures = {row[0].split(". ", 1)[1].removesuffix(" (?)"): row[4:7] for row in table(root, MILESTONES)[1:]}
    for row in report.milestones:
        counts = [f"{row.done}/{row.units}", str(row.overdue or "—"), str(row.unknown or "—")]
        assert figures[row.milestone.title.vi] == (counts if row.units else ["—"] * 3)
    pressing = [r for t in root.all("table") if "steps" in (t.attributes["class"] or "") for r in t.all("tr")[1:]]
    assert len(pressing) == sum(map(count_pressing, report.everybody))


def count_pressing(unit: UnitReport) -> int:
    """Count what presses in a unit: overdue, due soon, or past its deadline without our knowing; silence aside."""
    if all(s.status is Status.UNKNOWN for s in unit.step_statuses):
        return 0
    said = [s for s in unit.step_statuses if s.status in {Status.OVERDUE, Status.DUE_SOON}]
    left = [s for s in unit.step_statuses if not s.status.is_finished and s not in said]
    return len(said) + sum(s.due is not None and s.due <= NOW for s in left)


MILESTONES = "Các mốc theo hạn; số như trong hình"


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_fetched_and_nothing_runs(language: str) -> None:
    written = html_page(ReportBundle(full(sample=True)), language)
    root = Tree(written).root
    policy = next(m for m in root.all("meta") if m.attributes.get("http-equiv") == "Content-Security-Policy")
    assert policy.attributes["content"] == "default-src 'none'; style-src 'unsafe-inline'"
    tags = {node.tag for node in root.all()}
    assert tags.isdisjoint({"script", "link", "img", "iframe", "object", "embed", "form", "image", "use", "base"})
    for node in root.all():
        assert not any(name.startswith("on") or name in {"src", "style", "xlink:href"} for name in node.attributes)
        assert (node.attributes.get("href") or "#").startswith("#")
    assert not re.search(r"@import|url\((?!#)", written)


def test_it_is_in_its_language_with_headings_in_order_and_tables_that_say_what_they_are() -> None:
    root = read(full())
    assert root.all("html")[0].attributes["lang"] == "vi"
    levels = [int(h.tag[1]) for h in root.all("h1", "h2", "h3", "h4")]
    assert levels.count(1) == 1
    assert all(below <= above + 1 for above, below in pairwise(levels))
    assert len(root.all("table")) > 8
    for each in root.all("table"):
        assert each.all("caption")[0].text
        assert all(head.attributes.get("scope") in {"col", "row"} for head in each.all("th"))
        wide = {len(row.all("th", "td")) for row in each.all("tr")}
        assert len(wide) == 1
    assert all(svg.attributes.get("role") == "img" and svg.attributes["aria-labelledby"] for svg in root.all("svg"))
    targets = {node.attributes["id"] for node in root.all() if "id" in node.attributes}
    assert {(a.attributes["href"] or "")[1:] for a in root.all("a")} <= targets


def test_every_picture_has_a_sentence_and_figures_beside_it() -> None:
    root = read(full())
    assert len(root.all("svg")) == len(root.all("figcaption")) == 4
    assert all(caption.text.strip() for caption in root.all("figcaption"))
    for caption in (MILESTONES, "Cộng dồn đến hết ngày, đếm từng đầu việc ở từng đơn vị", "Số đầu việc ở từng đơn vị"):
        assert len(table(root, caption)) > 2
    shares = table(root, "Tình trạng đầu việc, không kể việc không áp dụng")
    assert shares[1][0] == "Toàn bộ"
    assert [row[0] for row in shares[2:]] == ["Các xã", "Việc của cấp tỉnh"]


def test_without_charts_the_figures_remain() -> None:
    root = Tree(html_page(ReportBundle(full(), has_charts=False), "vi")).root
    assert root.all("svg") == []
    assert table(root, MILESTONES)


def test_units_that_could_not_be_asked_are_named_with_the_reason_and_not_as_late() -> None:
    root = read(full())
    rows = table(root, "ĐƠN VỊ KHÔNG HỎI ĐƯỢC (không tính là chưa làm)")
    assert rows[1] == ["Xã Liên Sơn (04960)", "không hỏi được", "máy của xã từ chối kết nối", "chưa bao giờ"]
    assert rows[2][:2] == ["Xã Cao Dương (04993)", "trả lời không hợp lệ"]
    assert not any("Liên Sơn" in summary.text for summary in root.all("summary"))
    assert "1 đơn vị chưa từng trả lời hợp lệ: mọi đầu việc chưa xác định." in root.text


def test_what_units_say_stands_with_its_answer() -> None:
    root = read(full())
    assert table(root, "Khó khăn, vướng mắc")[1] == [
        "Xã Lương Sơn (04924)", "Việc lap-to", "Thiếu mẫu <b>", "Đã chuyển Sở Nội vụ."
    ]  # fmt: skip
    assert table(root, "Kiến nghị")[1][2:] == ["Đề nghị cấp mẫu", "Đã cấp (09:00 01/02/2026)"]


def test_what_is_due_in_the_coming_days_follows_the_dossier() -> None:
    soon = Tree(html_page(ReportBundle(full(), ahead_days=3), "vi")).root
    later = Tree(html_page(ReportBundle(full(), ahead_days=60), "vi")).root
    assert "Việc hoi-nghi" not in {row[1] for row in table(soon, "Việc đến hạn trong 3 ngày tới")}
    assert "Việc hoi-nghi" in {row[1] for row in table(later, "Việc đến hạn trong 60 ngày tới")}


def test_what_presses_is_folded_unit_by_unit_in_areas_where_there_are_any() -> None:
    report = full()
    assert [s.text for s in read(report).all("summary")][-1] == "Xã Lương Sơn (04924): 2 quá hạn, 1 sắp đến hạn"
    placed = tuple(u._replace(unit=replace(u.unit, area="Vùng Tây")) for u in report.units)
    assert "Vùng Tây" in [h.text for h in read(replace(report, units=placed)).all("h4")]


def test_too_much_to_list_is_counted_by_unit_instead() -> None:
    units = [unit_report(commune(f"{n:05}", f"Số {n}"), everybody_at(Status.OVERDUE)) for n in range(700)]
    root = read(the_report(*units))
    assert "Có quá nhiều đầu việc để liệt kê ở đây" in root.text
    assert len(table(root, "Số đầu việc ở từng đơn vị")) == 701
    assert not any(d.attributes.get("class") == "unit" for d in root.all("details"))


def test_doubtful_facts_and_sample_data_are_marked() -> None:
    marked = read(full(sample=True))
    assert len([p for p in marked.all("p") if p.attributes.get("class") == "sample"]) == 2
    assert "(?) căn cứ hoặc thời hạn chưa kiểm chứng" in marked.text
    assert any(row[0].endswith("(?)") for row in table(marked, MILESTONES))
    assert "DỮ LIỆU MẪU" not in read(full()).text


def test_the_hashes_by_which_it_can_be_made_again_are_whole() -> None:
    report = full()
    footer = read(report).all("footer")[0].text
    assert report.head in footer
    assert report.checklist.content_hash in footer


@pytest.mark.parametrize("text", [*MARKUP, *CONTROLS, "]]>", "{{ 7*7 }}", "</style>", "\ud800"], ids=ascii)
def test_hostile_text_is_text(text: str) -> None:
    obstacles = tuple(
        StepObstacle(
            unit=commune(name=text),
            step=LISTS,
            text=text,
            is_proposal=proposal,
            reported_at=AT,
            answer=text,
            answered_at=AT,
            handed_to=text,
            sample=False,
        )
        for proposal in (False, True)
    )

    def shape(report: Report) -> list[tuple[str, tuple[str, ...]]]:
        nodes = Tree(html_page(ReportBundle(replace(report, obstacles=obstacles)), "vi")).root.all()
        return [(node.tag, tuple(node.attributes)) for node in nodes if node.tag != "text"]

    root = Tree(html_page(ReportBundle(replace(hostile(f"a{text}z"), obstacles=obstacles)), "vi")).root
    assert shape(hostile(f"a{text}z")) == shape(hostile("a z"))
    assert root.text.count(clean(f"a{text}z")) > 10
    assert all(c == "\n" or c.isprintable() for c in root.text)


def test_the_same_dossier_gives_the_same_bytes() -> None:
    assert html_page(ReportBundle(full()), "vi") == html_page(ReportBundle(full()), "vi")


def test_a_report_of_one_unit_and_one_of_nobody_are_whole_pages_too() -> None:
    report = full()
    assert "Xã Lương Sơn" in read(replace(report, units=report.units[:1], province=None)).text
    assert (
        "Chưa đầu việc nào có hạn." in read(replace(report, units=(), province=None, milestones=(), obstacles=())).text
    )
