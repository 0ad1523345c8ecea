"""An office whose files are wrong cannot be opened: it is told so, and what waits is sent all the same."""

from collections.abc import Iterator
from pathlib import Path

from lotrinh.catalog.checklists import load_checklist
from lotrinh.catalog.units import province
from lotrinh.clock import Clock
from lotrinh.core.calendar import Calendar
from lotrinh.errors import BadInput, LotrinhError, NotFound
from lotrinh.services.campaigns import checklist_path
from lotrinh.services.deliver import send_broken
from lotrinh.services.receivers import addresses
from lotrinh.services.reminders import Office, open_office, put_back
from lotrinh.services.rosters import Roster, as_unit
from lotrinh.services.said import lines_of
from lotrinh.settings.models import Settings
from lotrinh.store import Store


def open_or_tell(store: Store, settings: Settings, home: Path | None, clock: Clock) -> Office:
    """Open the office. Where its files are wrong it hears of it, once a day, and what waits is sent; then the error.

    Nobody would know otherwise: with a roster that cannot be read no check begins, and no reminder is written.
    """
    try:
        return open_office(store, settings, home)
    except (BadInput, NotFound) as error:
        if bare := _bare(store, settings, home):
            send_broken(bare, lines_of(error), clock)
        raise


def _bare(store: Store, settings: Settings, home: Path | None) -> Office | None:
    """Open what needs neither roster nor campaigns; None where the office's own addresses are among what is wrong."""
    try:
        own = as_unit(province(settings.province))
        mine = tuple(receiver for receiver in settings.receivers if receiver.unit == own.code)
        told = addresses(settings.model_copy(update={"receivers": mine}), Roster(own, (), ""))
    except (BadInput, NotFound):
        return None
    return Office(store, settings, (), own, told, {}, tuple(_calendars(settings, home)), put_back(store))


def _calendars(settings: Settings, home: Path | None) -> Iterator[Calendar]:
    """Give the calendars of the checklists that can be read: days off are kept for them too."""
    for campaign in settings.campaigns:
        try:
            yield load_checklist(checklist_path(settings, campaign, home)).calendar
        except LotrinhError:
            continue
