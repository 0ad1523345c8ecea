"""Reminders of today, and the sending of what waits in the outbox."""

from prefect import flow

from tasks import reminders


@flow(name="remind", persist_result=False)
def remind(settings: str = "") -> dict[str, int]:
    """Lay today's digests down, each once however often this runs, and send what may be sent."""
    made = reminders.digests(settings)
    return made | reminders.send(settings)


@flow(name="send", persist_result=False)
def send(settings: str = "") -> dict[str, int]:
    """Send what waits: refused messages whose time has come again, and what other systems have to hear."""
    return reminders.send(settings)
