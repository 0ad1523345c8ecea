"""Serve the deployments of one office in one process: ``python -m flows.serve --settings FILE``.

It keeps the schedules in Prefect as the office has set them, carries out what is due, and outlives a Prefect server
that is not there yet, goes away and comes back, or comes back with an empty database. With ``--pool`` it keeps the
schedules only, and the workers of that work pool carry out what is due.
"""

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lotrinh import logs
from lotrinh.catalog.units import province
from lotrinh.clock import now
from lotrinh.core.text import M
from lotrinh.errors import LotrinhError
from lotrinh.i18n import say
from lotrinh.services.notify.error_lines import lines_of
from lotrinh.services.upkeep.lock import FLOWS
from lotrinh.services.upkeep.prefect_server import prefect_environment
from lotrinh.services.upkeep.restore_marker import in_use
from lotrinh.settings.load import Loaded, load_settings
from lotrinh.store import Store, open_store

if TYPE_CHECKING:
    from flows.deploy import Plan

LOOK_SECONDS = 30.0
"""How often settings and schedules are read again."""
PAUSES = (2.0, 5.0, 10.0, 30.0)
"""Seconds before Prefect is tried again, the last one for ever."""

log = logging.getLogger("lotrinh.serve")


class Told:
    """Says sentences on stderr, each once as long as it stays true; as events are logged, plain or as JSON."""

    def __init__(self, form: str = "plain") -> None:
        self._form, self._said = form, frozenset[str]()

    def __call__(self, *sentences: str) -> None:
        """Say what is true now; what was said last time is not said again."""
        for sentence in dict.fromkeys(sentences):
            if sentence not in self._said:
                plain = f"{now():%Y-%m-%dT%H:%M:%SZ} {sentence}"
                sys.stderr.write(f"{logs.as_json(log.name, sentence) if self._form == logs.JSON else plain}\n")
                sys.stderr.flush()
        self._said = frozenset(sentences)


class Office:
    """The settings file and the record as they are now; where the file has become wrong, as they were."""

    def __init__(self, file: str | None, pool: str | None = None, look: float = LOOK_SECONDS) -> None:
        self._file, self.pool, self.look, self.loaded = file, pool, look, load_settings(file)
        self.store: Store = open_store(self.loaded.settings.database_url)
        self.told = Told(self.loaded.settings.log.format)

    def plan(self) -> "Plan":
        """Work out what is to be deployed, and say what is wrong."""
        from flows.deploy import plan  # noqa: PLC0415 - Prefect, which reads its environment when it is imported

        problems: list[LotrinhError] = []
        try:
            self.loaded = _again(self.loaded, self._file)
        except LotrinhError as error:
            problems.append(error)
        made = plan(self.loaded, self.store, self.pool)
        self.told(*(line for error in [*problems, *made.problems] for line in lines_of(error)))
        return made


def _again(loaded: Loaded, file: str | None) -> Loaded:
    """Read the settings again; where the record is and where Prefect is stay as they were at the start."""
    fresh = load_settings(file)
    province(fresh.settings.province)  # of one that there is not, nothing could be planned
    fixed = {name: getattr(loaded.settings, name) for name in ("data_dir", "database", "prefect")}
    return Loaded(fresh.settings.model_copy(update=fixed), fresh.file, fresh.origins)


async def serve(office: Office) -> None:
    """Serve until asked to stop; a Prefect server that fails us is tried again."""
    from flows.runner import Heard, Lost, keep_pool, serve_once  # noqa: PLC0415 - as above

    url, failures = office.loaded.settings.prefect.api_url, 0
    told = Told(office.loaded.settings.log.format)

    def works() -> None:
        nonlocal failures
        failures = 0
        told(say(M("Lịch chạy đang dùng máy chủ Prefect tại {url}.", url=url)))

    def fails(why: str) -> None:
        told(say(M("Không dùng được máy chủ Prefect tại {url} ({reason}); đang thử lại.", url=url, reason=why)))

    heard = Heard(works, fails)
    while True:
        try:
            await (keep_pool(office, office.pool, heard) if office.pool else serve_once(office, heard))
        except Lost as error:
            fails(error.why)
        except LotrinhError as error:
            told(*lines_of(error))
        else:
            return
        await asyncio.sleep(PAUSES[min(failures, len(PAUSES) - 1)])
        failures += 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve; exit code 2 where the settings do not allow it."""
    parser = argparse.ArgumentParser(prog="python -m flows.serve")
    parser.add_argument("--settings")
    parser.add_argument("--pool", help="keep the schedules of a work pool, whose workers carry them out")
    parser.add_argument("--look", type=float, default=LOOK_SECONDS, help=argparse.SUPPRESS)
    given, told = parser.parse_args(arguments), Told()
    try:
        settings = load_settings(given.settings).settings
        told = Told(settings.log.format)
        os.environ.setdefault("LOTRINH_LANG", settings.language)
        if not settings.prefect.api_url:
            told(say(M("prefect.api_url để trống: không có gì tự chạy theo lịch.")))
            return 2
        with in_use(settings.data_dir, settings.database_url, FLOWS):
            office = Office(given.settings, given.pool, given.look)
            logs.join(settings.log.format, settings.log.level)
            os.environ.update(prefect_environment(settings))
            with office.store:
                asyncio.run(serve(office))
    except LotrinhError as error:
        told(*lines_of(error))
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
