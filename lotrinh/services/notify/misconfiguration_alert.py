"""The alert to an office whose files are wrong: it cannot be opened, and what waits is sent all the same."""

from collections.abc import Callable, Iterator
from pathlib import Path

from lotrinh.catalog.calendars import CalendarSpec, calendar_of
from lotrinh.clock import Clock
from lotrinh.core.checklist.calendar import Calendar
from lotrinh.errors import BadInput, LotrinhError, NotFound
from lotrinh.i18n import error_lines
from lotrinh.services.campaigns.campaigns import checklist_in_use
from lotrinh.services.campaigns.rosters import Roster, province_unit
from lotrinh.services.campaigns.schedules import effective_schedule
from lotrinh.services.notify.dispatch import dispatch_alert
from lotrinh.services.notify.outbox import DispatchSummary
from lotrinh.services.notify.receivers import addresses, receiver_problems
from lotrinh.services.notify.reminders import ReminderOffice, last_restore, open_office
from lotrinh.settings.models import Settings
from lotrinh.store import Store

VIETNAM = CalendarSpec("VN")
"""Whose days off count where no checklist can be read."""
OnDispatched = Callable[[DispatchSummary], object]


def open_office_or_alert(
    store: Store, settings: Settings, home: Path | None, clock: Clock, on_dispatched: OnDispatched | None = None
) -> ReminderOffice:
    """Open the office. Where its files are wrong it is alerted, once a day, and what waits is sent; then the error.

    Nobody would know otherwise: with a roster that cannot be read no check begins, and no reminder is written.
    ``on_dispatched`` is given what became of the messages.
    """
    try:
        return open_office(store, settings, home)
    except (BadInput, NotFound) as error:
        if bare := _open_bare_office(store, settings, home):
            summary = dispatch_alert(bare, error_lines(error) if bare.calendars else (), clock)
            if on_dispatched:
                on_dispatched(summary)
        raise


def _open_bare_office(store: Store, settings: Settings, home: Path | None) -> ReminderOffice | None:
    """Open what needs neither the communes nor their campaigns; None where nothing can be sent, nor to whom be known.

    Where all campaigns are paused it has no calendars: nobody waits for anything then.
    """
    try:
        own = Roster(province_unit(settings), (), "")
        bare = settings.model_copy(update={"receivers": (), "webhooks": ()})
        mine = [receiver for receiver in settings.receivers if receiver.unit == own.province.code]
        good = [each for each in mine if not [*receiver_problems(bare.model_copy(update={"receivers": (each,)}), own)]]
        reachable = addresses(bare.model_copy(update={"receivers": tuple(good)}), own)
    except (BadInput, NotFound):
        return None
    calendars = tuple(_calendars(store, settings, home, own.province.code))
    return ReminderOffice(
        store=store,
        settings=settings,
        campaigns=(),
        province=own.province,
        addresses=reachable,
        schedules={},
        calendars=calendars,
        restored_at=last_restore(store),
    )


def _calendars(store: Store, settings: Settings, home: Path | None, code: str) -> Iterator[Calendar]:
    """Give the calendar of each campaign that is not paused: Vietnam's, where its checklist cannot be read."""
    for campaign in settings.campaigns:
        if not effective_schedule(store, settings, campaign.id).schedule.paused:
            try:
                entry = store.changes.newest(campaign.id, code)
                yield checklist_in_use(store, settings, campaign, home, entry).calendar
            except LotrinhError:
                yield calendar_of(VIETNAM)
