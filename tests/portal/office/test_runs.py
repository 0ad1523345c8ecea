"""The office's pages about runs, over real sockets: list, one run, a day, the campaign."""

import csv
import io
import re
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from lotrinh.core.status.journal import EntryKind, NewEntry
from lotrinh.core.status.observation import Observation, Outcome, Reason
from lotrinh.core.status.roles import Role
from lotrinh.core.text import M
from lotrinh.services.campaigns.campaigns import Campaign, open_campaign_of_files
from lotrinh.services.runs.ask import begin_run
from lotrinh.services.runs.check import conclude
from lotrinh.services.runs.snapshots import load_report_json
from lotrinh.settings.models import Settings
from lotrinh.store import Store
from lotrinh.store.runs.runs import NOT_CARRIED_OUT
from tests.portal.conftest import NOW, Enter, Portal
from tests.portal.people import SECRET, make_officer, page_text
from tests.services.earlier import store_as_before

HOME = "/campaigns/bau-cu-2026"
DAY = timedelta(days=1)
STEP = "quyet-dinh-to-bau-cu"


@pytest.fixture
def viewer(portal: Portal, enter: Enter) -> httpx.Client:
    make_officer(portal.store, "lanh-dao", Role.VIEWER)
    return enter("lanh-dao", SECRET)


@pytest.fixture
def of(tmp_path: Path) -> Campaign:
    return open_campaign_of_files(Settings(data_dir=tmp_path), "bau-cu-2026")


def ran(store: Store, of: Campaign, days: int = 0, silent: str = "04924") -> str:
    """A finished run, so many days ago, that could not ask one unit and heard nothing of the others."""
    at = NOW - days * DAY
    begun = begin_run(store, of, at, at, {})
    seen = Observation(silent, Outcome.UNREACHABLE, Reason.TIMEOUT, M("quá 8 giây không trả lời"), at)
    store.runs.record(begun.id, of.id, [(seen, "x")])
    conclude(store, Settings(), of, begun, at + timedelta(seconds=30))
    return begun.id


def confirm(store: Store, unit: str, at_days: int) -> None:
    body = {"completed_on": "2026-01-29", "document": {"number": "12/QĐ-UBND"}}
    store.journal.append(
        NewEntry(
            kind=EntryKind.CONFIRMED,
            at=NOW - at_days * DAY,
            campaign="bau-cu-2026",
            unit=unit,
            step=STEP,
            actor=f"unit:{unit}",
            body=body,
        )
    )


def test_without_runs_every_page_says_so(viewer: httpx.Client) -> None:
    assert "Chưa có lượt kiểm tra nào." in page_text(viewer.get(f"{HOME}/runs"))
    assert "Cần hai lượt kiểm tra đã xong" in page_text(viewer.get(f"{HOME}/changes"))
    assert "Chưa có lượt kiểm tra nào đã xong." in page_text(viewer.get(f"{HOME}/as-of"))
    assert "Không có lượt kiểm tra nào đang chạy" in page_text(viewer.get(f"{HOME}/runs/now"))


def test_the_list_says_what_became_of_each_run(portal: Portal, of: Campaign, viewer: httpx.Client) -> None:
    ran(portal.store, of, 3)
    failed = begin_run(portal.store, of, NOW - 2 * DAY, NOW - 2 * DAY, {})
    portal.store.runs.finish(failed.id, NOT_CARRIED_OUT, NOW - 2 * DAY, "h")
    begin_run(portal.store, of, NOW - DAY, NOW - DAY, {})
    begin_run(portal.store, of, NOW - timedelta(minutes=1), NOW, {})
    page = viewer.get(f"{HOME}/runs")
    states = re.findall(r"</time></a></th><td>([^<]+)</td>", page.text)
    assert states == [
        "đang chạy",
        "bị dừng giữa chừng",
        "không thực hiện được do mạng của nơi kiểm tra",
        "đã xong",
    ]
    assert re.findall(r'<td class="n">(\d+)</td>', page.text)[-3:] == ["0", "1", "0"]
    assert "<button>Kiểm tra ngay" not in page.text


def test_older_runs_are_on_the_next_page(portal: Portal, of: Campaign, viewer: httpx.Client) -> None:
    names = [begin_run(portal.store, of, NOW - n * DAY, NOW, {}).id for n in reversed(range(60))][::-1]
    found, page = list[str](), f"{HOME}/runs"
    while page:
        html = viewer.get(page).text
        found += re.findall(rf'href="{HOME}/runs/([^"/]+-[0-9a-f]{{4}})"', html)
        older = re.search(r'href="([^"]+)" rel="next"', html)
        page = older[1] if older else ""
    assert found == names


def test_one_run_tells_who_could_not_be_asked_and_why(portal: Portal, of: Campaign, viewer: httpx.Client) -> None:
    page = viewer.get(f"{HOME}/runs/{ran(portal.store, of)}")
    row = re.search(r"<tr><th[^>]*><a[^>]*>Xã Lương Sơn</a></th><td>([^<]+)</td><td>([^<]+)</td><td>([^<]+)", page.text)
    assert row
    assert row.groups() == ("không hỏi được", "quá 8 giây không trả lời", "chưa bao giờ")
    assert "148 không hỏi được" not in page_text(page)
    assert page.text.count("chưa hỏi trong lượt này") == 147


