"""The evaluation of deadline rules against one anchor and one unit's completion days."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from lotrinh.core.checklist.arithmetic import TIME_UNITS, CountedDays, add_offset
from lotrinh.core.checklist.calendar import Calendar, NoWorkingDayError
from lotrinh.core.checklist.checklist import Checklist, Milestone, Step
from lotrinh.core.checklist.days_off import days_between, explain_days_off
from lotrinh.core.checklist.graph import format_circle, sort_graph
from lotrinh.core.checklist.reader import YEARS
from lotrinh.core.checklist.rule_words import describe_rule
from lotrinh.core.checklist.rules import (
    ChoiceReference,
    CompletionReference,
    DeadlineRule,
    EarliestOrLatest,
    FixedReference,
    Moment,
    NamedReference,
    Reference,
    Roll,
    due_order,
    references,
)
from lotrinh.core.text import M, Message, Text

MomentOrReason = Moment | Message
"""A moment, or why there is none."""

UNKNOWN_YEAR = M("Ngày tính ra nằm ngoài các năm {first}–{last}.", first=YEARS[0], last=YEARS[-1])


class DatedItem(NamedTuple):
    """What an id in a rule may mean: a title, its due rule and calendar, and why it has no date without a rule."""

    title: Text
    due: DeadlineRule | None
    calendar: Calendar
    missing: Message


def dated_items(checklist: Checklist, anchor: date | None) -> dict[str, DatedItem]:
    """All that rules may name, by id, in the file's order; of two with one id the first counts."""
    start = checklist.anchor
    rule = DeadlineRule(FixedReference(Moment(anchor)), (), None, None, anchor.isoformat()) if anchor else None
    found = {start.id: DatedItem(start.title, rule, checklist.calendar, M("Chưa có “{title}”.", title=start.title))}
    for p in checklist.parameters.values():
        missing = M("Văn phòng chưa đặt “{title}”.", title=p.title)
        found.setdefault(p.id, DatedItem(p.title, p.due, checklist.calendar, missing))
    for milestone in checklist.milestones:
        items: tuple[Milestone | Step, ...] = (milestone, *milestone.steps)
        for item in items:
            missing = M("“{title}” không có thời hạn.", title=item.title)
            found.setdefault(item.id, DatedItem(item.title, item.due, item.calendar, missing))
    return found


