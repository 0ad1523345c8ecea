"""The board through the API says of every unit what the board's page says, also of what nobody knows."""

import re
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from lotrinh.core.status.journal import EntryKind
from lotrinh.core.status.roles import Role
from lotrinh.core.status.status import Status
from lotrinh.settings.models import Settings
from tests.portal.caller import Caller, program_caller
from tests.portal.conftest import NOW, Enter, Portal
from tests.portal.desk import (
    CAO_DUONG,
    HOME,
    LIEN_SON,
    LUONG_SON,
    open_desk,
    publish_status,
    record_entry,
    row_heads,
    small_settings,
)
from tests.portal.people import page_text

API = "/api/v1/campaigns/thu"
MILESTONES = ("chuan-bi", "duyet", "tinh")
"""In the order of the page's columns."""
SAID = NOW - timedelta(days=3)
"""Before the first deadline, which has passed since."""


@pytest.fixture
def portal_settings(tmp_path: Path) -> Settings:
    return small_settings(tmp_path)


@pytest.fixture
def viewer(portal: Portal, enter: Enter) -> httpx.Client:
    return open_desk(portal, enter, Role.VIEWER)


@pytest.fixture
def office(portal: Portal, portal_settings: Settings) -> Caller:
    """Liên Sơn's own system fell silent before a deadline; Lương Sơn has nothing to do in a milestone."""
    steps = ({"id": name, "state": "in_progress"} for name in ("dau", "giua", "cuoi"))
    publish_status(portal, portal_settings, *steps, at=SAID)
    record_entry(portal, EntryKind.EXCUSED, LUONG_SON, "cuoi", reason="không có")
    record_entry(portal, EntryKind.CONFIRMED, CAO_DUONG, "dau")
    return program_caller(portal)


def row(office: Caller, code: str) -> Any:
    return next(row for row in office.read(f"{API}/board")["items"] if row["code"] == code)


def cells(page: str, unit: str) -> dict[str, str]:
    line = next(line for line in page.split("<tr>") if f">{unit}<" in line and "/units/" in line)
    drawn = re.findall(r'<td>(?:<b role="img" class="(\w+)"[^>]*>[^<]+</b>)?</td>', line)
    return {name: status for name, status in zip(MILESTONES, drawn, strict=True) if status}


def test_every_unit_has_the_same_status_in_every_milestone(office: Caller, viewer: httpx.Client) -> None:
    page, rows = viewer.get(f"{HOME}/board").text, office.read(f"{API}/board")["items"]
    assert len(rows) == 4
    assert {r["code"]: r["milestones"] for r in rows} == {r["code"]: cells(page, r["full_name"]) for r in rows}
    assert row(office, LUONG_SON)["milestones"]["duyet"] == "not_applicable"
    assert row(office, LIEN_SON)["milestones"] == {"chuan-bi": "unknown", "duyet": "open"}


def test_what_is_only_kept_from_before_its_deadline_is_counted_as_its_milestone_shows_it(
    office: Caller, viewer: httpx.Client
) -> None:
    kept = {status.value: 0 for status in Status} | {"unknown": 2, "open": 1}
    (listed,) = office.read(f"{API}/units?q={LIEN_SON}")["items"]
    alone = office.read(f"{API}/units/{LIEN_SON}")
    assert row(office, LIEN_SON)["counts"] == listed["counts"] == alone["counts"] == kept
    assert Counter(step["counted"] for step in alone["steps"]) == Counter(kept)
    board = office.read(f"{API}/board")
    assert board["counts"]["unknown"] == sum(r["counts"]["unknown"] for r in board["items"]) == 2
    assert "2 đầu việc chưa rõ." in page_text(viewer.get(f"{HOME}/board"))


@pytest.mark.parametrize("status", Status)
def test_page_and_api_find_the_same_units_by_status(office: Caller, viewer: httpx.Client, status: Status) -> None:
    _, *on_page = row_heads(viewer.get(f"{HOME}/board?status={status.value}").text)
    for kind in ("board", "units"):
        found = {unit["full_name"] for unit in office.read(f"{API}/{kind}?status={status.value}")["items"]}
        assert found == set(on_page), kind
    shows = [r["full_name"] for r in office.read(f"{API}/board")["items"] if status.value in r["milestones"].values()]
    assert set(shows) <= set(on_page)
    assert status is not Status.UNKNOWN or on_page == ["Xã Liên Sơn"]
    assert status is not Status.DUE_SOON or "Xã Liên Sơn" not in on_page
