"""The mailed report, opened from a file: on a phone, on a desk, by keyboard, and on paper."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page

from lotrinh.core.report.bundle import ReportBundle
from lotrinh.core.report.report import Report
from lotrinh.core.status.status import Status
from lotrinh.reports.html.html import html_page
from tests.browser.checks import unreachable, violations_everywhere
from tests.browser.conftest import open_page
from tests.reports.samples import OPEN, UNREACHABLE, commune, everybody_at, the_report, unit_report

pytestmark = pytest.mark.xdist_group("browser")


def report() -> Report:
    """Seventy units in two areas, some of them late, one silent, with a name too long for its place."""
    units = [unit_report(commune(f"{n:05}", f"Số {n}"), OPEN if n % 9 == 0 else DONE) for n in range(70)]
    units.append(
        unit_report(commune("00900", "Lặng " * 20), everybody_at(Status.UNKNOWN), outcome=UNREACHABLE, heard=None)
    )
    units.append(unit_report(commune("00901", "Cũ"), outcome=UNREACHABLE, heard=timedelta(days=3)))
    placed = [u._replace(unit=replace(u.unit, area=f"Vùng {n % 2}")) for n, u in enumerate(units)]
    return the_report(*placed, sample=True)


DONE = everybody_at(Status.DONE)


class Opened:
    """The page, and whatever it asked for or complained about."""

    def __init__(self, page: Page, path: Path) -> None:
        self.page, self.asked, self.said = page, list[str](), list[str]()
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.goto(path.as_uri())


@pytest.fixture
def mailed(chromium: Browser, tmp_path: Path) -> Iterator[Opened]:
    path = tmp_path / "bao-cao.html"
    path.write_text(html_page(ReportBundle(report()), "vi"), encoding="utf-8")
    made = Opened(open_page(chromium, None, {"offline": True}), path)
    yield made
    made.page.context.close()


def test_it_opens_offline_asks_for_nothing_and_breaks_no_policy(mailed: Opened) -> None:
    mailed.page.wait_for_load_state("load")
    assert mailed.said == []
    assert [re.sub(r".*/", "", url) for url in mailed.asked] == ["bao-cao.html"]
    fill = "getComputedStyle(document.querySelector('.pic .c.overdue')).fill"
    assert mailed.page.evaluate(fill) == "rgb(163, 16, 26)"


def test_axe_finds_nothing_and_nothing_is_out_of_reach_on_a_phone(mailed: Opened) -> None:
    mailed.page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
    assert list(violations_everywhere(mailed.page)) == []
    assert list(unreachable(mailed.page)) == []


def test_on_paper_nothing_is_folded_away_and_every_page_says_that_it_is_sample_data(mailed: Opened) -> None:
    assert mailed.page.locator("details.unit[open]").count() == 0
    paper = pypdfium2.PdfDocument(mailed.page.pdf(prefer_css_page_size=True))
    try:
        texts = [leaf.get_textpage().get_text_bounded() for leaf in paper]
        sizes = {tuple(round(side) for side in leaf.get_size()) for leaf in paper}
    finally:
        paper.close()
    assert sizes == {(595, 842)}
    assert all("DỮ LIỆU MẪU" in text for text in texts)
    together = " ".join(texts)
    late = [u for u in report().units if any(s.status is Status.OVERDUE for s in u.step_statuses)]
    assert len(late) > 5
    for unit in late:
        assert f"{unit.unit.full_name} ({unit.unit.code}): 2 quá hạn" in together
    assert together.count("Việc lap-to") >= len(late)
