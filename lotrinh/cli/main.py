"""``lotrinh``: the door for people at a terminal."""

import gettext
import os
import re
from collections.abc import Sequence
from pathlib import Path

import click

from lotrinh import __version__
from lotrinh.cli.access import access_group
from lotrinh.cli.admin import admin_group
from lotrinh.cli.base import Group, Option, exit_process, print_failure, print_message, use_utf8
from lotrinh.cli.checklist import checklist_group
from lotrinh.cli.checks.changes import changes_command
from lotrinh.cli.checks.check import check_command
from lotrinh.cli.checks.explain import explain_command
from lotrinh.cli.checks.report import report_command
from lotrinh.cli.checks.rollup import rollup_command
from lotrinh.cli.demo import demo_command
from lotrinh.cli.doctor import doctor_command
from lotrinh.cli.keeping.backup import backup_command, db_copy_command, db_reopen_command, restore_command
from lotrinh.cli.keeping.export import export_group
from lotrinh.cli.keeping.import_ import import_group
from lotrinh.cli.keeping.record import db_group, verify_command
from lotrinh.cli.outbox import outbox_group
from lotrinh.cli.remind import remind_command, send_command
from lotrinh.cli.schedule import schedule_group
from lotrinh.cli.serve import portal_command
from lotrinh.cli.settings import settings_group
from lotrinh.cli.token import access_token_command
from lotrinh.cli.units import units_group
from lotrinh.cli.up.up import up_command
from lotrinh.core.text import M
from lotrinh.errors import LotrinhError
from lotrinh.i18n import LOCALE, current

LANGUAGE = re.compile(r"""^\s*language\s*=\s*["'](\w*)["']""", re.MULTILINE)
"""Where a settings file names its language."""


@click.group(
    cls=Group,
    help="Lộ trình: mỗi sáng cho biết đúng sự thật đầu việc nào còn phải làm ở từng xã, phường.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(__version__, prog_name="lotrinh", cls=Option, help="In phiên bản rồi thoát.")
def cli() -> None:
    """Hold the commands together."""


# Functions of commands end in ``_command`` and ``_group``: bare, most of them would bear the names of the services and
# things that they are about. The words that people type are given to click one by one.
for command in (
    up_command,
    check_command,
    schedule_group,
    report_command,
    explain_command,
    changes_command,
    rollup_command,
    export_group,
    import_group,
    checklist_group,
    units_group,
    remind_command,
    send_command,
    outbox_group,
    portal_command,
    admin_group,
    access_group,
    verify_command,
    backup_command,
    restore_command,
    db_group,
    settings_group,
    demo_command,
    doctor_command,
):
    cli.add_command(command)
access_group.add_command(access_token_command)
db_group.add_command(db_copy_command)
db_group.add_command(db_reopen_command)


def choose_language() -> None:
    """Let LOTRINH_LANG, or else the settings file, say the language; click's own words follow."""
    if "LOTRINH_LANG" not in os.environ and (language := _settings_language()):
        os.environ["LOTRINH_LANG"] = language
    os.environ["LANGUAGE"] = current()
    gettext.bindtextdomain("messages", str(LOCALE))


def _settings_language() -> str | None:
    """Look into the settings file without reading it: what is wrong with it is said in its own language too."""
    path = Path(os.environ.get("LOTRINH_SETTINGS", "settings.toml"))
    try:
        found = LANGUAGE.search(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return None
    return found[1] if found else None


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    use_utf8()
    choose_language()
    try:
        code = cli.main(arguments, standalone_mode=False)
    except LotrinhError as error:
        code = print_failure(error)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        print_message(M("Đã dừng theo yêu cầu."))
        code = 130
    exit_process(code if isinstance(code, int) else 0)
