"""What the office says about units' statements: accept, return, excuse, answer, hand over, resolve."""

from lotrinh.core.status.conflict import answer_fingerprint
from lotrinh.core.status.journal import Entry, EntryKind
from lotrinh.core.status.observation import StepAnswer
from lotrinh.core.text import M
from lotrinh.errors import BadInput, Problem
from lotrinh.services.statements.confirm import required_text
from lotrinh.services.statements.journal_writer import StatementRequest, record_statement
from lotrinh.store import Store

SIDES = ("portal", "system")


def accept(store: Store, request: StatementRequest) -> Entry:
    """Accept the confirmation that stands."""
    return record_statement(store, request, EntryKind.ACCEPTED, {})


def give_back(store: Store, request: StatementRequest, reason: str) -> Entry:
    """Return a confirmation: the step is not done until the unit confirms again."""
    words = required_text("reason", reason, M("Hãy ghi lý do trả lại, để đơn vị biết phải sửa gì."))
    return record_statement(store, request, EntryKind.RETURNED, {"reason": words})


def excuse(store: Store, request: StatementRequest, reason: str) -> Entry:
    """Excuse a unit from a step."""
    words = required_text("reason", reason, M("Hãy ghi lý do miễn đầu việc này cho đơn vị."))
    return record_statement(store, request, EntryKind.EXCUSED, {"reason": words})


def unexcuse(store: Store, request: StatementRequest) -> Entry:
    """Take an excuse back."""
    return record_statement(store, request, EntryKind.UNEXCUSED, {})


def answer_obstacle(store: Store, request: StatementRequest, text: str) -> Entry:
    """Answer a unit's obstacle or proposal."""
    words = required_text("note", text, M("Hãy ghi nội dung trả lời."))
    return record_statement(store, request, EntryKind.ANSWERED, {"note": words})


def hand_over_obstacle(store: Store, request: StatementRequest, office: str, text: str = "") -> Entry:
    """Name the office that is to deal with a unit's obstacle or proposal."""
    words = required_text("office", office, M("Hãy ghi tên cơ quan xử lý."))
    note = {"note": required_text("note", text, M("Hãy ghi nội dung trả lời."))} if text.strip() else {}
    return record_statement(store, request, EntryKind.HANDED_OVER, {"office": words} | note)


def resolve(store: Store, request: StatementRequest, in_favour: str, system: StepAnswer, reason: str) -> Entry:
    """Decide whether the portal or the unit's own system is right; void as soon as either says something else."""
    if in_favour not in SIDES:
        raise BadInput([Problem("in_favour", 0, 0, M("Hãy chọn tin nguồn nào: cổng hay phần mềm của đơn vị."))])
    words = required_text("reason", reason, M("Hãy ghi lý do."))
    body = {"in_favour": in_favour, "system": answer_fingerprint(system), "reason": words}
    return record_statement(store, request, EntryKind.RESOLVED, body)
