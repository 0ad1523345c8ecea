"""lotrinh access token: tokens with which programs of the office use the API."""

import click

from lotrinh.cli.base import Command, open_settings, option, print_message, settings_option
from lotrinh.core.status.roles import PROGRAM_ROLES, Role
from lotrinh.core.text import M


@click.command(
    "token",
    cls=Command,
    help="Cấp mã để một chương trình của văn phòng đọc số liệu qua API; mã cũ hết hiệu lực. Mã chỉ hiện một lần.",
)
@click.argument("name", metavar="NAME")
@option(
    "--role",
    type=click.Choice([role.value for role in PROGRAM_ROLES]),
    default=PROGRAM_ROLES[0].value,
    help="viewer chỉ xem; officer còn chấp nhận, trả lại, miễn, trả lời.",
)
@option("--revoke", is_flag=True, help="Thu hồi mã thay vì cấp.")
@settings_option()
def access_token_command(name: str, role: str, settings: str | None, *, revoke: bool) -> None:
    """Print name and token, tab between them."""
    from lotrinh.clock import now
    from lotrinh.services.access.accounts import CONSOLE
    from lotrinh.services.access.programs import issue_token, revoke_token
    from lotrinh.services.campaigns.rosters import open_roster
    from lotrinh.store import open_store

    chosen = open_settings(settings).settings
    by = CONSOLE._replace(province=open_roster(chosen).province.code)
    with open_store(chosen.database_url) as store:
        if revoke:
            revoke_token(store, name, now(), by)
            print_message(M("Đã thu hồi mã của chương trình {name}.", name=name))
        else:
            click.echo(f"{name}\t{issue_token(store, name, Role(role), now(), by).token}")
