"""lotrinh access: slips with which a unit's people sign in, and codes with which its own software speaks."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from lotrinh.cli.base import Group, open_settings, option, print_message, settings_option
from lotrinh.core.os_errors import os_error_reason
from lotrinh.core.text import M
from lotrinh.errors import BadInput, Conflict, Problem
from lotrinh.files import OWNER_ONLY

if TYPE_CHECKING:
    from lotrinh.core.checklist.units import Unit
    from lotrinh.services.access.accounts import AccountActor
    from lotrinh.services.campaigns.rosters import Roster


@click.group(
    "access",
    cls=Group,
    help="Phiếu để cán bộ của đơn vị đăng nhập (slips); mã để phần mềm riêng của đơn vị gửi số liệu (issue, revoke).",
)
def access_group() -> None:
    """Hold the commands on access."""


@access_group.command(
    "slips", help="Cấp phiếu đăng nhập có mã QR, in được trên A4, cho cán bộ của các đơn vị; phiếu cũ hết hiệu lực."
)
@option("--unit", "units", metavar="CODE", multiple=True, help="Mã đơn vị; ghi nhiều lần cho nhiều đơn vị.")
@option("--all", "everybody", is_flag=True, help="Mọi xã, phường, đặc khu.")
@option("--out", metavar="FILE.html", required=True, help="Tệp để in rồi xóa; phải là tệp chưa có.")
@settings_option()
def access_slips_command(units: tuple[str, ...], everybody: bool, out: str, settings: str | None) -> None:  # noqa: FBT001 - a flag
    """Write the slips into a file that only its owner may read."""
    from lotrinh.clock import now
    from lotrinh.portal.slips import render_slips
    from lotrinh.services.access.accounts import issue_slips
    from lotrinh.services.campaigns.rosters import open_roster
    from lotrinh.store import open_store

    if everybody == bool(units):
        raise BadInput([Problem("--unit", 0, 0, M("Hãy chọn đơn vị bằng --unit CODE, hoặc mọi đơn vị bằng --all."))])
    chosen = open_settings(settings).settings
    roster = open_roster(chosen)
    receivers = roster.units if everybody else _find_units(roster.units, units)
    with open_store(chosen.database_url) as store, _new_file(Path(out)) as file:
        made = issue_slips(store, receivers, now(), _by(roster))
        file.write(render_slips(made, chosen, now()))
    print_message(M("Đã cấp {count} phiếu vào {file}. Hãy in rồi xóa tệp này.", count=len(made), file=out))


@contextmanager
def _new_file(path: Path) -> Iterator[TextIO]:
    """Open a file that must be new, before any old slip ends; leave nothing behind when that fails."""
    try:
        file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "w", encoding="utf-8")
    except FileExistsError as error:
        raise Conflict(M("Đã có tệp {file}; hãy chọn tên khác.", file=str(path))) from error
    except OSError as error:
        sentence = M("Không ghi được tệp này ({reason}).", reason=os_error_reason(error))
        raise BadInput([Problem(str(path), 0, 0, sentence)]) from error
    try:
        with file:
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise


@access_group.command(
    "issue", help="Cấp mã mới cho phần mềm riêng của các đơn vị; mã cũ hết hiệu lực. Mã chỉ hiện một lần."
)
@click.argument("units", nargs=-1, required=True, metavar="CODE...")
@settings_option()
def access_issue_command(units: tuple[str, ...], settings: str | None) -> None:
    """Print unit and code, tab between them."""
    from lotrinh.clock import now
    from lotrinh.services.access.accounts import issue_codes
    from lotrinh.services.campaigns.rosters import open_roster
    from lotrinh.store import open_store

    chosen = open_settings(settings).settings
    roster = open_roster(chosen)
    receivers = _find_units((*roster.units, roster.province), units)
    with open_store(chosen.database_url) as store:
        for unit, code in issue_codes(store, receivers, now(), _by(roster)):
            click.echo(f"{unit.code}\t{code}")


@access_group.command(
    "revoke", help="Thu hồi mã của phần mềm riêng của một đơn vị; phiếu đăng nhập thu hồi ở trang /access của cổng."
)
@click.argument("unit", metavar="CODE")
@settings_option()
def access_revoke_command(unit: str, settings: str | None) -> None:
    """Take a unit's codes away."""
    from lotrinh.clock import now
    from lotrinh.services.access.accounts import revoke_codes
    from lotrinh.services.campaigns.rosters import open_roster
    from lotrinh.store import open_store

    chosen = open_settings(settings).settings
    roster = open_roster(chosen)
    holders = _find_units((*roster.units, roster.province), [unit])
    with open_store(chosen.database_url) as store:
        count = revoke_codes(store, holders, now(), _by(roster))
    print_message(M("Đã thu hồi {count} mã của đơn vị {unit}.", count=count, unit=unit))


def _find_units(units: "Iterable[Unit]", codes: Iterable[str]) -> "tuple[Unit, ...]":
    by_code = {unit.code: unit for unit in units}
    unique_codes = dict.fromkeys(codes)
    if wrong := [code for code in unique_codes if code not in by_code]:
        sentence = M("Danh sách đơn vị đang dùng không có mã này.")
        raise BadInput([Problem(code, 0, 0, sentence) for code in wrong])
    return tuple(by_code[code] for code in unique_codes)


def _by(roster: "Roster") -> "AccountActor":
    from lotrinh.services.access.accounts import CONSOLE

    return CONSOLE._replace(province=roster.province.code)
