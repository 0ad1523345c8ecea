"""Sample data for the demonstration: plausible, the same every time, and labelled in every entry."""

import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from lotrinh.core.checklist.deadlines import timetable
from lotrinh.core.checklist.rules import is_past
from lotrinh.core.checklist.units import Unit
from lotrinh.core.status.actors import SAMPLE
from lotrinh.core.status.journal import EntryKind, NewEntry
from lotrinh.core.status.status import PlannedStep, plan_steps, steps_of_unit
from lotrinh.services.campaigns.campaigns import Campaign
from lotrinh.services.statements.confirm import Confirmation, confirmation_entry

REPORTED = time(16, 30)
ON_TIME, LAGGING, IN_WINDOW = 0.99, 0.8, 0.75
LATE = 0.03
LAGGARDS = 16
OBSTACLES = (
    "Dữ liệu mẫu: chưa nhận được dữ liệu dân cư để đối chiếu.",
    "Dữ liệu mẫu: đường truyền tại nhà văn hóa thôn chưa ổn định.",
    "Dữ liệu mẫu: chưa có hướng dẫn về biểu mẫu mới.",
)


def sample_entries(campaign: Campaign, as_of: datetime) -> list[NewEntry]:
    """Make the journal of a campaign as it could stand at ``as_of``, in the order of time."""
    local = as_of.astimezone(campaign.zone)
    planned = plan_steps(
        campaign.checklist, timetable(campaign.checklist, campaign.anchor), campaign.zone, campaign.policy
    )
    units = (campaign.province, *campaign.units)
    entries = [e for index, unit in enumerate(units) for e in _unit_entries(campaign, planned, unit, index, local)]
    return sorted(entries, key=lambda e: (e.at, e.unit, e.step))


def _unit_entries(
    campaign: Campaign, steps: Sequence[PlannedStep], unit: Unit, index: int, now: datetime
) -> Iterator[NewEntry]:
    chance = random.Random(f"{campaign.id}/{unit.code}")  # noqa: S311 - reproducible on purpose, no secret
    diligence = LAGGING if index % LAGGARDS == 1 else ON_TIME
    areas, done = chance.randint(5, 24), set[str]()
    for item in steps_of_unit(steps, unit):
        day = _day(item, now, chance, 1.0 if unit.is_province else diligence)
        if day and done.issuperset(set(item.step.requires) & _own_step_ids(steps, unit)):
            done.add(item.step.id)
            yield _sample_confirmation(campaign, unit, item, day, areas, now)
        elif _is_under_way(item, now) and not unit.is_province:
            yield from _sample_progress(campaign, unit, item, now, areas, chance)


def _own_step_ids(steps: Sequence[PlannedStep], unit: Unit) -> set[str]:
    return {p.step.id for p in steps if p.step.is_work_of(unit)}


def _is_under_way(item: PlannedStep, now: datetime) -> bool:
    """Tell whether a unit could plausibly be at work on it: a window is open, or the deadline is near or past."""
    begins = item.opens or item.due_soon_from
    return begins is not None and begins <= now


def _day(item: PlannedStep, now: datetime, chance: random.Random, diligence: float) -> date | None:
    """Choose the day on which the unit completed the step, None if it has not."""
    if item.due is None or item.open_from is None or item.open_from > now or item.schedule.due is None:
        return None
    passed = is_past(item.due, now)
    if not passed and not _is_under_way(item, now):
        return None
    if chance.random() > (diligence if passed else IN_WINDOW):
        return None
    last = item.schedule.due.day if passed else now.date() - timedelta(days=1)
    day = last - timedelta(days=chance.randint(0, 4))
    if passed and chance.random() < LATE:
        day = last + timedelta(days=chance.randint(1, 3))
    day = max(day, item.open_from.date())
    return day if day < now.date() else None


def _sample_confirmation(
    campaign: Campaign, unit: Unit, item: PlannedStep, day: date, areas: int, now: datetime
) -> NewEntry:
    confirmation = Confirmation(
        item.step.id,
        day,
        document_number="Mẫu/QĐ",
        document_date=day,
        progress=(areas, areas) if item.step.count else None,
        note="Dữ liệu mẫu",
        sample=True,
    )
    at = min(datetime.combine(day, REPORTED, campaign.zone), now)
    return confirmation_entry(campaign, unit, confirmation, actor=SAMPLE, key=f"mau-{item.step.id}", now=at)


def _sample_progress(
    campaign: Campaign, unit: Unit, item: PlannedStep, now: datetime, areas: int, chance: random.Random
) -> Iterator[NewEntry]:
    """Say how far a step is that is not done: a count, or now and then an obstacle."""
    at = now - timedelta(days=1)
    if item.step.count:
        progress = chance.randint(0, areas - 1), areas
        confirmation = Confirmation(item.step.id, at.date(), progress=progress, sample=True)
        yield confirmation_entry(campaign, unit, confirmation, actor=SAMPLE, key=f"mau-{item.step.id}", now=at)
    elif chance.random() < 0.02:  # noqa: PLR2004 - a few obstacles, so that the report shows some
        body = {"note": chance.choice(OBSTACLES), "sample": True}
        yield NewEntry(
            kind=EntryKind.OBSTACLE,
            at=at,
            campaign=campaign.id,
            unit=unit.code,
            step=item.step.id,
            actor=SAMPLE,
            body=body,
        )
