"""lotrinh rollup: how complete and how timely, by area, kind or unit; with other provinces' reports, the nation."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lotrinh.cli.base import (
    Command,
    existing_file,
    open_settings,
    option,
    print_message,
    settings_option,
    terminal_width,
)
from lotrinh.core.text import M
from lotrinh.reports.documents import Paper, formats_of

if TYPE_CHECKING:
    from datetime import datetime

    from lotrinh.core.report.rollup import Rollup
    from lotrinh.services.campaigns.campaigns import Campaign
    from lotrinh.store import Store

FORMATS = formats_of(Paper.ROLLUP)
BY = ("area", "unit", "kind", "province")


@click.command(
    "rollup", cls=Command, help="Tổng hợp theo khu vực: đến hạn, đã báo, báo đúng hạn, số ngày trễ; cộng nhiều tỉnh."
)
@click.argument("campaign", metavar="CAMPAIGN")
@option("--run", metavar="ID", help="Lượt kiểm tra; mặc định là lượt mới nhất.")
@option("--as-of", metavar="DATETIME", help="Lượt mới nhất tính đến thời điểm này, ví dụ 2026-02-02T08:00.")
@option("--by", type=click.Choice(BY), help="Mỗi hàng là gì; mặc định là khu vực, hoặc tỉnh khi cộng nhiều tỉnh.")
@option("--format", "form", type=click.Choice(FORMATS), default="table", help="Dạng bảng.")
@option("--with", "files", multiple=True, metavar="JSON", help="Báo cáo JSON của tỉnh khác, để cộng vào.")
@option("--dir", "folder", metavar="DIR", help="Thư mục có báo cáo JSON của các tỉnh khác.")
@option("--out", metavar="DIR", help="Thư mục ghi bảng thành tệp.")
@settings_option()
def rollup_command(  # noqa: PLR0913, PLR0917 - one argument for each option, by name
    campaign: str,
    run: str | None,
    as_of: str | None,
    by: str | None,
    form: str,
    files: tuple[str, ...],
    folder: str | None,
    out: str | None,
    settings: str | None,
) -> None:
    """Print the roll-up, or write it into a folder and say where it is."""
    from lotrinh.cli.checks import run_check
    from lotrinh.cli.checks.moments import parse_moment
    from lotrinh.core.report.rollup import RollupRowKind
    from lotrinh.i18n import current
    from lotrinh.reports.rollup import render_rollup
    from lotrinh.services.views.rollup import files_in, read_other_provinces

    loaded = open_settings(settings)
    given = [*(existing_file(file) for file in files), *(files_in(Path(folder)) if folder else ())]
    with run_check.open_recorded_campaign(loaded, campaign) as (store, opened):
        own = _own(store, opened, run or "", parse_moment(as_of, loaded.settings.timezone), needed=not given)
    provinces = (*([own] if own else []), *read_other_provinces(given, opened.id, own))
    rows = RollupRowKind(by or ("province" if given else "area"))
    text = render_rollup(provinces, rows, form, current(), terminal_width())
    if out is None:
        click.echo(text, nl=False)
    else:
        from lotrinh.cli.files import save_text

        save_text(text, Path(out), f"{opened.id}-{own.run if own else 'tong-hop'}-{rows.value}", form)


def _own(store: "Store", campaign: "Campaign", run: str, moment: "datetime | None", *, needed: bool) -> "Rollup | None":
    """Roll this province's own report up; None where it has none, as at an office that only adds others up."""
    from lotrinh.core.report.rollup import roll_up as roll
    from lotrinh.services.views.reporting import choose_report

    if not needed and not run and store.runs.first(campaign.id, province=campaign.province.code) is None:
        print_message(M("Ở đây chưa có lượt kiểm tra nào chạy xong: chỉ cộng các tệp."))
        return None
    return roll(choose_report(store, campaign, run, moment))
