"""YAML is read to the letter, and what a checklist must not contain is refused with its place."""

import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotrinh.catalog.tree import read_tree
from lotrinh.errors import BadInput


def places(raw: bytes) -> list[tuple[int, int]]:
    with pytest.raises(BadInput) as caught:
        read_tree(raw, "f.yaml")
    return [(p.line, p.column) for p in caught.value.problems]


def test_scalars_follow_yaml_1_2_and_codes_and_dates_stay_text() -> None:
    data = read_tree(
        b"a: no\nb: 0123\nc: 12\nd: 2026-03-15\ne: true\nf: ~\ng: 1.5\nh: '7'\ni: 17:00\nj: off\n", "f"
    ).data
    assert data == {
        "a": "no", "b": "0123", "c": 12, "d": "2026-03-15", "e": True, "f": None, "g": 1.5, "h": "7", "i": "17:00",
        "j": "off",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "where"),
    [
        (b"a: &x 1\nb: *x\n", [(1, 4), (2, 4)]),
        (b"a: !!int 3\nb: !own 1\n", [(1, 4), (2, 4)]),
        (b"a: 1\nb: 2\na: 3\n", [(3, 1)]),
        (b"a:\n\tb: 1\n", [(2, 1)]),
        (b"a: 1\n---\nb: 2\n", [(2, 1)]),
        (b"a: 1\nb: \xff\n", [(2, 4)]),
        (b"a: 1\nb: \x00\n", [(2, 4)]),
        (b"", [(1, 1)]),
        (b"- a\n", [(1, 1)]),
        (b"a: [1, 2\n", [(1, 4)]),
        (b"a: " + b"[" * 3000 + b"]" * 3000, [(1, 23)]),
        (b"{[1]: 2}", [(1, 2)]),
        (b"a: " + b"x" * 1_000_000, [(0, 0)]),
    ],
    ids=[
        "alias",
        "tag",
        "duplicate",
        "tab",
        "documents",
        "utf8",
        "nul",
        "empty",
        "list",
        "syntax",
        "deep",
        "key",
        "size",
    ],
)
def test_what_is_refused_is_named_with_line_and_column(raw: bytes, where: list[tuple[int, int]]) -> None:
    assert places(raw) == where


def test_a_bomb_costs_neither_time_nor_memory() -> None:
    """In a process with 150 MB of address space above its start: expansion would not fit."""
    script = """
import resource, sys, time
from lotrinh.catalog.tree import read_tree
from lotrinh.errors import BadInput
bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\\n" + "".join(
    f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * 9) + "]\\n" for n in range(1, 12))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
started = time.process_time()
for raw in (bomb, "[" * 3000, "{a: " * 3000, "- " * 3000):
    try:
        read_tree(raw.encode(), "bomb")
    except BadInput as error:
        assert error.problems[0].line >= 1
    else:
        sys.exit("accepted")
assert time.process_time() - started < 1
assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


@given(st.binary(max_size=300))
def test_arbitrary_bytes_give_data_or_a_sentence(raw: bytes) -> None:
    try:
        assert isinstance(read_tree(raw, "f").data, dict)
    except BadInput as error:
        assert error.problems


@given(st.text(alphabet="ab:-[]{}&*!|>'\"#%@\n \t,?", max_size=80))
def test_yaml_like_text_gives_data_or_a_sentence(text: str) -> None:
    try:
        assert isinstance(read_tree(text.encode(), "f").data, dict)
    except BadInput as error:
        assert error.problems


def test_vietnamese_is_composed() -> None:
    assert read_tree(unicodedata.normalize("NFD", "a: Lương Sơn").encode(), "f").data == {"a": "Lương Sơn"}
