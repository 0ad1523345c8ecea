"""What these tests need of the machine."""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest


def missing(what: str, package: str) -> NoReturn:
    """Say what is not there: a failure in CI, where it has to be, elsewhere a skip."""
    sentence = f"{what} is not on this machine (Debian: apt-get install {package})"
    pytest.fail(sentence) if os.environ.get("CI") else pytest.skip(sentence)


def program(name: str, package: str) -> Path:
    """Find a program of the system."""
    found = shutil.which(name)
    return Path(found) if found else missing(name, package)
