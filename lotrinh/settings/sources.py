"""The three places values come from: environment before secrets folder before file."""

import os
import tomllib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NestedSecretsSettingsSource,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    TomlConfigSettingsSource,
)

from lotrinh.settings.lines import value_line
from lotrinh.settings.models import Settings

KeyPath = tuple[str | int, ...]


class EnvironmentSource(EnvSettingsSource):
    """Variables LOTRINH_…, nested by ``__``; lists and tables as JSON."""

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:  # noqa: ANN401 - as its base
        """Leave what is not JSON as it is: it becomes a problem among the others instead of the only one."""
        try:
            return super().decode_complex_value(field_name, field, value)
        except ValueError:
            return value


class SecretsSource(NestedSecretsSettingsSource, EnvironmentSource):
    """Files of a folder, each named as its key, nested by ``__``."""

    @classmethod
    def in_folder(cls, settings_cls: type[BaseSettings], folder: str) -> "SecretsSource":
        """Read the folder; ``OSError`` or ``ValueError`` when it is none or cannot be read."""
        if not Path(folder).is_dir():
            raise NotADirectoryError(folder)
        plain = SecretsSettingsSource(settings_cls, secrets_dir=folder)
        return cls(plain, secrets_dir=folder, secrets_prefix="", secrets_nested_delimiter="__")


class FileSource(TomlConfigSettingsSource):
    """The settings file."""

    def _read_file(self, file_path: Any) -> dict[str, Any]:  # noqa: ANN401 - as its base
        """Read UTF-8 with or without the mark that Notepad puts before it."""
        return tomllib.loads(file_path.read_text(encoding="utf-8-sig"))


class Sources:
    """All sources together, each readable on its own."""

    def __init__(self, file: Path | None, secrets_dir: str | None) -> None:
        self.file, self.secrets_dir = file, secrets_dir
        self.text = file.read_text(encoding="utf-8-sig") if file else ""

    def settings(self) -> Settings:
        """Read and check everything; pydantic's ``ValidationError`` where something is wrong."""
        outer = self

        class Sourced(Settings):
            @classmethod
            def settings_customise_sources(
                cls,
                settings_cls: type[BaseSettings],
                init_settings: PydanticBaseSettingsSource,
                env_settings: PydanticBaseSettingsSource,
                dotenv_settings: PydanticBaseSettingsSource,
                file_secret_settings: PydanticBaseSettingsSource,
            ) -> tuple[PydanticBaseSettingsSource, ...]:
                del init_settings, env_settings, dotenv_settings, file_secret_settings
                return tuple(outer.sources_by_name(settings_cls).values())

        Sourced.__name__ = "Settings"
        return Sourced()

    def sources_by_name(self, cls: type[BaseSettings]) -> dict[str, PydanticBaseSettingsSource]:
        """The sources there are, the one that goes first first."""
        sources: dict[str, PydanticBaseSettingsSource] = {"environment": EnvironmentSource(cls)}
        if self.secrets_dir:
            sources["secrets"] = SecretsSource.in_folder(cls, self.secrets_dir)
        if self.file:
            sources["file"] = FileSource(cls, toml_file=self.file)
        return sources

    @cached_property
    def values(self) -> dict[str, dict[str, Any]]:
        """What each source says."""
        return {name: source() for name, source in self.sources_by_name(Settings).items()}

    def source_of(self, place: KeyPath) -> str:
        """Name the source whose value counts; empty for a default. Who gives a list gives the whole of it."""
        for name, values in self.values.items():
            if _has(values, place):
                return name
            if any(isinstance(part, int) and _has(values, place[:depth]) for depth, part in enumerate(place)):
                return ""
        return ""

    def origins(self) -> dict[KeyPath, str]:
        """For every value that counts and is no default: where it stands, in words."""
        places = dict.fromkeys(place for values in self.values.values() for place in _leaves(values))
        return {place: self.describe(name, place) for place in places if (name := self.source_of(place))}

    def describe(self, name: str, place: KeyPath) -> str:
        """Name the variable, the secret's file, or file and line."""
        if name == "file":
            return f"{self.file}:{value_line(self.text, place)}"
        keys = ["__".join(str(part) for part in place[:length]) for length in range(len(place), 0, -1)]
        if name == "secrets":
            return f"{self.secrets_dir}/{keys[0]}"
        variables = [f"LOTRINH_{key.upper()}" for key in keys]
        return next((variable for variable in variables if variable in os.environ), variables[0])

    def locate(self, place: KeyPath) -> tuple[str, int]:
        """Name the file and line, variable or secret that gives ``place``, or else the nearest part around it."""
        around = (place[:length] for length in range(len(place), 0, -1))
        name, nearest = next((name, part) for part in around if (name := self.source_of(part)))
        if name == "file":
            return str(self.file), value_line(self.text, place)
        return self.describe(name, nearest), 0


def _leaves(value: object, place: KeyPath = ()) -> Iterator[KeyPath]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves(inner, (*place, key))
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for index, inner in enumerate(value):
            yield from _leaves(inner, (*place, index))
    elif place:
        yield place


def _has(value: Any, place: KeyPath) -> bool:  # noqa: ANN401 - whatever a source says
    for part in place:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return False
    return True
