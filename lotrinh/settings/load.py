"""Read the settings from file, environment and secrets folder, and remember where each value came from."""

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from lotrinh.core.text import M, Message
from lotrinh.errors import BadInput, Problem
from lotrinh.settings.broken import toml_problem
from lotrinh.settings.models import Settings, SettingsTable
from lotrinh.settings.problems import value_problem
from lotrinh.settings.sources import KeyPath, SecretsSource, Sources

DEFAULT_FILE = "settings.toml"
SHORT_TOKEN = M("“{key}” là token thì portal.metrics_token phải có ít nhất 20 ký tự.")
OWN_VARIABLES = frozenset({"LOTRINH_SETTINGS", "LOTRINH_LANG", "LOTRINH_SECRETS_DIR"})
TABLES = frozenset(name for name, field in Settings.model_fields.items() if isinstance(field.default, SettingsTable))


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """Settings, and for each value that is not a default the place it came from, in words."""

    settings: Settings
    file: Path | None
    origins: Mapping[KeyPath, str]

    @property
    def home(self) -> Path | None:
        """The folder of the file, where the office's own checklists may lie."""
        return self.file.resolve().parent if self.file else None


def settings_file(given: str | None) -> Path | None:
    """Choose the file: --settings, then LOTRINH_SETTINGS, then settings.toml here; None without any."""
    name = given or os.environ.get("LOTRINH_SETTINGS")
    if name:
        return Path(name)
    here = Path(DEFAULT_FILE)
    return here if here.is_file() else None


def load_settings(given: str | None = None) -> LoadedSettings:
    """Load the settings; ``BadInput`` with every problem where there are any."""
    file, secrets_dir = settings_file(given), os.environ.get("LOTRINH_SECRETS_DIR")
    unreadable = [*_unreadable_file(file), *_unreadable_secrets(secrets_dir)]
    if unreadable:
        raise BadInput([*unreadable, *_unknown_variables()])
    unknown = [*_unknown_variables(), *_unknown_secrets(secrets_dir)]
    sources = Sources(file, secrets_dir)
    try:
        settings = sources.settings()
    except ValidationError as error:
        raise BadInput(sorted([*_problems(error, sources), *unknown], key=_by_place)) from error
    if unknown:
        raise BadInput(unknown)
    return LoadedSettings(_resolve_paths(settings, file, sources), file, sources.origins())


def require_token(loaded: LoadedSettings) -> None:
    """Raise ``BadInput`` where the portal would ask for a token that it has not got; other processes need none."""
    if loaded.settings.portal.is_token_guessable:
        where = loaded.origins[("portal", "metrics")]
        raise BadInput([Problem(where, 0, 0, Message(SHORT_TOKEN.msgid, key="portal.metrics"))])


def _by_place(problem: Problem) -> tuple[str, int, int]:
    return problem.where, problem.line, problem.column


def _problems(error: ValidationError, sources: Sources) -> Iterator[Problem]:
    for item in error.errors(include_url=False):
        place = (*item["loc"], *item.get("ctx", {}).get("at", ()))
        where, line = sources.locate(place)
        yield Problem(where, line, 0, value_problem(item, place))


def _unreadable_file(file: Path | None) -> Iterator[Problem]:
    if file is None:
        return
    text = ""
    try:
        text = file.read_text(encoding="utf-8-sig")
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        yield toml_problem(str(file), text, error)
    except UnicodeDecodeError:
        yield Problem(str(file), 0, 0, M("Tệp không phải UTF-8. Hãy lưu lại với mã hóa UTF-8."))
    except OSError:
        yield Problem(str(file), 0, 0, M("Không có tệp cấu hình này. Hãy kiểm tra lại đường dẫn."))


def _unreadable_secrets(folder: str | None) -> Iterator[Problem]:
    try:
        if folder:
            SecretsSource.in_folder(Settings, folder)
    except (OSError, ValueError):
        yield Problem("LOTRINH_SECRETS_DIR", 0, 0, SECRETS_FOLDER)


SECRETS_FOLDER: Message = M("Phải là một thư mục gồm các tệp văn bản, mỗi tệp một bí mật, ví dụ prefect__auth_string.")


def _unknown_variables() -> Iterator[Problem]:
    for name in sorted(os.environ):
        if name.startswith("LOTRINH_") and name not in OWN_VARIABLES and not _is_known_variable(name):
            yield Problem(name, 0, 0, M("Biến môi trường này không có nghĩa gì với lotrinh. Hãy xóa hoặc sửa lại tên."))


def _is_known_variable(variable: str) -> bool:
    """Whether the variable names a key of the top, or something inside a table; what is inside, pydantic checks."""
    name, inside, _ = variable.removeprefix("LOTRINH_").lower().partition("__")
    return name in (TABLES if inside else Settings.model_fields)


def _unknown_secrets(folder: str | None) -> Iterator[Problem]:
    """Find files that are meant for us but misnamed; other names in the folder are other programs' secrets."""
    for path in sorted(Path(folder).iterdir()) if folder else ():
        ours = path.name[:1] != "." and ("__" in path.name or path.name.lower().startswith("lotrinh"))
        if ours and path.name.lower().partition("__")[0] not in TABLES:
            key = path.name.replace("__", ".")
            yield Problem(str(path), 0, 0, M("Không có mục cấu hình “{key}”. Hãy xóa hoặc sửa lại tên.", key=key))


def _resolve_paths(settings: Settings, file: Path | None, sources: Sources) -> Settings:
    """Paths written in the settings file are relative to that file."""
    if file is None:
        return settings
    home = file.resolve().parent
    changes: dict[str, object] = {}
    if sources.source_of(("data_dir",)) == "file":
        changes["data_dir"] = home / settings.data_dir
    if settings.units.file and sources.source_of(("units", "file")) == "file":
        changes["units"] = settings.units.model_copy(update={"file": home / settings.units.file})
    if settings.http.ca_file and sources.source_of(("http", "ca_file")) == "file":
        changes["http"] = settings.http.model_copy(update={"ca_file": str(home / settings.http.ca_file)})
    if settings.report.template and sources.source_of(("report", "template")) == "file":
        changes["report"] = settings.report.model_copy(update={"template": home / settings.report.template})
    return settings.model_copy(update=changes)
