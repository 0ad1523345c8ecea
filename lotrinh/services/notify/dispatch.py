"""What reminding does in one go: notice silence, make the digests, tell other systems, and send."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from lotrinh.clock import Clock
from lotrinh.core.text import Message
from lotrinh.services.notify.missed_check_alarm import tell_broken, watch
from lotrinh.services.notify.outbox import Emptied, count, empty
from lotrinh.services.notify.receivers import unmailed
from lotrinh.services.notify.reminders import Office, Prepared, lay_down, prepare
from lotrinh.services.notify.senders import NO_MAIL
from lotrinh.services.notify.webhooks import tell
from lotrinh.services.runs.roster_mismatch import other_units
from lotrinh.store.outbox import Ending
from lotrinh.store.outbox import Message as Posted


class Reminded(NamedTuple):
    """The digests of a day, and how many of their messages were not laid down before.

    ``doubtful`` where they may have been sent before a backup was put back today: then nobody sends them by itself.
    ``notes`` name the campaigns whose units are others here than in their newest run, and say that mail is not set.
    """

    prepared: tuple[Prepared, ...]
    new: int
    doubtful: bool = False
    notes: tuple[Message, ...] = ()

    @property
    def nowhere(self) -> int:
        """How many cannot be told anything: they have no address."""
        return sum(not each.addresses for each in self.prepared)


def remind(office: Office, now: datetime) -> Reminded:
    """Lay down the digests of a day; repeating it lays down nothing more."""
    prepared = prepare(office, now)
    notes = tuple(told for campaign in office.campaigns if (told := other_units(office.store, campaign)))
    if unmailed(office.settings, [each.digest.unit for each in prepared if not each.addresses]):
        notes += (NO_MAIL,)
    return Reminded(prepared, lay_down(office, prepared, now), bool(prepared) and office.doubts(now), notes)


def send(office: Office, clock: Clock) -> Emptied:
    """Look whether checks still run, lay down what other systems have to hear, and empty the outbox once.

    What the office is not told by itself, for want of an address or for doubt, counts in the go that found it out.
    """
    return _send(office, watch(office, clock()).untold, clock)


def send_broken(office: Office, faults: Sequence[str], clock: Clock) -> Emptied:
    """Lay down that nobody can be reminded, and for which faults of files; then empty the outbox once."""
    return _send(office, tell_broken(office, faults, clock()).untold, clock)


def _send(office: Office, untold: Iterable[Posted], clock: Clock) -> Emptied:
    tell(office.store, office.settings, clock())
    done = empty(office.store, office.settings, office.quiet, clock)
    for message in untold:
        count(done, message, Ending(message.state, message.created_at, message.problem))
    return done
