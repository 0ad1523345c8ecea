"""lotrinh settings: what is set, and where each value comes from."""

import click

from lotrinh.cli.base import Group, open_settings, settings_option


@click.group("settings", cls=Group, help="Cấu hình đang có hiệu lực.")
def settings_group() -> None:
    """Hold the commands on settings."""


@settings_group.command("show", help="In từng giá trị và nơi nó được đặt; mật khẩu không bao giờ được in.")
@settings_option()
def settings_show_command(settings: str | None) -> None:
    """Print every value with its origin."""
    from lotrinh.settings.show import settings_lines

    for line in settings_lines(open_settings(settings)):
        click.echo(line)
