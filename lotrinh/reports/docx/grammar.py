"""What an office's own template may say: a short list, for whatever is not on it could fill memory or read too much."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from jinja2 import nodes

from lotrinh.core.text import M, Message
from lotrinh.reports.docx.placeholders import ROWS

FILTERS = (
    "abs",
    "capitalize",
    "count",
    "d",
    "default",
    "e",
    "escape",
    "first",
    "int",
    "join",
    "last",
    "length",
    "lower",
    "title",
    "trim",
    "upper",
)
"""None of them makes a text much longer than what it is given, but ``join``, which is bounded where it runs."""
TESTS = ("defined", "undefined", "none", "even", "odd", "eq", "ne", "lt", "le", "gt", "ge", "in")
ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Const,
    nodes.Name,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Slice,
    nodes.Filter,
    nodes.Test,
    nodes.For,
    nodes.If,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Neg,
    nodes.Pos,
    nodes.Add,
    nodes.Sub,
    nodes.Mul,
    nodes.Div,
    nodes.FloorDiv,
)
"""What a template is made of; loops run over the report's own lists, one name a row."""
WRITTEN: Mapping[type[nodes.Node], str] = {
    nodes.Call: "( )",
    nodes.Concat: "~",
    nodes.Pow: "**",
    nodes.Mod: "%",
    nodes.Assign: "set",
    nodes.AssignBlock: "set",
    nodes.List: "[ ]",
    nodes.Tuple: "( , )",
    nodes.Dict: "{ }",
    nodes.FilterBlock: "filter",
    nodes.CallBlock: "call",
    nodes.FromImport: "from",
    nodes.Scope: "autoescape",
}
"""How what is refused looks in a template, where it is not its own name."""
LINES = "noi_nhan"
"""The list whose rows are texts."""
LOOP = ("index", "index0", "revindex", "revindex0", "first", "last", "length")


class Shape(NamedTuple):
    """What a value is: the fields it has, and whether it is a list of such."""

    fields: Sequence[str] = ()
    many: bool = False


PLAIN = Shape()
Scope = Mapping[str, Shape]
"""What the names stand for: the lists, and within loops their rows."""
LISTS: Scope = {LINES: Shape(many=True), **{name: Shape(fields, many=True) for name, fields in ROWS.items()}}


class UnknownName(NamedTuple):
    """A name that there is not, on which line of its part, and what could have been meant."""

    name: str
    line: int
    known: Sequence[str]


class TemplateRefusal(NamedTuple):
    """Something that templates cannot do, on which line of its part."""

    line: int
    sentence: Message


def find_faults(node: nodes.Node, scope: Scope = LISTS) -> Iterator[UnknownName | TemplateRefusal]:
    """Find fields that there are not, also of empty lists and in branches not taken; and what is not allowed."""
    if not isinstance(node, ALLOWED):
        name = WRITTEN.get(type(node), type(node).__name__.lower())
        # Some of Jinja's nodes carry no line of their own, but what is in them does.
        line = node.lineno or next((inner.lineno for inner in node.find_all(nodes.Node) if inner.lineno), 1)
        yield TemplateRefusal(line, M("không dùng được “{name}”", name=name))
        return
    yield from _own_faults(node, scope)
    inner = _loop_scope(node, scope) if isinstance(node, nodes.For) else scope
    for child in node.iter_child_nodes():
        yield from find_faults(child, inner)


def _own_faults(node: nodes.Node, scope: Scope) -> Iterator[UnknownName | TemplateRefusal]:
    if isinstance(node, nodes.Filter) and node.name not in FILTERS:
        known = ", ".join(FILTERS)
        yield TemplateRefusal(node.lineno, M("không có bộ lọc “{name}”, chỉ có {known}", name=node.name, known=known))
    elif isinstance(node, nodes.Test) and node.name not in TESTS:
        known = ", ".join(TESTS)
        yield TemplateRefusal(node.lineno, M("không có phép thử “{name}”, chỉ có {known}", name=node.name, known=known))
    elif isinstance(node, nodes.For) and not _is_allowed_loop(node):
        known = ", ".join(LISTS)
        yield TemplateRefusal(node.lineno, M("chỉ lặp được từng dòng của một bảng: {known}", known=known))
    elif isinstance(node, nodes.Getattr | nodes.Getitem):
        yield from _field_faults(node, scope)


def _is_allowed_loop(node: nodes.For) -> bool:
    return (
        isinstance(node.target, nodes.Name)
        and isinstance(node.iter, nodes.Name)
        and node.iter.name in LISTS
        and not node.recursive
    )


def _loop_scope(loop: nodes.For, scope: Scope) -> Scope:
    """Add what a loop's name stands for; a loop that is not allowed is not looked into for its fields."""
    if not isinstance(loop.target, nodes.Name):
        return scope
    row = shape_of(loop.iter, scope)._replace(many=False)
    return {**scope, "loop": Shape(LOOP), loop.target.name: row}


def shape_of(node: nodes.Node, scope: Scope) -> Shape:
    """Tell what an expression gives."""
    if isinstance(node, nodes.Name):
        return scope.get(node.name, PLAIN)
    if isinstance(node, nodes.Filter) and node.name in {"first", "last"} and node.node:
        return shape_of(node.node, scope)._replace(many=False)
    if isinstance(node, nodes.Getitem) and (of := shape_of(node.node, scope)).many:
        return of._replace(many=isinstance(node.arg, nodes.Slice))
    return PLAIN


def _field_faults(node: nodes.Getattr | nodes.Getitem, scope: Scope) -> Iterator[UnknownName | TemplateRefusal]:
    of = shape_of(node.node, scope)
    written = _as_written(node.node)
    if isinstance(node, nodes.Getattr):
        field: object = node.attr
    else:
        field = node.arg.value if isinstance(node.arg, nodes.Const) else None
        if not isinstance(field, str):
            if of.fields and not of.many:
                yield TemplateRefusal(
                    node.lineno, M("“{name}” là một dòng, chỉ lấy được theo tên trường", name=written)
                )
            return
    if of.many or field not in of.fields:
        yield UnknownName(
            f"{written}.{field}", node.lineno, () if of.many else [f"{written}.{each}" for each in of.fields]
        )


def _as_written(node: nodes.Node) -> str:
    """Write a value as it stands in the template, near enough to find it."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        return f"{_as_written(node.node)}.{node.attr}"
    if isinstance(node, nodes.Getitem):
        return f"{_as_written(node.node)}[{node.arg.value if isinstance(node.arg, nodes.Const) else '…'}]"
    if isinstance(node, nodes.Filter) and node.node:
        return f"{_as_written(node.node)}|{node.name}"
    return repr(node.value) if isinstance(node, nodes.Const) else "…"
