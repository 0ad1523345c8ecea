"""What the office's lists share: filters in the address, pages of rows, and the word on what was just recorded."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache, partial
from typing import Annotated, Any, Generic, NamedTuple, TypeVar
from urllib.parse import urlencode

from fastapi import Depends, Request, Response

from lotrinh.core.checklist.units import Unit, UnitKind
from lotrinh.core.status.journal import Entry
from lotrinh.core.status.status import Status
from lotrinh.core.text import fold_text
from lotrinh.portal.deps import CampaignContext
from lotrinh.portal.render import render_page
from lotrinh.portal.state import portal_state

CAMPAIGN = "/campaigns/{campaign_id}"
LONGEST = 100
"""Characters of a filter that are looked at."""
MOST_DIGITS = 6
T = TypeVar("T")


@lru_cache(maxsize=20_000)
def fold_name(name: str) -> str:
    """Return a name as it is searched and sorted; names are few and asked for again and again."""
    return fold_text(name)


class ListFilters(NamedTuple):
    """What an address asks for. What it does not say, or says wrongly, narrows nothing."""

    q: str = ""
    area: str = ""
    kind: str = ""
    status: str = ""
    sort: str = ""
    only: str = ""
    page: int = 1

    def matches(self, unit: Unit) -> bool:
        """Whether a unit is among those asked for."""
        return (
            (not self.kind or unit.kind.value == self.kind)
            and (not self.area or unit.area == self.area)
            and (not self.q or fold_name(self.q) in fold_name(unit.full_name) or self.q in unit.code)
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is left out."""
        return bool(self.q or self.area or self.kind or self.status or self.only)

    def address(self, path: str, **changes: object) -> str:
        """Write the address of this list with something changed; any change but of the page begins at the first."""
        params = {**self._asdict(), "page": 1, **changes}
        kept = {name: value for name, value in params.items() if value and (name, value) != ("page", 1)}
        return f"{path}?{urlencode(kept)}" if kept else path


def read_filters(request: Request) -> ListFilters:
    """Read the filters of an address."""
    given = request.query_params
    texts = {name: given.get(name, "").strip()[:LONGEST] for name in ("q", "area", "kind", "status", "sort", "only")}
    number = given.get("page", "")
    good = number.isascii() and number.isdigit() and len(number) <= MOST_DIGITS
    return ListFilters(**_known(texts), page=max(int(number), 1) if good else 1)


def _known(texts: dict[str, str]) -> dict[str, str]:
    for name, values in (("kind", UnitKind), ("status", Status)):
        if texts[name] not in {value.value for value in values}:
            texts[name] = ""
    return texts


Filters = Annotated[ListFilters, Depends(read_filters)]


class ListPage(NamedTuple, Generic[T]):
    """One page of a list: its rows, its number of how many, and how many rows there are in all."""

    rows: Sequence[T]
    number: int
    last: int
    total: int
    first: int


def cut_page(rows: Sequence[T], filters: ListFilters, size: int) -> ListPage[T]:
    """Cut the page out that was asked for; behind the last there is the last."""
    last = max(1, -(-len(rows) // size))  # rounded up
    number = min(filters.page, last)
    start = (number - 1) * size
    return ListPage(rows[start : start + size], number, last, len(rows), start + 1 if rows else 0)


def areas_of(at: CampaignContext) -> list[str]:
    """Name the areas of the campaign's units."""
    return sorted({unit.area for unit in at.campaign.units if unit.area}, key=fold_name)


def kinds_of(at: CampaignContext) -> list[UnitKind]:
    """Name the kinds of the campaign's units."""
    there = {unit.kind for unit in at.campaign.units}
    return [kind for kind in UnitKind if kind in there]


def find_new_entry(request: Request, at: CampaignContext) -> Entry | None:
    """Return the entry that the visitor just wrote, to say so on the list they come back to."""
    number = request.query_params.get("said", "")
    if not (number.isascii() and number.isdigit() and len(number) <= 2 * MOST_DIGITS):
        return None
    entry = portal_state(request).store.journal.get(int(number))
    fits = entry is not None and entry.new.campaign == at.campaign.id and entry.new.unit in at.campaign.by_code
    return entry if fits and entry and entry.new.actor == at.visitor.actor else None


def render_list(
    request: Request,
    template: str,
    at: CampaignContext,
    filters: ListFilters,
    status: int = 200,
    **context: Any,  # noqa: ANN401 - whatever the template shows
) -> Response:
    """Render one of the office's lists."""
    shared: Mapping[str, Any] = {
        "at": at,
        "filters": filters,
        "areas": areas_of(at),
        "kinds": kinds_of(at),
        "new_entry": find_new_entry(request, at),
        "home": CAMPAIGN.format(campaign_id=at.campaign.id),
        "local_now": at.now.astimezone(at.campaign.zone),
        "days_since": partial(days_since, at),
    }
    return render_page(request, template, status, **{**shared, **context})


def days_since(at: CampaignContext, moment: datetime) -> int:
    """Count the days since a moment, as a calendar on the wall counts them."""
    return (at.now.astimezone(at.campaign.zone).date() - moment.astimezone(at.campaign.zone).date()).days
