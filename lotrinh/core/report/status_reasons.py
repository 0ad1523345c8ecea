"""Which of the statements decided that a step stands as it does, each in one honest sentence."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import NamedTuple

from lotrinh.core.checklist.evaluation import sentence_date
from lotrinh.core.checklist.units import Unit
from lotrinh.core.status.conflict import is_decided_by_portal, is_system_preferred
from lotrinh.core.status.effective_status import is_unclear
from lotrinh.core.status.journal import StepRecord
from lotrinh.core.status.observation import ProbeOutcome, StepAnswer, StepState
from lotrinh.core.status.status import PlannedStep, Policy, Status, StepStatus, pending_status
from lotrinh.core.status.wording import PROBES
from lotrinh.core.text import M, Message

STEP_STATE_WORDS: Mapping[StepState, Message] = {
    StepState.NOT_STARTED: M("chưa làm"),
    StepState.OPEN: M("đang mở"),
    StepState.IN_PROGRESS: M("đang làm"),
    StepState.DONE: M("đã xong"),
    StepState.OBSTACLE: M("có vướng mắc"),
}
"""What a unit's own system says of a step."""


class StepSituation(NamedTuple):
    """One step of one unit with all that was said of it up to the moment ``now``, which is in the checklist's zone.

    ``answer`` is what the unit's own system last said of the step; None where it said nothing, or where our portal
    speaks for the unit.
    """

    unit: Unit
    item: PlannedStep
    step_status: StepStatus
    record: StepRecord
    answer: StepAnswer | None
    policy: Policy
    now: datetime


def status_reasons(situation: StepSituation) -> tuple[Message, ...]:
    """Say why the step stands as it does: whose word counts, then the deadline, then what stands beside it."""
    if situation.step_status.status is Status.NOT_APPLICABLE:
        decided = [
            M(
                "Tỉnh đã miễn đầu việc này cho {unit} (“{reason}”).",
                **_unit_value(situation),
                reason=situation.record.excused,
            )
        ]
    elif situation.step_status.completed_on:
        decided = [*_completed(situation, situation.step_status.completed_on)]
    else:
        decided = [*_not_completed(situation), *_by_the_clock(situation)]
    return (*decided, *_beside(situation))


def _unit_value(situation: StepSituation) -> dict[str, str]:
    return {"unit": situation.unit.full_name}


def _local(situation: StepSituation, at: datetime) -> datetime:
    return at.astimezone(situation.now.tzinfo)


def _completed(situation: StepSituation, day: date) -> Iterator[Message]:
    record, answer = situation.record, situation.answer
    if record.done and (is_decided_by_portal(record, answer) or answer is None):
        yield M("{unit} đã xác nhận hoàn thành ngày {day}.", **_unit_value(situation), day=day)
        if record.confirmed_at:
            yield from _backdated(situation, day, _local(situation, record.confirmed_at))
    else:
        if answer and is_system_preferred(record, answer):
            yield M("Hai nguồn nói khác nhau; tỉnh đã quyết định tin phần mềm của {unit}.", **_unit_value(situation))
        yield M("Phần mềm của {unit} nói đã hoàn thành ngày {day}.", **_unit_value(situation), day=day)
    if situation.item.step.acceptance and record.accepted:
        yield M("Tỉnh đã chấp nhận xác nhận này.")
    yield from _in_time(situation, day)


def _backdated(situation: StepSituation, day: date, at: datetime) -> Iterator[Message]:
    due = situation.item.schedule.due
    if due and day <= due.day < at.date():
        yield M("Xác nhận được gửi lúc {at}, sau hạn; đúng hạn hay không tính theo ngày hoàn thành.", at=at)
    else:
        yield M("Xác nhận được gửi lúc {at}.", at=at)


def _in_time(situation: StepSituation, day: date) -> Iterator[Message]:
    due = situation.item.schedule.due
    if due is None:
        yield M("Không có thời hạn để so, nên không tính là trễ.")
    elif situation.step_status.status is Status.DONE_LATE:
        late = (day - due.day).days
        yield M("Ngày {day} sau hạn {due}: trễ {late} ngày.", day=day, due=sentence_date(due), late=late)
    else:
        yield M("Ngày {day} không sau ngày hết hạn {due}: đúng hạn.", day=day, due=due.day)


def _not_completed(situation: StepSituation) -> Iterator[Message]:
    """Say why what was stated does not make the step done."""
    record = situation.record
    if record.returned:
        yield M("Tỉnh đã trả lại xác nhận (“{reason}”); chưa có xác nhận lại.", reason=record.returned)
    elif record.done and record.completed_on and record.completed_on > situation.now.date():
        yield M("Ngày hoàn thành được ghi là {day}, chưa đến, nên chưa tính.", day=record.completed_on)
    elif record.done and situation.item.step.acceptance and not record.accepted:
        yield M(
            "Đã xác nhận hoàn thành ngày {day}, nhưng đầu việc này chỉ tính là xong khi tỉnh chấp nhận.",
            **_day_value(situation),
        )
    elif record.was_confirmed and not record.done:
        yield M("{unit} đã rút xác nhận và chưa xác nhận lại.", **_unit_value(situation))
    elif not record.done and situation.step_status.status is not Status.UNKNOWN:
        yield M("Chưa có xác nhận hoàn thành nào của {unit} trên cổng.", **_unit_value(situation))
    yield from _published(situation)


def _day_value(situation: StepSituation) -> dict[str, object]:
    return {"day": situation.record.completed_on}


