"""Saying in words which field of an answer is wrong, and where it stands."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from lotrinh.core.status.observation import Reason
from lotrinh.core.text import M, Message, list_choices
from lotrinh.probing.failures import InvalidAnswer
from lotrinh.probing.strict_json import json_path

FIELDS = {
    "schema": M("Dạng câu trả lời"),
    "unit": M("Mã đơn vị"),
    "campaign": M("Mã đợt"),
    "generated_at": M("Thời điểm trả lời"),
    "sample": M("Dấu hiệu dữ liệu mẫu"),
    "steps": M("Danh sách đầu việc"),
    "id": M("Mã đầu việc"),
    "state": M("Tình trạng đầu việc"),
    "completed_on": M("Ngày hoàn thành"),
    "reported_at": M("Thời điểm báo cáo"),
    "document": M("Văn bản"),
    "number": M("Số văn bản"),
    "date": M("Ngày văn bản"),
    "progress": M("Tiến độ"),
    "done": M("Số đã làm"),
    "of": M("Tổng số phải làm"),
    "note": M("Ghi chú"),
}
"""Every field of the contract in words."""

MISSING = frozenset({"missing", "needed"})
TIMES = frozenset({"no_offset", "timezone_aware"})
DAYS = frozenset({"day", "date_type"})
MOMENTS = frozenset({"moment", "datetime_type"})
CHOICES = frozenset({"enum", "literal_error"})


def field_label(name: str, path: str) -> Message:
    """Name a field in words and by its JSON path."""
    return M("{words} ({path})", words=FIELDS.get(name, M("Trường")), path=path)


def rejection_of(error: ValidationError) -> InvalidAnswer:
    """Turn the first thing that pydantic found into a sentence."""
    first = error.errors(include_url=False, include_input=False)[0]
    context: Mapping[str, Any] = first.get("ctx", {})
    places = (*first["loc"], context["field"]) if "field" in context else first["loc"]
    name = next((p for p in reversed(places) if isinstance(p, str)), "")
    field = field_label(name, json_path(places))
    reason = Reason.TIME if first["type"] in TIMES else Reason.SCHEMA
    return InvalidAnswer(reason, _sentence(first["type"], field, context))


def _sentence(kind: str, field: Message, context: Mapping[str, Any]) -> Message:
    if kind in MISSING:
        return M("Câu trả lời còn thiếu: {field}.", field=field)
    if kind == "extra_forbidden":
        return M("Câu trả lời có trường lạ: {field}. Hãy bỏ đi hoặc sửa lại tên.", field=field)
    if kind in TIMES:
        return M("{field} không ghi múi giờ; cần viết như 2026-02-02T08:00:00+07:00.", field=field)
    if kind in DAYS:
        return M("{field} phải là ngày có thật, viết như 2026-01-29.", field=field)
    if kind in MOMENTS:
        return M("{field} phải là thời điểm có thật, viết như 2026-02-02T08:00:00+07:00.", field=field)
    if kind in CHOICES:
        values = list_choices(context["expected"])
        return M("{field} phải là một trong các giá trị: {values}.", field=field, values=values)
    if kind == "string_too_long":
        return M("{field} dài quá {limit} ký tự.", field=field, limit=context["max_length"])
    if kind == "too_many":
        return M("{field} lớn hơn tổng số phải làm.", field=field)
    return M("{field} sai kiểu hoặc sai giá trị.", field=field)
