"""Every decision under docs/adr tells when it was made, whether it holds, and what it was made against."""

import re
from datetime import date
from pathlib import Path

import pytest

from tests.conftest import TOP

DECISIONS = sorted((TOP / "docs" / "adr").glob("*.md"))
NUMBERS = [int(path.name[:4]) for path in DECISIONS]
LEAD_WORDS = ("Context", "Decision", "Instead of")
HALF_A_PAGE = 30
"""Lines."""
HEAD = re.compile(
    r"# (\d+)\. (\S.*)\n\nDate: (\d{4}-\d\d-\d\d)\. State: (accepted|(?:amended|superseded) by (\d+))\.\n\n"
)


def head_of(path: Path) -> re.Match[str]:
    head = HEAD.match(path.read_text(encoding="utf-8"))
    assert head, f"{path.name}: a title with its number, then “Date: YYYY-MM-DD. State: accepted|amended by N|…”"
    return head


def test_decisions_are_numbered_from_one_without_a_gap() -> None:
    assert list(range(1, len(DECISIONS) + 1)) == NUMBERS


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.name)
def test_a_decision_has_its_number_a_date_and_a_state(path: Path) -> None:
    head = head_of(path)
    assert int(head[1]) == int(path.name[:4])
    date.fromisoformat(head[3])


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.name)
def test_a_decision_gives_its_context_what_was_decided_and_instead_of_what(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert tuple(re.findall(r"^\*\*(.+?)\*\*: \S", text, re.MULTILINE)) == LEAD_WORDS
    assert len(text.splitlines()) <= HALF_A_PAGE


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.name)
def test_a_decision_that_was_changed_names_a_later_one_that_speaks_of_it(path: Path) -> None:
    head = head_of(path)
    if changed_by := head[5]:
        assert int(head[1]) < int(changed_by) <= len(DECISIONS)
        later = DECISIONS[int(changed_by) - 1].read_text(encoding="utf-8")
        assert re.search(rf"decision {head[1]}\b", later), f"{changed_by} does not speak of decision {head[1]}"


def test_decisions_are_numbered_in_the_order_of_their_days() -> None:
    days = [head_of(path)[3] for path in DECISIONS]
    assert days == sorted(days)
