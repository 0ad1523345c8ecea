"""The workbook in LibreOffice: it opens, prints on A4 landscape with heads on every page, and keeps its dates."""

import csv
import io
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]  # it declares no types
import pytest
from openpyxl import load_workbook

from lotrinh.core.report.bundle import ReportBundle
from lotrinh.core.report.report import Report, StepObstacle
from lotrinh.reports.xlsx import report_workbook
from tests.reports.books import SHEETS, head_row, sheet
from tests.reports.samples import NOW, commune, the_checklist, the_report, unit_report

A4, A4_LANDSCAPE = 9, (842, 595)
AS_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false,false,-1"
"""Every sheet into a file of its own, as it is shown, in UTF-8."""
pytestmark = pytest.mark.xdist_group("printed")
MAKE = """
import sys
from lotrinh.core.report.bundle import ReportBundle
from lotrinh.reports.xlsx import report_workbook
from tests.reports.xlsx.test_printed import long_report
sys.stdout.buffer.write(report_workbook(ReportBundle(long_report()), "vi"))
"""


def long_report() -> Report:
    """Enough units for several pages, sample data, a formula that somebody typed."""
    step = the_checklist().steps["lap-to"]
    units = [commune(f"{number:05}", f"Xã {number}") for number in range(1, 41)]
    obstacle = StepObstacle(
        unit=units[0],
        step=step,
        text="=1+1",
        is_proposal=False,
        reported_at=NOW,
        answer="",
        answered_at=None,
        handed_to="",
        sample=True,
    )
    return the_report(*map(unit_report, units), sample=True, obstacles=(obstacle,))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook, printed as PDF and as one CSV for each sheet."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    at = tmp_path_factory.mktemp("xlsx")
    (at / "a.xlsx").write_bytes(report_workbook(ReportBundle(long_report()), "vi"))
    for form in ("pdf", AS_CSV):
        profile = f"-env:UserInstallation={(at / 'profile').as_uri()}"
        arguments = [office, profile, "--headless", "--convert-to", form, "--outdir", str(at), str(at / "a.xlsx")]
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=100, check=True)
        assert "rror" not in done.stdout + done.stderr.replace("javaldx", "")
    return at


@pytest.fixture(scope="module")
def pages(folder: Path) -> Sequence[tuple[tuple[int, int], str]]:
    """Size in points and text of each page."""
    with pypdfium2.PdfDocument(folder / "a.pdf") as document:
        made = []
        for page in document:
            width, height = page.get_size()
            made.append(((round(width), round(height)), page.get_textpage().get_text_range()))
        return made


def test_every_page_is_a4_landscape_numbered_and_labelled_as_sample_data(
    pages: Sequence[tuple[tuple[int, int], str]],
) -> None:
    for number, (size, text) in enumerate(pages, 1):
        assert size == A4_LANDSCAPE
        assert f"{number}/{len(pages)}" in text
        assert "DỮ LIỆU MẪU" in text


def test_heads_are_repeated_where_a_list_goes_on_on_the_next_page(
    pages: Sequence[tuple[tuple[int, int], str]],
) -> None:
    listed = [text for _, text in pages if text.lstrip().startswith("Còn phải làm")]
    assert len(listed) > 1
    assert all("Lý do, ghi chú" in text for text in listed)


def printed_rows(folder: Path, name: str) -> list[list[str]]:
    text = (folder / f"a-{name}.csv").read_text(encoding="utf-8")
    return list(csv.reader(io.StringIO(text)))


def test_dates_numbers_and_codes_are_shown_as_their_readers_write_them(folder: Path) -> None:
    rows = [row for row in printed_rows(folder, "Còn phải làm") if row[0] == "00001" and row[3] == "Việc lap-to"]
    assert rows[0][5:8] == ["31/01/2026", "-2", "quá hạn"]
    (late,) = (row for row in printed_rows(folder, "Còn phải làm") if row[0] == "00001" and row[3] == "Việc ho-so (?)")
    assert late[5] == "17:00 01/02/2026"


def test_what_somebody_typed_as_a_formula_is_shown_as_it_was_typed(folder: Path) -> None:
    assert "=1+1" in [cell for row in printed_rows(folder, "Khó khăn, kiến nghị") for cell in row]


def test_every_sheet_is_there(folder: Path) -> None:
    assert all(printed_rows(folder, name) for name in SHEETS)


def test_lists_have_filters_and_heads_that_stay_in_sight() -> None:
    made = load_workbook(io.BytesIO(report_workbook(ReportBundle(long_report()), "vi")))
    for name in SHEETS[1:-1]:
        page = sheet(made, name)
        at = head_row(made, name)
        assert page.auto_filter.ref == f"A{at}:{page.cell(page.max_row, page.max_column).coordinate}"
        assert str(page.freeze_panes).endswith(str(at + 1))
        assert str(page.print_title_rows).endswith(f"${at}")
        assert page.page_setup.orientation == "landscape"
        assert page.page_setup.paperSize == A4
        # Its default is one page wide; none says how many down.
        assert page.sheet_properties.pageSetUpPr
        assert page.sheet_properties.pageSetUpPr.fitToPage
        assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (None, 0)


def test_the_same_dossier_gives_the_same_bytes_here_and_in_another_process_elsewhere() -> None:
    here = report_workbook(ReportBundle(long_report()), "vi")
    assert report_workbook(ReportBundle(replace(long_report())), "vi") == here
    for zone, seed in (("America/New_York", "1"), ("Asia/Tokyo", "2")):
        environment = {"TZ": zone, "PYTHONHASHSEED": seed, "PATH": ""}
        done = subprocess.run([sys.executable, "-c", MAKE], env=environment, capture_output=True, check=True)
        assert done.stdout == here


def test_the_file_says_that_it_was_made_at_the_moment_of_the_report() -> None:
    made = load_workbook(io.BytesIO(report_workbook(ReportBundle(long_report()), "vi"))).properties
    assert made.created == made.modified
    assert str(made.created) == "2026-02-02 01:00:00"
    assert (made.creator, made.subject) == ("lotrinh", "DỮ LIỆU MẪU")
