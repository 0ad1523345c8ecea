"""Reports as files, as programs of the office and units' own systems fetch them."""

import pytest

from lotrinh.errors import Busy
from lotrinh.portal.render_limiter import BUSY, COME_AGAIN, RenderLimiter
from lotrinh.reports.documents import FORMATS
from tests.portal.api.test_runs import run_once
from tests.portal.caller import CAMPAIGN, DONE, UNIT, Caller, program_caller, unit_caller
from tests.portal.conftest import Portal
from tests.services.earlier import store_as_before, store_forms

RUN = f"{CAMPAIGN}/runs/r1"


@pytest.fixture
def office(portal: Portal) -> Caller:
    unit_caller(portal).submit(f"{UNIT}/confirmations", DONE)
    run_once(portal)
    return program_caller(portal)


def test_every_format_is_listed_with_an_address_that_gives_it(office: Caller) -> None:
    items = office.read(f"{RUN}/formats")["items"]
    assert [item["format"] for item in items] == list(FORMATS)
    for item in items:
        if item["ending"] != "txt":  # drawn for a terminal of one width; it takes seconds and is looked at elsewhere
            answer = office.get(item["address"])
            assert (answer.status_code, answer.headers["content-type"]) == (200, item["media_type"])


def test_a_run_of_an_older_lotrinh_has_the_two_formats_that_are_left(portal: Portal, office: Caller) -> None:
    store_as_before(portal.store, "r1", whole=False)
    assert [item["ending"] for item in office.read(f"{RUN}/formats")["items"]] == ["csv", "json"]
    assert "phiên bản cũ" in office.get(f"{RUN}/report.docx").json()["detail"]


def test_a_run_without_a_report_has_no_formats(portal: Portal) -> None:
    run_once(portal, finished=False)
    office = program_caller(portal)
    for path in ("formats", "report.docx"):
        answer = office.get(f"{RUN}/{path}")
        assert answer.status_code == 404
        assert "không để lại báo cáo" in answer.json()["detail"]


def test_a_file_has_a_name_and_an_etag_and_is_not_sent_twice(office: Caller) -> None:
    first = office.get(f"{RUN}/report.svg?picture=curve")
    assert first.headers["content-disposition"] == 'attachment; filename="bau-cu-2026-r1-curve.svg"'
    assert first.headers["content-security-policy"].startswith("sandbox")
    again = office.get(f"{RUN}/report.svg?picture=curve", **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert office.get(f"{RUN}/report.svg").headers["etag"] != first.headers["etag"]
    assert office.get(f"{RUN}/report.md", **{"Accept-Language": "en"}).text.startswith("# ")


@pytest.mark.parametrize(
    "asked", ["svg?picture=x", "docx?layout=khac", f"docx?number={'9' * 41}", "svg?colour=red", "exe"]
)
def test_what_there_is_not_is_a_malformed_request_and_names_the_field(office: Caller, asked: str) -> None:
    answer = office.get(f"{RUN}/report.{asked}")
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("malformed")
    assert answer.json()["errors"]


def test_a_units_system_fetches_its_own_part_of_the_newest_report_alone(portal: Portal, office: Caller) -> None:
    del office
    us = unit_caller(portal)
    made = us.read(f"{UNIT}/report.json")
    assert ([u["code"] for u in made["units"]], made["province"]) == (["04924"], None)
    assert us.get(f"{UNIT}/report.csv").content.startswith(b"\xef\xbb\xbf")
    assert us.get(f"{CAMPAIGN}/units/04960/report.json").status_code == 401
    assert us.get(f"{RUN}/report.md").status_code == 403


def test_before_the_first_run_a_unit_is_told_so(portal: Portal) -> None:
    answer = unit_caller(portal).get(f"{UNIT}/report.docx")
    assert (answer.status_code, answer.json()["detail"]) == (404, "Đợt này chưa có lượt kiểm tra nào chạy xong.")


def test_whether_a_run_left_a_report_is_told_without_reading_it(portal: Portal, office: Caller) -> None:
    for broken, archive, whole in ((None, b"no archive", True), ("no JSON at all", None, False)):
        store_forms(portal.store, "r1", broken, archive)
        assert office.read(RUN)["has_report"] is True
        assert portal.store.runs.stored_forms("r1") == (True, whole)
    assert portal.store.runs.stored_forms("khong-co") == (False, False)


def test_a_busy_portal_tells_programs_when_to_come_again(
    portal: Portal, office: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: RenderLimiter) -> None:
        raise Busy(BUSY, COME_AGAIN)

    monkeypatch.setattr(RenderLimiter, "slot", full)
    answer = office.get(f"{RUN}/report.md")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, str(COME_AGAIN))
    assert "đang lập nhiều báo cáo" in answer.json()["detail"]
    assert unit_caller(portal).read(UNIT)["code"] == "04924"
