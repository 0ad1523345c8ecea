"""lotrinh units: the office's own roster."""

from typing import TYPE_CHECKING

import click

from lotrinh.cli.base import Group, existing, load, settings_option, show, tell
from lotrinh.core.text import M
from lotrinh.i18n import say

if TYPE_CHECKING:
    from lotrinh.catalog.units import RosterChange


def describe(change: "RosterChange") -> str:
    """One change of a roster in a line."""
    if change.field:
        note = say(M(" (chỉ khác cách đặt dấu)")) if change.is_tone_only else ""
        return f"{change.code} {change.name}: {change.field}: “{change.old}” → “{change.new}”{note}"
    if change.new:
        return say(M("{code} {name}: thêm", code=change.code, name=change.name))
    return say(M("{code} {name}: bỏ", code=change.code, name=change.name))


@click.group(cls=Group, help="Danh sách đơn vị.")
def units() -> None:
    """Hold the commands on rosters."""


@units.command("import", help="Kiểm tra một tệp CSV rồi dùng nó làm danh sách đơn vị của tỉnh.")
@click.argument("file", metavar="CSV")
@settings_option()
def import_(file: str, settings: str | None) -> None:
    """Import a roster whole or not at all."""
    from lotrinh.services.campaigns.rosters import import_roster

    done = import_roster(load(settings).settings, existing(file))
    for change in done.changes:
        click.echo(describe(change))
    show(done.addresses)
    tell(M("Đã nhập {count} đơn vị vào {path}.", count=len(done.units), path=str(done.path)))


@units.command(help="So sánh một tệp CSV với danh sách đang dùng, hoặc với tệp thứ hai.")
@click.argument("file", metavar="CSV")
@click.argument("other", metavar="[CSV]", required=False)
@settings_option()
def diff(file: str, other: str | None, settings: str | None) -> None:
    """Show what differs: one argument against the roster in use, two against each other."""
    from lotrinh.catalog.units import diff_rosters, read_roster
    from lotrinh.services.campaigns.rosters import known, roster

    loaded = load(settings).settings
    first = read_roster(existing(file), known(loaded))
    old, new = (first, read_roster(existing(other), known(loaded))) if other else (roster(loaded).units, first)
    changes = diff_rosters(old, new)
    for change in changes:
        click.echo(describe(change))
    tell(M("{count} khác biệt.", count=len(changes)))
