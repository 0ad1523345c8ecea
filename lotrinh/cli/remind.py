"""lotrinh remind, send: today's reminders, and what waits in the outbox."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from lotrinh.cli.base import Command, load, option, settings_option, tell
from lotrinh.core.text import M
from lotrinh.errors import BadInput, Problem
from lotrinh.i18n import say

if TYPE_CHECKING:
    from lotrinh.services.notify.outbox import Emptied
    from lotrinh.services.notify.reminders import Office, Prepared

NOT_ALL = 3
"""Exit code where somebody could not be told something."""
LOOK = M("Có điều phải xem, nêu ở trên (mã thoát 3).")
DOUBT = M(
    "Hôm nay đã khôi phục bản sao lưu: lời nhắc có thể đã gửi trước đó, nên không tự gửi. Hãy hỏi vài nơi nhận; chưa "
    "nhận thì: lotrinh outbox retry --all-unclear, rồi lotrinh send"
)
UNTOLD = M(
    "{count} nơi chưa có địa chỉ, nên không được nhắc. Hãy khai báo địa chỉ trong [[receivers]] hoặc danh sách đơn vị."
)
OVER = M(
    "Từ {when} đến hết ngày không gửi tin nào, vì là ngày nghỉ hoặc giờ nghỉ ([remind] quiet, quiet_days_off), nên "
    "không nhắc."
)
SUPPOSED = M(
    "Thử cho lúc {when}, tính theo nhật ký đến {now}: những gì báo sau {now} chưa có trong các con số dưới đây; giờ ở "
    "câu “Theo số liệu lúc …” là giờ thử."
)


@contextmanager
def opened(settings: str | None, *, only_look: bool = False) -> Iterator["Office"]:
    """Open all that reminding needs; where a file is wrong the office is told so, unless somebody only looks."""
    from lotrinh.clock import now
    from lotrinh.services.notify.misconfiguration_alert import open_or_tell
    from lotrinh.services.notify.reminders import open_office
    from lotrinh.services.upkeep.restore_marker import require_finished
    from lotrinh.store import open_store

    loaded = load(settings)
    require_finished(loaded.settings.data_dir, loaded.settings.database_url)
    with open_store(loaded.settings.database_url) as store:
        if only_look:
            yield open_office(store, loaded.settings, loaded.home)
        else:
            yield open_or_tell(store, loaded.settings, loaded.home, now, said)


@click.command(cls=Command, help="Nhắc việc hôm nay: mỗi nơi nhận một tin trong ngày, dù chạy lại bao nhiêu lần.")
@option("--dry-run", is_flag=True, help="Chỉ in ra, không gửi và không ghi gì.")
@option("--as-of", metavar="DATETIME", help="Thử cho một ngày khác; chỉ dùng cùng --dry-run.")
@settings_option()
def remind(dry_run: bool, as_of: str | None, settings: str | None) -> int:  # noqa: FBT001 - a flag
    """Lay today's digests down and send them; or only print those of a day."""
    from lotrinh.cli.checks.moments import moment_of
    from lotrinh.clock import now
    from lotrinh.services.notify import dispatch
    from lotrinh.services.notify.reminders import over, prepare

    if as_of and not dry_run:
        sentence = M("Lời nhắc của ngày khác không được gửi đi. Hãy thêm --dry-run để chỉ in ra.")
        raise BadInput([Problem("--as-of", 0, 0, sentence)])
    with opened(settings, only_look=dry_run) as office:
        asked, current = moment_of(as_of, office.settings.timezone), now().astimezone(office.zone)
        at = (asked or current).astimezone(office.zone)
        if over(office, at):
            tell(M(OVER.msgid, when=at))
        if dry_run:
            if asked:
                click.echo(say(M(SUPPOSED.msgid, when=at, now=current)) + "\n")
            _print(prepare(office, at))
            return 0
        reminded = dispatch.remind(office, at)
        tell(M("Hôm nay có {count} lời nhắc; {new} tin mới.", count=len(reminded.prepared), new=reminded.new))
        if reminded.nowhere:
            tell(M(UNTOLD.msgid, count=reminded.nowhere))
        if reminded.doubtful:
            tell(DOUBT)
        for told in reminded.notes:
            tell(told)
        return said(dispatch.send(office, now), more=bool(reminded.nowhere or reminded.doubtful))


def _print(prepared: "tuple[Prepared, ...]") -> None:
    from lotrinh.services.notify.receivers import masked

    for digest, letter, places in prepared:
        shown = ", ".join(masked(*place) for place in places) or say(M("chưa có địa chỉ"))
        click.echo(f"== {digest.unit.full_name} → {shown}\n{letter.subject}\n\n{letter.text}")
    tell(M("Chỉ in thử {count} lời nhắc; không gửi gì.", count=len(prepared)))


@click.command(cls=Command, help="Gửi những tin đang chờ, một lượt.")
@settings_option()
def send(settings: str | None) -> int:
    """Empty the outbox once."""
    from lotrinh.clock import now
    from lotrinh.services.notify import dispatch

    with opened(settings) as office:
        return said(dispatch.send(office, now))


def said(done: "Emptied", *, more: bool = False) -> int:
    """Say what became of the messages, and last whether somebody has to look; return the exit code.

    ``more`` tells that something else was said that somebody has to look at.
    """
    for problem in done.problems:
        tell(f"{problem.unit}: {problem.reason}")
    sentence = M(
        "Đã gửi {sent}; còn chờ {waiting}; không gửi được {failed}; không rõ đã gửi chưa {unclear}.",
        sent=done.sent,
        waiting=done.waiting,
        failed=done.failed,
        unclear=done.unclear,
    )
    tell(sentence)
    if done.waiting:
        tell(M("Tin nào còn chờ, đến lúc nào: lotrinh outbox list --state waiting"))
    if not (more or done.failed or done.unclear or done.problems):
        return 0
    tell(LOOK)
    return NOT_ALL
