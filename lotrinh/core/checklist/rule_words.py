"""A deadline rule in words for an official: what it counts from, how far, and what happens on a day off."""

from collections.abc import Mapping
from datetime import datetime, time

from lotrinh.core.checklist.arithmetic import TIME_UNITS
from lotrinh.core.checklist.checklist import Checklist, Level, Milestone, Step
from lotrinh.core.checklist.rules import (
    ChoiceReference,
    CompletionReference,
    DeadlineRule,
    EarliestOrLatest,
    FixedReference,
    Moment,
    NamedReference,
    Offset,
    Reference,
    Roll,
)
from lotrinh.core.text import M, Message, Text, join_messages

NOWHERE = M("một mốc không có trong bộ đầu việc")
ROLLED: Mapping[Roll, Message] = {
    Roll.NEXT: M("nếu rơi vào ngày nghỉ thì chuyển đến ngày làm việc kế tiếp"),
    Roll.PREVIOUS: M("nếu rơi vào ngày nghỉ thì lấy ngày làm việc liền trước"),
}


def describe_rule(rule: DeadlineRule, checklist: Checklist) -> Message:
    """Say a rule of a checklist in words: titles, never ids; what the checklist does not have is said to be missing.

    ``checklist`` carries the parameters as the campaign sets them. Never raises, whatever the rule names.
    """
    return _RuleDescriber(checklist).rule(rule)


class _RuleDescriber:
    def __init__(self, checklist: Checklist) -> None:
        self._anchor, self._steps = checklist.anchor, checklist.steps
        # As in ``evaluation.dated``: of two things with one id the first counts.
        self._parameters = {p.id: p.title for p in checklist.parameters.values()}
        items: list[Milestone | Step] = []
        for milestone in checklist.milestones:
            items += [milestone, *milestone.steps]
        self._titles = {item.id: item.title for item in reversed(items)}

    def rule(self, rule: DeadlineRule) -> Message:
        reference = self._reference(rule.reference)
        said = self._counted(rule, reference)
        if rule.at is not None:
            said = M("{day}, lúc {hour}", day=said, hour=_clock(rule.at))
        return M("{day}, {otherwise}", day=said, otherwise=ROLLED[rule.roll]) if rule.roll else said

    def _counted(self, rule: DeadlineRule, reference: Message) -> Message:
        """Say the offsets: the first as people say it ("3 ngày trước …"), the others in their order behind it."""
        said = reference
        # Day 0 is the reference itself.
        for number, offset in enumerate(o for o in rule.offsets if o.amount):
            amount = {"amount": abs(offset.amount), "unit": TIME_UNITS[offset.unit].word}
            if number:
                said = _then(offset, said, amount)
            elif isinstance(rule.reference, CompletionReference):
                said = _behind(offset, said, amount)
            else:
                said = _before(offset, said, amount)
        return said

    def _reference(self, reference: Reference) -> Message:
        match reference:
            case NamedReference(name):
                return self._named(name)
            case CompletionReference(step):
                return self._done(step)
            case FixedReference(moment):
                return _fixed(moment)
            case ChoiceReference(pick, rules):
                # In brackets, so that what follows is seen to belong to all of them.
                days = join_messages([self.rule(rule) for rule in rules])
                if pick is EarliestOrLatest.EARLIEST:
                    return M("ngày sớm nhất trong: ({days})", days=days)
                return M("ngày muộn nhất trong: ({days})", days=days)

    def _named(self, name: str) -> Message:
        if name == self._anchor.id:
            return M("{title}", title=_inside(self._anchor.title))
        if name in self._parameters:
            return M("“{title}”", title=self._parameters[name])
        if name in self._titles:
            return M("hạn của “{title}”", title=self._titles[name])
        return NOWHERE

    def _done(self, name: str) -> Message:
        step = self._steps.get(name)
        if step is None:
            return NOWHERE
        if step.level is Level.PROVINCE:
            return M("ngày tỉnh thực sự hoàn thành “{title}”", title=step.title)
        return M("ngày đơn vị thực sự hoàn thành “{title}”", title=step.title)


def _before(offset: Offset, reference: Message, amount: Mapping[str, object]) -> Message:
    if offset.amount < 0:
        return M("{amount} {unit} trước {reference}", reference=reference, **amount)
    return M("{amount} {unit} sau {reference}", reference=reference, **amount)


def _behind(offset: Offset, reference: Message, amount: Mapping[str, object]) -> Message:
    """Say an offset behind a long reference: "ngày đơn vị thực sự hoàn thành … cộng 30 ngày"."""
    if offset.amount < 0:
        return M("{reference} trừ {amount} {unit}", reference=reference, **amount)
    return M("{reference} cộng {amount} {unit}", reference=reference, **amount)


def _then(offset: Offset, said: Message, amount: Mapping[str, object]) -> Message:
    if offset.amount < 0:
        return M("{day}, rồi trừ {amount} {unit}", day=said, **amount)
    return M("{day}, rồi cộng {amount} {unit}", day=said, **amount)


def _fixed(moment: Moment) -> Message:
    if moment.hour is None:
        return M("ngày {date}", date=moment.day)
    zone = moment.hour.tzinfo and datetime.combine(moment.day, moment.hour).tzname()
    hour = f"{_clock(moment.hour)} {zone}" if zone else _clock(moment.hour)
    return M("{hour} ngày {day}", hour=hour, day=moment.day)


def _clock(hour: time) -> str:
    return hour.strftime("%H:%M:%S" if hour.second else "%H:%M")


def _inside(title: Text) -> Text:
    """Write a title as it stands within a sentence: "Ngày bầu cử" -> "ngày bầu cử", but "HĐND họp" as it is."""
    return Text(*(_lowered(text) for text in title))


def _lowered(text: str) -> str:
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]
