"""Groups and orders of statuses that people count, list and sort by, each with its name; all follow from ``STAGES``.

What is unknown is neither outstanding for certain nor done. So it stands in another place of each order: beside what
is late where the worst counts, behind what can be worked on in lists, and last where all that is known goes first.
"""

from lotrinh.core.status.status import STAGES, Stage, Status

WORST_FIRST = tuple(STAGES)
"""All statuses; what nobody knows may be late, and comes right after what is."""


def statuses_in(*stages: Stage) -> tuple[Status, ...]:
    """Return the statuses of these stages, the worst first."""
    return tuple(status for status in WORST_FIRST if STAGES[status] in stages)


DONE_STATUSES = frozenset(statuses_in(Stage.DONE))
PRESSING_STATUSES = statuses_in(Stage.PRESSING)
"""What needs hands now, the most urgent first."""
WORKABLE_STATUSES = statuses_in(Stage.PRESSING, Stage.OPEN)
"""What is known to be outstanding and can be worked on today, the most urgent first."""
COMING_STATUSES = statuses_in(Stage.COMING)
"""What is outstanding and whose time has not come, or is not known."""
KNOWN_OUTSTANDING = (*WORKABLE_STATUSES, *COMING_STATUSES)
"""All that is known to be outstanding, the most urgent first."""
UNKNOWN_LAST = (*KNOWN_OUTSTANDING, *statuses_in(Stage.UNKNOWN))
"""All that may be outstanding: what is known goes first."""
UNKNOWN_BEFORE_COMING = (*WORKABLE_STATUSES, *statuses_in(Stage.UNKNOWN), *COMING_STATUSES)
"""All that may be outstanding: what may have to be worked on today goes first."""
UNDER_WAY = frozenset(statuses_in(Stage.PRESSING, Stage.OPEN, Stage.UNKNOWN))
"""What may have to be worked on today."""
NOT_PRESSING = frozenset(statuses_in(Stage.OPEN, Stage.COMING))
"""What is known to be outstanding and does not press."""
BEGUN = frozenset(statuses_in(Stage.DONE, Stage.PRESSING, Stage.OPEN))
"""What is known to have come to its time: done, or to be worked on."""
