"""One dispatch: raise alarms, make the digests, queue changes for other systems, and drain the outbox."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from lotrinh.clock import Clock
from lotrinh.core.text import Message
from lotrinh.services.notify.missed_check_alarm import enqueue_alarms, enqueue_misconfiguration_alert
from lotrinh.services.notify.outbox import DispatchSummary, count_ending, drain_outbox
from lotrinh.services.notify.receivers import units_needing_mail
from lotrinh.services.notify.reminders import AddressedDigest, ReminderOffice, enqueue_digests, prepare_digests
from lotrinh.services.notify.senders import NO_MAIL
from lotrinh.services.notify.webhooks import enqueue_changes
from lotrinh.services.runs.roster_mismatch import describe_roster_mismatch
from lotrinh.store.outbox import DeliveryResult, OutboxMessage


class ReminderSummary(NamedTuple):
    """The digests of a day, and how many of their messages are new in the outbox.

    ``is_doubtful`` where they may have been sent before a backup was put back today: then nobody sends them by itself.
    ``notes`` name the campaigns whose units are others here than in their newest run, and say that mail is not set.
    """

    digests: tuple[AddressedDigest, ...]
    new: int
    is_doubtful: bool = False
    notes: tuple[Message, ...] = ()

    @property
    def without_address(self) -> int:
        """How many receivers cannot be told anything: they have no address."""
        return sum(not each.addresses for each in self.digests)


def enqueue_reminders(office: ReminderOffice, now: datetime) -> ReminderSummary:
    """Put the digests of a day into the outbox; a repetition adds nothing."""
    digests = prepare_digests(office, now)
    notes = tuple(note for campaign in office.campaigns if (note := describe_roster_mismatch(office.store, campaign)))
    if units_needing_mail(office.settings, [each.digest.unit for each in digests if not each.addresses]):
        notes += (NO_MAIL,)
    is_doubtful = bool(digests) and office.is_doubtful(now)
    return ReminderSummary(digests, enqueue_digests(office, digests, now), is_doubtful, notes)


def dispatch_messages(office: ReminderOffice, clock: Clock) -> DispatchSummary:
    """Look whether checks still run, queue what other systems have to hear, and drain the outbox once.

    What the office is not told by itself, for want of an address or for doubt, counts in the pass that found it out.
    """
    return _dispatch(office, enqueue_alarms(office, clock()).unsent, clock)


def dispatch_alert(office: ReminderOffice, faults: Sequence[str], clock: Clock) -> DispatchSummary:
    """Queue the alert that nobody can be reminded, and for which faults of files; then drain the outbox once."""
    return _dispatch(office, enqueue_misconfiguration_alert(office, faults, clock()).unsent, clock)


def _dispatch(office: ReminderOffice, unsent: Iterable[OutboxMessage], clock: Clock) -> DispatchSummary:
    enqueue_changes(office.store, office.settings, clock())
    summary = drain_outbox(office.store, office.settings, office.quiet, clock)
    for message in unsent:
        count_ending(summary, message, DeliveryResult(message.state, message.created_at, message.problem))
    return summary
