"""What a unit says besides confirming: what stands in its way, what it proposes, and that a trouble is over."""

from lotrinh.core.status.journal import Entry, EntryKind
from lotrinh.core.text import M
from lotrinh.services.statements.confirm import required_text
from lotrinh.services.statements.journal_writer import Said, state
from lotrinh.store import Store


def report_obstacle(store: Store, said: Said, text: str) -> Entry:
    """A unit says what stands in its way."""
    return state(store, said, EntryKind.OBSTACLE, {"note": required_text("note", text, M("Hãy ghi vướng mắc là gì."))})


def propose(store: Store, said: Said, text: str) -> Entry:
    """A unit asks the province to do something."""
    return state(
        store, said, EntryKind.PROPOSAL, {"note": required_text("note", text, M("Hãy ghi nội dung kiến nghị."))}
    )


def clear(store: Store, said: Said) -> Entry:
    """A unit says that nothing stands in its way any more."""
    return state(store, said, EntryKind.CLEARED, {})
