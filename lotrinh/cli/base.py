"""What all commands share: help in the reader's language, common options, errors in sentences, leaving."""

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from lotrinh.core.text import M, Message
from lotrinh.errors import BadInput, LotrinhError, Problem
from lotrinh.i18n import error_lines, say

if TYPE_CHECKING:
    from lotrinh.settings.load import LoadedSettings

_at_once = False


class Translated:
    """Says the help text in the reader's language at the moment it is shown."""

    help: str | None

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help text."""
        spoken = click.Command(None, help=say(self.help or ""))
        spoken.format_help_text(ctx, formatter)

    def get_short_help_str(self, limit: int = 90) -> str:
        """Return the first sentence, for lists of commands."""
        return click.Command(None, help=say(self.help or "")).get_short_help_str(limit)


class Command(Translated, click.Command):
    """A command whose help is translated."""


class Group(Translated, click.Group):
    """A group of commands, listed in the order they were added, each imported when it is needed."""

    command_class = Command

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Keep the order of the source: the most used first."""
        del ctx
        return list(self.commands)


Group.group_class = Group


class Option(click.Option):
    """An option whose help is translated."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Say the help in the reader's language."""
        written, self.help = self.help, say(self.help or "")
        try:
            return super().get_help_record(ctx)
        finally:
            self.help = written


Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def option(*names: str, **attributes: Any) -> Decorator:  # noqa: ANN401 - whatever click.option takes
    """Declare an option with translated help."""
    return click.option(*names, cls=Option, **attributes)


def settings_option() -> Decorator:
    """--settings FILE."""
    return option("--settings", "settings", metavar="FILE", help="Tệp cấu hình thay cho settings.toml.")


def units_option() -> Decorator:
    """--units CSV."""
    return option("--units", "units", metavar="CSV", help="Danh sách đơn vị thay cho danh sách đang dùng.")


def open_settings(settings: str | None) -> "LoadedSettings":
    """Load the settings, and let their language be this process's unless LOTRINH_LANG says otherwise."""
    from lotrinh.settings.load import load_settings

    loaded = load_settings(settings)
    os.environ.setdefault("LOTRINH_LANG", loaded.settings.language)
    return loaded


def print_message(message: Message | str) -> None:
    """Say something beside the report: on stderr."""
    click.echo(message if isinstance(message, str) else say(message), err=True)


def print_problems(problems: Iterable[Problem], *, err: bool = True) -> None:
    """List problems, one a line: place and sentence."""
    for problem in problems:
        click.echo(f"{problem.place}: {say(problem.sentence)}", err=err)


def print_failure(error: LotrinhError) -> int:
    """Say what is wrong and return the exit code."""
    for line in error_lines(error):
        click.echo(line, err=True)
    return error.exit_code


def existing_file(path: str) -> Path:
    """Return the path of a file that must be there."""
    found = Path(path)
    if found.is_dir():
        raise BadInput([Problem(path, 0, 0, M("Đây là thư mục, không phải tệp. Hãy ghi cả tên tệp."))])
    if not found.is_file():
        raise BadInput([Problem(path, 0, 0, M("Không có tệp này. Hãy kiểm tra lại đường dẫn."))])
    return found


def terminal_width() -> int:
    """Columns to draw tables in: the terminal's, within what people can read; 120 when there is none."""
    import shutil

    return max(80, min(shutil.get_terminal_size((120, 24)).columns, 180))


def use_utf8() -> None:
    """Write UTF-8 whatever the console's code page is; Vietnamese must not stop a report."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


def exit_at_once() -> None:
    """Leave at once when the command has ended: a library would wait for a server that is gone."""
    global _at_once  # noqa: PLW0603 - how a process ends concerns all of it
    _at_once = True


def exit_process(code: int) -> NoReturn:
    """Leave; what has been printed is written out."""
    if _at_once:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)
