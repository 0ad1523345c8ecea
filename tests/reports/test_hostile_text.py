"""Text of units and of checklists does nothing to a terminal or to what shows Markdown."""

import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from lotrinh.core.checklist.checklist import Basis, Checklist, Confidence, Source
from lotrinh.core.checklist.deadline_diff import Move, MoveKind
from lotrinh.core.checklist.deadlines import Schedule
from lotrinh.core.checklist.rules import Moment
from lotrinh.core.report.report import Report
from lotrinh.core.status.observation import Outcome, Reason
from lotrinh.core.text import M, Text
from lotrinh.reports import moves
from lotrinh.reports.calendar import timeline
from lotrinh.reports.text import markdown, terminal
from lotrinh.reports.text.tables import clean
from tests.core.builders import ELECTION, milestone
from tests.reports.samples import LISTS, TEAMS, commune, the_checklist, the_report, unit_report

CONTROLS = ["\x1b[2J\x1b[31m", "\x9b31m", "\r", "\n", "\x07", "\x00", "\x7f", "\u202e", "\u2028", "\u200f", "\ufeff"]
MARKUP = [
    "| a | b |", "<script>alert(1)</script>", "![x](http://x)", "[x](http://x)", "`x`", "**x**", "_x_", "~~x~~", "# x",
    "&lt;b&gt;", "\\", "\\|", "<http://x>", "<!--", "---", "1. x", "> x", "- x", "    x", "$x$", "\n\n# x\n", "\n| x |",
]  # fmt: skip


def hostile(text: str) -> Report:
    """A report in which every text that comes from others is this one."""
    words = Text(text)
    basis = Basis("law", text, Confidence.A)
    steps = (
        replace(TEAMS, milestone="m", title=words, owner=words, basis=(basis,)),
        replace(LISTS, milestone="m", title=words),
    )
    of = the_checklist(
        title=words,
        sources={"law": Source("law", words, text), "decree": Source("decree", words)},
        milestones=(replace(milestone("m", "election_day - 43 days", steps=steps), title=words),),
    )
    flags: dict[str, dict[str, object]] = {
        "lap-to": {"obstacle": text, "returned": text, "stale": text},
        "niem-yet": {"excused": text},
    }
    outcome = (Outcome.INVALID, Reason.TYPE, M("{sentence}", sentence=text))
    unit = unit_report(commune(name=text), flags=flags, of=of, outcome=outcome)
    return the_report(unit, of=of, province_name=text, run=text, sample=True)


def is_harmless(drawn: str) -> bool:
    return all(c == "\n" or c.isprintable() for c in drawn)


@pytest.mark.parametrize("control", CONTROLS, ids=ascii)
def test_control_characters_reach_neither_terminal_nor_markdown(control: str) -> None:
    report = hostile(f"trước{control}sau")
    for made in (terminal.render(report, "vi", 120), markdown.render(report, "vi")):
        assert is_harmless(made)
        assert made.count("trước") > 10
        assert "sau" in made


def rendered_texts(of: Checklist, text: str) -> list[str]:
    schedule = Schedule(due=Moment(ELECTION), waiting=M("{text}", text=text))
    rows = [timeline.TimelineRow(s, schedule, None) for s in of.iter_steps()]
    move = Move(
        kind=MoveKind.MOVED,
        milestone="m",
        step="lap-to",
        title=Text(text),
        old=schedule,
        new=schedule._replace(due=None),
        days=None,
        becomes_overdue=False,
        scope=None,
    )
    moved = [moves.MoveRow(move, (commune(name=text),))]
    return [timeline.render_timeline(of, rows, "table", 120), moves.render_moves(moved, "table", 120)]


@pytest.mark.parametrize("control", CONTROLS, ids=ascii)
def test_control_characters_reach_no_table_of_deadlines_or_changes(control: str) -> None:
    text = f"trước{control}sau"
    for made in rendered_texts(hostile(text).checklist, text):
        assert is_harmless(made)
        assert "trước" in made


def test_vietnamese_letters_of_both_forms_are_no_control_characters() -> None:
    for form in ("NFC", "NFD"):
        text = unicodedata.normalize(form, "Đề nghị cấp huyện hỗ trợ kỹ thuật “đường truyền”…")
        assert clean(text) == text


PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def tokens(text: str) -> list[Token]:
    found: list[Token] = []
    for token in PARSER.parse(text):
        found += [token, *(token.children or [])]
    return found


def read(cell: Token) -> str:
    """What a reader of the cell sees."""
    assert cell.children is not None
    assert {child.type for child in cell.children} <= {"text", "text_special"}
    return "".join(child.content for child in cell.children)


@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("|\\`*_[]()<>#&~!-+.\n\r"), min_size=1))
def test_a_cell_of_markdown_shows_its_text_and_nothing_else(text: str) -> None:
    table = f"| a | b |\n| --- | --- |\n| x{markdown.escape(text)}x | z |\n"
    cells = [token for token in tokens(table) if token.type == "inline"]
    assert [read(cell) for cell in cells] == ["a", "b", f"x{clean(text)}x", "z"]


@pytest.mark.parametrize("text", MARKUP)
def test_a_report_full_of_markup_keeps_its_structure(text: str) -> None:
    def kinds(report: Report) -> list[str]:
        return [
            token.type for token in tokens(markdown.render(report, "vi")) if token.type not in {"text", "text_special"}
        ]

    assert kinds(hostile(f"trước {text} sau")) == kinds(hostile("trước sau"))


def test_the_structure_is_title_then_notice_then_tables() -> None:
    made = tokens(markdown.render(hostile("x"), "vi"))
    assert [token.tag for token in made if token.type == "heading_open"] == ["h1", "h2", "h2", "h2", "h2"]
    first: list[Any] = [token for token in made if token.type == "strong_open"]
    assert len(first) == 1
