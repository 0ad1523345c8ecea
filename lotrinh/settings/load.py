"""Read the settings from file, environment and secrets folder, and remember where each value came from."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Any

from pydantic import ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NestedSecretsSettingsSource,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsError,
    TomlConfigSettingsSource,
)

from lotrinh.core.text import M
from lotrinh.errors import BadInput, Problem
from lotrinh.settings.lines import line_of
from lotrinh.settings.models import Settings
from lotrinh.settings.problems import problem_of

DEFAULT_FILE = "settings.toml"
OWN_VARIABLES = frozenset({"LOTRINH_SETTINGS", "LOTRINH_LANG", "LOTRINH_SECRETS_DIR"})
SECRET_WORDS = ("url", "auth_string", "token", "password")

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings, and for each value that is not a default the place it came from, in words."""

    settings: Settings
    file: Path | None
    origins: Mapping[Place, str]


def settings_file(given: str | None, environ: Mapping[str, str] = os.environ) -> Path | None:
    """Choose the file: --settings, then LOTRINH_SETTINGS, then settings.toml here; None without any."""
    name = given or environ.get("LOTRINH_SETTINGS")
    if name:
        return Path(name)
    here = Path(DEFAULT_FILE)
    return here if here.is_file() else None


def load_settings(given: str | None = None, environ: Mapping[str, str] = os.environ) -> Loaded:
    """Load the settings; ``BadInput`` with every problem where there are any."""
    file = settings_file(given, environ)
    if file is not None and not file.is_file():
        raise BadInput([Problem(str(file), 0, 0, M("Không có tệp cấu hình này. Hãy kiểm tra lại đường dẫn."))])
    sources = _Sources(file, environ)
    try:
        settings = sources.settings()
    except ValidationError as error:
        raise BadInput(sorted(_problems(error, sources))) from error
    except TOMLDecodeError as error:
        raise BadInput([_toml_problem(file, error)]) from error
    except (SettingsError, UnicodeDecodeError) as error:
        raise BadInput([_unreadable(file, environ, error)]) from error
    unknown = tuple(_unknown_variables(environ))
    if unknown:
        raise BadInput(unknown)
    return Loaded(_at_home(settings, file, sources), file, sources.origins())


class _Sources:
    """The three places values come from, each readable on its own."""

    def __init__(self, file: Path | None, environ: Mapping[str, str]) -> None:
        self.file = file
        self.secrets_dir = environ.get("LOTRINH_SECRETS_DIR")

    def settings(self) -> Settings:
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
                return tuple(outer.by_name(settings_cls).values())

        Sourced.__name__ = "Settings"
        return Sourced()

    def by_name(self, cls: type[BaseSettings]) -> dict[str, PydanticBaseSettingsSource]:
        sources: dict[str, PydanticBaseSettingsSource] = {"environment": EnvSettingsSource(cls)}
        if self.secrets_dir:
            sources["secrets"] = NestedSecretsSettingsSource(
                SecretsSettingsSource(cls, secrets_dir=self.secrets_dir),
                secrets_dir=self.secrets_dir,
                secrets_prefix="",
                secrets_nested_delimiter="__",
            )
        if self.file:
            sources["file"] = TomlConfigSettingsSource(cls, toml_file=self.file)
        return sources

    def values(self) -> dict[str, dict[str, Any]]:
        return {name: source() for name, source in self.by_name(Settings).items()}

    def origins(self) -> dict[Place, str]:
        found: dict[Place, str] = {}
        for name, values in self.values().items():
            for place in _leaves(values):
                found.setdefault(place, self.describe(name, place))
        return found

    def describe(self, name: str, place: Place) -> str:
        key = "__".join(str(p) for p in place)
        if name == "environment":
            return f"LOTRINH_{key.upper()}"
        if name == "secrets":
            return f"{self.secrets_dir}/{key}"
        line = line_of(self.file.read_text(encoding="utf-8"), place) if self.file else 0
        return f"{self.file}:{line}"

    def holder(self, place: Place) -> tuple[str, int]:
        """Name the file and line, variable or secret that gives ``place``, or else the nearest part around it."""
        for length in range(len(place), 0, -1):
            for name, values in self.values().items():
                if not _has(values, place[:length]):
                    continue
                if name != "file" or self.file is None:
                    return (self.describe(name, place[:length]), 0)
                return (str(self.file), line_of(self.file.read_text(encoding="utf-8"), place))
        return (str(self.file or DEFAULT_FILE), 0)


def _leaves(value: object, place: Place = ()) -> Iterator[Place]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves(inner, (*place, key))
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for index, inner in enumerate(value):
            yield from _leaves(inner, (*place, index))
    else:
        yield place


def _has(value: object, place: Place) -> bool:
    for part in place:
        if (isinstance(value, dict) and part in value) or (
            isinstance(value, list) and isinstance(part, int) and part < len(value)
        ):
            value = value[part]
        else:
            return False
    return True


def _problems(error: ValidationError, sources: _Sources) -> Iterator[Problem]:
    for item in error.errors(include_url=False):
        place = tuple(item["loc"])
        where, line = sources.holder(place)
        yield Problem(where, line, 0, problem_of(item, place))


def _toml_problem(file: Path | None, error: TOMLDecodeError) -> Problem:
    text = str(error)
    numbers = [int(w.strip(",)")) for w in text.split() if w.strip(",)").isdigit()]
    line, column = (numbers[0], numbers[1]) if len(numbers) >= 2 else (0, 0)  # noqa: PLR2004 - line and column
    return Problem(str(file), line, column, M("Tệp cấu hình không đúng cú pháp TOML: {reason}", reason=text))


def _unreadable(file: Path | None, environ: Mapping[str, str], error: Exception) -> Problem:
    field = str(error).partition('"')[2].partition('"')[0]
    variables = [name for name in sorted(environ) if field and name.startswith(f"LOTRINH_{field.upper()}")]
    where = ", ".join(variables) or str(file)
    return Problem(where, 0, 0, M("Không đọc được giá trị này. Danh sách viết dạng '[\"127.0.0.0/8\"]'."))


def _unknown_variables(environ: Mapping[str, str]) -> Iterator[Problem]:
    known = tuple(f"LOTRINH_{name.upper()}" for name in Settings.model_fields)
    for name in sorted(environ):
        if name.startswith("LOTRINH_") and name not in OWN_VARIABLES and name.split("__")[0] not in known:
            yield Problem(name, 0, 0, M("Biến môi trường này không có nghĩa gì với lotrinh. Hãy xóa hoặc sửa lại tên."))


def _at_home(settings: Settings, file: Path | None, sources: _Sources) -> Settings:
    """Paths written in the settings file are relative to that file."""
    if file is None:
        return settings
    written = sources.values()["file"]
    home = file.resolve().parent
    changes: dict[str, object] = {}
    if "data_dir" in written and sources.holder(("data_dir",))[1]:
        changes["data_dir"] = home / settings.data_dir
    if settings.units.file and sources.holder(("units", "file"))[1]:
        changes["units"] = settings.units.model_copy(update={"file": home / settings.units.file})
    return settings.model_copy(update=changes)
