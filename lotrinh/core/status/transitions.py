"""What may happen next to a step in a unit, by what its record says now. ``docs/status.md`` shows the table."""

from enum import StrEnum

from lotrinh.core.status.journal import EntryKind, StepRecord
from lotrinh.core.text import M, Message


class RecordState(StrEnum):
    """What the record of a step says, as far as it decides what may happen next."""

    SILENT = "silent"
    PROGRESS = "progress"
    CONFIRMED = "confirmed"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    EXCUSED = "excused"


def record_state(record: StepRecord) -> RecordState:
    """Tell the state of a record; an excuse goes before everything else."""
    if record.excused:
        return RecordState.EXCUSED
    if record.done:
        return RecordState.ACCEPTED if record.accepted else RecordState.CONFIRMED
    if record.returned:
        return RecordState.RETURNED
    return RecordState.PROGRESS if record.progress else RecordState.SILENT


UNDONE = frozenset({RecordState.SILENT, RecordState.PROGRESS, RecordState.RETURNED})
EVERY = frozenset(RecordState)

TRANSITIONS: dict[EntryKind, frozenset[RecordState]] = {
    EntryKind.CONFIRMED: UNDONE | {RecordState.CONFIRMED},
    EntryKind.PROGRESSED: UNDONE,
    EntryKind.WITHDRAWN: frozenset({RecordState.CONFIRMED}),
    EntryKind.ACCEPTED: frozenset({RecordState.CONFIRMED}),
    EntryKind.RETURNED: frozenset({RecordState.CONFIRMED, RecordState.ACCEPTED}),
    EntryKind.EXCUSED: UNDONE,
    EntryKind.UNEXCUSED: frozenset({RecordState.EXCUSED}),
    EntryKind.OBSTACLE: UNDONE,
    EntryKind.PROPOSAL: EVERY,
    EntryKind.CLEARED: EVERY,
    EntryKind.ANSWERED: EVERY,
    EntryKind.HANDED_OVER: EVERY,
    EntryKind.RESOLVED: EVERY,
    EntryKind.OBSERVED: EVERY,
    EntryKind.CHANGED: EVERY,
    EntryKind.ACCOUNT: EVERY,
}
"""Kind -> the states in which it may happen."""

REFUSAL_REASONS: dict[RecordState, Message] = {
    RecordState.SILENT: M("Đầu việc này chưa được xác nhận."),
    RecordState.PROGRESS: M("Đầu việc này mới xong một phần, chưa được xác nhận hoàn thành."),
    RecordState.CONFIRMED: M("Đầu việc này đã được xác nhận hoàn thành; hãy rút xác nhận trước."),
    RecordState.ACCEPTED: M("Tỉnh đã chấp nhận xác nhận của đầu việc này; muốn sửa, hãy đề nghị tỉnh trả lại."),
    RecordState.RETURNED: M("Xác nhận của đầu việc này đã bị trả lại; đơn vị cần xác nhận lại."),
    RecordState.EXCUSED: M("Đơn vị được miễn đầu việc này."),
}
NEEDS_A_STATEMENT = frozenset({EntryKind.CLEARED, EntryKind.ANSWERED, EntryKind.HANDED_OVER})


def refusal_reason(record: StepRecord, kind: EntryKind) -> Message | None:
    """Give the reason why this cannot happen now, None where it can."""
    state = record_state(record)
    if state not in TRANSITIONS[kind]:
        return REFUSAL_REASONS[state]
    if kind in NEEDS_A_STATEMENT and not (record.obstacle or record.proposal):
        return M("Đầu việc này không có vướng mắc hay kiến nghị nào đang chờ.")
    return None


def is_allowed(record: StepRecord, kind: EntryKind) -> bool:
    """Tell whether this can happen now, for pages that show what is possible."""
    return refusal_reason(record, kind) is None
