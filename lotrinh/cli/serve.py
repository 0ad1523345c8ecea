"""lotrinh portal: serve the status and the confirmations of units without software of their own."""

import click

from lotrinh.cli.base import Command, load, option, settings_option, tell
from lotrinh.core.text import M


@click.command(cls=Command, help="Mở cổng của các đơn vị: trạng thái và xác nhận hoàn thành.")
@settings_option()
@option("--port", type=click.IntRange(1, 65535), help="Cổng mạng thay cho cổng trong cấu hình.")
def portal(settings: str | None, port: int | None) -> None:
    """Serve until stopped."""
    import uvicorn

    from lotrinh.portal.app import create_app
    from lotrinh.store import open_store

    loaded = load(settings)
    home = loaded.file.resolve().parent if loaded.file else None
    chosen = loaded.settings.portal
    with open_store(loaded.settings.database_url) as store:
        app = create_app(loaded.settings, store, home=home)
        tell(M("Cổng lotrinh: http://{host}:{port}", host=chosen.host, port=port or chosen.port))
        uvicorn.run(app, host=chosen.host, port=port or chosen.port, log_level="warning", access_log=False)
