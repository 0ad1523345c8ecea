"""What changed between two runs or two days: the page, its problems, and its files, over real sockets."""

import json
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
from lotrinh.settings.models import Settings
from lotrinh.store import Store
from tests.portal.conftest import NOW, Enter, Portal
from tests.portal.people import SECRET, make_officer, page_text

HOME = "/campaigns/bau-cu-2026"
CHANGES = f"{HOME}/changes"
DAY = timedelta(days=1)
STEP = "quyet-dinh-to-bau-cu"


@pytest.fixture
def viewer(portal: Portal, enter: Enter) -> httpx.Client:
    make_officer(portal.store, "lanh-dao", Role.VIEWER)
    return enter("lanh-dao", SECRET)


@pytest.fixture
def of(tmp_path: Path) -> Campaign:
    return open_campaign_of_files(Settings(data_dir=tmp_path), "bau-cu-2026")


def ran(store: Store, of: Campaign, days: int, silent: str = "04924") -> str:
    """A finished run, so many days ago, that could not ask one unit and heard nothing of the others."""
    at = NOW - days * DAY
    begun = begin_run(store, of, at, at, {})
    seen = Observation(silent, Outcome.UNREACHABLE, Reason.TIMEOUT, M("quá 8 giây không trả lời"), at)
    store.runs.record(begun.id, of.id, [(seen, "x")])
    conclude(store, Settings(), of, begun, at + timedelta(seconds=30))
    return begun.id


def confirm(store: Store, days: int) -> None:
    body = {"completed_on": "2026-01-29", "document": {"number": "12/QĐ-UBND"}}
    store.journal.append(
        NewEntry(
            kind=EntryKind.CONFIRMED,
            at=NOW - days * DAY,
            campaign="bau-cu-2026",
            unit="04960",
            step=STEP,
            actor="unit:04960",
            body=body,
        )
    )


@pytest.fixture
def runs(portal: Portal, of: Campaign) -> tuple[str, str, str]:
    """Runs 4, 2 and 1 days ago; between the first two Liên Sơn confirmed a step."""
    first = ran(portal.store, of, 4)
    confirm(portal.store, 3)
    return first, ran(portal.store, of, 2), ran(portal.store, of, 1)


def test_the_changes_between_two_runs_are_named(viewer: httpx.Client, runs: tuple[str, str, str]) -> None:
    first, second, third = runs
    assert "Không có gì thay đổi giữa hai lượt này." in page_text(viewer.get(CHANGES))
    said = page_text(viewer.get(f"{CHANGES}?from={first}&to={second}"))
    assert "1 việc mới xong" in said
    assert re.search(r"Mới hoàn thành \(1\) .*Tổ bầu cử.* Xã Liên Sơn", said)
    assert f'value="{third}" selected' in viewer.get(f"{CHANGES}?from={first}").text
    assert f'value="{first}" selected' in viewer.get(f"{CHANGES}?to={second}").text


def test_two_days_are_compared_by_the_runs_up_to_their_ends(viewer: httpx.Client, runs: tuple[str, str, str]) -> None:
    page = viewer.get(CHANGES, params={"from": "30/1/2026", "to": "31-01-2026"})
    assert "1 việc mới xong" in page_text(page)
    assert 'name="from" type="text" value="30/1/2026"' in page.text
    assert f'value="{runs[0]}" selected' in page.text


def test_a_wrong_order_is_turned_around_and_said(viewer: httpx.Client, runs: tuple[str, str, str]) -> None:
    said = page_text(viewer.get(f"{CHANGES}?from={runs[2]}&to={runs[0]}"))
    assert "đã đổi lại thứ tự" in said
    assert "1 việc mới xong" in said


def test_what_cannot_be_compared_is_said_beside_each_field_and_kept(
    viewer: httpx.Client, runs: tuple[str, str, str]
) -> None:
    wrong = viewer.get(CHANGES, params={"from": "1/1/2026", "to": "<b>khong-co"})
    assert wrong.status_code == 422
    said = page_text(wrong)
    assert f"Lượt đầu tiên của đợt này là {runs[0]}" in said
    assert "“<b>khong-co” không phải lượt kiểm tra" in said
    assert 'value="&lt;b&gt;khong-co"' in wrong.text
    same = viewer.get(f"{CHANGES}?from={runs[0]}&to={runs[0]}")
    assert "Hãy chọn hai lượt khác nhau" in page_text(same)


def test_each_file_holds_the_same_comparison_and_no_browser_runs_it(
    viewer: httpx.Client, runs: tuple[str, str, str]
) -> None:
    ends = f"?from={runs[0]}&to={runs[1]}"
    page = viewer.get(CHANGES + ends).text
    for form in ("html", "csv", "json", "md"):
        given = viewer.get(f"{CHANGES}/report.{form}{ends}")
        assert f'href="{CHANGES}/report.{form}{ends.replace("&", "&amp;")}"' in page
        assert given.status_code == 200
        assert "attachment" in given.headers["content-disposition"]
        assert given.headers["content-security-policy"].startswith("sandbox")
        assert "Tổ bầu cử" in given.text, form
    data = json.loads(viewer.get(f"{CHANGES}/report.json{ends}").text)
    assert (data["summary"]["done"], data["from"]["run"]) == (1, runs[0])
    assert viewer.get(f"{CHANGES}/report.exe{ends}").status_code == 404
    assert viewer.get(f"{CHANGES}/report.csv?from=khong-co").status_code == 422


def test_without_two_runs_there_is_a_sentence_and_no_form(viewer: httpx.Client) -> None:
    page = viewer.get(CHANGES)
    assert "Cần hai lượt kiểm tra đã xong" in page_text(page)
    assert "<select" not in page.text