def test_a_run_that_was_cut_off_shows_what_it_saw_and_no_report(
    portal: Portal, of: Campaign, viewer: httpx.Client
) -> None:
    begun = begin_run(portal.store, of, NOW - DAY, NOW - DAY, {})
    seen = Observation("04924", Outcome.INVALID, Reason.TYPE, M("trang đăng nhập <b>"), NOW - DAY)
    portal.store.runs.record(begun.id, of.id, [(seen, "x")])
    page = viewer.get(f"{HOME}/runs/{begun.id}")
    assert "bị dừng giữa chừng: không có báo cáo" in page_text(page)
    assert "trang đăng nhập &lt;b&gt;" in page.text
    assert "report.json" not in page.text
    assert viewer.get(f"{HOME}/runs/{begun.id}/report.json").status_code == 404
    assert viewer.get(f"{HOME}/runs/now", follow_redirects=False).headers["location"] == f"{HOME}/runs/{begun.id}"


def test_the_stored_report_is_given_as_it_was_in_three_forms(
    portal: Portal, of: Campaign, viewer: httpx.Client
) -> None:
    name = ran(portal.store, of)
    there = f"{HOME}/runs/{name}/report"
    given = viewer.get(f"{there}.json")
    assert given.text == f"{load_report_json(portal.store, name)}\n"
    assert given.headers["content-disposition"] == f'attachment; filename="bau-cu-2026-{name}.json"'
    rows = list(csv.DictReader(io.StringIO(viewer.get(f"{there}.csv").content.decode("utf-8-sig"))))
    assert len(rows) == sum(len(u["steps"]) for u in (*given.json()["units"], given.json()["province"]))
    assert viewer.get(f"{there}.md").text.startswith("# ")
    assert viewer.get(f"{there}.exe").status_code == 404


def test_only_json_is_given_of_a_report_that_was_not_laid_down_whole(
    portal: Portal, of: Campaign, viewer: httpx.Client
) -> None:
    """So it is with the runs of an older lotrinh."""
    name = ran(portal.store, of)
    store_as_before(portal.store, name, whole=False)
    page = viewer.get(f"{HOME}/runs/{name}")
    assert ("report.json" in page.text, "report.csv" in page.text) == (True, False)
    assert viewer.get(f"{HOME}/runs/{name}/report.csv").status_code == 404


@pytest.mark.parametrize("archived", [True, False])
def test_a_run_that_an_earlier_version_stored_is_shown_and_given_as_one_of_today(
    portal: Portal, of: Campaign, viewer: httpx.Client, *, archived: bool
) -> None:
    old, new = ran(portal.store, of, 5), ran(portal.store, of, 1)
    pages = [f"{HOME}/changes?old={old}&new={new}"] + [f"{HOME}/runs/{old}"] * archived  # of JSON alone it offers less
    file = f"{HOME}/runs/{old}/report.json"
    today = [page_text(viewer.get(page)) for page in pages], viewer.get(file).content
    store_as_before(portal.store, old, whole=archived)
    assert ([page_text(viewer.get(page)) for page in pages], viewer.get(file).content) == today


def test_a_day_shows_the_last_run_up_to_it(portal: Portal, of: Campaign, viewer: httpx.Client) -> None:
    old, new = ran(portal.store, of, 5), ran(portal.store, of, 1)
    for day, name in (("31/1/2026", old), ("2026-01-28", old), ("1.2.2026", new), ("", new)):
        page = viewer.get(f"{HOME}/as-of", params={"day": day})
        assert f'href="{HOME}/runs/{name}"' in page.text, day
        assert "Các đơn vị, đếm theo đầu việc" in page_text(page)
    early = viewer.get(f"{HOME}/as-of?day=27/1/2026")
    assert "Lượt đầu tiên ghi tình hình lúc 08:00 28/01/2026" in page_text(early)
    assert f'href="{HOME}/as-of?day=28-01-2026"' in early.text


@pytest.mark.parametrize(("day", "sentence"), [("3/2/2026", "ở sau hôm nay"), ("hôm qua", "không phải một ngày")])
def test_a_day_that_cannot_be_is_said_beside_the_field_and_kept(viewer: httpx.Client, day: str, sentence: str) -> None:
    page = viewer.get(f"{HOME}/as-of", params={"day": day})
    assert page.status_code == 422
    assert sentence in page_text(page)
    assert f'value="{day}"' in page.text


def test_the_campaign_page_has_all_pictures_and_their_tables(
    portal: Portal, viewer: httpx.Client, of: Campaign
) -> None:
    confirm(portal.store, "04960", 3)
    page = viewer.get(f"{HOME}/overview")
    assert page.text.count("<svg") == page.text.count('role="img"') == 4
    said = page_text(page)
    assert f"{len(of.units)} xã, phường" in said
    assert "1 đầu việc đã hoàn thành" in said
    assert "(?)" in said
    assert "lần chưa kiểm chứng với văn bản gốc" in said
    for milestone in of.checklist.milestones:
        assert milestone.title.vi in said
    assert " style=" not in page.text
    assert "<script" not in page.text


def test_units_see_none_of_these_pages(portal: Portal, enter: Enter, of: Campaign) -> None:
    from lotrinh.services.access.accounts import issue_slips

    name = ran(portal.store, of)
    slip = issue_slips(portal.store, [of.by_code["04960"]], NOW)[0]
    unit = enter("04960", slip.secret)
    for page in ("runs", "runs/now", f"runs/{name}", f"runs/{name}/report.json", "changes", "as-of", "overview"):
        assert unit.get(f"{HOME}/{page}").status_code == 404, page


def test_nobody_can_start_a_run_where_the_portal_cannot(portal: Portal, enter: Enter) -> None:
    make_officer(portal.store)
    admin = enter("quan-tri", SECRET)
    page = admin.get(f"{HOME}/runs").text
    assert "Kiểm tra ngay" not in page
    token = re.search(r'name="csrf" value="([^"]+)"', page)
    assert token
    assert admin.post(f"{HOME}/runs", data={"csrf": token[1]}).status_code == 404
