"""What may happen next to a step in a unit, by what its record says now. ``docs/status.md`` shows the table."""

from enum import StrEnum

from lotrinh.core.status.journal import Kind, Record
from lotrinh.core.text import M, Message


class State(StrEnum):
    """What the record of a step says, as far as it decides what may happen next."""

    SILENT = "silent"
    PROGRESS = "progress"
    CONFIRMED = "confirmed"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    EXCUSED = "excused"


def state_of(record: Record) -> State:
    """Tell the state of a record; an excuse goes before everything else."""
    if record.excused:
        return State.EXCUSED
    if record.done:
        return State.ACCEPTED if record.accepted else State.CONFIRMED
    if record.returned:
        return State.RETURNED
    return State.PROGRESS if record.progress else State.SILENT


UNDONE = frozenset({State.SILENT, State.PROGRESS, State.RETURNED})
EVERY = frozenset(State)

TRANSITIONS: dict[Kind, frozenset[State]] = {
    Kind.CONFIRMED: UNDONE | {State.CONFIRMED},
    Kind.PROGRESSED: UNDONE,
    Kind.WITHDRAWN: frozenset({State.CONFIRMED}),
    Kind.ACCEPTED: frozenset({State.CONFIRMED}),
    Kind.RETURNED: frozenset({State.CONFIRMED, State.ACCEPTED}),
    Kind.EXCUSED: UNDONE,
    Kind.UNEXCUSED: frozenset({State.EXCUSED}),
    Kind.OBSTACLE: UNDONE,
    Kind.PROPOSAL: EVERY,
    Kind.CLEARED: EVERY,
    Kind.ANSWERED: EVERY,
    Kind.HANDED_OVER: EVERY,
    Kind.RESOLVED: EVERY,
    Kind.OBSERVED: EVERY,
    Kind.CHANGED: EVERY,
    Kind.ACCOUNT: EVERY,
}
"""Kind -> the states in which it may happen."""

WHY_NOT: dict[State, Message] = {
    State.SILENT: M("Đầu việc này chưa được xác nhận."),
    State.PROGRESS: M("Đầu việc này mới xong một phần, chưa được xác nhận hoàn thành."),
    State.CONFIRMED: M("Đầu việc này đã được xác nhận hoàn thành; hãy rút xác nhận trước."),
    State.ACCEPTED: M("Tỉnh đã chấp nhận xác nhận của đầu việc này; muốn sửa, hãy đề nghị tỉnh trả lại."),
    State.RETURNED: M("Xác nhận của đầu việc này đã bị trả lại; đơn vị cần xác nhận lại."),
    State.EXCUSED: M("Đơn vị được miễn đầu việc này."),
}
NEEDS_A_WORD = frozenset({Kind.CLEARED, Kind.ANSWERED, Kind.HANDED_OVER})


def why_not(record: Record, kind: Kind) -> Message | None:
    """Give the reason why this cannot happen now, None where it can."""
    state = state_of(record)
    if state not in TRANSITIONS[kind]:
        return WHY_NOT[state]
    if kind in NEEDS_A_WORD and not (record.obstacle or record.proposal):
        return M("Đầu việc này không có vướng mắc hay kiến nghị nào đang chờ.")
    return None


def can(record: Record, kind: Kind) -> bool:
    """Tell whether this can happen now, for pages that show what is possible."""
    return why_not(record, kind) is None
