"""Both layouts in LibreOffice: they open, and what is printed is what an office hands to its chairman."""

import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pypdfium2
import pytest

from tests.reports.papers import PARTY, STATE, make_document
from tests.reports.samples import commune, the_report, unit_report
from tests.tools.own_template import example_template

pytestmark = pytest.mark.xdist_group("printed")

A4 = (595, 842)
FILES = ("state", "party", "own")


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Sequence[tuple[tuple[int, int], str]]]:
    """Size in points and text of each page of each document."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    at = tmp_path_factory.mktemp("docx")
    report = the_report(*(unit_report(commune(f"{n:05}", f"Xã {n}")) for n in range(60)), sample=True)
    for name, content in (
        ("state", make_document(report, STATE, charts=True)),
        ("party", make_document(report, PARTY)),
        ("own", make_document(report, template=example_template())),
    ):
        (at / f"{name}.docx").write_bytes(content)
    arguments = [office, f"-env:UserInstallation={(at / 'profile').as_uri()}", "--headless", "--convert-to", "pdf"]
    files = [str(at / f"{name}.docx") for name in FILES]
    subprocess.run([*arguments, "--outdir", str(at), *files], capture_output=True, timeout=110, check=True)
    return {name: pages(at / f"{name}.pdf") for name in FILES}


def pages(file: Path) -> Sequence[tuple[tuple[int, int], str]]:
    with pypdfium2.PdfDocument(file) as document:
        return [
            ((round(page.get_width()), round(page.get_height())), page.get_textpage().get_text_range())
            for page in document
        ]


Printed = Mapping[str, Sequence[tuple[tuple[int, int], str]]]


@pytest.mark.parametrize("name", ["state", "party"])
def test_the_number_is_at_the_top_of_every_page_but_the_first(printed: Printed, name: str) -> None:
    numbers = []
    for size, text in printed[name]:
        assert size == A4
        label, below = text.splitlines()[:2]
        assert label.startswith("DỮ LIỆU MẪU")
        numbers.append(below.strip())
    assert len(numbers) > 4
    assert not numbers[0].isdigit()
    assert numbers[1:] == [str(number) for number in range(2, len(numbers) + 1)]


def test_the_first_page_of_each_layout_is_its_own(printed: Printed) -> None:
    state, party = printed["state"][0][1], printed["party"][0][1]
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in state
    assert "Số: 12/BC-VP" in state
    assert "ĐẢNG CỘNG SẢN VIỆT NAM" in party
    assert "Số 05-BC/ĐU" in party
    assert "Độc lập" not in party


@pytest.mark.parametrize("name", ["state", "party"])
def test_the_signature_stands_on_one_page_with_the_end_of_the_body(printed: Printed, name: str) -> None:
    (page,) = [text for _, text in printed[name] if "Nơi nhận:" in text]
    assert "Trên đây là báo cáo tiến độ" in page
    assert ("CHÁNH VĂN PHÒNG" if name == "state" else "BÍ THƯ") in page


def test_heads_of_a_long_table_are_on_each_of_its_pages(printed: Printed) -> None:
    with_rows = [text for _, text in printed["party"] if re.search(r"^\d+ Xã Xã \d+ Việc", text, re.MULTILINE)]
    assert len(with_rows) >= 3
    assert all("Đầu việc" in text for text in with_rows)


def test_each_picture_has_a_page_of_its_own(printed: Printed) -> None:
    headed = [text for _, text in printed["state"] if re.search(r"^Hình \d\.", text, re.MULTILINE)]
    assert len(headed) == 4


def test_the_offices_own_template_opens_and_is_labelled(printed: Printed) -> None:
    text = " ".join(" ".join(text for _, text in printed["own"]).split())
    assert "BÁO CÁO NHANH" in text
    assert "DỮ LIỆU MẪU" in text
    assert "{{" not in text
