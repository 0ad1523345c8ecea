"""lotrinh export: sheets for units without a connection."""

from pathlib import Path

import click

from lotrinh.cli.base import Group, open_settings, option, print_message, settings_option
from lotrinh.core.text import M

FORMS = ("xlsx", "html")


@click.group("export", cls=Group, help="Lập phiếu cho đơn vị không có mạng.")
def export_group() -> None:
    """Hold the commands that write what goes out."""


@export_group.command(
    "sheets", help="Lập phiếu xác nhận của từng đơn vị: các đầu việc còn phải làm, để điền rồi gửi lại."
)
@click.argument("campaign", metavar="CAMPAIGN")
@option("--unit", "units", metavar="CODE", multiple=True, help="Mã đơn vị; ghi nhiều lần cho nhiều đơn vị.")
@option("--silent", is_flag=True, help="Chỉ các đơn vị không hỏi được hoặc chưa từng báo gì.")
@option("--as-of", metavar="DATETIME", help="Theo lượt kiểm tra mới nhất tính đến thời điểm này, thay cho lúc này.")
@option("--out", metavar="DIR", required=True, help="Thư mục ghi các phiếu, mỗi đơn vị một tệp.")
@option("--format", "form", type=click.Choice(FORMS), default="xlsx", help="xlsx để gõ, html để in và viết tay.")
@settings_option()
def export_sheets_command(
    campaign: str,
    units: tuple[str, ...],
    silent: bool,  # noqa: FBT001 - a flag of the command line
    as_of: str | None,
    out: str,
    form: str,
    settings: str | None,
) -> None:
    """Write the sheets, and say how many."""
    from lotrinh.cli.checks import run_check
    from lotrinh.cli.checks.moments import parse_moment
    from lotrinh.cli.files import save_file
    from lotrinh.clock import now
    from lotrinh.i18n import current
    from lotrinh.reports.return_sheet import sheet_page, sheet_workbook
    from lotrinh.services.return_sheets.exporting import SheetSelection
    from lotrinh.services.return_sheets.exporting import make_sheets as made_of
    from lotrinh.services.views.live_campaign import LiveCampaign
    from lotrinh.services.views.reporting import choose_report

    loaded = open_settings(settings)
    moment, count = parse_moment(as_of, loaded.settings.timezone), 0
    with run_check.open_recorded_campaign(loaded, campaign) as (store, opened):
        live = LiveCampaign(store, loaded.settings, opened)
        report = choose_report(store, opened, as_of=moment) if moment else live.report(now())
        for sheet in made_of(store, loaded.settings, opened, report, SheetSelection(units, silent)):
            content = sheet_workbook(sheet, current()) if form == "xlsx" else sheet_page(sheet, current()).encode()
            save_file(Path(out), f"phieu-{opened.id}-{sheet.unit.code}.{form}", content)
            count += 1
    if count:
        print_message(M("Đã ghi {count} phiếu vào {folder}.", count=count, folder=out))
    else:
        print_message(M("Không có phiếu nào: các đơn vị được chọn không còn đầu việc nào phải làm."))
