"""What was found, and how bad it is."""

from dataclasses import dataclass
from enum import Enum

from lotrinh.core.text import Message


class Sign(Enum):
    """How things stand; the words are those that people read."""

    GOOD = "tốt"
    ATTENTION = "chú ý"
    BROKEN = "hỏng"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that was looked at: ``what`` names it for programs, ``found`` and ``advice`` for people."""

    what: str
    sign: Sign
    found: Message
    advice: Message | None = None


def good(what: str, found: Message) -> Diagnosis:
    """Nothing to do."""
    return Diagnosis(what, Sign.GOOD, found)


def attention(what: str, found: Message, advice: Message | None = None) -> Diagnosis:
    """It works, and somebody should look."""
    return Diagnosis(what, Sign.ATTENTION, found, advice)


def failing(what: str, found: Message, advice: Message | None = None) -> Diagnosis:
    """It does not work."""
    return Diagnosis(what, Sign.BROKEN, found, advice)
