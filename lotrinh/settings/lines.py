"""On which line of a TOML file a value stands; the standard reader does not say."""

import re

TABLE = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\-\"']+)\s*\]\]?")
KEY = re.compile(r"^\s*([A-Za-z0-9_.\-\"']+)\s*=")


def value_line(text: str, place: tuple[str | int, ...]) -> int:
    """Return the line (from 1) of the longest part of ``place`` that is written in ``text``, or 0."""
    best = (0, 0)
    table: tuple[str | int, ...] = ()
    counts: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if header := TABLE.match(line):
            table = _table(header, counts)
            best = max(best, (_common_length(table, place), -number))
        elif key := KEY.match(line):
            best = max(best, (_common_length((*table, *_parts(key[1])), place), -number))
    return -best[1]


def _table(header: re.Match[str], counts: dict[str, int]) -> tuple[str | int, ...]:
    name = header[2]
    if header[1] == "[":
        return tuple(_with_index(_parts(name), counts))
    counts[name] = counts.get(name, -1) + 1
    return (*_parts(name), counts[name])


def _with_index(parts: tuple[str, ...], counts: dict[str, int]) -> list[str | int]:
    place: list[str | int] = []
    for position, part in enumerate(parts):
        place.append(part)
        prefix = ".".join(parts[: position + 1])
        if prefix in counts:
            place.append(counts[prefix])
    return place


def _parts(name: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in name.split("."))


def _common_length(key: tuple[str | int, ...], place: tuple[str | int, ...]) -> int:
    """How many parts of ``place`` the written key covers; 0 when it belongs elsewhere."""
    length = min(len(key), len(place))
    return length if key[:length] == place[:length] and len(key) <= len(place) else 0
