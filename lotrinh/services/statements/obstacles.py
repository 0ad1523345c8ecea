"""What a unit says besides confirming: what stands in its way, what it proposes, and that a trouble is over."""

from lotrinh.core.status.journal import Entry, EntryKind
from lotrinh.core.text import M
from lotrinh.services.statements.confirm import required_text
from lotrinh.services.statements.journal_writer import StatementRequest, record_statement
from lotrinh.store import Store


def report_obstacle(store: Store, request: StatementRequest, text: str) -> Entry:
    """A unit says what stands in its way."""
    return record_statement(
        store, request, EntryKind.OBSTACLE, {"note": required_text("note", text, M("Hãy ghi vướng mắc là gì."))}
    )


def propose(store: Store, request: StatementRequest, text: str) -> Entry:
    """A unit asks the province to do something."""
    return record_statement(
        store, request, EntryKind.PROPOSAL, {"note": required_text("note", text, M("Hãy ghi nội dung kiến nghị."))}
    )


def clear(store: Store, request: StatementRequest) -> Entry:
    """A unit says that nothing stands in its way any more."""
    return record_statement(store, request, EntryKind.CLEARED, {})
