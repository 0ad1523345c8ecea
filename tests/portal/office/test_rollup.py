"""The office's page "Tổng hợp theo khu vực", over real sockets: figures, links into details, order, files."""

import csv
import io
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from lotrinh.catalog.units import packaged_roster, province, write_roster
from lotrinh.core.report.rollup import roll_up
from lotrinh.core.status.journal import EntryKind, NewEntry
from lotrinh.core.status.roles import Role
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.views.live_campaign import LiveCampaign
from lotrinh.settings.models import Settings, UnitsSettings
from tests.portal.conftest import NOW, Enter, Portal
from tests.portal.people import SECRET, make_officer, page_text

ROLLUP = "/campaigns/bau-cu-2026/rollup"
STEP = "quyet-dinh-to-bau-cu"
AREAS = ("Hòa Bình cũ", 'Vĩnh "Phúc" & <b>cũ</b>')


@pytest.fixture
def portal_settings(tmp_path: Path) -> Settings:
    """Phú Thọ with two areas of its own, the first two units in none."""
    units = packaged_roster(province("25"))
    grouped = [replace(unit, area=AREAS[n % 2] if n > 1 else "") for n, unit in enumerate(units)]
    write_roster(tmp_path / "units.csv", grouped)
    return Settings(data_dir=tmp_path, units=UnitsSettings(file=tmp_path / "units.csv"))


@pytest.fixture
def viewer(portal: Portal, enter: Enter) -> httpx.Client:
    make_officer(portal.store, "lanh-dao", Role.VIEWER)
    return enter("lanh-dao", SECRET)


def confirm(portal: Portal, unit: str, day: str = "2026-01-29", *, sample: bool = False) -> None:
    body = {"completed_on": day, "document": {"number": "12/QĐ-UBND"}} | ({"sample": True} if sample else {})
    portal.store.journal.append(
        NewEntry(
            kind=EntryKind.CONFIRMED,
            at=NOW,
            campaign="bau-cu-2026",
            unit=unit,
            step=STEP,
            actor=f"unit:{unit}",
            body=body,
        )
    )


def rows(page: httpx.Response) -> list[str]:
    """The names of the rows."""
    body = page.text.split("<tbody>")[1].split("</tbody>")[0]
    return re.findall(r'<th scope="row">(?:<a [^>]*>)?([^<]*(?:<b>[^<]*)?)', body)


def test_each_area_has_a_row_the_ungrouped_the_last_and_all_together_the_sum(
    portal: Portal, portal_settings: Settings, viewer: httpx.Client
) -> None:
    confirm(portal, "04960")
    page = viewer.get(ROLLUP)
    assert rows(page)[0:2] == ["Việc của cấp tỉnh", "Hòa Bình cũ"]
    assert rows(page)[-1] == "Chưa xếp nhóm"
    campaign = open_campaign_of_files(portal_settings, "bau-cu-2026")
    figures = roll_up(LiveCampaign(portal.store, portal_settings, campaign).report(NOW)).figures
    foot = page.text.split("<tfoot>")[1]
    assert f'<td class="n">148</td><td class="n">{figures.expected}</td>' in foot
    assert f"1/{figures.expected}" in foot
    assert "<script" not in page.text
    assert " style=" not in page.text


def test_an_area_with_odd_letters_leads_to_its_units_and_they_to_their_pages(
    portal: Portal, viewer: httpx.Client
) -> None:
    confirm(portal, "04960")
    links = re.findall(r'<th scope="row"><a href="([^"]+)"', viewer.get(ROLLUP).text)
    counts = []
    for link in links:
        page = viewer.get(link.replace("&amp;", "&"))
        counts.append(len(rows(page)))
        assert re.search(r'<th scope="row"><a href="/campaigns/bau-cu-2026/units/\d{5}">', page.text)
        assert "<tfoot>" not in page.text
    assert counts == [73, 73, 2]
    assert "<b>cũ" not in viewer.get(ROLLUP).text


