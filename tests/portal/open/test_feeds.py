"""Calendar feeds over HTTP: for programs that cannot sign in, and only what anybody may know."""

import re
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from lotrinh.core.status.journal import EntryKind
from lotrinh.settings.models import PortalSettings, Settings
from lotrinh.store.schema import deadline_moves
from tests.portal.conftest import NOW, Enter, Portal
from tests.portal.desk import CAO_DUONG, CHECKLIST, HOME, LUONG_SON, VIET_TRI, open_desk, record_entry, small_settings
from tests.reports.calendars import Events, name_of, read

OFFICE, UNIT = f"{HOME}/calendar.ics", f"{HOME}/units/{LUONG_SON}/calendar.ics"
SITE = "http://cong.example.vn"


@pytest.fixture
def portal_settings(tmp_path: Path) -> Settings:
    return small_settings(tmp_path).model_copy(update={"portal": PortalSettings(public_url=SITE)})


def given(portal: Portal, address: str, **headers: str) -> httpx.Response:
    answer = portal.client.get(address, headers=headers)
    assert answer.status_code in {200, 304}, answer.text
    return answer


def events(portal: Portal, address: str) -> Events:
    return read(given(portal, address).content)


def test_a_unit_s_feed_is_read_without_signing_in(portal: Portal) -> None:
    answer = given(portal, UNIT)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert name_of(answer.content) == "Xã Lương Sơn - Đợt thử"
    found = read(answer.content)
    assert set(found) == {f"{step}.{LUONG_SON}@thu.lotrinh" for step in ("dau", "giua", "cuoi")}
    assert found[f"dau.{LUONG_SON}@thu.lotrinh"].url == f"{SITE}{HOME}/units/{LUONG_SON}/steps/dau"


def test_the_office_s_feed_has_the_milestones_and_the_province_s_own_steps(portal: Portal) -> None:
    record_entry(portal, EntryKind.CONFIRMED, LUONG_SON, "dau")
    record_entry(portal, EntryKind.CONFIRMED, LUONG_SON, "giua")
    found = events(portal, OFFICE)
    assert set(found) == {
        *(f"{milestone}.milestone@thu.lotrinh" for milestone in ("chuan-bi", "duyet", "tinh")),
        "cua-tinh.25@thu.lotrinh",
    }
    assert "Đã xong 1/4 đơn vị" in found["chuan-bi.milestone@thu.lotrinh"].note


def test_what_is_done_shows_at_once(portal: Portal) -> None:
    name = f"dau.{CAO_DUONG}@thu.lotrinh"
    address = UNIT.replace(LUONG_SON, CAO_DUONG)
    assert events(portal, address)[name].title == "Hạn: Việc đầu"
    record_entry(portal, EntryKind.CONFIRMED, CAO_DUONG, "dau")
    assert events(portal, address)[name].title == "✓ Đã xong: Việc đầu"


def test_no_word_that_anybody_wrote_is_in_it(portal: Portal) -> None:
    for kind in (EntryKind.OBSTACLE, EntryKind.PROPOSAL, EntryKind.ANSWERED):
        record_entry(portal, kind, LUONG_SON, "giua", note="chuyện riêng")
    record_entry(portal, EntryKind.CONFIRMED, LUONG_SON, "dau", note="chuyện riêng", signer="Người ký", files=[])
    for address in (UNIT, OFFICE):
        text = given(portal, address).text.replace("\r\n ", "")
        assert not re.search("chuyện riêng|Người ký|12/QĐ-UBND", text)


def test_nothing_new_is_304_though_time_goes_on(portal: Portal) -> None:
    for address in (UNIT, OFFICE):
        first = given(portal, address)
        portal.moments.append(portal.moments[-1] + timedelta(minutes=5))
        second = given(portal, address)
        assert first.content != second.content  # it tells when it was made
        tag = first.headers["etag"]
        again = given(portal, address, **{"If-None-Match": tag})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert again.headers["cache-control"] == "no-cache"
    record_entry(portal, EntryKind.CONFIRMED, LUONG_SON, "dau")
    assert given(portal, UNIT, **{"If-None-Match": first.headers["etag"]}).status_code == 200


def test_a_date_that_moves_has_another_number_at_once(portal: Portal, tmp_path: Path) -> None:
    name = f"cuoi.{VIET_TRI}@thu.lotrinh"
    address = UNIT.replace(LUONG_SON, VIET_TRI)
    before = events(portal, address)[name]
    (tmp_path / "thu.yaml").write_text(CHECKLIST.replace("2026-02-04", "2026-02-06"), encoding="utf-8")
    after = events(portal, address)[name]
    assert (before.number, after.number) == (0, 1)
    assert after.changed == NOW
    assert events(portal, OFFICE)["duyet.milestone@thu.lotrinh"].start == after.start


def recorded(portal: Portal) -> int:
    with portal.store.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(deadline_moves)).scalar_one()


def test_whoever_asks_again_makes_nothing_be_written_and_a_moved_date_is_written_once(
    portal: Portal, tmp_path: Path
) -> None:
    asked = [UNIT, OFFICE, f"{HOME}/units/99999/calendar.ics", "/campaigns/khac/calendar.ics"]
    for address in asked:
        portal.client.get(address)
    first = recorded(portal)
    for number in range(5):
        portal.moments.append(portal.moments[-1] + timedelta(minutes=number))
        for address in asked:
            portal.client.get(address)
    assert recorded(portal) == first
    (tmp_path / "thu.yaml").write_text(CHECKLIST.replace("2026-02-04", "2026-02-06"), encoding="utf-8")
    for address in (*asked, *asked):
        portal.client.get(address)
    assert recorded(portal) == first + 2  # the unit's step, and the office's milestone


@pytest.mark.parametrize("address", ["/campaigns/khac/calendar.ics", f"{HOME}/units/99999/calendar.ics"])
def test_what_there_is_not_is_not_found(portal: Portal, address: str) -> None:
    assert portal.client.get(address).status_code == 404


def test_the_pages_lead_to_the_feeds(portal: Portal, enter: Enter) -> None:
    desk = open_desk(portal, enter)
    for page, feed in ((f"{HOME}/overview", OFFICE), (f"{HOME}/units/{LUONG_SON}", UNIT)):
        text = desk.get(page).text
        assert f'<a href="webcal://cong.example.vn{feed}">' in text
        assert f"<code>webcal://cong.example.vn{feed}</code>" in text
        assert f'<a href="{feed}">' in text
