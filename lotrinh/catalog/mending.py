"""A file with mistyped parts, made readable so that the rest can be checked: all its problems are told at once."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from pydantic import ValidationError

from lotrinh.catalog.models import ChecklistIn
from lotrinh.catalog.tree import Path

STAND_INS: dict[str, Any] = {
    "title": "?",
    "owner": "?",
    "at": "?",
    "level": "commune",
    "confidence": "A",
    "due": "2026-01-01",
    "from": "2026-01-01",
}
"""What stands for a part that is missing or mistyped: nothing that follows from it is a problem of its own."""


def mend(data: Any, error: ValidationError) -> ChecklistIn | None:  # noqa: ANN401 - plain data of a YAML file
    """Return the file's form with stand-ins for what is wrong; None where too much is."""
    copy = deepcopy(data)
    # Deepest first: what lies inside a part that is replaced does not matter any more.
    for number, path in enumerate(sorted(_paths(error), key=len, reverse=True)):
        if not _mend(copy, path, number):
            return None
    try:
        return ChecklistIn.model_validate(copy)
    except ValidationError:
        return None


def _paths(error: ValidationError) -> Iterator[Path]:
    for item in error.errors(include_url=False):
        location = item["loc"]
        yield tuple(location[:-1] if location[-1:] == ("[key]",) else location)


def _mend(data: Any, path: Path, number: int) -> bool:  # noqa: ANN401 - as above
    """Replace or take out one part; False where that would move others."""
    *way, key = path
    for part in way:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return False
    if not isinstance(data, dict):
        return False
    if key == "id":
        data[key] = f"stand-in-{number}"
    elif key in STAND_INS:
        data[key] = STAND_INS[key]
    else:
        data.pop(key, None)
    return True
