"""pydantic's errors as problems of the file, with what to write instead."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

from lotrinh.catalog import models
from lotrinh.catalog.tree import Path, Tree
from lotrinh.core.text import M, Message, list_choices
from lotrinh.errors import Problem

INSIDE: Mapping[str, type[BaseModel]] = {
    "milestones": models.MilestoneIn,
    "steps": models.StepIn,
    "basis": models.BasisIn,
    "evidence": models.EvidenceIn,
    "probe": models.ProbeIn,
    "expect": models.ExpectIn,
    "applies_to": models.AppliesTo,
    "except": models.UnitFilter,
    "calendar": models.CalendarIn,
    "anchor": models.AnchorIn,
    "sources": models.SourceIn,
    "parameters": models.ParameterIn,
    "title": models.BilingualText,
    "owner": models.BilingualText,
    "note": models.BilingualText,
}
NAMED = frozenset({"sources", "parameters"})
"""Mappings whose keys are names of the office's own."""


TABLE = M("phải là một bảng “khóa: giá trị”")
LIST = M("phải là danh sách có ít nhất một mục")
TEXT = M("phải là chữ; hãy đặt trong dấu nháy")
PLAIN: Mapping[str, Message] = {
    "string_type": TEXT,
    "date_type": TEXT,
    "list_type": LIST,
    "too_short": LIST,
    "model_type": TABLE,
    "dict_type": TABLE,
    "model_attributes_type": TABLE,
    "bool_type": M("phải là true hoặc false"),
    "string_too_short": M("đang trống; hãy viết nội dung"),
}


def problems_of(error: ValidationError, tree: Tree) -> Iterator[Problem]:
    """Yield a problem for each error, at its place."""
    for item in error.errors(include_url=False):
        key = item["loc"][-1:] == ("[key]",)
        path: Path = tuple(item["loc"][:-1] if key else item["loc"])
        yield _problem(item, path, tree, key=key or item["type"] == "extra_forbidden")


def _problem(item: Mapping[str, Any], path: Path, tree: Tree, *, key: bool) -> Problem:
    if item["type"] == "rule":
        return _in_rule(item["ctx"], path, tree)
    if item["type"] == "missing":
        return tree.problem(path[:-1], M("Thiếu “{key}”. Hãy thêm vào đây.", key=str(path[-1])))
    return tree.problem(path, problem_sentence(item, path), key=key)


def _in_rule(context: Mapping[str, Any], path: Path, tree: Tree) -> Problem:
    """Point into the rule, past an opening quote."""
    inner = (*path, context["field"]) if context["field"] else path
    line, column = tree.mark(inner)
    written = tree.at(inner)
    shift = context["position"] + (not tree.is_plain(inner)) if isinstance(written, str) else 0
    return Problem(tree.where, line, column + shift, context["sentence"])


def problem_sentence(item: Mapping[str, Any], path: Path) -> Message:
    """Say what is wrong with one value and what to write instead."""
    kind, given = item["type"], item["input"]
    name = next((str(part) for part in reversed(path) if part != "vi"), "")
    if kind == "extra_forbidden":
        return _unknown(path)
    if kind == "enum":
        return M(
            "“{value}” không dùng được. Hãy chọn: {choices}.",
            value=given,
            choices=list_choices(item["ctx"]["expected"]),
        )
    if kind == "string_pattern_mismatch" and item["ctx"]["pattern"].startswith("^[a-z]"):
        return M("“{value}” không phải mã: chỉ chữ thường không dấu, số, gạch nối, bắt đầu bằng chữ.", value=given)
    if kind == "value_error" and isinstance(given, str):
        return M("“{value}” không phải ngày có thật. Hãy viết dạng 2026-03-15.", value=given)
    if kind == "rule_type":
        return M("Thời hạn phải là một quy tắc, ví dụ: election_day - 43 days.")
    if kind in PLAIN:
        return M("“{key}” {fault}.", key=name, fault=PLAIN[kind])
    return M("“{key}” không đúng: {reason}.", key=name, reason=item["msg"])


def _unknown(path: Path) -> Message:
    key, allowed = str(path[-1]), allowed_keys(path[:-1])
    near = get_close_matches(key, allowed, 1)
    if near:
        return M("Không có khóa “{key}”. Có phải “{near}”?", key=key, near=near[0])
    return M("Không có khóa “{key}”. Các khóa được dùng: {keys}.", key=key, keys=", ".join(allowed))


def allowed_keys(path: Path) -> list[str]:
    """Return the keys that may stand in the mapping at ``path``."""
    names = [part for part in path if isinstance(part, str)]
    if not names:
        model: type[BaseModel] = models.ChecklistIn
    elif len(names) > 1 and names[-2] in NAMED:
        model = INSIDE[names[-2]]
    else:
        model = INSIDE.get(names[-1], models.ChecklistIn)
    return [field.alias or name for name, field in model.model_fields.items()]
