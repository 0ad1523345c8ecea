"""Reports from the portal: every format of a run, one unit's part, and what is said where none can be made."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zipfile import ZipFile

import httpx
import pytest

from lotrinh.core.report.bundle import ReportBundle
from lotrinh.core.status.journal import EntryKind
from lotrinh.core.status.roles import Role
from lotrinh.core.text import M
from lotrinh.errors import BadInput, Problem
from lotrinh.portal.downloads import OFFERS
from lotrinh.portal.render_limiter import WAITING
from lotrinh.reports import documents
from lotrinh.reports.documents import FORMATS, RenderOptions
from lotrinh.services.access.accounts import issue_slips
from lotrinh.services.campaigns.campaigns import Campaign, open_campaign_of_files
from lotrinh.services.runs.ask import begin_run
from lotrinh.services.runs.check import conclude
from lotrinh.services.views.reporting import choose_report, report_bundle
from lotrinh.settings.models import LetterheadSettings, ReportSettings, Settings
from tests.portal.conftest import NOW, Enter, Portal
from tests.portal.desk import CAO_DUONG, HOME, LUONG_SON, open_desk, record_entry, small_settings
from tests.portal.people import page_text

UNIT = f"{HOME}/units/{LUONG_SON}"
OFFICE = LetterheadSettings(body="VĂN PHÒNG TỈNH MẪU", post="CHÁNH VĂN PHÒNG", signer="Người ký mẫu")


@pytest.fixture
def template(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    """The office's own template, for a test that asks for one."""
    return tmp_path / "mau.docx" if getattr(request, "param", False) else None


@pytest.fixture
def portal_settings(tmp_path: Path, template: Path | None) -> Settings:
    return small_settings(tmp_path).model_copy(update={"report": ReportSettings(state=OFFICE, template=template)})


@pytest.fixture
def of(portal_settings: Settings) -> Campaign:
    return open_campaign_of_files(portal_settings, "thu")


def ran(portal: Portal, settings: Settings, of: Campaign, at: datetime = NOW) -> str:
    run = begin_run(portal.store, of, at, at, {})
    conclude(portal.store, settings, of, run, at)
    return run.id


@pytest.fixture
def run(portal: Portal, portal_settings: Settings, of: Campaign) -> str:
    record_entry(portal, EntryKind.CONFIRMED, LUONG_SON, "dau", sample=True)
    record_entry(portal, EntryKind.OBSTACLE, LUONG_SON, "giua", note="Vướng mắc của Lương Sơn")
    record_entry(portal, EntryKind.OBSTACLE, CAO_DUONG, "giua", note="Vướng mắc của Cao Dương")
    return ran(portal, portal_settings, of)


@pytest.fixture
def desk(portal: Portal, enter: Enter) -> httpx.Client:
    return open_desk(portal, enter, Role.VIEWER)


@pytest.fixture
def commune(portal: Portal, enter: Enter, of: Campaign) -> httpx.Client:
    slip = issue_slips(portal.store, [of.by_code[LUONG_SON]], NOW)[0]
    return enter(LUONG_SON, slip.secret)


def words_of(content: bytes) -> str:
    """Everything that a Word document says, its headers and footers among it."""
    with ZipFile(BytesIO(content)) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml"))


def test_the_page_of_a_run_offers_every_format_in_plain_words(desk: httpx.Client, run: str) -> None:
    page = desk.get(f"{HOME}/runs/{run}")
    assert {offer.ending for offer in OFFERS} == {form.ending for form in FORMATS.values()}
    for offer in OFFERS:
        assert f'href="{HOME}/runs/{run}/report.{offer.ending}{offer.query}"' in page.text
    assert "Word, thể thức văn bản của Đảng" in page_text(page)
    assert "DỮ LIỆU MẪU" in page_text(page)


@pytest.mark.parametrize("form", FORMATS)
def test_each_format_comes_as_a_file_the_same_as_from_the_command_line(
    portal: Portal, portal_settings: Settings, of: Campaign, desk: httpx.Client, run: str, form: str
) -> None:
    ending, media, *_ = FORMATS[form]
    answer = desk.get(f"{HOME}/runs/{run}/report.{ending}")
    papers = report_bundle(portal.store, portal_settings, of, choose_report(portal.store, of, run))
    made = documents.make(papers, form, RenderOptions("vi"))
    assert answer.content == (b"\xef\xbb\xbf" + made if form == "csv" else made)
    assert answer.headers["content-type"] == media
    own = {"svg": "-timeline", "docx": "-state"}.get(form, "")
    assert answer.headers["content-disposition"] == f'attachment; filename="thu-{run}{own}.{ending}"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("sandbox")


