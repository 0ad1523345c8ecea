"""The steps of all units as the curve of planned against done needs them."""

from collections.abc import Iterator
from datetime import date, datetime

from lotrinh.core.curve import Curve, UnitStep, curve
from lotrinh.core.journal import NOTHING_SAID, Record
from lotrinh.core.observation import StepAnswer
from lotrinh.core.status import Status
from lotrinh.services.live import Live


def curve_of(live: Live, now: datetime) -> Curve:
    """Count planned against done over all units of a campaign, the province among them."""
    return curve(unit_steps(live, now), now.astimezone(live.campaign.zone).date())


def unit_steps(live: Live, now: datetime) -> Iterator[UnitStep]:
    """Give every step that is somebody's work and not excused: its deadline, and when it was done and reported."""
    records, answers = live.records(now), live.answers(now)
    for unit in live.report(now).everybody:
        answer = answers.get(unit.unit.code)
        said = answer.steps if answer else {}
        for item, standing in zip(unit.plan, unit.standings, strict=True):
            if standing.status is Status.NOT_APPLICABLE:
                continue
            record = records.get((unit.unit.code, standing.step), NOTHING_SAID)
            yield UnitStep(
                item.schedule.due.day if item.schedule.due else None,
                standing.completed_on,
                _reported(live, record, said.get(standing.step)) if standing.completed_on else None,
                standing.status is Status.UNKNOWN,
            )


def _reported(live: Live, record: Record, said: StepAnswer | None) -> date | None:
    """Return the local day on which the completion was first said; None where an own system does not tell."""
    at = record.confirmed_at if record.done else said.reported_at if said else None
    return at.astimezone(live.campaign.zone).date() if at else None
