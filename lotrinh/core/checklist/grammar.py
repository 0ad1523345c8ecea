"""Deadline rules as people write them: read into ``lotrinh.core.checklist.rules``, and written out again.

``<reference> [± N unit]… [at HH:MM] [roll next|previous]``, in one line or as a mapping with the same parts.
Ids contain hyphens, so a minus that subtracts stands apart: ``election_day - 43 days``.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, time
from typing import TypeVar

from lotrinh.core.checklist.reader import LARGEST, LONGEST, SPELLINGS, RuleError, RuleReader
from lotrinh.core.checklist.rules import (
    ChoiceReference,
    CompletionReference,
    DeadlineRule,
    FixedReference,
    NamedReference,
    Offset,
    Reference,
    Roll,
    TimeUnit,
)
from lotrinh.core.text import M

__all__ = ["RuleError", "format_rule", "parse_rule", "rule_from_fields"]

FIELDS = ("reference", "offset", "at", "roll")

T = TypeVar("T")


def parse_rule(text: str) -> DeadlineRule:
    """Read a rule in one line. Raises ``RuleError`` and nothing else."""
    return _whole(text, RuleReader.rule)


def rule_from_fields(fields: Mapping[str, object]) -> DeadlineRule:
    """Read the mapping form: reference, offset (text, list of texts, or unit to number), at, roll."""
    for name in fields:
        if name not in FIELDS:
            raise RuleError(M("Quy tắc không có mục “{name}”. Các mục: {names}.", name=name, names=", ".join(FIELDS)))
    if fields.get("reference") is None:
        raise RuleError(M("Quy tắc thiếu mục “reference”: ngày nào được lấy làm mốc để tính."))
    reference = _field("reference", _reference_field, fields)
    offsets = _field("offset", _offset_field, fields)
    at = _field("at", _at_field, fields)
    roll = _field("roll", _roll_field, fields)
    return DeadlineRule(reference, offsets, at, roll, format_rule(reference, offsets, at, roll))


def format_rule(
    reference: Reference, offsets: Sequence[Offset] = (), at: time | None = None, roll: Roll | None = None
) -> str:
    """Write a rule in one line, as ``parse_rule`` reads it."""
    words = [_render_reference(reference)]
    words += [f"{'-' if offset.amount < 0 else '+'} {abs(offset.amount)} {offset.unit}" for offset in offsets]
    words += [f"at {at:%H:%M}"] if at is not None else []
    words += [f"roll {roll}"] if roll is not None else []
    return " ".join(words)


def _render_reference(reference: Reference) -> str:
    match reference:
        case NamedReference(name):
            return name
        case CompletionReference(step):
            return f"done({step})"
        case FixedReference(moment):
            return moment.day.isoformat() + (f"T{moment.hour.isoformat()}" if moment.hour else "")
        case ChoiceReference(pick, rules):
            return f"{pick}({', '.join(format_rule(r.reference, r.offsets, r.at, r.roll) for r in rules)})"


def _whole(text: str, read: Callable[[RuleReader], T]) -> T:
    """Read all of a text with one method of the reader; words left over are an error."""
    if len(text) > LONGEST:
        raise RuleError(M("Quy tắc dài quá {most} ký tự.", most=LONGEST), LONGEST)
    reader = RuleReader(text)
    found = read(reader)
    reader.expect_end()
    return found


def _field(name: str, read: Callable[[object], T], fields: Mapping[str, object]) -> T:
    try:
        return read(fields.get(name))
    except RuleError as error:
        raise RuleError(error.sentence, error.position, name) from error


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise RuleError(M("“{value}” phải là chữ, đặt trong dấu ngoặc kép.", value=str(value)[:LONGEST]))


def _reference_field(value: object) -> Reference:
    return _whole(value.isoformat() if isinstance(value, date) else _text(value), RuleReader.reference)


def _offset_field(value: object) -> tuple[Offset, ...]:
    if value is None:
        return ()
    if isinstance(value, Mapping):
        return tuple(_counted(unit, amount) for unit, amount in value.items())
    texts = value if isinstance(value, list | tuple) else [value]
    return tuple(offset for text in texts for offset in _whole(_text(text), RuleReader.offsets))


def _counted(unit: object, amount: object) -> Offset:
    word = str(unit).replace("_", " ")
    if word not in SPELLINGS:
        units = ", ".join(u.replace(" ", "_") for u in TimeUnit)
        raise RuleError(M("Không có đơn vị “{word}”. Chọn một trong: {units}.", word=word, units=units))
    if not isinstance(amount, int) or isinstance(amount, bool) or abs(amount) > LARGEST:
        raise RuleError(M("“{unit}” phải là số nguyên từ -{most} đến {most}.", unit=str(unit), most=LARGEST))
    return Offset(amount, SPELLINGS[word])


def _at_field(value: object) -> time | None:
    return None if value is None else _whole(_text(value), RuleReader.hour)


def _roll_field(value: object) -> Roll | None:
    return None if value is None else _whole(_text(value), RuleReader.roll)
