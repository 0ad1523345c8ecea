"""lotrinh outbox: what was sent, what waits, and what somebody has to look at."""

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from lotrinh.cli.base import Group, load, option, settings_option, tell
from lotrinh.core.text import M
from lotrinh.i18n import say

if TYPE_CHECKING:
    from lotrinh.store.outbox import Message

STATES = ("waiting", "sending", "unclear", "failed", "sent", "dropped")
SHOWN = 200


@click.group(cls=Group, help="Hộp tin gửi đi: tin chờ gửi, không gửi được, không rõ đã gửi chưa.")
def outbox() -> None:
    """Hold the commands on the outbox."""


@outbox.command("list", help="Liệt kê các tin mới nhất, cách nhau bằng tab.")
@option("--state", type=click.Choice(STATES), help="Chỉ những tin ở tình trạng này.")
@settings_option()
def listed(state: str | None, settings: str | None) -> None:
    """Print number, moment, receiver, channel, masked address, state and problem, tab between them."""
    from lotrinh.store import open_store

    chosen = load(settings).settings
    with open_store(chosen.database_url) as store:
        for message in store.outbox.newest((state,) if state else (), SHOWN):
            click.echo(_row(message, ZoneInfo(chosen.timezone)))


def _row(message: "Message", zone: ZoneInfo) -> str:
    from lotrinh.reports.tables import clean
    from lotrinh.services.outbox import STATE
    from lotrinh.services.receivers import masked

    at = message.created_at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    where = masked(message.channel, message.content["to"])
    words = (message.receiver, message.kind, message.channel, where, say(STATE[message.state]), message.problem)
    return "\t".join((str(message.id), at, *map(clean, words)))


@outbox.command(help="Cho gửi lại một tin không gửi được, hoặc không rõ đã gửi chưa.")
@click.argument("number", metavar="NUMBER", type=int)
@settings_option()
def retry(number: int, settings: str | None) -> None:
    """Let a message be sent again by the next go."""
    from lotrinh.clock import now
    from lotrinh.services import outbox as service
    from lotrinh.store import open_store

    chosen = load(settings).settings
    with open_store(chosen.database_url) as store:
        service.retry(store, number, now().astimezone(ZoneInfo(chosen.timezone)))
    tell(M("Tin {number} chờ gửi lại. Hãy chạy: lotrinh send", number=number))


@outbox.command(help="Bỏ một tin, không gửi nữa.")
@click.argument("number", metavar="NUMBER", type=int)
@settings_option()
def drop(number: int, settings: str | None) -> None:
    """Never send a message."""
    from lotrinh.clock import now
    from lotrinh.services import outbox as service
    from lotrinh.store import open_store

    with open_store(load(settings).settings.database_url) as store:
        service.drop(store, number, now())
    tell(M("Đã bỏ tin {number}.", number=number))