def test_layout_number_picture_and_language_are_the_visitors(desk: httpx.Client, run: str) -> None:
    there = f"{HOME}/runs/{run}/report"
    state, party = desk.get(f"{there}.docx"), desk.get(f"{there}.docx?layout=party&number=%2047%07/%20")
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in words_of(state.content)
    assert "ĐẢNG CỘNG SẢN VIỆT NAM" in words_of(party.content)
    assert "47" in words_of(party.content)
    assert OFFICE.signer in words_of(state.content)
    curve, timeline = (desk.get(f"{there}.svg?picture={name}").text for name in ("curve", "timeline"))
    assert curve != timeline
    assert desk.get(f"{there}.md?lang=en").text != desk.get(f"{there}.md?lang=vi").text
    for wrong in ("docx?layout=khac", f"docx?number={'9' * 41}", "svg?picture=x", "exe", "DOCX", "docx.exe"):
        assert desk.get(f"{there}.{wrong}").status_code == 404, wrong


def test_a_unit_takes_its_own_part_of_the_newest_report_and_nobody_elses(
    commune: httpx.Client, run: str, portal: Portal, portal_settings: Settings, of: Campaign
) -> None:
    offered = commune.get(UNIT)
    assert f'href="{UNIT}/report.xlsx"' in offered.text
    newest = ran(portal, portal_settings, of, NOW + timedelta(minutes=1))
    answer = commune.get(f"{UNIT}/report.md")
    assert answer.headers["content-disposition"] == f'attachment; filename="thu-{newest}-{LUONG_SON}.md"'
    assert "Vướng mắc của Lương Sơn" in answer.text
    assert "Cao Dương" not in answer.text
    made = commune.get(f"{UNIT}/report.json").json()
    assert [unit["code"] for unit in made["units"]] == [LUONG_SON]
    assert made["province"] is None
    for path in (f"runs/{run}/report.json", f"units/{CAO_DUONG}/report.json", "units/25/report.md"):
        assert commune.get(f"{HOME}/{path}").status_code == 404, path


def test_what_the_office_is_called_and_who_signs_for_it_stands_on_no_units_own_document(
    commune: httpx.Client, desk: httpx.Client, run: str
) -> None:
    del run
    assert OFFICE.signer in words_of(desk.get(f"{UNIT}/report.docx").content)
    own = words_of(commune.get(f"{UNIT}/report.docx").content)
    assert "Việc giữa" in own
    assert OFFICE.signer not in own
    assert OFFICE.body not in own


@pytest.mark.usefixtures("run")
def test_the_province_and_any_unit_can_be_taken_by_the_office(desk: httpx.Client) -> None:
    of_province = desk.get(f"{HOME}/units/25/report.json").json()
    assert (of_province["units"], of_province["province"]["code"]) == ([], "25")
    assert desk.get(f"{HOME}/units/{CAO_DUONG}/report.json").json()["units"][0]["code"] == CAO_DUONG
    assert desk.get(f"{HOME}/units/99999/report.json").status_code == 404


def test_before_the_first_run_nothing_is_offered_and_the_address_says_so(desk: httpx.Client) -> None:
    assert "report." not in desk.get(UNIT).text
    answer = desk.get(f"{UNIT}/report.docx")
    assert (answer.status_code, "chưa có lượt kiểm tra nào chạy xong" in page_text(answer)) == (404, True)


def test_the_page_of_the_campaign_leads_to_the_newest_reports(desk: httpx.Client, run: str) -> None:
    assert f'href="{HOME}/runs/{run}#reports"' in desk.get(f"{HOME}/overview").text
    assert 'id="reports"' in desk.get(f"{HOME}/runs/{run}").text


