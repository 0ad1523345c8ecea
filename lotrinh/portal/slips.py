"""Printed slips: what a unit signs in with, several on a sheet of A4, each with a QR code."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import segno

from lotrinh.core.checklist.units import Unit
from lotrinh.i18n import current
from lotrinh.portal.render import HERE, PageWords, environment
from lotrinh.services.access.accounts import Slip
from lotrinh.settings.models import Settings


class PrintedSlip(NamedTuple):
    """One slip as it is printed; ``picture`` is the QR code as a data: address, which fills in the sign-in form."""

    unit: Unit
    secret: str
    picture: str


def draw_slips(slips: Iterable[Slip], origin: str) -> list[PrintedSlip]:
    """Draw the QR code of each slip."""
    return [PrintedSlip(s.unit, s.secret, _picture(sign_in_address(origin, s))) for s in slips]


def sign_in_address(origin: str, slip: Slip) -> str:
    """Return the address that opens the sign-in form with unit and secret in it."""
    return f"{origin}/sign-in?{urlencode({'unit': slip.unit.code, 'code': slip.secret})}"


def _picture(address: str) -> str:
    return segno.make_qr(address, error="m").svg_data_uri(dark="#000", light="#fff", encode_minimal=True, nl=False)


def render_slips(slips: Iterable[Slip], settings: Settings, now: datetime) -> str:
    """Make a page of its own: it carries its stylesheet and needs nothing from anywhere."""
    words = PageWords(current())
    return environment.get_template("admin/slips_file.html").render(
        w=words,
        t=words.t,
        lang=words.language,
        style=(HERE / "static" / "style.css").read_text(encoding="utf-8"),
        slips=draw_slips(slips, settings.portal.origin),
        origin=settings.portal.origin,
        day=now.astimezone(ZoneInfo(settings.timezone)).date(),
    )
