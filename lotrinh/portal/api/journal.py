"""The journal of all campaigns, for programs that keep a copy or check the chain."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from lotrinh.core.status.journal import Entry
from lotrinh.portal.api.access import ReviewingProgram
from lotrinh.portal.api.answers import ApiPage, ApiResponder, EntryPaging, get_responses
from lotrinh.portal.api.records import EntryOut, entry_out
from lotrinh.portal.state import portal_state

router = APIRouter(tags=["journal"])


class ChainedEntry(EntryOut):
    """One entry with all that its hash covers."""

    key: str
    checklist_hash: str
    previous: str


class ChainedList(ApiPage):
    """One page of the journal, oldest first."""

    items: list[ChainedEntry]


class JournalQuery(EntryPaging):
    """Which entries."""

    campaign: str = Field("", max_length=100, description="Of this campaign alone.")


def chained_entry(entry: Entry) -> ChainedEntry:
    """Write an entry with all that its hash covers."""
    return ChainedEntry(
        **dict(entry_out(entry)), key=entry.new.key, checklist_hash=entry.new.checklist_hash, previous=entry.previous
    )


@router.get("/api/v1/journal", response_model=ChainedList, responses=get_responses(401, 403, 422, 429, 503, paged=True))
def list_entries(
    responder: ApiResponder, visitor: ReviewingProgram, query: Annotated[JournalQuery, Query()]
) -> Response:
    """List entries by their numbers, from the first or after a number; only officers' programs may."""
    del visitor
    journal = portal_state(responder.request).store.journal
    entries = journal.entries(query.campaign or None, None, int(query.after or 0), query.limit + 1)
    shown = entries[: query.limit]
    following = responder.next_address(str(shown[-1].number)) if len(entries) > len(shown) else None
    return responder.give(ChainedList(items=[chained_entry(entry) for entry in shown], next=following))
