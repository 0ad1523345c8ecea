"""lotrinh portal: serve the status and the confirmations of units without software of their own, and the office."""

import logging
import signal

import click

from lotrinh.cli.base import Command, open_settings, option, print_message, settings_option
from lotrinh.core.text import M

STOP_SECONDS = 10
"""How long requests that have begun may take when the portal is asked to stop."""


@click.command("portal", cls=Command, help="Mở cổng của các đơn vị: trạng thái và xác nhận hoàn thành.")
@settings_option()
@option("--port", type=click.IntRange(1, 65535), help="Cổng mạng thay cho cổng trong cấu hình.")
@click.option("--as-of", hidden=True, metavar="DATETIME")  # for demonstrations: the portal's day is another one
def portal_command(settings: str | None, port: int | None, as_of: str | None) -> None:
    """Serve until stopped; what was begun is finished or ended first."""
    import uvicorn

    from lotrinh import logs, traces
    from lotrinh.cli.checks.moments import parse_moment
    from lotrinh.cli.up.background import BackgroundChecks
    from lotrinh.clock import now, started_at
    from lotrinh.portal.app import create_app
    from lotrinh.services.upkeep.lock import PORTAL
    from lotrinh.services.upkeep.restore_marker import in_use
    from lotrinh.settings.load import require_token
    from lotrinh.store import open_store

    loaded = open_settings(settings)
    require_token(loaded)
    chosen = loaded.settings.portal.model_copy(update={"port": port} if port else {})
    config = loaded.settings.model_copy(update={"portal": chosen})
    home = loaded.home
    moment = parse_moment(as_of, config.timezone)
    clock = started_at(moment) if moment else now
    logs.start(config.log.format, config.log.level)
    traces.start("lotrinh-portal")
    # uvicorn gives the signal on once it has stopped serving; then, too, nothing may be left open.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with (
        in_use(config.data_dir, config.database_url, PORTAL),
        open_store(config.database_url) as store,
        BackgroundChecks(config, loaded.file, store, clock if moment else None) as checks,
    ):
        app = create_app(config, store, clock, home, start_run=checks)
        announce(M("Cổng lotrinh: http://{host}:{port}", host=chosen.host, port=chosen.port), config.log.format)
        uvicorn.run(
            app,
            host=chosen.host,
            port=chosen.port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=STOP_SECONDS,
        )
    announce(M("Cổng lotrinh đã dừng."), config.log.format)


def announce(sentence: M, form: str) -> None:
    """Say a sentence to people, or to a program that reads lines of JSON as one more of them."""
    from lotrinh.i18n import say
    from lotrinh.logs import JSON

    if form == JSON:
        logging.getLogger("lotrinh.portal").info("%s", say(sentence))
    else:
        print_message(sentence)
