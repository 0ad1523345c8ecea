"""The journal for administrators: newest first, filtered, and its chain verified."""

from datetime import date, datetime, time, timedelta
from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response

from lotrinh.core.checklist.units import Unit
from lotrinh.core.notify.schedules import stored_schedule_words
from lotrinh.core.status.actors import SAMPLE, SHEETS
from lotrinh.core.status.journal import GENESIS, EntryKind
from lotrinh.core.status.wording import ACTS, KIND, ROLE
from lotrinh.core.text import M, fold_text
from lotrinh.errors import BadInput
from lotrinh.i18n import say
from lotrinh.portal.forms import FormInput
from lotrinh.portal.render import language_of, render_page
from lotrinh.portal.state import PortalState, portal_state
from lotrinh.portal.web.admin.access import Administrator
from lotrinh.services.access.accounts import CONSOLE
from lotrinh.services.access.sign_in import account_id_of_name
from lotrinh.services.campaigns.rosters import open_roster
from lotrinh.services.views.printed_head import read_head, verdict
from lotrinh.store.journal import JournalFilter

router = APIRouter(include_in_schema=False)
A_PAGE = 50
FIELDS = ("unit", "step", "kind", "actor", "day")
Before = Annotated[int | None, Query(ge=1, le=10**15)]
ALONE = {
    CONSOLE.actor: M("dòng lệnh trên máy chủ"),
    SAMPLE: M("dữ liệu mẫu"),
    SHEETS: M("phiếu xác nhận, do văn phòng tỉnh nhập"),
}
"""Actors that are nobody's account."""


@router.get("/journal")
def show_journal(request: Request, visitor: Administrator, before: Before = None) -> Response:
    """Show the newest entries that fit what is looked for, and the way to the older ones."""
    del visitor
    state = portal_state(request)
    filters = FormInput({name: request.query_params.get(name, "").strip()[:100] for name in FIELDS})
    sought = _read_search(state, filters)
    found = () if filters.problems else state.store.journal.latest(A_PAGE + 1, before, sought)
    more = found[A_PAGE - 1].number if len(found) > A_PAGE else 0
    older = urlencode({k: v for k, v in filters.values.items() if v} | {"before": more})
    return render_page(
        request,
        "admin/journal.html",
        BadInput.http_status if filters.problems else 200,
        entries=found[:A_PAGE],
        older=f"/journal?{older}" if more else "",
        values=filters.values,
        problems=tuple(filters.problems),
        head=state.store.journal.head(),
        kinds=list(EntryKind),
        KIND=KIND,
        ACTS=ACTS,
        stored_schedule_words=stored_schedule_words,
        ROLE=ROLE,
        zone=ZoneInfo(state.settings.timezone),
        names=_names(state, language_of(request)),
    )


def _names(state: PortalState, language: str) -> dict[str, str]:
    """Name the accounts and units that entries speak of."""
    known = open_roster(state.settings)
    names = {account.id: account.name for account in state.store.accounts.all()}
    names |= {actor: say(words, language) for actor, words in ALONE.items()}
    for unit in (*known.units, known.province):
        names |= {f"unit:{unit.code}": unit.full_name, unit.code: unit.full_name}
    return names


def _read_search(state: PortalState, filters: FormInput) -> JournalFilter:
    """Read the filters; what fits nothing that there is gets its sentence."""
    day = filters.day("day")
    if filters["kind"] and filters["kind"] not in set(EntryKind):
        filters.add_problem("kind", M("Hãy chọn một loại trong danh sách."))
    since, until = _bounds(day, ZoneInfo(state.settings.timezone)) if day else (None, None)
    actor = (
        filters["actor"]
        if ":" in filters["actor"] or filters["actor"] == "console"
        else account_id_of_name(filters["actor"])
    )
    units = _units(state, filters) if filters["unit"] else None
    return JournalFilter(units, filters["step"], filters["kind"], actor if filters["actor"] else "", since, until)


def _bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    first = datetime.combine(max(day, date(1900, 1, 1)), time(), zone)
    return first, first + timedelta(days=1)


def _units(state: PortalState, filters: FormInput) -> tuple[str, ...]:
    """Find units by code or by a part of the name, with or without accents."""
    known, wanted = open_roster(state.settings), fold_text(filters["unit"])
    found = tuple(u.code for u in (*known.units, known.province) if _fits(u, wanted))
    if not found:
        filters.add_problem("unit", M("Không có đơn vị nào mang mã hoặc tên “{text}”.", text=filters["unit"]))
    return found


def _fits(unit: Unit, wanted: str) -> bool:
    return unit.code == wanted or (not wanted.isdigit() and wanted in fold_text(unit.full_name))


@router.get("/journal/verify")
def show_verification(request: Request, visitor: Administrator) -> Response:
    """Walk the whole chain and say in a sentence whether it holds; with a printed hash, whether it still holds that."""
    del visitor
    journal = portal_state(request).store.journal
    head = request.query_params.get("head", "")
    try:
        printed = read_head(head)
    except BadInput as error:
        return render_page(
            request,
            "admin/verify.html",
            error.http_status,
            verdict=None,
            good=False,
            head=head,
            problems=error.problems,
        )
    last = journal.latest(1)
    bad = journal.verify(printed or (last[0].hash if last else GENESIS))
    number = last[0].number if last else 0
    return render_page(
        request, "admin/verify.html", verdict=verdict(bad, number, printed), good=bad is None, head=printed
    )
