"""Errors in lines of text, for logs and consoles."""

from lotrinh.errors import BadInput, LotrinhError
from lotrinh.i18n import say


def error_lines(error: LotrinhError) -> tuple[str, ...]:
    """Say an error, one line for each of its problems, with their places."""
    if isinstance(error, BadInput):
        return tuple(f"{problem.place}: {say(problem.sentence)}" for problem in error.problems)
    return (say(error.sentence),)
