"""An office's folder: its settings file, its variables, its secrets, and nothing of the machine's own."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import BaseModel, SecretStr

from lotrinh.errors import BadInput
from lotrinh.i18n import say
from lotrinh.settings.load import LoadedSettings, load_settings
from lotrinh.settings.models import CampaignSettings, ReceiverSettings, Settings, SettingsTable, WebhookSettings
from lotrinh.settings.show import format_value, settings_lines

TABLES = {"campaigns": CampaignSettings, "receivers": ReceiverSettings, "webhooks": WebhookSettings}
"""Lists of tables, and what each of them is."""


def every_setting(model: type[BaseModel] = Settings, table: str = "") -> Iterator[tuple[str, str]]:
    """List every key of the settings and its default as ``settings show`` writes it."""
    for name, field in model.model_fields.items():
        if isinstance(field.default, SettingsTable):
            yield from every_setting(type(field.default), f"{table}{name}.")
        elif not table and name in TABLES:
            yield from every_setting(TABLES[name], f"{name}.")
        else:
            yield table + name, "bắt buộc" if field.is_required() else format_value(field.default)


def every_secret(model: type[BaseModel] = Settings) -> Iterator[str]:
    """List the names of the keys whose values are secret."""
    for name, field in model.model_fields.items():
        if isinstance(field.default, SettingsTable):
            yield from every_secret(type(field.default))
        elif model is Settings and name in TABLES:
            yield from every_secret(TABLES[name])
        elif field.annotation is SecretStr:
            yield name


@dataclass
class Office:
    folder: Path
    patch: pytest.MonkeyPatch

    def writes(self, text: str | bytes, name: str = "settings.toml") -> Path:
        path = self.folder / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def sets(self, **variables: str) -> None:
        for name, value in variables.items():
            self.patch.setenv(name, value)

    def hides(self, secrets: Mapping[str, str]) -> Path:
        folder = self.folder / "secrets"
        folder.mkdir()
        for name, value in secrets.items():
            (folder / name).write_text(value, encoding="utf-8")
        self.patch.setenv("LOTRINH_SECRETS_DIR", "secrets")
        return folder

    def loads(self, given: str | None = None) -> LoadedSettings:
        return load_settings(given)

    def problems(self, given: str | None = None) -> list[tuple[str, str]]:
        """(place, sentence) of everything that is wrong."""
        with pytest.raises(BadInput) as caught:
            load_settings(given)
        return [(problem.place, say(problem.sentence)) for problem in caught.value.problems]

    def shown(self) -> dict[str, tuple[str, str]]:
        """What ``settings show`` prints: key -> (value, origin)."""
        found = {}
        for line in settings_lines(load_settings()):
            said, _, origin = line.rpartition("    # ")
            key, _, value = said.partition(" = ")
            found[key] = (value, origin)
        return found


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    for name in [name for name in os.environ if name.startswith("LOTRINH_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return Office(tmp_path, monkeypatch)
