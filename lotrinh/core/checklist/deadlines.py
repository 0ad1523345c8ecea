"""From rules to moments: when each step opens and is due, why it is not known yet, and the arithmetic in words."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from lotrinh.core.checklist.arithmetic import TIME_UNITS, CountedDays
from lotrinh.core.checklist.calendar import Calendar, NoWorkingDayError
from lotrinh.core.checklist.checklist import Checklist, Milestone, Step
from lotrinh.core.checklist.evaluation import Evaluation
from lotrinh.core.checklist.rule_words import describe_rule
from lotrinh.core.checklist.rules import CompletionReference, DeadlineRule, Moment, Roll, references
from lotrinh.core.text import M, Message

CompletionDay = Callable[[str], date | None]
"""The day on which the unit really completed a step, None while it has not."""


class Schedule(NamedTuple):
    """When a step or milestone opens and is due; None where it has no such rule or the moment is not known yet.

    ``last_working_day`` is the last one on or before the due day. ``waiting`` says why there is no due moment though
    there is a rule (for a window without end: why it is not known when it opens).
    """

    opens: Moment | None = None
    due: Moment | None = None
    last_working_day: date | None = None
    waiting: Message | None = None


@dataclass(frozen=True, slots=True)
class Timetable:
    """The schedules of one checklist for one anchor and the same completion days, by id."""

    steps: Mapping[str, Schedule]
    milestones: Mapping[str, Schedule]


class ScheduleError(ValueError):
    """The checklist's rules refer to what does not exist, or to each other in a circle."""

    def __init__(self, sentence: Message) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def never_completed(_step: str) -> date | None:
    """Know of no step that it was completed."""
    return None


def timetable(
    checklist: Checklist,
    anchor: date | None = None,
    completion_day: CompletionDay = never_completed,
    parameters: Mapping[str, DeadlineRule] | None = None,
) -> Timetable:
    """Compute all schedules. Raises ``ScheduleError`` where a rule names an unknown id or rules go in a circle.

    ``anchor`` goes before the checklist's own date, ``parameters`` before the checklist's rules for them.
    """
    evaluation = evaluate(checklist, anchor, completion_day, parameters)
    milestones, steps = {}, {}
    for milestone in evaluation.checklist.milestones:
        milestones[milestone.id] = schedule_of(evaluation, milestone)
        for step in milestone.steps:
            same = has_milestone_schedule(step, milestone)
            steps[step.id] = milestones[milestone.id] if same else schedule_of(evaluation, step)
    if evaluation.faults:
        raise ScheduleError(evaluation.faults[0])
    return Timetable(steps, milestones)


def trace(
    checklist: Checklist,
    step_id: str,
    anchor: date | None = None,
    completion_day: CompletionDay = never_completed,
    parameters: Mapping[str, DeadlineRule] | None = None,
) -> tuple[Message, ...]:
    """Tell the arithmetic behind one step's deadline line by line, what it hangs on first; then its opening.

    Raises ``KeyError`` for an unknown step and ``ScheduleError`` as ``timetable`` does.
    """
    evaluation = evaluate(checklist, anchor, completion_day, parameters)
    step = evaluation.checklist.steps[step_id]
    lines: list[Message] = []
    if step.opens:
        lines.append(M("Quy tắc bắt đầu: {rule}", rule=describe_rule(step.opens, evaluation.checklist)))
        evaluation.explain(step.opens, step.calendar, lines)
    if step.due:
        lines.append(M("Quy tắc thời hạn: {rule}", rule=describe_rule(step.due, evaluation.checklist)))
        due = evaluation.explain(step.due, step.calendar, lines)
        lines += _calendar_day_lines(due, step.due)
        lines += _day_off_lines(due, step.calendar)
    if evaluation.faults:
        raise ScheduleError(evaluation.faults[0])
    return tuple(lines) or (M("Đầu việc không có thời hạn."),)


def evaluate(
    checklist: Checklist,
    anchor: date | None = None,
    completion_day: CompletionDay = never_completed,
    parameters: Mapping[str, DeadlineRule] | None = None,
) -> Evaluation:
    """Prepare the evaluation of one checklist; what is wrong with its rules is in ``faults``, not raised."""
    return Evaluation(with_parameters(checklist, parameters or {}), anchor or checklist.anchor.day, completion_day)


def with_parameters(checklist: Checklist, parameters: Mapping[str, DeadlineRule]) -> Checklist:
    """Lay the office's own deadlines over the checklist's; names that are no parameters change nothing."""
    known = checklist.parameters
    changed = {name: replace(known[name], due=rule) for name, rule in parameters.items() if name in known}
    return replace(checklist, parameters={**known, **changed}) if changed else checklist


def schedule_of(evaluation: Evaluation, item: Step | Milestone) -> Schedule:
    """Compute the schedule of one step or milestone."""
    opens = evaluation.moment_of(item.opens, item.calendar) if item.opens else None
    due = evaluation.moment_of(item.due, item.calendar) if item.due else None
    known = opens if isinstance(opens, Moment) else None
    if isinstance(due, Moment):
        return Schedule(known, due, last_working_day(due.day, item.calendar), None)
    return Schedule(known, None, None, due or (opens if isinstance(opens, Message) else None))


def has_milestone_schedule(step: Step, milestone: Milestone) -> bool:
    """Whether the step's schedule is its milestone's in every respect."""
    return step.due == milestone.due and step.opens == milestone.opens and step.calendar is milestone.calendar


def last_working_day(day: date, calendar: Calendar) -> date | None:
    """Return the last working day on or before ``day``, None where the calendar has none within a year."""
    try:
        return calendar.roll(day, Roll.PREVIOUS)
    except NoWorkingDayError:
        return None


def awaited_steps(checklist: Checklist, parameters: Mapping[str, DeadlineRule] | None = None) -> tuple[str, ...]:
    """Name the steps on whose completion some deadline hangs, each once, in the order of first mention.

    Units in which these steps were completed on the same days share one timetable.
    """
    rules = _rules(with_parameters(checklist, parameters or {}))
    return tuple(
        dict.fromkeys(r.step for rule in rules for r in references(rule) if isinstance(r, CompletionReference))
    )


def _rules(checklist: Checklist) -> Iterator[DeadlineRule]:
    yield from (p.due for p in checklist.parameters.values() if p.due)
    items: tuple[Milestone | Step, ...] = (*checklist.milestones, *checklist.iter_steps())
    for item in items:
        yield from (rule for rule in (item.opens, item.due) if rule)


def _calendar_day_lines(due: Moment | Message, rule: DeadlineRule) -> Iterator[Message]:
    counted = {TIME_UNITS[offset.unit].counted for offset in rule.offsets}
    if isinstance(due, Moment) and counted == {CountedDays.ALL}:
        yield M("Đếm theo ngày lịch, tính cả ngày nghỉ, lễ, Tết.")


def _day_off_lines(due: Moment | Message, calendar: Calendar) -> Iterator[Message]:
    # A rule that asks to be moved never ends on such a day.
    if isinstance(due, Moment) and not calendar.is_working(due.day):
        yield M("{day} là ngày nghỉ; không dời vì quy tắc không yêu cầu.", day=due.day)
        if worked := last_working_day(due.day, calendar):
            yield M("Ngày làm việc cuối cùng trước hạn: {day}", day=worked)
