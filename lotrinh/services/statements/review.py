"""What the office says about units' statements: accept, return, excuse, answer, hand over, resolve."""

from lotrinh.core.status.journal import Entry, EntryKind
from lotrinh.core.status.observation import StepAnswer
from lotrinh.core.status.status import answer_fingerprint
from lotrinh.core.text import M
from lotrinh.errors import BadInput, Problem
from lotrinh.services.statements.confirm import required_text
from lotrinh.services.statements.journal_writer import Said, state
from lotrinh.store import Store

SIDES = ("portal", "system")


def accept(store: Store, said: Said) -> Entry:
    """Accept the confirmation that stands."""
    return state(store, said, EntryKind.ACCEPTED, {})


def give_back(store: Store, said: Said, reason: str) -> Entry:
    """Return a confirmation: the step is not done until the unit confirms again."""
    words = required_text("reason", reason, M("Hãy ghi lý do trả lại, để đơn vị biết phải sửa gì."))
    return state(store, said, EntryKind.RETURNED, {"reason": words})


def excuse(store: Store, said: Said, reason: str) -> Entry:
    """Excuse a unit from a step."""
    words = required_text("reason", reason, M("Hãy ghi lý do miễn đầu việc này cho đơn vị."))
    return state(store, said, EntryKind.EXCUSED, {"reason": words})


def unexcuse(store: Store, said: Said) -> Entry:
    """Take an excuse back."""
    return state(store, said, EntryKind.UNEXCUSED, {})


def answer(store: Store, said: Said, text: str) -> Entry:
    """Answer a unit's obstacle or proposal."""
    words = required_text("note", text, M("Hãy ghi nội dung trả lời."))
    return state(store, said, EntryKind.ANSWERED, {"note": words})


def hand_over(store: Store, said: Said, office: str, text: str = "") -> Entry:
    """Name the office that is to deal with a unit's obstacle or proposal."""
    words = required_text("office", office, M("Hãy ghi tên cơ quan xử lý."))
    note = {"note": required_text("note", text, M("Hãy ghi nội dung trả lời."))} if text.strip() else {}
    return state(store, said, EntryKind.HANDED_OVER, {"office": words} | note)


def resolve(store: Store, said: Said, in_favour: str, system: StepAnswer, reason: str) -> Entry:
    """Decide whether the portal or the unit's own system is right; void as soon as either says something else."""
    if in_favour not in SIDES:
        raise BadInput([Problem("in_favour", 0, 0, M("Hãy chọn tin nguồn nào: cổng hay phần mềm của đơn vị."))])
    words = required_text("reason", reason, M("Hãy ghi lý do."))
    body = {"in_favour": in_favour, "system": answer_fingerprint(system), "reason": words}
    return state(store, said, EntryKind.RESOLVED, body)
