"""``lotrinh``: the door for people at a terminal."""

import gettext
import os
import re
from collections.abc import Sequence
from pathlib import Path

import click

from lotrinh import __version__
from lotrinh.cli.access import access
from lotrinh.cli.admin import admin
from lotrinh.cli.base import Group, Option, fail, tell, utf8
from lotrinh.cli.checklist import checklist
from lotrinh.cli.checks.changes import changes
from lotrinh.cli.checks.check import check
from lotrinh.cli.checks.explain import explain
from lotrinh.cli.checks.report import report
from lotrinh.cli.checks.rollup import rollup
from lotrinh.cli.demo import demo
from lotrinh.cli.doctor import doctor
from lotrinh.cli.exiting import leave
from lotrinh.cli.keeping.backup import backup, copy, reopen, restore
from lotrinh.cli.keeping.export import export
from lotrinh.cli.keeping.import_ import import_
from lotrinh.cli.keeping.record import db, verify
from lotrinh.cli.outbox import outbox
from lotrinh.cli.remind import remind, send
from lotrinh.cli.schedule import schedule
from lotrinh.cli.serve import portal
from lotrinh.cli.settings import settings
from lotrinh.cli.token import token
from lotrinh.cli.units import units
from lotrinh.cli.up.up import up
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


for command in (
    up,
    check,
    schedule,
    report,
    explain,
    changes,
    rollup,
    export,
    import_,
    checklist,
    units,
    remind,
    send,
    outbox,
    portal,
    admin,
    access,
    verify,
    backup,
    restore,
    db,
    settings,
    demo,
    doctor,
):
    cli.add_command(command)
access.add_command(token)
db.add_command(copy)
db.add_command(reopen)


def choose_language() -> None:
    """Let LOTRINH_LANG, or else the settings file, say the language; click's own words follow."""
    if "LOTRINH_LANG" not in os.environ and (language := _written_language()):
        os.environ["LOTRINH_LANG"] = language
    os.environ["LANGUAGE"] = current()
    gettext.bindtextdomain("messages", str(LOCALE))


def _written_language() -> str | None:
    """Look into the settings file without reading it: what is wrong with it is said in its own language too."""
    path = Path(os.environ.get("LOTRINH_SETTINGS", "settings.toml"))
    try:
        found = LANGUAGE.search(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return None
    return found[1] if found else None


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    utf8()
    choose_language()
    try:
        code = cli.main(arguments, standalone_mode=False)
    except LotrinhError as error:
        code = fail(error)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        tell(M("Đã dừng theo yêu cầu."))
        code = 130
    leave(code if isinstance(code, int) else 0)