def _published(situation: StepSituation) -> Iterator[Message]:
    """Say what the unit's own system says, and why it does not make the step done."""
    answer = situation.answer
    if answer is None:
        return
    if answer.state is not StepState.DONE or answer.completed_on is None:
        yield M("Phần mềm của {unit} nói: {state}.", **_unit_value(situation), state=STEP_STATE_WORDS[answer.state])
    elif answer.completed_on > situation.now.date():
        yield M(
            "Phần mềm của {unit} nói đã xong ngày {day}, ngày chưa đến, nên chưa tính.",
            **_answer_values(situation, answer),
        )
    elif situation.item.step.acceptance:
        yield M(
            "Phần mềm của {unit} nói đã xong ngày {day}, nhưng chưa được tỉnh chấp nhận.",
            **_answer_values(situation, answer),
        )
    else:
        yield M(
            "Phần mềm của {unit} nói đã xong ngày {day}, nhưng điều ghi trên cổng được tin trước.",
            **_answer_values(situation, answer),
        )


def _answer_values(situation: StepSituation, answer: StepAnswer) -> dict[str, object]:
    return {**_unit_value(situation), "day": answer.completed_on}


def _by_the_clock(situation: StepSituation) -> Iterator[Message]:
    """Say what the deadline makes of a step that is not done, as of the moment for which we know that it is not."""
    status, item = situation.step_status.status, situation.item
    if status is Status.UNKNOWN:
        yield M(
            "{unit} chưa từng trả lời hợp lệ về đầu việc này: không biết đã làm hay chưa, nên không ghi là chưa làm "
            "hay quá hạn.",
            **_unit_value(situation),
        )
    elif status is not pending_status(item, situation.now) and situation.step_status.heard_at:
        heard = _local(situation, situation.step_status.heard_at)
        yield M("Tình trạng giữ theo lần nghe gần nhất, {heard}: từ đó chưa biết đơn vị đã làm hay chưa.", heard=heard)
    yield from _clock(status, item, situation.policy)
    yield from _passed(situation)


def _clock(status: Status, item: PlannedStep, policy: Policy) -> Iterator[Message]:
    due = item.schedule.due
    if status is Status.OVERDUE and due:
        yield M("Đã qua hạn {due}.", due=sentence_date(due))
    elif status is Status.DUE_SOON and due and item.due_soon_from:
        yield M("Từ {day} là sắp đến hạn {due}.", day=item.due_soon_from.date(), due=sentence_date(due))
    elif status is Status.UNSCHEDULED and item.schedule.waiting:
        yield item.schedule.waiting
    elif status is Status.UPCOMING and item.open_from:
        yield _starts(item, item.open_from, policy)
    elif status is Status.OPEN:
        yield _open(item)


def _passed(situation: StepSituation) -> Iterator[Message]:
    """Say of a deadline that has passed why it does not make the step overdue."""
    due = situation.item.schedule.due
    if due is None or not is_unclear(situation.step_status.status, situation.item.due, situation.now):
        return
    if situation.step_status.status is Status.UNKNOWN:
        yield M("Hạn {due} đã qua; không ghi là quá hạn vì chưa từng nghe đơn vị nói.", due=sentence_date(due))
    else:
        yield M("Hạn {due} đã qua; không ghi là quá hạn vì lần nghe gần nhất là trước hạn.", due=sentence_date(due))


def _starts(item: PlannedStep, starts: datetime, policy: Policy) -> Message:
    if item.opens:
        return M(
            "Chưa đến lúc bắt đầu: {day}.", day=sentence_date(item.schedule.opens) if item.schedule.opens else starts
        )
    days = max(policy.horizon, policy.warning).days
    return M("Còn hơn {days} ngày mới đến hạn; bắt đầu tính là đang làm từ {day}.", days=days, day=starts.date())


def _open(item: PlannedStep) -> Message:
    due, opens = item.schedule.due, item.schedule.opens
    if due and item.open_from:
        return M("Đang trong thời gian từ {day} đến hạn {due}.", day=item.open_from.date(), due=sentence_date(due))
    if opens:
        return M("Đã đến lúc bắt đầu, {day}; không có hạn cuối.", day=sentence_date(opens))
    return M("Đầu việc không có thời hạn.")


def _beside(situation: StepSituation) -> Iterator[Message]:
    """Say of each flag what it means for the status; most decide nothing."""
    flags = situation.step_status.flags
    if "conflict" in flags:
        yield M("Cổng và phần mềm của đơn vị nói khác nhau; tính theo cổng cho đến khi tỉnh quyết định.")
    if (stale := flags.get("stale")) and isinstance(stale, datetime):
        yield M("Lần nghe gần nhất là {when}; từ đó chưa hỏi lại được.", when=_local(situation, stale))
    if "obstacle" in flags:
        yield M("Vướng mắc đã báo không dời thời hạn.")
    if waiting := flags.get("waiting_for"):
        yield M("Còn {count} việc phải xong trước; điều đó không dời thời hạn.", count=len(step_ids(waiting)))
    progress = situation.record.progress or (situation.answer.progress if situation.answer else None)
    if progress and not situation.step_status.status.is_finished:
        done, of = progress
        yield M("Mới xong {done} trên {of}; chỉ tính là xong khi được xác nhận hoàn thành.", done=done, of=of)
    if found := flags.get("probe"):
        yield M("Máy tự xem: {found}; chỉ để tham khảo.", found=PROBES[ProbeOutcome(str(found))])


def step_ids(value: object) -> list[str]:
    """Read a flag that is a list of step ids."""
    return [str(each) for each in value] if isinstance(value, list | tuple) else []
