"""What other systems hear of finished checks: each step that turned once, and nothing that the journal has told."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lotrinh.core.status.journal import EntryKind, NewEntry
from lotrinh.core.status.observation import Outcome, Reason
from lotrinh.services.campaigns.campaigns import Campaign, open_campaign_of_files
from lotrinh.services.notify.webhooks import enqueue_changes
from lotrinh.services.runs.ask import begin_run
from lotrinh.services.runs.check import conclude
from lotrinh.settings.models import CampaignSettings, UnitsSettings
from lotrinh.store import Store, open_store
from tests.conftest import COLUMNS, TOP
from tests.sending.servers import web_server
from tests.services.builders import hear, says, silence
from tests.services.reminding import DAY, World, hook, world_in

OWN, PORTAL = "04924", "04960"
ONE_DAY = timedelta(days=1)
OVER = DAY + 4 * ONE_DAY
"""After the deadline of the steps a and t, on 13 February."""
OPEN = {"id": "a", "state": "open"}
DONE = {"id": "a", "state": "done", "completed_on": "2026-02-10"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Lương Sơn has software of its own, Liên Sơn uses our portal; one system is to be told."""
    rows = f"{COLUMNS}\n{OWN},xa,Lương Sơn,,,https://x.example.vn/s,,,,\n{PORTAL},xa,Liên Sơn,,,,,,,\n"
    (tmp_path / "units.csv").write_text(rows, encoding="utf-8")
    return world_in(
        tmp_path, units=UnitsSettings(file=tmp_path / "units.csv"), webhooks=(hook("https://a.example.vn/"),)
    )


def campaign(world: World, *units: str) -> Campaign:
    """Open the campaign, of some units only where they are named."""
    of = CampaignSettings(id="thu", units=units or (OWN, PORTAL))
    return open_campaign_of_files(world.settings.model_copy(update={"campaigns": (of,)}), "thu", home=world.home)


def checked(store: Store, world: World, at: datetime, as_of: datetime | None = None, **said: Any) -> str:
    """Let a check finish that heard this of step a from the units named ``own`` and ``portal``; None: silence."""
    codes = {"own": OWN, "portal": PORTAL}
    of = campaign(world, *(codes[name] for name in said))
    run = begin_run(store, of, at, as_of or at, {})
    for name, step in said.items():
        unit = of.by_code[codes[name]]
        answer = says(unit, step, at=at) if step else ""
        heard = hear(world.settings, of, unit, answer, at) if step else silence(unit, Outcome.UNREACHABLE, Reason.DNS)
        store.runs.record(run.id, of.id, [heard])
    conclude(store, world.settings, of, run, at)
    return run.id


def told(store: Store, world: World, now: datetime = DAY) -> list[dict[str, Any]]:
    """Lay down what is to be told; return the bodies about checks, the oldest first."""
    enqueue_changes(store, world.settings, now)
    bodies = [json.loads(m.content["body"]) for m in reversed(store.outbox.newest(most=1000))]
    return [body for body in bodies if body["schema"] == "lotrinh.observed/1"]


def turns(bodies: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(body["unit"], step["step"], step["change"]) for body in bodies for step in body["steps"]]


def test_a_step_that_an_own_system_calls_done_is_told_once_with_all_that_the_documents_say(
    store: Store, world: World
) -> None:
    checked(store, world, DAY, own=OPEN, portal=OPEN)
    assert told(store, world) == []
    run = checked(store, world, DAY + ONE_DAY, own=DONE, portal=OPEN)
    for _ in range(3):
        (body,) = told(store, world)
    assert body == {
        "schema": "lotrinh.observed/1",
        "run": run,
        "at": (DAY + ONE_DAY).isoformat(),
        "campaign": "thu",
        "unit": OWN,
        "steps": [
            {
                "step": "a",
                "change": "done",
                "status": "done",
                "due_at": "2026-02-13T23:59:59+07:00",
                "completed_on": "2026-02-10",
            }
        ],
        "sample": False,
        "hash": store.journal.head(),
    }
    (message,) = store.outbox.newest()
    assert (message.receiver, message.campaign, message.content["delivery"]) == (OWN, "thu", f"{run}/{OWN}")
    text = (TOP / "docs" / "reminders.md").read_text(encoding="utf-8")
    (example,) = (json.loads(e) for e in re.findall(r"```\n(\{.*?)```", text, re.DOTALL) if "observed" in e)
    assert example.keys() == body.keys()
    assert example["steps"][0].keys() == body["steps"][0].keys()
    checked(store, world, DAY + 2 * ONE_DAY, own=DONE, portal=OPEN)
    assert len(told(store, world)) == 1


def test_it_reaches_the_other_system_by_post(store: Store, world: World, tmp_path: Path) -> None:
    with web_server() as web:
        more = {"http": {"allow_networks": ["127.0.0.0/8"]}, "units": world.settings.units}
        sending = world_in(tmp_path, webhooks=(hook(web.url()),), **more)
        checked(store, sending, DAY, own=OPEN, portal=OPEN)
        sending.send(store)
        run = checked(store, sending, DAY + timedelta(minutes=1), own=DONE, portal=OPEN)
        assert [sending.send(store).sent for _ in range(2)] == [1, 0]
    assert [got.headers["X-Lotrinh-Delivery"] for got in web.got] == [f"{run}/{OWN}"]


