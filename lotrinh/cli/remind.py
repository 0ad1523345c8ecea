"""lotrinh remind, send: today's reminders, and what waits in the outbox."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from lotrinh.cli.base import Command, open_settings, option, print_message, settings_option
from lotrinh.core.text import M
from lotrinh.errors import BadInput, Problem
from lotrinh.i18n import say

if TYPE_CHECKING:
    from lotrinh.services.notify.outbox import DispatchSummary
    from lotrinh.services.notify.reminders import AddressedDigest, ReminderOffice

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
def open_reminders(settings: str | None, *, only_look: bool = False) -> Iterator["ReminderOffice"]:
    """Open all that reminding needs; where a file is wrong the office is told so, unless somebody only looks."""
    from lotrinh.clock import now
    from lotrinh.services.notify.misconfiguration_alert import open_office_or_alert
    from lotrinh.services.notify.reminders import open_office
    from lotrinh.services.upkeep.restore_marker import require_finished
    from lotrinh.store import open_store

    loaded = open_settings(settings)
    require_finished(loaded.settings.data_dir, loaded.settings.database_url)
    with open_store(loaded.settings.database_url) as store:
        if only_look:
            yield open_office(store, loaded.settings, loaded.home)
        else:
            yield open_office_or_alert(store, loaded.settings, loaded.home, now, print_outcome)


@click.command(
    "remind", cls=Command, help="Nhắc việc hôm nay: mỗi nơi nhận một tin trong ngày, dù chạy lại bao nhiêu lần."
)
@option("--dry-run", is_flag=True, help="Chỉ in ra, không gửi và không ghi gì.")
@option("--as-of", metavar="DATETIME", help="Thử cho một ngày khác; chỉ dùng cùng --dry-run.")
@settings_option()
def remind_command(dry_run: bool, as_of: str | None, settings: str | None) -> int:  # noqa: FBT001 - a flag
    """Lay today's digests down and send them; or only print those of a day."""
    from lotrinh.cli.checks.moments import parse_moment
    from lotrinh.clock import now
    from lotrinh.services.notify import dispatch
    from lotrinh.services.notify.reminders import is_day_over, prepare_digests

    if as_of and not dry_run:
        sentence = M("Lời nhắc của ngày khác không được gửi đi. Hãy thêm --dry-run để chỉ in ra.")
        raise BadInput([Problem("--as-of", 0, 0, sentence)])
    with open_reminders(settings, only_look=dry_run) as office:
        supposed, current = parse_moment(as_of, office.settings.timezone), now().astimezone(office.zone)
        at = (supposed or current).astimezone(office.zone)
        if is_day_over(office, at):
            print_message(M(OVER.msgid, when=at))
        if dry_run:
            if supposed:
                click.echo(say(M(SUPPOSED.msgid, when=at, now=current)) + "\n")
            _print_digests(prepare_digests(office, at))
            return 0
        reminded = dispatch.enqueue_reminders(office, at)
        print_message(M("Hôm nay có {count} lời nhắc; {new} tin mới.", count=len(reminded.digests), new=reminded.new))
        if reminded.without_address:
            print_message(M(UNTOLD.msgid, count=reminded.without_address))
        if reminded.is_doubtful:
            print_message(DOUBT)
        for note in reminded.notes:
            print_message(note)
        return print_outcome(
            dispatch.dispatch_messages(office, now), more=bool(reminded.without_address or reminded.is_doubtful)
        )


def _print_digests(prepared: "tuple[AddressedDigest, ...]") -> None:
    from lotrinh.services.notify.receivers import mask_address

    for digest, letter, places in prepared:
        shown = ", ".join(mask_address(*place) for place in places) or say(M("chưa có địa chỉ"))
        click.echo(f"== {digest.unit.full_name} → {shown}\n{letter.subject}\n\n{letter.text}")
    print_message(M("Chỉ in thử {count} lời nhắc; không gửi gì.", count=len(prepared)))


@click.command("send", cls=Command, help="Gửi những tin đang chờ, một lượt.")
@settings_option()
def send_command(settings: str | None) -> int:
    """Empty the outbox once."""
    from lotrinh.clock import now
    from lotrinh.services.notify import dispatch

    with open_reminders(settings) as office:
        return print_outcome(dispatch.dispatch_messages(office, now))


def print_outcome(done: "DispatchSummary", *, more: bool = False) -> int:
    """Say what became of the messages, and last whether somebody has to look; return the exit code.

    ``more`` tells that something else was said that somebody has to look at.
    """
    for problem in done.problems:
        print_message(f"{problem.unit}: {problem.reason}")
    sentence = M(
        "Đã gửi {sent}; còn chờ {waiting}; không gửi được {failed}; không rõ đã gửi chưa {unclear}.",
        sent=done.sent,
        waiting=done.waiting,
        failed=done.failed,
        unclear=done.unclear,
    )
    print_message(sentence)
    if done.waiting:
        print_message(M("Tin nào còn chờ, đến lúc nào: lotrinh outbox list --state waiting"))
    if not (more or done.failed or done.unclear or done.problems):
        return 0
    print_message(LOOK)
    return NOT_ALL
