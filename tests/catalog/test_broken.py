"""A checklist that is not YAML: what is wrong, where, and the line, whichever of the reader's two parts found it."""

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from lotrinh.catalog.broken import yaml_problem
from lotrinh.catalog.tree import read_tree
from lotrinh.errors import BadInput, Problem
from lotrinh.i18n import say

USUAL = [
    ("id: a\ntitle: Bầu cử: lần 1\n", "2:14", "Chữ có dấu hai chấm phải ở trong nháy", "title: Bầu cử: lần 1"),
    ('id: a\ntitle "x"\nsteps: 1\n', "2:1", "thiếu dấu hai chấm", 'title "x"'),
    ("steps:\n  - id: a\n title: b\n", "3:2", "thụt dòng không thẳng", "title: b"),
    ("- a\nb: 1\n", "2:1", "thụt dòng không thẳng", "b: 1"),
    ('id: "x" y\n', "1:9", "còn chữ thừa", 'id: "x" y'),
    ('id: "a\ntitle: b\n', "1:5", "dấu nháy đóng", 'id: "a'),
    ("units: [a, b\nid: c\n", "1:8", "danh sách chưa đóng", "units: [a, b"),
    ("title: {vi: a\nid: c\n", "1:8", "ngoặc nhọn", "title: {vi: a"),
    ("id: @x\n", "1:5", "ký tự đặc biệt", "id: @x"),
    ("id: ]\n", "1:5", "dòng này không đọc được", "id: ]"),
]


def found(text: str, *, pure: bool) -> Problem:
    with pytest.raises(MarkedYAMLError) as caught:
        list(YAML(typ="safe", pure=pure).parse(text))
    return yaml_problem("x.yaml", text, caught.value)


@pytest.mark.parametrize("pure", [True, False])
@pytest.mark.parametrize(("text", "place", "words", "line"), USUAL, ids=[text for text, *_ in USUAL])
def test_usual_mistakes_are_named_with_their_place_and_their_line(
    text: str, place: str, words: str, line: str, *, pure: bool
) -> None:
    problem = found(text, pure=pure)
    said = say(problem.sentence)
    assert problem.place == f"x.yaml:{place}"
    assert said.startswith("Không đúng cú pháp YAML: ")
    assert words in said
    assert said.endswith(f". Dòng ấy: {line}")


def test_a_backslash_in_double_quotes_is_named() -> None:
    assert "nháy đơn" in say(found('id: "a\\q"\n', pure=True).sentence)


def test_a_long_line_is_shown_shortened() -> None:
    with pytest.raises(BadInput) as caught:
        read_tree(f"id: @{'x' * 5000}\n".encode(), "x.yaml")
    (problem,) = caught.value.problems
    assert len(say(problem.sentence)) < 200
