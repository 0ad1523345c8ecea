"""Reminders of today, and the sending of what waits in the outbox."""

from typing import Any

from prefect import State, flow
from prefect.states import Completed

from lotrinh.errors import LotrinhError
from lotrinh.settings.load import load_settings
from tasks import reminders
from tasks.preflight import refused_state


@flow(name="remind", persist_result=False)
def remind(settings: str = "") -> State[Any]:
    """Lay today's digests down, each once however often this runs, and send what may be sent."""
    try:
        load_settings(settings or None)
        counts, notes = reminders.queue_digests(settings)
        return Completed(data=counts | reminders.send_messages(settings), message=notes or None)
    except LotrinhError as error:
        return refused_state(error)


@flow(name="send", persist_result=False)
def send(settings: str = "") -> State[Any]:
    """Send what waits: refused messages whose time has come again, and what other systems have to hear."""
    try:
        load_settings(settings or None)
        return Completed(data=reminders.send_messages(settings))
    except LotrinhError as error:
        return refused_state(error)
