"""Judging a run as a whole: whether they are silent, or our own network failed."""

from collections.abc import Sequence

from lotrinh.core.status.observation import COULD_NOT_CONNECT, Observation

FIRST = 20
PERCENT = 80


def is_own_network_down(first: Sequence[Observation]) -> bool:
    """Whether nearly all of the first twenty could not be connected to: then the run was not carried out."""
    looked_at = first[:FIRST]
    failed = sum(o.reason in COULD_NOT_CONNECT for o in looked_at)
    return len(looked_at) == FIRST and failed * 100 >= PERCENT * FIRST
