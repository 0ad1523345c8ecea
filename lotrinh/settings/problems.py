"""pydantic's errors in the words of the settings file."""

from collections.abc import Mapping
from typing import Any

from lotrinh.core.text import M, Message

NAME = M("chỉ gồm chữ thường không dấu, số, gạch nối")
HOURS = M("phải là hai giờ trong ngày, dạng 20:00-06:30")
SENTENCES: Mapping[str, Message] = {
    "bool": M("phải là true hoặc false"),
    "date": M("phải là ngày dạng 2026-03-15"),
    "finite": M("phải là một số"),
    "float": M("phải là một số"),
    "int": M("phải là số nguyên"),
    "ip": M('phải là mạng dạng "10.0.0.0/8"'),
    "path": M("phải là đường dẫn trong dấu nháy"),
    "string": M("phải là chữ trong dấu nháy"),
    "tuple": M('phải là danh sách dạng ["…", "…"]'),
    "zone": M('phải là tên múi giờ dạng "Asia/Ho_Chi_Minh"'),
    "dict": M("phải là một bảng"),
    "model": M("phải là một bảng"),
}


WHOLE: Mapping[str, Message] = {
    "extra_forbidden": M("Không có mục cấu hình “{key}”. Hãy xóa hoặc sửa lại tên."),
    "missing": M("Thiếu mục cấu hình “{key}”."),
    "key": M("“{key}” phải có ít nhất 20 ký tự."),
    "webhook_url": M(
        "“{key}” phải là địa chỉ bắt đầu bằng http:// hoặc https://, có tên máy chủ, không kèm tên người dùng."
    ),
}
"""Sentences that say it all, given the key."""


def value_problem(item: Mapping[str, Any], place: tuple[str | int, ...]) -> Message:
    """Say what is wrong with one value and what to write instead."""
    key = ".".join(str(p) for p in place)
    kind = item["type"]
    if kind in WHOLE:
        return Message(WHOLE[kind].msgid, key=key)
    if kind == "literal_error":
        return M(
            "“{key}” phải là một trong: {choices}.", key=key, choices=item["ctx"]["expected"].replace(" or ", ", ")
        )
    if kind == "same_id":
        return M("Đã có đợt mang id “{id}”. Mỗi đợt cần một id riêng.", id=item["ctx"]["id"])
    if place == ("campaigns",):
        return M("Mỗi đợt phải là một bảng [[campaigns]].")
    if kind == "cron":
        return M("“{key}” {sentence}.", key=key, sentence=item["ctx"]["sentence"])
    if kind == "string_pattern_mismatch":
        return M("“{key}” {sentence}.", key=key, sentence=HOURS if place[-1] == "quiet" else NAME)
    if {"ge", "gt", "le", "lt"} & set(item.get("ctx", {})):
        return M("“{key}” phải là {limit}.", key=key, limit=_limit(item["ctx"]))
    for prefix, sentence in SENTENCES.items():
        if kind.startswith(prefix):
            return M("“{key}” {sentence}.", key=key, sentence=sentence)
    return M("“{key}” không đúng: {reason}.", key=key, reason=item["msg"])


def _limit(context: Mapping[str, Any]) -> str:
    signs = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
    return ", ".join(f"{sign} {context[name]}" for name, sign in signs.items() if name in context)
