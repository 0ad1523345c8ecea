"""lotrinh db, verify: the record and its chain."""

import click

from lotrinh.cli.base import Command, Group, load, option, settings_option, tell
from lotrinh.core.text import M


@click.group(cls=Group, help="Cơ sở dữ liệu của lotrinh.")
def db() -> None:
    """Hold the commands on the database."""


@db.command(help="Nâng cơ sở dữ liệu lên phiên bản mà lotrinh này cần.")
@settings_option()
def upgrade(settings: str | None) -> None:
    """Migrate, and say from which version to which."""
    from lotrinh.store.store import upgrade_store

    before, after = upgrade_store(load(settings).settings.database_url)
    if before == after:
        tell(M("Cơ sở dữ liệu đã ở phiên bản {after}.", after=after))
    else:
        tell(M("Đã nâng cơ sở dữ liệu: {before} → {after}.", before=before or "—", after=after))


@click.command(cls=Command, help="Kiểm tra chuỗi mã của nhật ký, từ mục đầu đến mục cuối.")
@settings_option()
@option("--head", metavar="HASH", help="Mã in trên báo cáo hoặc biên nhận: nhật ký phải còn chứa mã này.")
def verify(settings: str | None, head: str | None) -> int:
    """Walk the chain; exit 0 when it holds, and holds the printed hash."""
    from lotrinh.core.status.journal import GENESIS
    from lotrinh.services.views.printed_head import read_head, verdict
    from lotrinh.store import open_store

    asked = read_head(head or "")
    with open_store(load(settings).settings.database_url, make=False) as store:
        last = store.journal.latest(1)
        bad = store.journal.verify(asked or GENESIS)
    tell(verdict(bad, last[0].number if last else 0, asked))
    if bad is not None:
        return 2
    tell(M("Mã cuối: {head}", head=last[0].hash if last else GENESIS))
    return 0
