"""lotrinh checklist: check a checklist file, show its timeline, show what a change moves."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lotrinh.cli.base import (
    Group,
    open_settings,
    option,
    print_message,
    print_problems,
    settings_option,
    terminal_width,
    units_option,
)
from lotrinh.core.text import M
from lotrinh.errors import BadInput, NotFound, Problem

if TYPE_CHECKING:
    from lotrinh.core.checklist.checklist import Checklist


@click.group("checklist", cls=Group, help="Bộ đầu việc: kiểm tra, xem lịch, so sánh.")
def checklist_group() -> None:
    """Hold the commands on checklists."""


@checklist_group.command("lint", help="Kiểm tra tệp bộ đầu việc; mỗi lỗi một dòng: tệp:dòng:cột: câu giải thích.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
def checklist_lint_command(paths: tuple[str, ...]) -> int:
    """List every problem of every file; exit 2 when there is one."""
    from lotrinh.catalog.checklists import lint_file as problems_of

    problems = [problem for path in paths for problem in problems_of(Path(path))]
    print_problems(problems, err=False)
    if problems:
        print_message(M("{count} lỗi.", count=len(problems)))
        return 2
    print_message(M("{count} tệp không có lỗi.", count=len(paths)))
    return 0


@checklist_group.command("timeline", help="Tính mọi thời hạn của một bộ đầu việc.")
@click.argument("path", metavar="PATH")
@option("--anchor", metavar="DATE", help="Ngày gốc thay cho ngày ghi trong tệp.")
@units_option()
@settings_option()
@option("--format", "form", type=click.Choice(["table", "json", "ics"]), default="table", help="Dạng kết quả.")
def checklist_timeline_command(
    path: str, anchor: str | None, units: str | None, settings: str | None, form: str
) -> None:
    """Print the timetable."""
    from lotrinh.reports.calendar.timeline import render_timeline
    from lotrinh.services.campaigns.timeline import timeline_rows

    loaded = open_settings(settings)
    checklist = open_checklist(path)
    rows = timeline_rows(loaded.settings, checklist, parse_day("--anchor", anchor), Path(units) if units else None)
    click.echo(render_timeline(checklist, rows, form, terminal_width()), nl=False)


@checklist_group.command("diff", help="Cho biết thay đổi nào dời thời hạn nào, của ai, và việc gì thành quá hạn.")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@option("--anchor", metavar="DATE", help="Ngày gốc của tệp cũ.")
@option("--new-anchor", metavar="DATE", help="Ngày gốc của tệp mới.")
@option("--as-of", metavar="DATE", help="Ngày dùng để xét quá hạn, mặc định là hôm nay.")
@units_option()
@settings_option()
@option("--format", "form", type=click.Choice(["table", "json"]), default="table", help="Dạng kết quả.")
def checklist_diff_command(  # noqa: PLR0913, PLR0917 - one argument for each option, by name
    old: str,
    new: str,
    anchor: str | None,
    new_anchor: str | None,
    as_of: str | None,
    units: str | None,
    settings: str | None,
    form: str,
) -> None:
    """Print what moves."""
    from lotrinh.reports.moves import render_moves
    from lotrinh.services.campaigns.timeline import timeline_moves

    loaded = open_settings(settings)
    before, after = open_checklist(old), open_checklist(new)
    first, second = parse_day("--anchor", anchor), parse_day("--new-anchor", new_anchor)
    today = parse_day("--as-of", as_of) or local_today(loaded.settings.timezone)
    found = timeline_moves(
        loaded.settings, before, after, (first, second or first), today, Path(units) if units else None
    )
    click.echo(render_moves(found, form, terminal_width()), nl=False)


def open_checklist(name: str) -> "Checklist":
    """Load a checklist by path or packaged name."""
    from lotrinh.catalog.checklists import find_checklist, load_checklist

    try:
        return load_checklist(find_checklist(name, None))
    except NotFound as error:
        raise BadInput([Problem(name, 0, 0, error.sentence)]) from error


def parse_day(name: str, text: str | None) -> date | None:
    """Read a day given on the command line."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        sentence = M("“{text}” không phải một ngày. Hãy viết dạng 2026-03-15.", text=text)
        raise BadInput([Problem(name, 0, 0, sentence)]) from error


def local_today(zone: str) -> date:
    """Return today's day where the deadlines are."""
    from zoneinfo import ZoneInfo

    from lotrinh.clock import now

    return now().astimezone(ZoneInfo(zone)).date()
