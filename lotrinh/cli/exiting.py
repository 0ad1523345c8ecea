"""Leaving with an exit code, also where a library would keep the process waiting for a server that is gone."""

import os
import sys
from typing import NoReturn

_at_once = False


def exit_at_once() -> None:
    """Leave at once when the command has ended, whatever still runs."""
    global _at_once  # noqa: PLW0603 - how a process ends concerns all of it
    _at_once = True


def exit_process(code: int) -> NoReturn:
    """Leave; what has been printed is written out."""
    if _at_once:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)
