"""What is wrong with the shape of a request to the API, in words that name the field."""

from collections.abc import Mapping, Sequence
from typing import Any

from lotrinh.core.text import M, Message, escape_unprintable, list_choices
from lotrinh.errors import Problem

NOT_JSON = M("Nội dung gửi lên không đúng dạng JSON.")
MISSING = frozenset({"missing", "string_too_short"})
DAYS = frozenset({"day", "date_type", "date_from_datetime_parsing", "date_parsing"})
NUMBERS = frozenset({"int_type", "int_parsing", "int_from_float", "int_parsing_size"})
CHOICES = frozenset({"enum", "literal_error"})
OBJECTS = frozenset({"model_attributes_type", "model_type", "dict_type"})


def validation_problems(found: Sequence[Mapping[str, Any]]) -> tuple[Problem, ...]:
    """Turn what pydantic found into problems, each naming its field."""
    return tuple(Problem(field_path(item["loc"]), 0, 0, field_sentence(item)) for item in found)


def field_path(place: Sequence[int | str]) -> str:
    """Write where it is: ``progress.done``, ``Idempotency-Key``; empty for the body as a whole."""
    path = ""
    for part in place[1:]:
        if isinstance(part, str):
            path = f"{path}.{escape_unprintable(part)}" if path else escape_unprintable(part)
    return path


def field_sentence(item: Mapping[str, Any]) -> Message:
    """Say what one of pydantic's errors means."""
    kind, context, field = str(item["type"]), item.get("ctx", {}), field_path(item["loc"])
    if kind == "json_invalid":
        return NOT_JSON
    if kind == "string_unicode":  # half a pair, which stands for nothing
        return M("“{field}” có ký tự không hợp lệ.", field=field) if field else M("Nội dung có ký tự không hợp lệ.")
    if not field:
        return M("Cần nội dung là một đối tượng JSON, viết trong dấu ngoặc nhọn.")
    if kind in MISSING:
        return M("Còn thiếu “{field}”.", field=field)
    if kind == "extra_forbidden":
        return M("Không có mục “{field}”. Hãy bỏ đi hoặc sửa lại tên.", field=field)
    if kind in DAYS:
        return M("“{field}” phải là ngày có thật, viết như 2026-01-29.", field=field)
    if kind in NUMBERS:
        return M("“{field}” phải là số nguyên.", field=field)
    if kind in CHOICES:
        values = list_choices(str(context.get("expected", "")))
        return M("“{field}” phải là một trong: {values}.", field=field, values=values)
    if kind in OBJECTS:
        return M("“{field}” phải là một đối tượng JSON, viết trong dấu ngoặc nhọn.", field=field)
    return _limit(kind, context, field)


def _limit(kind: str, context: Mapping[str, Any], field: str) -> Message:
    if kind == "string_too_long":
        return M("“{field}” dài quá {limit} ký tự.", field=field, limit=context["max_length"])
    if kind == "greater_than_equal":
        return M("“{field}” phải từ {limit} trở lên.", field=field, limit=context["ge"])
    if kind == "less_than_equal":
        return M("“{field}” không được quá {limit}.", field=field, limit=context["le"])
    if kind == "too_many":
        return M("“{field}” lớn hơn tổng số.", field=field)
    if kind == "string_type":
        return M("“{field}” phải là văn bản.", field=field)
    return M("“{field}” sai kiểu hoặc sai giá trị.", field=field)
