"""Digests, the weekly report, sending: the tasks of reminding. They take and give plain values.

What was not sent stays in the outbox and is tried again by a later run, so nothing is retried here.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE

from lotrinh.clock import now
from lotrinh.i18n import say
from lotrinh.services.notify import dispatch
from lotrinh.services.notify.misconfiguration_alert import open_office_or_alert
from lotrinh.services.notify.reminders import ReminderOffice
from lotrinh.services.notify.weekly import enqueue_report
from lotrinh.settings.load import load_settings
from lotrinh.store import open_store


@contextmanager
def reminder_office(settings: str) -> Iterator[ReminderOffice]:
    """Open all that reminding needs, as the settings file says; where a file is wrong the office is told so."""
    loaded = load_settings(settings or None)
    os.environ.setdefault("LOTRINH_LANG", loaded.settings.language)
    with open_store(loaded.settings.database_url) as store:
        yield open_office_or_alert(store, loaded.settings, loaded.home, now)


@task(name="digests", cache_policy=NO_CACHE, persist_result=False)
def queue_digests(settings: str) -> tuple[dict[str, int], str]:
    """Lay the digests of today down; return how many there are and how many messages were new, and what to say."""
    with reminder_office(settings) as opened:
        reminded = dispatch.enqueue_reminders(opened, now())
        if reminded.is_doubtful:
            get_run_logger().warning("a backup was put back today: %s messages wait for a person", reminded.new)
        notes = [say(note) for note in reminded.notes]
        for note in notes:
            get_run_logger().warning("%s", note)
        return {"digests": len(reminded.digests), "new": reminded.new}, " ".join(notes)


@task(name="weekly-report", cache_policy=NO_CACHE, persist_result=False)
def queue_weekly_report(campaign: str, settings: str) -> int:
    """Lay the report of a campaign down for the office; return how many messages were new."""
    with reminder_office(settings) as opened:
        return enqueue_report(opened, campaign, now())


@task(name="send", cache_policy=NO_CACHE, persist_result=False)
def send_messages(settings: str) -> dict[str, int]:
    """Empty the outbox once; return what became of how many messages. The log names message and unit, no address."""
    with reminder_office(settings) as opened:
        done = dispatch.dispatch_messages(opened, now)
    for problem in done.problems:
        get_run_logger().warning("outbox id=%s unit=%s", problem.id, problem.unit)
    return {"sent": done.sent, "failed": done.failed, "unclear": done.unclear, "waiting": done.waiting}
