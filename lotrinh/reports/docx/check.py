"""Reading an office's own template before it is filled: which placeholders it uses, and all that is wrong with it."""

import difflib
import html
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from jinja2 import nodes
from jinja2.exceptions import TemplateSyntaxError
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

from lotrinh.core.text import M
from lotrinh.errors import Problem
from lotrinh.reports.docx.placeholders import ROWS
from lotrinh.reports.tables import clean

WHERE = "template"
LONGEST = 80
"""Letters of a paragraph that are enough to find it by."""
TAG = re.compile(r"<[^>]*>")
PARAGRAPH = re.compile(r"<w:p([ >])")
Scope = Mapping[str, Sequence[str] | None]
"""Names that loops give, with the fields of what they stand for; None where it may be anything."""


class Wrong(NamedTuple):
    """A name that there is not, on which line of its part, and what could have been meant."""

    name: str
    line: int
    known: Sequence[str]


class Checked(NamedTuple):
    """One part of a template: the placeholders it uses, and its problems."""

    used: frozenset[str]
    problems: tuple[Problem, ...]


def checked(source: str, environment: ImmutableSandboxedEnvironment, known: Sequence[str]) -> Checked:
    """Check one part, as the template's library hands it to Jinja."""
    source = PARAGRAPH.sub(r"\n<w:p\1", source)
    try:
        environment.compile(source)
        tree = environment.parse(source)
    except TemplateSyntaxError as broken:
        return Checked(frozenset(), (_broken(broken, source),))
    used = find_undeclared_variables(tree)
    wrong = [*_unknown(tree, used.difference(known), known), *_fields(tree, {})]
    ordered = sorted(dict.fromkeys(wrong), key=lambda each: (each.line, each.name))
    return Checked(frozenset(used), tuple(_problem(each, source) for each in ordered))


def _unknown(tree: nodes.Template, names: set[str], known: Sequence[str]) -> Iterator[Wrong]:
    for node in tree.find_all(nodes.Name):
        if node.name in names:
            yield Wrong(node.name, node.lineno, tuple(known))


def _fields(node: nodes.Node, scope: Scope) -> Iterator[Wrong]:
    """Find fields that the rows of a list have not; loops over other things may hold anything."""
    if isinstance(node, nodes.For):
        scope = {**scope, **_given(node)}
    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        fields = scope.get(node.node.name)
        if fields is not None and node.attr not in fields:
            known = [f"{node.node.name}.{field}" for field in fields]
            yield Wrong(f"{node.node.name}.{node.attr}", node.lineno, tuple(known))
    for child in node.iter_child_nodes():
        yield from _fields(child, scope)


def _given(loop: nodes.For) -> Scope:
    if not isinstance(loop.target, nodes.Name):
        return {}
    return {loop.target.name: ROWS.get(loop.iter.name) if isinstance(loop.iter, nodes.Name) else None}


def _problem(wrong: Wrong, source: str) -> Problem:
    paragraph = paragraph_at(source, wrong.line, wrong.name)
    if close := difflib.get_close_matches(wrong.name, wrong.known, 1):
        sentence = M(
            "Không có chỗ điền “{name}” (ở đoạn: {paragraph}). Có phải là “{close}” không?",
            name=wrong.name,
            paragraph=paragraph,
            close=close[0],
        )
    else:
        sentence = M("Không có chỗ điền “{name}” (ở đoạn: {paragraph}).", name=wrong.name, paragraph=paragraph)
    return Problem(WHERE, 0, 0, sentence)


def _broken(error: TemplateSyntaxError, source: str) -> Problem:
    sentence = M(
        "Thẻ viết sai ở đoạn: {paragraph} ({message}). Mỗi {{%… %}} phải có thẻ đóng, tên chỉ gồm chữ, số và dấu _.",
        paragraph=paragraph_at(source, error.lineno, ""),
        message=error.message or "",
    )
    return Problem(WHERE, 0, 0, sentence)


def paragraph_at(source: str, line: int, name: str) -> str:
    """Return the words of the paragraph on a line, by which its writer finds it."""
    lines = source.split("\n")
    written = lines[min(max(line, 1), len(lines)) - 1]
    parts = [clean(html.unescape(TAG.sub("", part))).strip() for part in written.split("</w:p>")]
    found = next((part for part in parts if part and name in part), next(filter(None, parts), ""))
    return found if len(found) <= LONGEST else f"{found[: LONGEST - 1]}…"


def all_names(known: Sequence[str]) -> Problem:
    """Say which placeholders there are."""
    lists = "; ".join(f"{name} ({', '.join(fields)})" for name, fields in ROWS.items())
    plain = ", ".join(name for name in known if name not in ROWS)
    return Problem(WHERE, 0, 0, M("Các chỗ điền có sẵn: {plain}. Các bảng: {lists}.", plain=plain, lists=lists))
