"""What a checklist is based on: its sources, how often each is cited, and how many citations nobody verified."""

from collections import Counter
from typing import NamedTuple

from lotrinh.core.checklist.checklist import Basis, Checklist, Source


class Cited(NamedTuple):
    """One source; ``times`` it is cited, ``doubtful`` of these not verified with the original."""

    source: Source
    times: int
    doubtful: int


def sources(checklist: Checklist) -> tuple[Cited, ...]:
    """List the sources in the file's order."""
    cited = [basis for milestone in checklist.milestones for basis in milestone.basis]
    # A step that has its milestone's basis does not cite once more.
    given = {id(basis) for basis in cited}
    own: list[Basis] = [b for step in checklist.iter_steps() for b in step.basis if id(b) not in given]
    times = Counter(basis.source for basis in (*cited, *own))
    doubtful = Counter(basis.source for basis in (*cited, *own) if basis.confidence.doubtful)
    return tuple(Cited(source, times[source.id], doubtful[source.id]) for source in checklist.sources.values())
