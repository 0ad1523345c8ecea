"""Reading an office's own template before it is filled: which placeholders it uses, and all that is wrong with it."""

import difflib
import html
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from jinja2 import nodes
from jinja2.exceptions import TemplateSyntaxError
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

from lotrinh.core.text import M, Message
from lotrinh.errors import Problem
from lotrinh.reports.docx.grammar import TemplateRefusal, UnknownName, find_faults
from lotrinh.reports.docx.placeholders import ROWS
from lotrinh.reports.text.tables import clean

WHERE = "template"
LONGEST = 80
"""Letters of a paragraph that are enough to find it by."""
TAG = re.compile(r"<[^>]*>")
PARAGRAPH = re.compile(r"<w:p([ >])")
UNKNOWN_TAG = re.compile(r"unknown tag '(\w+)'")


class PartCheck(NamedTuple):
    """One part of a template: the placeholders it uses, and its problems."""

    placeholders: frozenset[str]
    problems: tuple[Problem, ...]


def check_part(source: str, environment: ImmutableSandboxedEnvironment, known: Sequence[str]) -> PartCheck:
    """Check one part, as the template's library hands it to Jinja."""
    source = PARAGRAPH.sub(r"\n<w:p\1", source)
    try:
        tree = environment.parse(source)
    except TemplateSyntaxError as broken:
        return PartCheck(
            frozenset(), (_refusal_problem(TemplateRefusal(broken.lineno, _syntax_sentence(broken)), source),)
        )
    except RecursionError:
        return PartCheck(frozenset(), (_refusal_problem(TemplateRefusal(1, M("lồng nhau quá sâu")), source),))
    found = list(find_faults(tree))
    refused = [each for each in found if isinstance(each, TemplateRefusal)]
    if refused:
        return PartCheck(frozenset(), tuple(dict.fromkeys(_refusal_problem(each, source) for each in refused)))
    used = find_undeclared_variables(tree)
    wrong = [
        *_unknown_names(tree, used.difference(known), known),
        *(each for each in found if isinstance(each, UnknownName)),
    ]
    ordered = sorted(
        dict.fromkeys((w.name, w.line, tuple(w.known)) for w in wrong), key=lambda each: (each[1], each[0])
    )
    return PartCheck(frozenset(used), tuple(_problem(UnknownName(*each), source) for each in ordered))


def _unknown_names(tree: nodes.Template, names: set[str], known: Sequence[str]) -> Iterator[UnknownName]:
    for node in tree.find_all(nodes.Name):
        if node.name in names:
            yield UnknownName(node.name, node.lineno, tuple(known))


def _problem(wrong: UnknownName, source: str) -> Problem:
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


def _refusal_problem(refused: TemplateRefusal, source: str) -> Problem:
    sentence = M(
        "Thẻ viết sai ở đoạn: {paragraph} ({message}). Mỗi {{%… %}} phải có thẻ đóng, tên chỉ gồm chữ, số và dấu _.",
        paragraph=paragraph_at(source, refused.line, ""),
        message=refused.sentence,
    )
    return Problem(WHERE, 0, 0, sentence)


def _syntax_sentence(error: TemplateSyntaxError) -> Message:
    """Say in our words what the library says in its own."""
    message = error.message or ""
    if found := UNKNOWN_TAG.search(message):
        return M("không có thẻ “{name}”, hoặc thẻ thừa", name=found[1])
    if "end of template" in message:
        return M("thiếu thẻ đóng")
    return M("không đọc được thẻ này")


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
