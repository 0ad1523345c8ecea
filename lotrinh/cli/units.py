"""lotrinh units: the office's own roster."""

from typing import TYPE_CHECKING

import click

from lotrinh.cli.base import Group, existing_file, open_settings, print_message, print_problems, settings_option
from lotrinh.core.text import M
from lotrinh.i18n import say

if TYPE_CHECKING:
    from lotrinh.catalog.units import RosterChange


def format_change(change: "RosterChange") -> str:
    """One change of a roster in a line."""
    if change.field:
        note = say(M(" (chỉ khác cách đặt dấu)")) if change.is_tone_only else ""
        return f"{change.code} {change.name}: {change.field}: “{change.old}” → “{change.new}”{note}"
    if change.new:
        return say(M("{code} {name}: thêm", code=change.code, name=change.name))
    return say(M("{code} {name}: bỏ", code=change.code, name=change.name))


@click.group("units", cls=Group, help="Danh sách đơn vị.")
def units_group() -> None:
    """Hold the commands on rosters."""


@units_group.command("import", help="Kiểm tra một tệp CSV rồi dùng nó làm danh sách đơn vị của tỉnh.")
@click.argument("file", metavar="CSV")
@settings_option()
def units_import_command(file: str, settings: str | None) -> None:
    """Import a roster whole or not at all."""
    from lotrinh.services.campaigns.rosters import import_roster

    done = import_roster(open_settings(settings).settings, existing_file(file))
    for change in done.changes:
        click.echo(format_change(change))
    print_problems(done.addresses)
    print_message(M("Đã nhập {count} đơn vị vào {path}.", count=len(done.units), path=str(done.path)))


@units_group.command("diff", help="So sánh một tệp CSV với danh sách đang dùng, hoặc với tệp thứ hai.")
@click.argument("file", metavar="CSV")
@click.argument("other", metavar="[CSV]", required=False)
@settings_option()
def units_diff_command(file: str, other: str | None, settings: str | None) -> None:
    """Show what differs: one argument against the roster in use, two against each other."""
    from lotrinh.catalog.units import diff_rosters, read_roster
    from lotrinh.services.campaigns.rosters import accepted_codes, open_roster

    loaded = open_settings(settings).settings
    first = read_roster(existing_file(file), accepted_codes(loaded))
    old, new = (
        (first, read_roster(existing_file(other), accepted_codes(loaded)))
        if other
        else (open_roster(loaded).units, first)
    )
    changes = diff_rosters(old, new)
    for change in changes:
        click.echo(format_change(change))
    print_message(M("{count} khác biệt.", count=len(changes)))
