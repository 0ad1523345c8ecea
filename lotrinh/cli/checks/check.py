"""lotrinh check: ask every unit of a campaign now, and report what is outstanding."""

import click

from lotrinh.cli.base import Command, open_settings, option, settings_option, terminal_width, units_option
from lotrinh.reports.documents import Paper, formats_of

FORMATS = formats_of(Paper.CHECK)


@click.command("check", cls=Command, help="Hỏi mọi đơn vị của một đợt qua HTTP và báo cáo đầu việc còn phải làm.")
@click.argument("campaign", metavar="CAMPAIGN")
@option("--as-of", metavar="DATETIME", help="Báo cáo như tại thời điểm này, ví dụ 2026-02-02T08:00.")
@settings_option()
@units_option()
@option("--format", "form", type=click.Choice(FORMATS), default="table", help="Dạng báo cáo.")
@option(
    "--fail-on",
    multiple=True,
    type=click.Choice(["overdue", "unknown"]),
    help="Thoát với mã 1 khi có đầu việc quá hạn / chưa xác định.",
)
@option("--all", "everything", is_flag=True, help="Liệt kê cả đầu việc chưa đến thời gian hoặc chờ mốc thực tế.")
@option("--direct", is_flag=True, help="Chạy thẳng, không ghi vào Prefect.")
@click.option("--round", "name", default="", hidden=True)  # the portal knows the run it starts by this name
def check_command(  # noqa: PLR0913 - one argument for each option, by name
    campaign: str,
    as_of: str | None,
    settings: str | None,
    units: str | None,
    form: str,
    fail_on: tuple[str, ...],
    name: str,
    *,
    everything: bool,
    direct: bool,
) -> int:
    """Carry out one run and print its report; everything else goes to stderr."""
    from lotrinh.cli.checks.moments import parse_moment, require_past
    from lotrinh.cli.checks.run_check import check_campaign
    from lotrinh.core.report.bundle import ReportBundle
    from lotrinh.i18n import current
    from lotrinh.reports.documents import RenderOptions, make

    loaded = open_settings(settings)
    moment = require_past(parse_moment(as_of, loaded.settings.timezone))
    report = check_campaign(loaded, campaign, moment, units, direct=direct, name=name)
    options = RenderOptions(current(), terminal_width(), everything)
    click.echo(make(ReportBundle(report), form, options), nl=False)
    statuses = {status.value for status, count in report.statuses().items() if count}
    return 1 if statuses & set(fail_on) else 0
