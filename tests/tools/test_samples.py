"""The sample documents are those that the tool makes, say that they are samples, and are shown."""

import io
import re
import zipfile
from pathlib import Path

import pytest

from tests.conftest import TOP
from tests.tools.samples import FOLDER, SAMPLES, Sample

LARGEST = 800_000
"""Bytes of one document."""
SAYS = re.compile('MẪU|"sample": true')


def words(document: Path) -> str:
    """All that a document holds, unpacked where it is an archive."""
    content = document.read_bytes()
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = b" ".join(archive.read(name) for name in archive.namelist() if name.endswith(".xml"))
    return content.decode()


def test_every_document_and_picture_is_made_by_the_tool() -> None:
    pictures = {
        f"{Path(s.name).stem}-{Path(s.name).suffix[1:]}-{number}.png"
        for s in SAMPLES
        for number in range(1, s.pages + 1)
    }
    assert {path.name for path in FOLDER.iterdir()} == {s.name for s in SAMPLES} | pictures


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_sample_says_so_and_is_not_large(sample: Sample) -> None:
    document = FOLDER / sample.name
    assert document.stat().st_size < LARGEST
    assert SAYS.search(words(document))


def test_readme_and_the_page_on_reports_lead_to_all_of_them() -> None:
    text = (TOP / "docs" / "reports.md").read_text(encoding="utf-8")
    assert {path.name for path in FOLDER.iterdir()} <= set(re.findall(r"samples/([^)]+)\)", text))
    shown = re.findall(r"!\[([^\]]+)\]\(docs/samples/", (TOP / "README.md").read_text(encoding="utf-8"))
    assert shown
    assert all("dữ liệu mẫu" in said for said in shown)
