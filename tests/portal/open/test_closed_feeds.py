"""Calendar feeds of an office that does not want them public: pages like any other."""

from pathlib import Path

import pytest

from lotrinh.settings.models import PortalSettings, Settings
from tests.portal.conftest import Enter, Portal
from tests.portal.desk import CAO_DUONG, HOME, LUONG_SON, open_desk, small_settings
from tests.portal.officer import sign_in_commune
from tests.reports.calendars import read

OFFICE, UNIT = f"{HOME}/calendar.ics", f"{HOME}/units/{LUONG_SON}/calendar.ics"
OTHER = f"{HOME}/units/{CAO_DUONG}/calendar.ics"


@pytest.fixture
def portal_settings(tmp_path: Path) -> Settings:
    return small_settings(tmp_path).model_copy(update={"portal": PortalSettings(public_calendars=False)})


@pytest.mark.parametrize("address", [OFFICE, UNIT, f"{HOME}/units/99999/calendar.ics"])
def test_nobody_reads_a_feed_without_signing_in_nor_learns_whether_there_is_one(portal: Portal, address: str) -> None:
    assert portal.client.get(address).status_code == 404


def test_a_unit_reads_its_own_feed_and_no_other(portal: Portal, enter: Enter) -> None:
    browser = sign_in_commune(portal, enter, LUONG_SON).browser
    own = browser.get(UNIT)
    assert (own.status_code, own.headers["cache-control"]) == (200, "private, no-cache")
    assert read(own.content)
    assert [browser.get(address).status_code for address in (OTHER, OFFICE)] == [404, 404]


def test_the_office_reads_all_and_no_page_offers_what_a_calendar_program_cannot_open(
    portal: Portal, enter: Enter
) -> None:
    desk = open_desk(portal, enter)
    assert [desk.get(address).status_code for address in (OFFICE, UNIT, OTHER)] == [200, 200, 200]
    for page, feed in ((f"{HOME}/overview", OFFICE), (f"{HOME}/units/{LUONG_SON}", UNIT)):
        text = desk.get(page).text
        assert f'<a href="{feed}">' in text
        assert "webcal://" not in text
        assert "đều xem được" not in text
