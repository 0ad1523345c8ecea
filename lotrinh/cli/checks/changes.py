"""lotrinh changes: what changed between two runs or two days."""

from pathlib import Path

import click

from lotrinh.cli.base import Command, open_settings, option, print_message, settings_option, terminal_width
from lotrinh.reports.documents import Paper, formats_of

FORMATS = formats_of(Paper.CHANGES)


@click.command(
    "changes",
    cls=Command,
    help="Thay đổi giữa hai lượt kiểm tra hoặc hai ngày: mới xong, mới quá hạn, mới im lặng, hạn đã dời.",
)
@click.argument("campaign", metavar="CAMPAIGN")
@option("--from", "old", metavar="RUN|DAY", default="", help="Lượt hoặc ngày cũ; mặc định là lượt ngay trước.")
@option("--to", "new", metavar="RUN|DAY", default="", help="Lượt hoặc ngày mới; mặc định là lượt mới nhất.")
@option("--format", "form", type=click.Choice(FORMATS), default="table", help="Dạng báo cáo.")
@option("--out", metavar="DIR", help="Thư mục ghi báo cáo thành tệp.")
@settings_option()
def changes_command(campaign: str, old: str, new: str, form: str, out: str | None, settings: str | None) -> None:
    """Print what changed, or write it into a folder and say where it is."""
    from lotrinh.cli.checks import run_check
    from lotrinh.clock import now
    from lotrinh.i18n import current
    from lotrinh.reports.changes import SWAPPED, Comparison, render_changes
    from lotrinh.services.views.compare_runs import compare_runs

    loaded = open_settings(settings)
    with run_check.open_recorded_campaign(loaded, campaign) as (store, opened):
        found = compare_runs(store, opened, old, new, now())
    if found.is_swapped:
        print_message(SWAPPED)
    of = Comparison(
        title=opened.title,
        province=opened.province.full_name,
        old=found.old,
        new=found.new,
        changes=found.changes,
        titles=found.titles,
        is_swapped=found.is_swapped,
    )
    text = render_changes(of, form, current(), terminal_width())
    if out is None:
        click.echo(text, nl=False)
    else:
        from lotrinh.cli.files import save_text

        save_text(text, Path(out), f"{opened.id}-{found.old.run}-{found.new.run}", form)
