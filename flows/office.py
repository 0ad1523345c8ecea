"""One office as its deployments see it: the settings file and the record, read again and again."""

import logging
import sys
from typing import TYPE_CHECKING

from lotrinh import logs
from lotrinh.catalog.units import province
from lotrinh.clock import now
from lotrinh.errors import LotrinhError
from lotrinh.i18n import error_lines
from lotrinh.settings.load import LoadedSettings, load_settings
from lotrinh.store import Store, open_store

if TYPE_CHECKING:
    from flows.deploy import DeploymentPlan

LOOK_SECONDS = 30.0
"""How often settings and schedules are read again."""

log = logging.getLogger("lotrinh.serve")


class ChangeLogger:
    """Says sentences on stderr, each once as long as it stays true; as events are logged, plain or as JSON."""

    def __init__(self, form: str = "plain") -> None:
        self._form, self._current = form, frozenset[str]()

    def __call__(self, *sentences: str) -> None:
        """Say what is true now; what was said last time is not said again."""
        for sentence in dict.fromkeys(sentences):
            if sentence not in self._current:
                plain = f"{now():%Y-%m-%dT%H:%M:%SZ} {sentence}"
                sys.stderr.write(f"{logs.as_json(log.name, sentence) if self._form == logs.JSON else plain}\n")
                sys.stderr.flush()
        self._current = frozenset(sentences)


class OfficeSource:
    """The settings file and the record as they are now; where the file has become wrong, as they were."""

    def __init__(self, file: str | None, pool: str | None = None, look_seconds: float = LOOK_SECONDS) -> None:
        self._file, self.pool, self.look_seconds, self.loaded = file, pool, look_seconds, load_settings(file)
        self.store: Store = open_store(self.loaded.settings.database_url)
        self.logger = ChangeLogger(self.loaded.settings.log.format)

    def plan(self) -> "DeploymentPlan":
        """Work out what is to be deployed, and say what is wrong."""
        from flows.deploy import plan_deployments  # noqa: PLC0415 - Prefect, which reads its environment when it is imported

        problems: list[LotrinhError] = []
        try:
            self.loaded = _reload(self.loaded, self._file)
        except LotrinhError as error:
            problems.append(error)
        made = plan_deployments(self.loaded, self.store, self.pool)
        self.logger(*(line for error in [*problems, *made.problems] for line in error_lines(error)))
        return made


def _reload(loaded: LoadedSettings, file: str | None) -> LoadedSettings:
    """Read the settings again; where the record is and where Prefect is stay as they were at the start."""
    fresh = load_settings(file)
    province(fresh.settings.province)  # of one that there is not, nothing could be planned
    fixed = {name: getattr(loaded.settings, name) for name in ("data_dir", "database", "prefect")}
    return LoadedSettings(fresh.settings.model_copy(update=fixed), fresh.file, fresh.origins)
