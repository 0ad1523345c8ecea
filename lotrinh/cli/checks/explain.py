"""lotrinh explain: why one step stands as it does in one unit."""

from typing import TYPE_CHECKING

import click

from lotrinh.cli.base import Command, open_settings, option, settings_option, terminal_width
from lotrinh.reports.documents import Paper, formats_of

if TYPE_CHECKING:
    from collections.abc import Callable

FORMATS = formats_of(Paper.EXPLANATION)


@click.command(
    "explain",
    cls=Command,
    help="Giải thích tình trạng một đầu việc của một đơn vị: quy tắc, cách tính, ai đã báo gì. "
    "UNIT là mã hoặc tên; STEP là mã hoặc một phần tên đầu việc.",
)
@click.argument("campaign", metavar="CAMPAIGN")
@click.argument("unit", metavar="UNIT")
@click.argument("step", metavar="STEP")
@option("--as-of", metavar="DATETIME", help="Xét tại thời điểm này theo nhật ký đến lúc đó, ví dụ 2026-02-02T08:00.")
@option("--format", "form", type=click.Choice(FORMATS), default="table", help="Dạng kết quả.")
@settings_option()
def explain_command(campaign: str, unit: str, step: str, as_of: str | None, form: str, settings: str | None) -> None:
    """Print the explanation."""
    from lotrinh.cli.checks import run_check
    from lotrinh.cli.checks.moments import parse_moment, require_past
    from lotrinh.clock import now
    from lotrinh.i18n import current
    from lotrinh.reports import explanation, explanation_data
    from lotrinh.services.campaigns.finding import find_step_by_words, find_unit_by_words
    from lotrinh.services.views import explain as service

    loaded = open_settings(settings)
    moment = require_past(parse_moment(as_of, loaded.settings.timezone)) or now()
    with run_check.open_recorded_campaign(loaded, campaign) as (store, opened):
        found_unit = find_unit_by_words(opened, unit)
        found_step = find_step_by_words(opened, found_unit, step)
        made = service.build_explanation(
            store, loaded.settings, opened, found_unit, found_step, moment, past=as_of is not None
        )
    language = current()
    written: dict[str, Callable[[], str]] = {
        "table": lambda: explanation.explanation_text(made, language, terminal_width()),
        "markdown": lambda: explanation.explanation_markdown(made, language),
        "json": lambda: f"{explanation_data.explanation_json(made, language)}\n",
    }
    click.echo(written[form](), nl=False)
