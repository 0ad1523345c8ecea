"""Reminders of today, and the sending of what waits in the outbox."""

from typing import Any

from prefect import State, flow
from prefect.states import Completed

from tasks import reminders


@flow(name="remind", persist_result=False)
def remind(settings: str = "") -> State[Any]:
    """Lay today's digests down, each once however often this runs, and send what may be sent."""
    made, told = reminders.digests(settings)
    return Completed(data=made | reminders.send(settings), message=told or None)


@flow(name="send", persist_result=False)
def send(settings: str = "") -> dict[str, int]:
    """Send what waits: refused messages whose time has come again, and what other systems have to hear."""
    return reminders.send(settings)
