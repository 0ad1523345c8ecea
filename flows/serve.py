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

from flows.office import LOOK_SECONDS, ChangeLogger, OfficeSource
from lotrinh import logs
from lotrinh.core.text import M
from lotrinh.errors import LotrinhError
from lotrinh.i18n import error_lines, say
from lotrinh.services.upkeep.lock import FLOWS
from lotrinh.services.upkeep.prefect_server import prefect_environment
from lotrinh.services.upkeep.restore_marker import in_use
from lotrinh.settings.load import load_settings

PAUSES = (2.0, 5.0, 10.0, 30.0)
"""Seconds before Prefect is tried again, the last one for ever."""

log = logging.getLogger("lotrinh.serve")


async def serve(office: OfficeSource) -> None:
    """Serve until asked to stop; a Prefect server that fails us is tried again."""
    from flows.runner import ServerCallbacks, ServerLost, keep_pool, serve_once  # noqa: PLC0415 - Prefect reads its environment when imported

    url, failures = office.loaded.settings.prefect.api_url, 0
    log_change = ChangeLogger(office.loaded.settings.log.format)

    def report_success() -> None:
        nonlocal failures
        failures = 0
        log_change(say(M("Lịch chạy đang dùng máy chủ Prefect tại {url}.", url=url)))

    def report_failure(why: str) -> None:
        log_change(say(M("Không dùng được máy chủ Prefect tại {url} ({reason}); đang thử lại.", url=url, reason=why)))

    callbacks = ServerCallbacks(report_success, report_failure)
    while True:
        try:
            await (keep_pool(office, office.pool, callbacks) if office.pool else serve_once(office, callbacks))
        except ServerLost as error:
            report_failure(error.reason)
        except LotrinhError as error:
            log_change(*error_lines(error))
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
    given, log_change = parser.parse_args(arguments), ChangeLogger()
    try:
        settings = load_settings(given.settings).settings
        log_change = ChangeLogger(settings.log.format)
        os.environ.setdefault("LOTRINH_LANG", settings.language)
        if not settings.prefect.api_url:
            log_change(say(M("prefect.api_url để trống: không có gì tự chạy theo lịch.")))
            return 2
        with in_use(settings.data_dir, settings.database_url, FLOWS):
            office = OfficeSource(given.settings, given.pool, given.look)
            logs.join(settings.log.format, settings.log.level)
            os.environ.update(prefect_environment(settings))
            with office.store:
                asyncio.run(serve(office))
    except LotrinhError as error:
        log_change(*error_lines(error))
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
