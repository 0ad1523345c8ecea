"""The schedule in the portal: read by the office, changed by whoever may, recorded, given back where it is wrong."""

import re
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import insert

from lotrinh.core.notify.schedules import CampaignSchedule
from lotrinh.core.status.journal import EntryKind
from lotrinh.core.status.roles import Role
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.campaigns.schedules import effective_schedule
from lotrinh.services.runs.ask import begin_run
from lotrinh.settings.models import PrefectSettings, ScheduleSettings, Settings
from lotrinh.store.engine import writing
from lotrinh.store.runs.runs import FINISHED
from lotrinh.store.schema import schedules
from tests.portal.conftest import NOW, Enter, Portal
from tests.portal.desk import HOME, open_desk, small_settings
from tests.portal.people import SECRET, hidden_fields, make_officer, page_text, send_form

HERE = HOME + "/schedule"
DUE = timedelta(hours=23)
"""After so long it is seven o'clock."""
WRITTEN = ScheduleSettings(cron="0 7 * * *", last_week="0 7,13 * * *", report="0 8 * * 1")


@pytest.fixture
def api_url() -> str:
    """Where Prefect is."""
    return PrefectSettings().api_url


@pytest.fixture
def portal_settings(tmp_path: Path, api_url: str) -> Settings:
    made = small_settings(tmp_path)
    campaign = made.campaigns[0].model_copy(update={"schedule": WRITTEN})
    return made.model_copy(update={"campaigns": (campaign,), "prefect": PrefectSettings(api_url=api_url)})


@pytest.fixture
def lan(portal: Portal, enter: Enter) -> httpx.Client:
    return open_desk(portal, enter)


def holds(portal: Portal, settings: Settings) -> CampaignSchedule:
    return effective_schedule(portal.store, settings, "thu").schedule


def test_the_page_says_when_and_what_comes_next(lan: httpx.Client) -> None:
    text = page_text(lan.get(HERE))
    assert "mỗi ngày lúc 07:00; bảy ngày trước ngày gốc: mỗi ngày lúc 07:00, 13:00" in text
    assert "thứ Hai lúc 08:00; lần tới 08:00 09/02/2026" in text
    assert re.findall(r"07:00 (\d\d/02/2026)", text) == [f"{day:02d}/02/2026" for day in range(3, 8)]
    assert HERE in lan.get(HOME + "/overview").text


def at(portal: Portal, enter: Enter, later: timedelta) -> str:
    """What an officer, who signs in again, reads some time later."""
    portal.moments.append(NOW + later)
    text = page_text(enter("van-phong", SECRET).get(HERE))
    assert "Lịch chạy" in text
    return text


def test_a_run_that_did_not_come_is_told_until_one_finishes(
    portal: Portal, portal_settings: Settings, enter: Enter
) -> None:
    make_officer(portal.store, "van-phong", Role.OFFICER)
    assert "đã không chạy" not in at(portal, enter, DUE + timedelta(minutes=50))
    told = "Lượt lúc 07:00 03/02/2026 đã không chạy. Hãy báo người quản trị máy"
    assert told in at(portal, enter, DUE + timedelta(hours=2))
    late = NOW + DUE + timedelta(hours=2)
    begun = begin_run(portal.store, open_campaign_of_files(portal_settings, "thu"), late, late, {})
    portal.store.runs.finish(begun.id, FINISHED, late, begun.head)
    assert "đã không chạy" not in at(portal, enter, DUE + timedelta(hours=2))


def test_a_pause_is_no_run_that_did_not_come(portal: Portal, enter: Enter) -> None:
    send_form(
        open_desk(portal, enter), HERE, cron_hours="7h", cron_days=["0", "1", "2", "3", "4", "5", "6"], paused="1"
    )
    assert "đã không chạy" not in at(portal, enter, DUE + timedelta(hours=7))


@pytest.mark.parametrize("api_url", [""])
def test_where_there_is_no_prefect_no_run_is_promised(lan: httpx.Client) -> None:
    assert "không lượt nào dưới đây tự chạy" in page_text(lan.get(HERE))
    assert "không lượt nào dưới đây tự chạy" not in page_text(send_form(lan, HERE, paused="1"))  # it promises none


def test_an_officer_changes_it_and_journal_and_page_say_who(
    portal: Portal, portal_settings: Settings, lan: httpx.Client
) -> None:
    answer = send_form(lan, HERE, cron_hours="6h30", cron_days=["0", "1", "2", "3", "4"], skip_days_off="1")
    assert answer.status_code == 200
    assert "Lịch đã lưu" in answer.text
    assert "thứ Hai đến thứ Sáu lúc 06:30; bỏ ngày nghỉ" in page_text(answer)
    assert "Văn phòng tỉnh (van-phong)" in page_text(answer)
    assert holds(portal, portal_settings) == CampaignSchedule("30 6 * * 1,2,3,4,5", skip_days_off=True)
    (entry,) = portal.store.journal.entries("thu")
    assert (entry.new.kind, entry.new.actor) == (EntryKind.CHANGED, "officer:van-phong")


