"""lotrinh db, verify: the record and its chain."""

import click

from lotrinh.cli.base import Command, Group, open_settings, option, print_message, settings_option
from lotrinh.core.text import M


@click.group("db", cls=Group, help="Cơ sở dữ liệu của lotrinh.")
def db_group() -> None:
    """Hold the commands on the database."""


@db_group.command("upgrade", help="Nâng cơ sở dữ liệu lên phiên bản mà lotrinh này cần.")
@settings_option()
def db_upgrade_command(settings: str | None) -> None:
    """Migrate, and say from which version to which."""
    from lotrinh.store.store import upgrade_store

    before, after = upgrade_store(open_settings(settings).settings.database_url)
    if before == after:
        print_message(M("Cơ sở dữ liệu đã ở phiên bản {after}.", after=after))
    else:
        print_message(M("Đã nâng cơ sở dữ liệu: {before} → {after}.", before=before or "—", after=after))


@click.command("verify", cls=Command, help="Kiểm tra chuỗi mã của nhật ký, từ mục đầu đến mục cuối.")
@settings_option()
@option("--head", metavar="HASH", help="Mã in trên báo cáo hoặc biên nhận: nhật ký phải còn chứa mã này.")
def verify_command(settings: str | None, head: str | None) -> int:
    """Walk the chain; exit 0 when it holds, and holds the printed hash."""
    from lotrinh.core.status.journal import GENESIS
    from lotrinh.services.views.printed_head import read_head, verdict
    from lotrinh.store import open_store

    printed_head = read_head(head or "")
    with open_store(open_settings(settings).settings.database_url, make=False) as store:
        last = store.journal.latest(1)
        bad = store.journal.verify(printed_head or GENESIS)
    print_message(verdict(bad, last[0].number if last else 0, printed_head))
    if bad is not None:
        return 2
    print_message(M("Mã cuối: {head}", head=last[0].hash if last else GENESIS))
    return 0
