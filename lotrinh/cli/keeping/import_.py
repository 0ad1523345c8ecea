"""lotrinh import: what comes back from units without a connection."""

import sys
from functools import cache
from typing import TYPE_CHECKING

import click

from lotrinh.cli.base import Group, open_settings, option, print_message, settings_option, terminal_width
from lotrinh.core.text import M
from lotrinh.errors import BadInput

if TYPE_CHECKING:
    from lotrinh.services.return_sheets.import_confirmations import PreparedImport
    from lotrinh.services.return_sheets.returned_files import Upload


@click.group("import", cls=Group, help="Nhập phiếu mà đơn vị không có mạng gửi lại.")
def import_group() -> None:
    """Hold the commands that read what comes in."""


@import_group.command(
    "confirmations", help="Đọc các phiếu xác nhận đã điền, cho xem sẽ ghi gì, rồi ghi tất cả, hoặc không ghi gì."
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@option("--yes", is_flag=True, help="Ghi ngay, không hỏi.")
@settings_option()
def import_confirmations_command(files: tuple[str, ...], yes: bool, settings: str | None) -> None:  # noqa: FBT001 - a flag
    """Show what files say, ask, and record it."""
    from lotrinh.clock import now
    from lotrinh.core.status.actors import SHEETS
    from lotrinh.i18n import current
    from lotrinh.reports.text.terminal import draw_table
    from lotrinh.services.campaigns.campaigns import open_campaign
    from lotrinh.services.return_sheets.import_confirmations import prepare_import, record_import
    from lotrinh.services.return_sheets.returned_words import preview_table
    from lotrinh.store import open_store

    loaded = open_settings(settings)
    uploads = [_upload(name) for name in files]
    with open_store(loaded.settings.database_url) as store:
        campaign_of = cache(lambda name: open_campaign(store, loaded.settings, name, home=loaded.home))
        prepared = prepare_import(store, uploads, campaign_of, SHEETS, now())
        if prepared.problems:  # no table: its rows would seem to be recorded
            print_message(M("Chưa ghi gì: hãy sửa {count} chỗ sau rồi nhập lại.", count=len(prepared.problems)))
            raise BadInput(prepared.problems)
        if prepared.statements:
            click.echo(draw_table(preview_table(prepared.statements, current()), terminal_width()))
        if _confirm(prepared, yes=yes):
            entries = record_import(store, prepared, now())
            print_message(M("Đã ghi {count} mục vào nhật ký.", count=len(entries)))


def _upload(name: str) -> "Upload":
    from lotrinh.cli.files import read_file
    from lotrinh.services.return_sheets.returned_files import Upload
    from lotrinh.services.statements.uploads import LARGEST

    return Upload(name, read_file(name, LARGEST + 1))


def _confirm(prepared: "PreparedImport", *, yes: bool) -> bool:
    """Ask whether to record; where nobody can be asked, say how to."""
    from lotrinh.i18n import say

    if not prepared.statements:
        print_message(M("Phiếu chưa điền gì: không có gì để ghi."))
    elif not prepared.new_statements:
        print_message(M("Mọi mục trong phiếu đã ghi trước đây: không ghi lại."))
    elif yes:
        return True
    elif not sys.stdin.isatty():
        print_message(M("Chưa ghi gì. Nếu bảng trên đúng, hãy chạy lại với --yes."))
    else:
        return click.confirm(say(M("Ghi {count} mục vào nhật ký?", count=len(prepared.new_statements))), err=True)
    return False
