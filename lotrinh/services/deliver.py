"""What reminding does in one go: notice silence, make the digests, tell other systems, and send."""

from datetime import datetime
from typing import NamedTuple

from lotrinh.clock import Clock
from lotrinh.services.outbox import Emptied, empty
from lotrinh.services.reminders import Office, Prepared, lay_down, prepare
from lotrinh.services.watch import watch
from lotrinh.services.webhooks import tell


class Reminded(NamedTuple):
    """The digests of a day, and how many of their messages were not laid down before."""

    prepared: tuple[Prepared, ...]
    new: int

    @property
    def nowhere(self) -> int:
        """How many cannot be told anything: they have no address."""
        return sum(not each.addresses for each in self.prepared)


def remind(office: Office, now: datetime) -> Reminded:
    """Lay down the digests of a day; repeating it lays down nothing more."""
    prepared = prepare(office, now)
    return Reminded(prepared, lay_down(office, prepared, now))


def send(office: Office, clock: Clock) -> Emptied:
    """Look whether checks still run, lay down what other systems have to hear, and empty the outbox once."""
    watch(office, clock())
    tell(office.store, office.settings, clock())
    return empty(office.store, office.settings, office.quiet, clock)