def test_it_is_shown_by_area_kind_or_unit_and_by_area_where_the_address_says_otherwise(viewer: httpx.Client) -> None:
    for by, count in (("area", 4), ("kind", 3), ("unit", 149), ("province", 4), ("x", 4)):
        page = viewer.get(f"{ROLLUP}?by={by}")
        assert len(rows(page)) == count, by
        assert page.text.count('aria-current="page"') == 1


def test_the_heads_of_columns_sort_and_those_who_lag_behind_come_first(portal: Portal, viewer: httpx.Client) -> None:
    confirm(portal, "04960")
    page = viewer.get(f"{ROLLUP}?by=unit&sort=reported")
    assert rows(page)[-1] == "Xã Liên Sơn"
    assert 'aria-sort="ascending"' in page.text
    assert f'href="{ROLLUP}?sort=overdue&amp;by=unit"' in page.text
    worst = viewer.get(f"{ROLLUP}?by=unit&sort=overdue")
    assert 'aria-sort="descending"' in worst.text
    late = [int(n) for n in re.findall(r'<td class="n late">(\d+)</td>', worst.text.split("<tfoot>")[0])]
    assert late == sorted(late, reverse=True)
    assert rows(viewer.get(f"{ROLLUP}?by=unit&sort=name"))[:2] == ["Phường Âu Cơ", "Phường Hoà Bình"]


def test_kinds_and_names_narrow_and_nothing_found_is_said(viewer: httpx.Client) -> None:
    assert {name.split()[0] for name in rows(viewer.get(f"{ROLLUP}?kind=phuong"))} == {"Phường"}
    assert rows(viewer.get(f"{ROLLUP}?q=lien son")) == ["Xã Liên Sơn"]
    assert "Không có đơn vị nào." in page_text(viewer.get(f"{ROLLUP}?area={quote('không có')}"))


def test_what_a_unit_told_late_or_done_late_is_seen(portal: Portal, viewer: httpx.Client) -> None:
    confirm(portal, "04960", "2026-01-31")
    late = viewer.get(f"{ROLLUP}?q=lien son")
    confirm(portal, "04960", "2026-02-01")
    later = viewer.get(f"{ROLLUP}?q=lien son")
    of = re.compile(r'<td class="n">(\d+) <span class="sub">bình quân')
    before, after = (int(found[1]) for page in (late, later) if (found := of.search(page.text)))
    assert after == before + 1


def test_the_files_say_what_the_page_says(portal: Portal, viewer: httpx.Client) -> None:
    confirm(portal, "04960")
    given = viewer.get(f"{ROLLUP}/table.csv?by=kind")
    assert given.content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(io.StringIO(given.content.decode("utf-8-sig"))))
    assert [line["units"] for line in lines] == ["0", "133", "15", "148"]
    assert lines[-1]["reported"] == "1"
    assert viewer.get(f"{ROLLUP}/table.json").json()["by"] == "area"
    assert viewer.get(f"{ROLLUP}/table.md").text.startswith("# ")
    assert viewer.get(f"{ROLLUP}/table.exe").status_code == 404


def test_sample_data_is_labelled(portal: Portal, viewer: httpx.Client) -> None:
    assert "DỮ LIỆU MẪU" not in viewer.get(ROLLUP).text
    confirm(portal, "04960", sample=True)
    assert "DỮ LIỆU MẪU" in viewer.get(ROLLUP).text
    assert "DỮ LIỆU MẪU" in viewer.get(f"{ROLLUP}/table.csv").text


def test_a_unit_does_not_see_it(portal: Portal, portal_settings: Settings, enter: Enter) -> None:
    from lotrinh.services.access.accounts import issue_slips

    campaign = open_campaign_of_files(portal_settings, "bau-cu-2026")
    slip = issue_slips(portal.store, [campaign.by_code["04960"]], NOW)[0]
    unit = enter("04960", slip.secret)
    for page in (ROLLUP, f"{ROLLUP}/table.csv"):
        assert unit.get(page).status_code == 404
