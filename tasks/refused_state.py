"""How a run ends that was given what cannot be used: in a sentence, for whoever reads Prefect's pages and its log."""

from typing import Any

from prefect import State
from prefect.states import Failed

from lotrinh.errors import LotrinhError
from lotrinh.i18n import error_lines


def refused_state(error: LotrinhError) -> State[Any]:
    """Return the state of a run that ended so: every problem in a line of its own, and no traceback."""
    return Failed(message="\n".join(error_lines(error)))
