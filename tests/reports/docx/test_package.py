"""Zip archives of office documents: the same bytes for the same content."""

import io
import zipfile

from lotrinh.reports.docx.package import FIRST, normalize_archive


def archive(*names: str, year: int = 2026, method: int = zipfile.ZIP_STORED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as opened:
        for name in names:
            opened.writestr(zipfile.ZipInfo(name, (year, 5, 6, 7, 8, 10)), f"nội dung {name}")
    return made.getvalue()


def test_order_dates_and_compression_of_the_maker_leave_no_trace() -> None:
    one = archive("b.xml", FIRST, "a/c.xml")
    other = archive("a/c.xml", "b.xml", FIRST, year=1999, method=zipfile.ZIP_DEFLATED)
    assert one != other
    assert normalize_archive(one) == normalize_archive(other) == normalize_archive(normalize_archive(one))


def test_the_content_is_kept_and_the_types_come_first() -> None:
    with zipfile.ZipFile(io.BytesIO(normalize_archive(archive("b.xml", "a.xml", FIRST)))) as opened:
        assert opened.namelist() == [FIRST, "a.xml", "b.xml"]
        assert opened.read("b.xml").decode() == "nội dung b.xml"
        assert {entry.date_time for entry in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}
