"""How sending one message ended, and what the other system said, fit to be shown.

Whether it may be tried again hangs on what is certain.
"""

from typing import NamedTuple

from lotrinh.core.text import Message

LONGEST_QUOTE = 200
"""Characters that are kept of what another system said."""


class Delivery(NamedTuple):
    """The other side took the message over."""


class Refusal(NamedTuple):
    """Certainly not sent. ``is_permanent``: another try would end the same way.

    ``is_about_server``: it is not about this message, no other would have gone through this channel now.
    """

    reason: Message
    is_permanent: bool = False
    is_about_server: bool = False


class UnclearDelivery(NamedTuple):
    """Perhaps sent, perhaps not: only a person may decide to send it again."""

    reason: Message


DeliveryOutcome = Delivery | Refusal | UnclearDelivery


def one_line(text: str) -> str:
    """Take line ends and control characters out."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def short_quote(text: str) -> str:
    """Cut what was said to its room and take our own quotation marks out, so that it ends where we say it ends."""
    return one_line(text)[:LONGEST_QUOTE].replace("“", '"').replace("”", '"')
