"""Bytes to plain JSON values, strictly: UTF-8 alone, each key once, finite numbers, and not too deep.

Every refusal names the place as a JSON path (``steps[3].completed_on``). Texts come out composed (NFC).
"""

import codecs
import json
import math
import re
from collections import Counter
from typing import Any

from lotrinh.core.status.observation import Reason
from lotrinh.core.text import M, escape_unprintable, nfc
from lotrinh.probing.failures import CUT_OFF, InvalidAnswer

MAX_KEYS = 100
"""Fields in one object; the contract knows nine at most, and naming a hundred strange ones helps nobody."""
MAX_DIGITS = 18

Places = tuple[int | str, ...]
"""Keys and numbers of items, from the whole answer down to one value."""

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NOT_UTF8 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

BAD_ENCODING = M("Câu trả lời không phải văn bản UTF-8. Đề nghị đơn vị sửa phần mềm trả lời.")
NOT_JSON = M("Câu trả lời không đúng dạng JSON. Đề nghị đơn vị sửa phần mềm trả lời.")
TOO_DEEP = M("Câu trả lời lồng nhau quá nhiều lớp. Đề nghị đơn vị sửa phần mềm trả lời.")


class _DuplicateKey(dict[str, Any]):
    """An object in which a key came twice."""

    key = ""


def decode(body: bytes) -> str:
    """Decode an answer; a byte order mark is taken off."""
    if body.startswith(_NOT_UTF8) or b"\x00" in body:
        raise InvalidAnswer(Reason.ENCODING, BAD_ENCODING)
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            raise InvalidAnswer(Reason.PROTOCOL, CUT_OFF) from error
        raise InvalidAnswer(Reason.ENCODING, BAD_ENCODING) from error


def parse(text: str, depth: int) -> Any:  # noqa: ANN401 - JSON is any value
    """Parse JSON text into values that are clean all the way down; ``InvalidAnswer`` names the first that is not."""
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_int=_integer, parse_constant=_not_finite)
    except RecursionError as error:
        raise InvalidAnswer(Reason.SCHEMA, TOO_DEEP) from error
    except json.JSONDecodeError as error:
        raise _not_json(text, error) from error
    return _clean(value, (), depth)


def _not_json(text: str, error: json.JSONDecodeError) -> InvalidAnswer:
    """Tell an answer that was cut off from one that was never JSON."""
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
        return InvalidAnswer(Reason.PROTOCOL, CUT_OFF)
    return InvalidAnswer(Reason.SCHEMA, NOT_JSON)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) == len(pairs):
        return fields
    doubled = _DuplicateKey(fields)
    doubled.key = next(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
    return doubled


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= MAX_DIGITS else math.inf


def _not_finite(_: str) -> float:
    return math.nan


# Only the place of what is wrong is put into words: most answers are right, and a path for each value costs the most.
def _clean(value: Any, places: Places, depth: int) -> Any:  # noqa: ANN401 - JSON is any value
    if isinstance(value, str):
        return _clean_text(value, places)
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidAnswer(Reason.SCHEMA, M("Số ở {path} không hợp lệ hoặc quá lớn.", path=json_path(places) or "/"))
    if isinstance(value, dict | list) and depth <= 0:
        raise InvalidAnswer(Reason.SCHEMA, TOO_DEEP)
    if isinstance(value, list):
        return [_clean(item, (*places, n), depth - 1) for n, item in enumerate(value)]
    return _clean_object(value, places, depth) if isinstance(value, dict) else value


def _clean_object(value: dict[str, Any], places: Places, depth: int) -> dict[str, Any]:
    if len(value) > MAX_KEYS:
        path = json_path(places) or "/"
        sentence = M("Phần {path} của câu trả lời có quá nhiều trường ({count}).", path=path, count=len(value))
        raise InvalidAnswer(Reason.SCHEMA, sentence)
    if isinstance(value, _DuplicateKey):
        where = json_path((*places, value.key))
        sentence = M("Trường {path} có hai lần trong câu trả lời; mỗi trường chỉ được có một lần.", path=where)
        raise InvalidAnswer(Reason.SCHEMA, sentence)
    return {_clean_text(k, (*places, k)): _clean(v, (*places, k), depth - 1) for k, v in value.items()}


def _clean_text(text: str, places: Places) -> str:
    if "\x00" in text or _SURROGATE.search(text):
        path = json_path(places) or "/"
        sentence = M("Trường {path} có ký tự không hợp lệ. Đề nghị đơn vị sửa phần mềm trả lời.", path=path)
        raise InvalidAnswer(Reason.ENCODING, sentence)
    return nfc(text)


def json_path(places: Places) -> str:
    """Write a place as a JSON path: ``steps[3].completed_on``; empty for the whole."""
    path = ""
    for place in places:
        path = f"{path}[{place}]" if isinstance(place, int) else _join(path, place)
    return path


def _join(path: str, key: str) -> str:
    """Add a key to a JSON path; a strange key is quoted and made visible."""
    shown = key if _PLAIN_KEY.fullmatch(key) else f'["{escape_unprintable(key, 40)}"]'
    return f"{path}.{shown}" if path and not shown.startswith("[") else f"{path}{shown}"
