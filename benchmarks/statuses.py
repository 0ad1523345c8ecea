"""Timetables and statuses of the nation: 3,321 units × 60 steps, with answers and a journal to look into."""

import random
import resource
import time
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from lotrinh.core.checklist.calendar import Calendar
from lotrinh.core.checklist.checklist import Anchor, Basis, Checklist, Confidence, Level, Milestone, Source, Step
from lotrinh.core.checklist.deadlines import awaited_steps, timetable
from lotrinh.core.checklist.grammar import parse_rule
from lotrinh.core.checklist.units import Unit, UnitKind
from lotrinh.core.status.journal import StepRecord
from lotrinh.core.status.observation import Answer, StepAnswer, StepState
from lotrinh.core.status.status import LatestAnswer, Policy, UnitView, assess_steps, plan_steps, steps_of_unit
from lotrinh.core.text import Text

UNITS, STEPS = 3_321, 60
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 2, 2, 8, tzinfo=ZONE)


def checklist() -> Checklist:
    """Make sixty steps in twelve milestones, one deadline hanging on what really happened."""
    calendar, basis = Calendar(), (Basis("law", "Điều 1", Confidence.A),)
    milestones = []
    for m in range(12):
        rule = parse_rule(f"day - {10 * m} days")
        steps = tuple(
            Step(
                id=f"s{m}-{n}",
                milestone=f"m{m}",
                title=Text(f"{m}.{n}"),
                owner=Text("UBND xã"),
                level=Level.COMMUNE,
                due=parse_rule("done(s5-0) + 30 days") if (m, n) == (0, 0) else rule,
                opens=None,
                basis=basis,
                calendar=calendar,
                requires=(f"s{m}-{n - 1}",) if n else (),
            )
            for n in range(5)
        )
        milestones.append(
            Milestone(id=f"m{m}", title=Text(f"{m}"), due=rule, opens=None, basis=basis, calendar=calendar, steps=steps)
        )
    anchor = Anchor("day", Text("ngày"), date(2026, 3, 15))
    sources = {"law": Source("law", Text("Luật"))}
    return Checklist(
        id="x",
        title=Text("x"),
        anchor=anchor,
        timezone="Asia/Ho_Chi_Minh",
        calendar=calendar,
        sources=sources,
        parameters={},
        milestones=tuple(milestones),
        content_hash="0" * 64,
    )


def data(of: Checklist) -> tuple[list[Unit], dict[str, Answer], dict[tuple[str, str], StepRecord]]:
    """Make units, an answer for each, and a journal record for every twentieth step."""
    chance = random.Random(1)  # noqa: S311 - the same data every time
    units, answers, records = [], {}, {}
    for number in range(UNITS):
        code = f"{number:05}"
        units.append(Unit(code, UnitKind.COMMUNE, f"Xã {number}"))
        said = {}
        for step in of.iter_steps():
            done = chance.random() < 0.5
            day = date(2026, 1, 1) + timedelta(days=chance.randrange(30)) if done else None
            said[step.id] = StepAnswer(step.id, StepState.DONE if done else StepState.OPEN, day)
            if chance.random() < 0.05:
                records[code, step.id] = StepRecord(obstacle="x", last_statement_at=NOW)
        answers[code] = Answer(code, "x", NOW, NOW, said)
    return units, answers, records


def measure() -> dict[str, float]:
    """Seconds and MB that the timetables and statuses take, the test data aside."""
    of = checklist()
    units, answers, records = data(of)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    policy, plans, count, awaited = Policy(), {}, 0, awaited_steps(of)
    started = time.perf_counter()
    result = []
    for unit in units:
        answer = answers[unit.code]
        days = {step: answer.steps[step].completed_on for step in awaited}
        key = tuple(days.values())
        if key not in plans:
            plans[key] = plan_steps(of, timetable(of, None, days.get), ZONE, policy)
        mine = steps_of_unit(plans[key], unit)
        result.append(
            assess_steps(mine, UnitView(unit.code, NOW, policy, records, LatestAnswer(answer, is_fresh=True)))
        )
        count += len(mine)
    seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert count == UNITS * STEPS == sum(len(r) for r in result)  # noqa: S101 - the measure counts what it says
    return {"statuses": count, "seconds": round(seconds, 3), "megabytes": round((after - before) / 1024, 1)}


if __name__ == "__main__":
    print(measure())
