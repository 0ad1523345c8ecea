"""lotrinh report: the report of a finished run again, in every format, to print, sign or feed onwards."""

from collections.abc import Mapping
from pathlib import Path

import click

from lotrinh.cli.base import Command, open_settings, option, print_message, settings_option, terminal_width
from lotrinh.core.text import M
from lotrinh.reports.documents import FORMATS, RenderOptions, file_content, file_name, make, particulars

PICTURES = ("timeline", "curve", "heatmap", "areas")


@click.command(
    "report", cls=Command, help="Báo cáo của một lượt kiểm tra đã chạy: in, ký, gửi đi, hoặc đưa vào phần mềm khác."
)
@click.argument("campaign", metavar="CAMPAIGN")
@option("--run", metavar="ID", help="Lượt kiểm tra; mặc định là lượt mới nhất.")
@option("--as-of", metavar="DATETIME", help="Lượt mới nhất tính đến thời điểm này, ví dụ 2026-02-02T08:00.")
@option("--format", "form", type=click.Choice(list(FORMATS)), default="table", help="Dạng báo cáo.")
@option("--unit", metavar="CODE", help="Chỉ một đơn vị, theo mã.")
@option("--out", metavar="DIR", help="Thư mục ghi báo cáo thành tệp; docx và xlsx mặc định ghi vào thư mục đang đứng.")
@option("--layout", type=click.Choice(["state", "party"]), help="Thể thức văn bản: state (nhà nước), party (Đảng).")
@option("--number", metavar="TEXT", help="Số của báo cáo.")
@option("--template", metavar="DOCX", help="Mẫu DOCX riêng của văn phòng.")
@option("--picture", type=click.Choice(PICTURES), default="timeline", help="Hình nào, với --format svg.")
@option("--all", "everything", is_flag=True, help="Liệt kê cả đầu việc chưa đến thời gian hoặc chờ mốc thực tế.")
@settings_option()
def report_command(  # noqa: PLR0913, PLR0917 - one argument for each option, by name
    campaign: str,
    run: str | None,
    as_of: str | None,
    form: str,
    unit: str | None,
    out: str | None,
    layout: str | None,
    number: str | None,
    template: str | None,
    picture: str,
    everything: bool,  # noqa: FBT001 - as above
    settings: str | None,
) -> None:
    """Print the report, or write it into a folder and say where it is."""
    from lotrinh.cli.checks import run_check
    from lotrinh.cli.checks.moments import parse_moment
    from lotrinh.cli.files import read_file
    from lotrinh.core.report.deadline_history import NOTHING_PUBLISHED
    from lotrinh.i18n import current
    from lotrinh.services.views.feeds import history_of_run
    from lotrinh.services.views.reporting import choose_report, narrow_report, report_bundle

    if form != "docx":
        _warn_of_unused({"--layout": layout, "--number": number, "--template": template})
    loaded = open_settings(settings)
    own = (Path(template) if template else loaded.settings.report.template) if form == "docx" else None
    moment = parse_moment(as_of, loaded.settings.timezone)
    with run_check.open_recorded_campaign(loaded, campaign) as (store, opened):
        found = choose_report(store, opened, run or "", moment)
        found = narrow_report(found, unit) if unit else found
        bundle = report_bundle(store, loaded.settings, opened, found, layout=layout or "", number=number or "")
        published = history_of_run(store, found) if form == "ics" else NOTHING_PUBLISHED
    its = read_file(str(own)) if own else None
    options = RenderOptions(
        language=current(),
        width=terminal_width(),
        everything=everything,
        template=its,
        picture=picture,
        published=published,
        site=loaded.settings.portal.public_url,
    )
    if out is None and FORMATS[form].is_printable:
        click.echo(make(bundle, form, options), nl=False)
        return
    kept_apart = particulars(form, bundle, picture, own.stem if own else "")
    name = file_name(form, opened.id, found.run, unit or "", *kept_apart)
    _save(make(bundle, form, options), Path(out or "."), name, form)


def _warn_of_unused(given: Mapping[str, str | None]) -> None:
    """Say which options change nothing in this format: whoever gave a number expects to see it."""
    if names := ", ".join(name for name, value in given.items() if value):
        print_message(M("{names} chỉ dùng với --format docx, ở đây không có tác dụng.", names=names))


def _save(content: bytes, folder: Path, name: str, form: str) -> None:
    from lotrinh.cli.files import save_file

    path = save_file(folder, name, file_content(form, content))
    print_message(M("Đã ghi {path}", path=str(path)))
