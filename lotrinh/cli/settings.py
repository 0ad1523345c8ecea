"""lotrinh settings: what is set, and where each value comes from."""

import click

from lotrinh.cli.base import Group, load, settings_option


@click.group(cls=Group, help="Cấu hình đang có hiệu lực.")
def settings() -> None:
    """Hold the commands on settings."""


@settings.command(help="In từng giá trị và nơi nó được đặt; mật khẩu không bao giờ được in.")
@settings_option()
def show(settings: str | None) -> None:
    """Print every value with its origin."""
    from lotrinh.settings.show import settings_lines

    for line in settings_lines(load(settings)):
        click.echo(line)
