"""All that a document about one report is written from, the same for every format."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from lotrinh.core.report.report import Report
from lotrinh.core.status.journal import Entry


class Layout(StrEnum):
    """By whose rules an official document is laid out."""

    STATE = "state"
    PARTY = "party"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """What stands around the body of an official document. Every field may be empty: then the place is left to fill.

    ``parent`` and ``body`` are the issuing body and the one above it, ``number`` and ``symbol`` make
    "Số: 12/BC-VP"; ``authority`` is on whose behalf it is signed ("TM. ỦY BAN NHÂN DÂN"), ``post`` and ``signer``
    who signs, ``to`` to whom it is addressed, ``receivers`` the lines of "Nơi nhận".
    """

    layout: Layout = Layout.STATE
    parent: str = ""
    body: str = ""
    number: str = ""
    symbol: str = ""
    place: str = ""
    to: str = ""
    authority: str = ""
    post: str = ""
    signer: str = ""
    receivers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class ReportBundle:
    """One report with what is written around it.

    ``journal`` are the campaign's entries up to the report's head, oldest first, as many as a document shows;
    ``earlier_entries`` is how many there are before them. ``ahead_days`` are those of "what is due in the coming time".
    """

    report: Report
    letterhead: Letterhead = Letterhead()
    journal: Sequence[Entry] = ()
    earlier_entries: int = 0
    ahead_days: int = 14
    has_charts: bool = True
