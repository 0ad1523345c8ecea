"""From a commune's telephone to the office's desk, as issue 3 asks: JavaScript off, a real browser, real HTTP."""

import asyncio
import re
from dataclasses import dataclass, replace

import httpx
import pytest
from playwright.sync_api import Page, expect

from lotrinh.core.report.report import Report
from lotrinh.core.status.roles import Role
from lotrinh.core.status.status import Status, StepStatus
from lotrinh.services.access.accounts import add_officer, issue_slips
from lotrinh.services.campaigns.campaigns import Campaign, open_campaign_of_files
from lotrinh.services.runs.ask import begin_run
from lotrinh.services.runs.check import run_check
from tests.browser.conftest import DESK, PHONE, Visit
from tests.browser.hosting import CAMPAIGN, LIEN_SON, LUONG_SON, Hosted, in_own_thread
from tests.browser.world import OPEN, PDF
from tests.portal.people import SECRET

pytestmark = pytest.mark.xdist_group("browser")

HOME = f"/campaigns/{CAMPAIGN}"


@dataclass
class Province:
    """One portal with its commune and its office, each at a browser without JavaScript."""

    portal: Hosted
    campaign: Campaign
    phone: Page
    desk: Page

    def signs_in(self, page: Page, name: str, secret: str) -> None:
        page.goto(self.portal.url)
        page.get_by_label("Mã đơn vị").fill(name)
        page.get_by_label("Mã bí mật").fill(secret)
        page.get_by_role("button", name="Đăng nhập").click()

    def check(self) -> Report:
        """Ask the communes over HTTP, as a scheduled check does."""
        store, now = self.portal.store, self.portal.clock()
        begun = begin_run(store, self.campaign, now, now, {})
        asking = run_check(store, self.portal.settings, self.campaign, begun, self.portal.clock)
        report: Report = in_own_thread(lambda: asyncio.run(asking))
        return report


@pytest.fixture
def province(portal: Hosted, visit: Visit) -> Province:
    campaign = open_campaign_of_files(portal.settings, CAMPAIGN)
    pages = [visit(viewport=size, java_script_enabled=False) for size in (PHONE, DESK)]
    asked = tuple(campaign.by_code[code] for code in (LIEN_SON, LUONG_SON))
    return Province(portal, replace(campaign, units=asked), *pages)


def step_status(report: Report, unit: str) -> StepStatus:
    found = next(u for u in report.units if u.unit.code == unit)
    return next(s for s in found.step_statuses if s.step == OPEN)


def confirmed(page: Page) -> str:
    """Confirm the step with a file, from the list of steps to the receipt; return the receipt's address."""
    first = page.get_by_role("listitem").filter(has_text="quá hạn").first
    first.get_by_role("link", name="Xác định khu vực bỏ phiếu").click()
    page.get_by_role("link", name="Xác nhận hoàn thành").click()
    page.get_by_label("Ngày hoàn thành").fill("29/1/2026")
    page.get_by_label("Số, ký hiệu văn bản").fill("12/QĐ-UBND")
    page.get_by_label("Tệp văn bản").set_input_files(
        {"name": "Quyết định 12.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    page.get_by_role("button", name="Tiếp tục").click()
    expect(page.locator("dl.facts")).to_contain_text("Quyết định 12.pdf")
    page.get_by_role("button", name="Gửi xác nhận").click()
    expect(page.get_by_role("heading", name="Đã ghi nhận")).to_be_visible()
    return page.url


def test_a_commune_confirms_the_check_sees_it_and_the_office_accepts_it(province: Province) -> None:
    portal, phone, desk = province.portal, province.phone, province.desk
    slip = issue_slips(portal.store, [province.campaign.by_code[LIEN_SON]], portal.clock())[0]
    add_officer(portal.store, "lan", Role.OFFICER, "Cán bộ văn phòng", SECRET, portal.clock())
    assert step_status(province.check(), LIEN_SON).status is Status.OVERDUE

    province.signs_in(phone, LIEN_SON, slip.secret)
    receipt = confirmed(phone)
    entry = portal.store.journal.entries(CAMPAIGN, LIEN_SON)[-1]
    assert receipt == f"{portal.url}/receipts/{LIEN_SON}-{entry.number}"
    expect(phone.locator("main")).to_contain_text(f"Biên nhận {LIEN_SON}-{entry.number}")
    expect(phone.locator("main")).to_contain_text("08:00 03/02/2026")
    expect(phone.locator("main")).to_contain_text(entry.hash)
    assert handed_in(phone) == PDF

    seen = province.check()
    assert step_status(seen, LIEN_SON).status is Status.DONE
    assert step_status(seen, LUONG_SON).status is Status.OVERDUE

    province.signs_in(desk, "lan", SECRET)
    expect(desk.get_by_role("row", name=re.compile("Liên Sơn")).first).to_be_visible()
    desk.get_by_role("link", name="Chờ duyệt").click()
    desk.get_by_role("checkbox", name="Chọn: Xã Liên Sơn, Xác định khu vực bỏ phiếu").check()
    desk.get_by_role("button", name="Chấp nhận các mục đã chọn").click()
    expect(desk.get_by_role("status")).to_have_text("Đã chấp nhận 1 xác nhận.")
    phone.goto(f"{portal.url}{HOME}/units/{LIEN_SON}/steps/{OPEN}")
    expect(phone.locator("ol.entries > li").first).to_contain_text("chấp nhận xác nhận, Văn phòng tỉnh (lan)")
    assert phone.get_by_role("link", name="Sửa xác nhận").count() == 0


def handed_in(page: Page) -> bytes:
    """The file as the commune gets it back from its receipt."""
    link = page.get_by_role("link", name="Quyết định 12.pdf").get_attribute("href")
    cookies = {c["name"]: c["value"] for c in page.context.cookies()}
    answer = httpx.get(httpx.URL(page.url).join(link or ""), cookies=cookies, trust_env=False, timeout=60)
    assert answer.headers["content-disposition"].startswith("attachment")
    return answer.content