def test_what_was_confirmed_in_the_portal_is_told_by_the_journal_alone(store: Store, world: World) -> None:
    checked(store, world, DAY, own=OPEN, portal=OPEN)
    told(store, world)
    said = {"completed_on": "2026-02-10"}
    later = DAY + timedelta(hours=1)
    store.journal.append(
        NewEntry(
            kind=EntryKind.CONFIRMED, at=later, campaign="thu", unit=PORTAL, step="a", actor=f"unit:{PORTAL}", body=said
        )
    )
    checked(store, world, DAY + ONE_DAY, own=DONE, portal=DONE)
    assert turns(told(store, world)) == [(OWN, "a", "done")]
    assert len(store.outbox.newest()) == 2
    store.journal.append(
        NewEntry(
            kind=EntryKind.WITHDRAWN,
            at=DAY + 2 * ONE_DAY,
            campaign="thu",
            unit=PORTAL,
            step="a",
            actor="x",
            body={"reason": "nhầm"},
        )
    )
    checked(store, world, DAY + 3 * ONE_DAY, own=OPEN, portal=OPEN)
    assert turns(told(store, world)) == [(OWN, "a", "done"), (OWN, "a", "undone")]


def test_a_deadline_that_passes_is_told_as_overdue_or_where_nobody_answers_as_unclear(
    store: Store, world: World
) -> None:
    checked(store, world, DAY, own=OPEN, portal=OPEN)
    told(store, world)
    checked(store, world, OVER, own=None, portal=OPEN)
    bodies = told(store, world)
    # The province's own step t is overdue too: nobody has entered that it is done.
    assert sorted(turns(bodies)) == [(OWN, "a", "unclear"), (PORTAL, "a", "overdue"), ("25", "t", "overdue")]
    checked(store, world, OVER + ONE_DAY, own=OPEN, portal=OPEN)
    assert turns(told(store, world)[len(bodies) :]) == [(OWN, "a", "overdue")]


def test_runs_that_nobody_sent_between_are_told_as_one(store: Store, world: World) -> None:
    checked(store, world, DAY, own=OPEN, portal=OPEN)
    told(store, world)
    checked(store, world, DAY + ONE_DAY, own=DONE, portal=OPEN)
    checked(store, world, DAY + 2 * ONE_DAY, own=OPEN, portal=OPEN)
    last = checked(store, world, DAY + 3 * ONE_DAY, own=DONE, portal=OPEN)
    (body,) = told(store, world)
    assert (body["run"], turns([body])) == (last, [(OWN, "a", "done")])


def test_a_check_of_some_units_leaves_the_others_as_they_were_told(store: Store, world: World) -> None:
    checked(store, world, DAY, own=OPEN, portal=OPEN)
    told(store, world)
    for kind in (EntryKind.EXCUSED, EntryKind.UNEXCUSED):
        at = DAY + timedelta(hours=1)
        store.journal.append(
            NewEntry(
                kind=kind, at=at, campaign="thu", unit=PORTAL, step="a", actor="officer:x", body={"reason": "nhầm"}
            )
        )
    checked(store, world, DAY + ONE_DAY, portal=OPEN)
    assert told(store, world) == []
    # What the journal said before the check that was told last is no reason to be silent of what came after it.
    checked(store, world, DAY + 2 * ONE_DAY, own=DONE, portal=DONE)
    assert sorted(turns(told(store, world))) == [(OWN, "a", "done"), (PORTAL, "a", "done")]


def test_a_check_of_a_day_in_the_past_tells_nothing(store: Store, world: World) -> None:
    checked(store, world, OVER, own=DONE, portal=DONE)
    told(store, world)
    checked(store, world, OVER + ONE_DAY, DAY - ONE_DAY, own=OPEN, portal=OPEN)
    assert told(store, world) == []


def test_who_is_new_hears_of_nothing_that_was_before_and_of_a_new_campaign_from_its_first_run_on(
    store: Store, world: World
) -> None:
    assert told(store, world) == []
    checked(store, world, DAY, own=OPEN, portal=OPEN)
    checked(store, world, DAY + ONE_DAY, own=DONE, portal=OPEN)
    assert turns(told(store, world)) == [(OWN, "a", "done")]
    both = (*world.settings.webhooks, hook("https://b.example.vn/"))
    settings = world.settings.model_copy(update={"webhooks": both})
    assert len(told(store, World(settings, world.home))) == 1
    checked(store, world, DAY + 2 * ONE_DAY, own=OPEN, portal=OPEN)
    assert len(told(store, World(settings, world.home))) == 3


def test_workers_at_once_lay_down_each_event_once(store: Store, world: World) -> None:
    checked(store, world, DAY, own=OPEN, portal=OPEN)
    told(store, world)
    checked(store, world, DAY + ONE_DAY, own=DONE, portal=DONE)

    def work(_: int) -> None:
        with open_store(world.settings.database_url) as own:
            enqueue_changes(own, world.settings, DAY)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(8)))
    assert sorted(turns(told(store, world))) == [(OWN, "a", "done"), (PORTAL, "a", "done")]
