"""What is asked of one unit."""

from dataclasses import dataclass

from lotrinh.core.status.observation import Answer


@dataclass(frozen=True, slots=True)
class MachineProbe:
    """A page that the machine looks at for one step: which status and which text it must show."""

    step: str
    url: str
    status: int = 200
    contains: str = ""


@dataclass(slots=True)
class Question:
    """One unit, where it is asked, and the ids of the steps it may speak of.

    ``etag`` and ``last`` are what it said before; with both, an unchanged answer stays small (304).
    """

    unit: str
    campaign: str
    url: str
    steps: frozenset[str]
    etag: str = ""
    last: Answer | None = None
    probes: tuple[MachineProbe, ...] = ()