def test_the_file_s_schedule_is_taken_up_again(portal: Portal, portal_settings: Settings, lan: httpx.Client) -> None:
    changed = send_form(lan, HERE, paused="1")
    assert "tạm dừng" in page_text(changed)
    fields = hidden_fields(changed.text)
    answer = lan.post(HERE, data=fields | {"reset": "1"})
    assert answer.status_code == 200
    assert holds(portal, portal_settings) == CampaignSchedule(**WRITTEN.model_dump())
    assert "Dùng lịch trong tệp cấu hình" not in answer.text


def test_bad_input_is_said_beside_its_field_and_what_was_typed_comes_back(
    portal: Portal, portal_settings: Settings, lan: httpx.Client
) -> None:
    hostile = '26h"><script>alert(1)</script>'
    answer = send_form(lan, HERE, cron_hours=hostile, cron_days=["2"], report_cron="mỗi tuần", last_week_hours="9h")
    assert answer.status_code == 422
    assert "không phải một giờ" in page_text(answer)
    assert "“mỗi tuần” phải có đúng năm phần" in page_text(answer)
    assert "Hãy chọn ít nhất một ngày trong tuần." in page_text(answer)
    assert "<script>" not in answer.text
    assert "26h&#34;&gt;&lt;script&gt;alert(1)" in answer.text
    assert re.findall(r'name="cron_days" value="(\d)"[^>]* checked', answer.text) == ["2"]
    assert 'value="mỗi tuần"' in answer.text
    assert holds(portal, portal_settings) == CampaignSchedule(**WRITTEN.model_dump())
    assert portal.store.journal.entries("thu") == ()


def test_a_form_that_was_opened_before_another_change_changes_nothing_and_names_who_was_quicker(
    portal: Portal, portal_settings: Settings, lan: httpx.Client
) -> None:
    old = hidden_fields(lan.get(HERE).text)
    send_form(lan, HERE, cron_hours="6h", cron_days=["0"])
    answer = lan.post(HERE, data=old | {"cron_hours": "9h", "cron_days": "1"})
    assert answer.status_code == 409
    assert "Văn phòng tỉnh (van-phong) đã đổi lịch này" in page_text(answer)
    assert 'value="9h"' in answer.text
    assert holds(portal, portal_settings).cron == "0 6 * * 1"


def test_a_form_sent_twice_is_one_change(portal: Portal, lan: httpx.Client) -> None:
    form = hidden_fields(lan.get(HERE).text) | {"cron_hours": "6h", "cron_days": "0"}
    first, second = (lan.post(HERE, data=form) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert len(portal.store.journal.entries("thu")) == 1


def test_a_changed_schedule_that_cannot_be_read_any_more_is_told_and_mended_by_saving(
    portal: Portal, portal_settings: Settings, lan: httpx.Client
) -> None:
    with writing(portal.store.engine) as connection:
        kept = {
            "content": '{"cron": "0 7 L * *", "paused": true}',
            "changed_at": NOW.isoformat(),
            "actor": "officer:hoa",
        }
        connection.execute(insert(schedules).values(campaign="thu", **kept))
    assert "Không đọc được lịch mà văn phòng đã đổi" in page_text(lan.get(HERE))
    saved = send_form(lan, HERE, cron_hours="7h", cron_days=["0"], paused="1")
    assert "Lịch đã lưu" in page_text(saved)
    assert "Không đọc được lịch" not in page_text(saved)
    assert holds(portal, portal_settings) == CampaignSchedule("0 7 * * 1", paused=True)


def test_a_viewer_reads_it_and_finds_no_form(portal: Portal, enter: Enter) -> None:
    viewer = open_desk(portal, enter, Role.VIEWER)
    answer = viewer.get(HERE)
    assert answer.status_code == 200
    assert '<form method="post" action="' + HERE not in answer.text
    assert viewer.post(HERE, data={**hidden_fields(answer.text), "paused": "1"}).status_code == 404


def test_the_journal_page_says_what_was_changed(portal: Portal, enter: Enter) -> None:
    administrator = open_desk(portal, enter, Role.ADMINISTRATOR)
    send_form(administrator, HERE, cron_hours="6h", cron_days=["0"])
    text = page_text(administrator.get("/journal"))
    assert (
        "lịch chạy mỗi ngày lúc 07:00; bảy ngày trước ngày gốc: mỗi ngày lúc 07:00, 13:00; báo cáo thứ Hai lúc 08:00"
        in text
    )
    assert "→ thứ Hai lúc 06:00" in text
    number = portal.store.journal.entries("thu")[0].number
    assert administrator.get(f"{HOME}/what-if/{number}").status_code == 404


def test_what_is_mended_after_a_fault_does_not_overwrite_what_somebody_changed_meanwhile(
    portal: Portal, lan: httpx.Client, portal_settings: Settings
) -> None:
    old = hidden_fields(lan.get(HERE).text)
    send_form(lan, HERE, cron_hours="6h", cron_days=["0"])
    wrong = lan.post(HERE, data=old | {"cron_hours": "26h", "cron_days": "1"})
    assert wrong.status_code == 422
    form = hidden_fields(wrong.text.split("novalidate>")[1].split("</form>")[0])
    assert lan.post(HERE, data=form | {"cron_hours": "9h", "cron_days": "1"}).status_code == 409
    assert holds(portal, portal_settings).cron == "0 6 * * 1"
