"""Settings in force, value by value, with where each comes from; secrets are never shown."""

import json
from collections.abc import Iterator
from datetime import date

from pydantic import BaseModel, SecretStr

from lotrinh.core.text import M
from lotrinh.i18n import say
from lotrinh.settings.load import LoadedSettings
from lotrinh.settings.sources import KeyPath


def settings_lines(loaded: LoadedSettings) -> Iterator[str]:
    """Yield ``key = value    # origin``."""
    default = say(M("mặc định"))
    for place, value in _values(loaded.settings, ()):
        yield f"{'.'.join(map(str, place))} = {format_value(value)}    # {_origin(loaded, place) or default}"


def _values(model: BaseModel, place: KeyPath) -> Iterator[tuple[KeyPath, object]]:
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            yield from _values(value, (*place, name))
        elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
            for index, part in enumerate(value):
                yield from _values(part, (*place, name, index))
        else:
            yield (*place, name), value


def _origin(loaded: LoadedSettings, place: KeyPath) -> str:
    """Find the origin of the value itself, or of the table or JSON that it came in."""
    for length in range(len(place), 0, -1):
        if origin := loaded.origins.get(place[:length]):
            return origin
    inner = [origin for at, origin in loaded.origins.items() if at[: len(place)] == place]
    return inner[0] if inner else ""


def format_value(value: object) -> str:
    """Write a value as it would stand in the file."""
    if isinstance(value, SecretStr):
        return say(M("(bí mật, đã đặt)")) if value.get_secret_value() else say(M("(trống)"))
    if value is None:
        return say(M("(trống)"))
    if isinstance(value, tuple):
        return "[" + ", ".join(map(format_value, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{format_value(name)} = {format_value(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float | date) else json.dumps(str(value), ensure_ascii=False)