@pytest.mark.parametrize("template", [True], indirect=True)
def test_a_template_of_the_office_that_is_wrong_or_missing_is_said_in_a_sentence(
    desk: httpx.Client, run: str, template: Path
) -> None:
    missing = desk.get(f"{HOME}/runs/{run}/report.docx")
    assert (missing.status_code, "Không đọc được mẫu báo cáo riêng" in page_text(missing)) == (422, True)
    template.write_bytes(b"not a document")
    wrong = desk.get(f"{HOME}/runs/{run}/report.docx")
    assert (wrong.status_code, "Chưa lập được" in page_text(wrong)) == (422, True)
    assert str(template) not in wrong.text
    assert desk.get(f"{HOME}/runs/{run}/report.md").status_code == 200


def test_too_many_at_once_are_asked_to_come_again_and_nothing_else_waits(
    desk: httpx.Client, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on, most = threading.Semaphore(0), threading.Event(), list[int]()
    now: set[int] = set()

    def slow(_: ReportBundle, __: RenderOptions) -> bytes:
        now.add(threading.get_ident())
        most.append(len(now))
        begun.release()
        go_on.wait(30)
        now.discard(threading.get_ident())
        return b"made"

    monkeypatch.setattr(documents, "FORMATS", {**FORMATS, "markdown": FORMATS["markdown"]._replace(make=slow)})
    address, asked = f"{HOME}/runs/{run}/report.md", WAITING + 4
    with ThreadPoolExecutor(asked) as clicks:
        waiting = [clicks.submit(desk.get, address) for _ in range(asked)]
        assert begun.acquire(timeout=30)
        refused = [answer.result(30) for answer in waiting if _refused(answer)]
        assert desk.get(f"{HOME}/board").status_code == 200, "pages are shown meanwhile"
        go_on.set()
        answers = [answer.result(60) for answer in waiting]
    assert sorted({answer.status_code for answer in answers}) == [200, 503]
    assert len([a for a in answers if a.status_code == 200]) == WAITING + 1
    assert max(most) == 1
    assert refused
    busy = next(a for a in answers if a.status_code == 503)
    assert busy.headers["retry-after"] == "15"
    assert "đang lập nhiều báo cáo cùng lúc" in page_text(busy)
    assert "ghi nhận" not in page_text(busy)


def _refused(answer: Any) -> bool:
    """Whether an answer came although nothing can have been made yet."""
    try:
        return bool(answer.result(0.5).status_code == 503)
    except TimeoutError:
        return False


def test_who_cannot_have_a_turn_in_time_is_sent_off_and_leaves_the_place_free() -> None:
    from lotrinh.errors import Busy
    from lotrinh.portal.render_limiter import RenderLimiter

    turns = RenderLimiter(at_once=1, waiting=1, patience=0.05)
    with turns.slot():
        with pytest.raises(Busy), turns.slot():
            pass
        with pytest.raises(Busy), turns.slot():
            pass
    with pytest.raises(ValueError, match="broken"), turns.slot():
        raise ValueError("broken")
    with turns.slot():
        pass


def test_a_wrong_template_is_a_problem_document_to_programs(
    portal: Portal, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.portal.caller import program_caller

    def wrong(_: ReportBundle, __: RenderOptions) -> bytes:
        raise BadInput([Problem("mau.docx", 0, 0, M("Không có chỗ điền “{name}”.", name="so_lieu"))])

    monkeypatch.setattr(documents, "FORMATS", {**FORMATS, "docx": FORMATS["docx"]._replace(make=wrong)})
    answer = program_caller(portal).get(f"/api/v1{HOME}/runs/{run}/report.docx")
    assert answer.status_code == 422
    assert answer.json()["detail"] == "Chưa lập được: có mục cần sửa."
    assert answer.json()["errors"] == [{"field": "mau.docx", "detail": "Không có chỗ điền “so_lieu”."}]


def test_a_file_is_named_in_plain_letters_whatever_the_run_is_called(
    portal: Portal, portal_settings: Settings, of: Campaign, desk: httpx.Client
) -> None:
    named = begin_run(portal.store, of, NOW, NOW, {}, 'lượt "1"; x')
    conclude(portal.store, portal_settings, of, named, NOW)
    answer = desk.get(f"{HOME}/runs/{quote(named.id)}/report.md")
    assert answer.headers["content-disposition"] == 'attachment; filename="thu-l__t__1___x.md"'
