"""How sending one message ended. Whether it may be tried again hangs on what is certain."""

from typing import NamedTuple

from lotrinh.core.text import Message


class Delivery(NamedTuple):
    """The other side took it over."""


class Refusal(NamedTuple):
    """Certainly not sent. ``permanent``: another try would end the same way.

    ``everybody``: it is not about this message, no other would have gone through this channel now.
    """

    reason: Message
    is_permanent: bool = False
    is_about_server: bool = False


class UnclearDelivery(NamedTuple):
    """Perhaps sent, perhaps not: only a person may decide to send it again."""

    reason: Message


DeliveryOutcome = Delivery | Refusal | UnclearDelivery
