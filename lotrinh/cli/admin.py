"""lotrinh admin: the first administrator, and the way back in when nobody remembers a password."""

import sys
from zoneinfo import ZoneInfo

import click

from lotrinh.cli.base import Group, open_settings, option, print_message, settings_option
from lotrinh.core.text import M, nfc
from lotrinh.errors import BadInput, Problem
from lotrinh.i18n import say


@click.group(
    "admin", cls=Group, help="Quản trị viên của cổng. Người khác của văn phòng được thêm ở trang /accounts của cổng."
)
def admin_group() -> None:
    """Hold the commands on administrators."""


@admin_group.command(
    "create", help="Tạo quản trị viên, hoặc đặt lại mật khẩu của quản trị viên đã có. Không có mật khẩu mặc định."
)
@click.argument("name", metavar="NAME")
@option("--display", default="", metavar="TEXT", help="Họ tên hiện trên trang; mặc định là tên đăng nhập.")
@option("--password-stdin", is_flag=True, help="Đọc mật khẩu từ dòng đầu của đầu vào chuẩn.")
@settings_option()
def admin_create_command(name: str, display: str, password_stdin: bool, settings: str | None) -> None:  # noqa: FBT001 - a flag
    """Make an administrator; the password is never an argument, for others can see those."""
    from lotrinh.clock import now
    from lotrinh.core.status.roles import Role
    from lotrinh.services.access.accounts import CONSOLE, add_officer
    from lotrinh.services.campaigns.rosters import open_roster
    from lotrinh.store import open_store

    chosen = open_settings(settings).settings
    by = CONSOLE._replace(province=open_roster(chosen).province.code)
    secret = _first_line() if password_stdin else _prompt_twice()
    with open_store(chosen.database_url) as store:
        known = store.accounts.get(f"officer:{name.strip().lower()}")
        display_name = display or (known.name if known else "")
        made = add_officer(store, name, Role.ADMINISTRATOR, display_name, secret, now(), by)
    sentence = M("Đã đặt lại mật khẩu; các phiên cũ đã kết thúc.") if known else M("Đã tạo quản trị viên.")
    print_message(M("{done} Tên đăng nhập: {name}.", done=sentence, name=made.id.partition(":")[2]))


def _first_line() -> str:
    try:
        line = sys.stdin.buffer.readline(4096).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput([Problem("--password-stdin", 0, 0, M("Mật khẩu phải là chữ UTF-8."))]) from error
    return nfc(line).strip()


def _prompt_twice() -> str:
    if not sys.stdin.isatty():
        sentence = M("Không có bàn phím để hỏi mật khẩu; hãy dùng --password-stdin.")
        raise BadInput([Problem("--password-stdin", 0, 0, sentence)])
    first, second = say(M("Mật khẩu")), say(M("Nhập lại mật khẩu"))
    return nfc(str(click.prompt(first, hide_input=True, confirmation_prompt=second, err=True))).strip()


@admin_group.command("list", help="Liệt kê quản trị viên.")
@settings_option()
def admin_list_command(settings: str | None) -> None:
    """Print name, display name, since when and until when, tab between them."""
    from lotrinh.core.status.roles import Role
    from lotrinh.store import open_store

    chosen = open_settings(settings).settings
    zone = ZoneInfo(chosen.timezone)
    with open_store(chosen.database_url) as store:
        for account in store.accounts.all(Role.ADMINISTRATOR):
            days = [
                at.astimezone(zone).date().isoformat() if at else "—" for at in (account.issued_at, account.revoked_at)
            ]
            click.echo("\t".join((account.id.partition(":")[2], account.name, *days)))


@admin_group.command("revoke", help="Thu hồi một quản trị viên; quản trị viên cuối cùng được giữ lại.")
@click.argument("name", metavar="NAME")
@settings_option()
def admin_revoke_command(name: str, settings: str | None) -> None:
    """Take an administrator away; their sessions end at once."""
    from lotrinh.clock import now
    from lotrinh.core.status.roles import Role
    from lotrinh.errors import NotFound
    from lotrinh.services.access.accounts import CONSOLE, find_officer
    from lotrinh.services.access.accounts import revoke_officer as take_away
    from lotrinh.services.campaigns.rosters import open_roster
    from lotrinh.store import open_store

    chosen = open_settings(settings).settings
    with open_store(chosen.database_url) as store:
        account = find_officer(store, f"officer:{name.strip().lower()}")
        if account.role != Role.ADMINISTRATOR:
            raise NotFound(M("“{name}” không phải quản trị viên; thu hồi ở trang /accounts của cổng.", name=name))
        take_away(store, account.id, now(), CONSOLE._replace(province=open_roster(chosen).province.code))
    print_message(M("Đã thu hồi quản trị viên {name}.", name=name))