class Evaluation:
    """Evaluates rules; each named deadline once, and after what it hangs on.

    ``faults`` collects what a consistent checklist does not have: unknown ids and circles. Such rules have no
    moment, so that everything else can still be looked at.
    """

    def __init__(self, checklist: Checklist, anchor: date | None, completed: Callable[[str], date | None]) -> None:
        self.checklist = checklist
        self.faults: list[Message] = []
        self._completed = completed
        self._dated = dated_items(checklist, anchor)
        self._due: dict[str, MomentOrReason] = {}
        self._found: dict[tuple[int, int], MomentOrReason] = {}
        # The anchor explains itself in the line that names it.
        self._explained = {checklist.anchor.id}
        self._is_explaining = False
        order, circles = sort_graph({i: named_ids(d.due) for i, d in self._dated.items()})
        for circle in circles:
            self._break(circle)
        for name in order:
            item = self._dated[name]
            self._due[name] = self.moment_of(item.due, item.calendar) if item.due else item.missing

    def moment_of(self, rule: DeadlineRule, calendar: Calendar) -> MomentOrReason:
        """Evaluate one rule; a rule that steps have from their milestone only once."""
        # Identities hold as long as the checklist, which keeps all rules and calendars, is kept here.
        key = id(rule), id(calendar)
        if key not in self._found:
            self._found[key] = self._evaluate(rule, calendar, [])
        return self._found[key]

    def explain(self, rule: DeadlineRule, calendar: Calendar, lines: list[Message]) -> MomentOrReason:
        """Evaluate one rule and add the lines of its arithmetic, what it hangs on first and each only once."""
        self._is_explaining = True
        order, _ = sort_graph({name: named_ids(self._dated[name].due) for name in self._behind(rule)})
        for name in order:
            item = self._dated[name]
            if item.due and name not in self._explained:
                self._explained.add(name)
                lines.append(M("“{title}”: {rule}", title=item.title, rule=describe_rule(item.due, self.checklist)))
                self._evaluate(item.due, item.calendar, lines)
        return self._evaluate(rule, calendar, lines)

    def _behind(self, rule: DeadlineRule) -> dict[str, None]:
        """Name all that a rule hangs on, directly or not, in the order of mention."""
        found: dict[str, None] = {}
        waiting = [rule]
        while waiting:
            for name in named_ids(waiting.pop()):
                if name in self._dated and name not in found:
                    found[name] = None
                    due = self._dated[name].due
                    waiting += [due] if due else []
        return found

    def _break(self, circle: tuple[str, ...]) -> None:
        sentence = M("Thời hạn quay vòng: {circle}.", circle=format_circle(circle))
        self.faults.append(sentence)
        self._due.update(dict.fromkeys(circle, sentence))

    def _evaluate(self, rule: DeadlineRule, calendar: Calendar, lines: list[Message]) -> MomentOrReason:
        try:
            return self._compute(rule, calendar, lines)
        except OverflowError:
            found = UNKNOWN_YEAR
        except NoWorkingDayError:
            found = M("Lịch không còn ngày làm việc nào để tính.")
        lines.append(found)
        return found

    def _compute(self, rule: DeadlineRule, calendar: Calendar, lines: list[Message]) -> MomentOrReason:
        moment = self._reference(rule.reference, calendar, lines)
        if isinstance(moment, Message):
            return moment
        for offset in rule.offsets:
            unit = TIME_UNITS[offset.unit]
            start, moment = moment, add_offset(moment, offset, calendar)
            if unit.counted is CountedDays.WORKING:
                self._explain_days_off(days_between(start.day, moment.day), calendar, lines)
            change = f"{'−' if offset.amount < 0 else '+'} {abs(offset.amount)}"
            lines.append(
                M(
                    "{change} {unit}: {when}",
                    change=change,
                    unit=unit.word,
                    when=sentence_date(moment),
                )
            )
        if rule.at is not None:
            moment = moment._replace(hour=rule.at)
            lines.append(M("Lấy giờ trong quy tắc: {when}", when=sentence_date(moment)))
        if rule.roll is not None:
            rolled = moment._replace(day=calendar.roll(moment.day, rule.roll))
            self._explain_days_off([moment.day, *days_between(moment.day, rolled.day)], calendar, lines)
            lines.append(_roll_line(moment, rolled, rule.roll))
            moment = rolled
        if moment.day.year not in YEARS:
            raise OverflowError
        return moment

    def _explain_days_off(self, days: Iterable[date], calendar: Calendar, lines: list[Message]) -> None:
        # Thousands of timetables are computed without anybody reading their arithmetic.
        if self._is_explaining:
            lines += explain_days_off(list(days), calendar)

    def _reference(self, reference: Reference, calendar: Calendar, lines: list[Message]) -> MomentOrReason:
        match reference:
            case NamedReference(name):
                found, title = self._named(name)
            case CompletionReference(step):
                found, title = self._done(step)
            case FixedReference(moment):
                found, title = _local(moment, self.checklist.timezone), M("Ngày cố định")
            case ChoiceReference():
                return self._choice(reference, calendar, lines)
        lines.append(
            found if isinstance(found, Message) else M("{what}: {when}", what=title, when=sentence_date(found))
        )
        return found

    def _named(self, name: str) -> tuple[MomentOrReason, Text | Message]:
        item = self._dated.get(name)
        if item is None:
            return self._unknown(name), Text(name)
        if name == self.checklist.anchor.id:
            return self._due[name], item.title
        return self._due[name], M("Hạn của “{title}”", title=item.title)

    def _done(self, name: str) -> tuple[MomentOrReason, Text | Message]:
        step = self.checklist.steps.get(name)
        if step is None:
            return self._unknown(name), Text(name)
        day = self._completed(name)
        title = M("Ngày hoàn thành thực tế của “{title}”", title=step.title)
        return Moment(day) if day else M("Chờ ngày hoàn thành thực tế của đầu việc “{title}”.", title=step.title), title

    def _unknown(self, name: str) -> Message:
        sentence = M("Quy tắc nhắc đến “{name}” nhưng bộ đầu việc không có mã này.", name=name)
        self.faults.append(sentence)
        return sentence

    def _choice(self, several: ChoiceReference, calendar: Calendar, lines: list[Message]) -> MomentOrReason:
        # All parts are evaluated even when one has no moment, so that the lines tell of every part.
        found = [self._evaluate(rule, calendar, lines) for rule in several.rules]
        for part in found:
            if isinstance(part, Message):
                # A deadline without one of its parts would be a wrong one, which is worse than none.
                return part
        moments = [part for part in found if isinstance(part, Moment)]
        if several.pick is EarliestOrLatest.EARLIEST:
            moment = min(moments, key=due_order)
            lines.append(M("Lấy ngày sớm nhất: {when}", when=sentence_date(moment)))
        else:
            moment = max(moments, key=due_order)
            lines.append(M("Lấy ngày muộn nhất: {when}", when=sentence_date(moment)))
        return moment


def named_ids(rule: DeadlineRule | None) -> tuple[str, ...]:
    """Name the ids whose due dates the rule counts from, each once."""
    found = references(rule) if rule else ()
    return tuple(dict.fromkeys(r.id for r in found if isinstance(r, NamedReference)))


def sentence_date(moment: Moment) -> date:
    """Return a value for a sentence: the day, or the day with its hour."""
    return moment.day if moment.hour is None else datetime.combine(moment.day, moment.hour)


def _roll_line(moment: Moment, rolled: Moment, roll: Roll) -> Message:
    if rolled == moment:
        return M("Là ngày làm việc nên không phải dời.")
    if roll is Roll.NEXT:
        return M("Ngày nghỉ, dời về sau: {when}", when=sentence_date(rolled))
    return M("Ngày nghỉ, dời về trước: {when}", when=sentence_date(rolled))


def _local(moment: Moment, timezone: str) -> MomentOrReason:
    """Turn an hour that carries its own offset into the checklist's local time."""
    if moment.hour is None or moment.hour.tzinfo is None:
        return moment
    zone = _zone(timezone)
    if zone is None:
        return M("Không có múi giờ “{zone}”.", zone=timezone)
    local = datetime.combine(moment.day, moment.hour).astimezone(zone)
    return Moment(local.date(), local.time())


def _zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None
