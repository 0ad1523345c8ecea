"""lotrinh check: ask every unit of a campaign now, and report what is outstanding."""

import click

from lotrinh.cli.base import Command, load, option, settings_option, units_option, width

FORMATS = ("table", "json", "csv", "markdown")


@click.command(cls=Command, help="Hỏi mọi đơn vị của một đợt qua HTTP và báo cáo đầu việc còn phải làm.")
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
def check(  # noqa: PLR0913 - one argument for each option, by name
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
    from lotrinh.cli.checks.moments import moment_of, past
    from lotrinh.cli.checks.run_check import carry_out
    from lotrinh.core.report.bundle import Dossier
    from lotrinh.i18n import current
    from lotrinh.reports.documents import Wish, make

    loaded = load(settings)
    moment = past(moment_of(as_of, loaded.settings.timezone))
    report = carry_out(loaded, campaign, moment, units, direct=direct, name=name)
    wish = Wish(current(), width(), everything)
    click.echo(make(Dossier(report), form, wish), nl=False)
    statuses = {status.value for status, count in report.statuses().items() if count}
    return 1 if statuses & set(fail_on) else 0
