"""A file that is no return sheet as it was sent is refused whole, with what to do; what LibreOffice saved is read."""

import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from lotrinh.core.return_sheet.return_sheet import FORM, SheetMark
from lotrinh.i18n import say
from lotrinh.reports.return_sheet.layout import PLACE
from lotrinh.services.return_sheets.returned_files import CHANGED, LARGE, LOCKED, NO_WORKBOOK
from lotrinh.settings.models import Settings
from lotrinh.store import Store
from tests.services.builders import NOW
from tests.services.returned import DONE, Desk, desk_of, filled, row_of, sentences


@pytest.fixture
def desk(store: Store, settings: Settings) -> Desk:
    return desk_of(store, settings)


def only(desk: Desk, content: bytes) -> str:
    """The one sentence that a file is refused with."""
    judged = desk.judge(content)
    assert judged.statements == ()
    ((place, sentence),) = sentences(judged)
    assert place.startswith("phieu-1.xlsx")
    return sentence


def changed(desk: Desk, change: Callable[[Worksheet], object]) -> bytes:
    return filled(desk.sheet(), {"so": DONE}, lambda page: change(page) and None)


def repacked(content: bytes, parts: dict[str, bytes]) -> bytes:
    """Put other parts into a workbook."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, parts.get(name, old.read(name)))
        for name in parts.keys() - set(old.namelist()):
            new.writestr(name, parts[name])
    return out.getvalue()


def other_workbook() -> bytes:
    out = io.BytesIO()
    Workbook().save(out)
    return out.getvalue()


def ods() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    return out.getvalue()


FILES: list[tuple[bytes, str]] = [
    (b"", "rỗng"),
    (b"khong phai bang tinh", say(NO_WORKBOOK)),
    (b"%PDF-1.7 x", say(NO_WORKBOOK)),
    (ods(), say(NO_WORKBOOK)),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), say(LOCKED)),
    (b"PK\x03\x04" + bytes(100), "bị hỏng"),
    (other_workbook(), "không phải phiếu xác nhận do lotrinh lập"),
]


@pytest.mark.parametrize(("content", "part"), FILES)
def test_what_is_no_return_sheet_is_refused_with_what_to_do(desk: Desk, content: bytes, part: str) -> None:
    assert part in only(desk, content)


def test_a_damaged_workbook_is_refused(desk: Desk) -> None:
    assert "bị hỏng" in only(desk, desk.sheet()[:-400])
    assert "bị hỏng" in only(desk, repacked(desk.sheet(), {"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row"}))


def test_an_archive_bomb_and_a_path_that_leads_out_are_refused_before_anything_is_unpacked(desk: Desk) -> None:
    assert only(desk, repacked(desk.sheet(), {"xl/media/x.bin": bytes(25_000_000)})) == say(LARGE)
    assert "đường dẫn bất thường" in only(desk, repacked(desk.sheet(), {"../../x": b"x"}))
    assert "macro" in only(desk, repacked(desk.sheet(), {"xl/vbaProject.bin": b"x"}))


def test_an_entity_bomb_is_refused_quickly(desk: Desk) -> None:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 30))
    bomb = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "x">{entities}]><worksheet>&a29;</worksheet>'
    assert "bị hỏng" in only(desk, repacked(desk.sheet(), {"xl/worksheets/sheet1.xml": bomb.encode()}))


def test_a_sheet_of_another_campaign_or_unit_or_of_a_name_that_is_a_path_is_refused(desk: Desk) -> None:
    for campaign in ("dot-khac", "../../etc/passwd"):
        mark = SheetMark(campaign, "04924", "c" * 12, NOW.isoformat(), 0)
        assert f"thuộc đợt “{campaign}”" in only(
            desk, changed(desk, lambda page, mark=mark: with_mark(page, mark.line))
        )
    mark = SheetMark("thu", "99999", "c" * 12, NOW.isoformat(), 0)
    assert "không có đơn vị mang mã “99999”" in only(desk, changed(desk, lambda page: with_mark(page, mark.line)))


def with_mark(page: Worksheet, line: str) -> None:
    row = next(n for n in range(1, 20) if str(page.cell(n, 1).value).startswith(FORM))
    page.cell(row, 1).value = line


def test_a_mark_that_was_changed_is_noticed(desk: Desk) -> None:
    mark = SheetMark("thu", "04924", "c" * 12, NOW.isoformat(), 0)
    assert only(desk, changed(desk, lambda page: with_mark(page, mark.line.replace("04924", "04960")))) == say(CHANGED)


def test_renamed_swapped_and_missing_columns_are_each_named(desk: Desk) -> None:
    def rename(page: Worksheet) -> None:
        page.cell(row_of(page, "0"), PLACE["completed_on"] + 1).value = "Ngày xong"

    assert "Cột F phải là “Ngày hoàn thành”, nay là “Ngày xong”" in only(desk, changed(desk, rename))
    missing = sentences(desk.judge(changed(desk, lambda page: page.delete_cols(PLACE["signer"] + 1))))
    assert ["Cột N phải là “Người ký”, nay là “để trống”" in s for _, s in missing] == [True]
    moved = sentences(desk.judge(changed(desk, lambda page: page.insert_cols(PLACE["note"] + 1))))
    assert [place.split(":")[2] for place, _ in moved] == ["13", "14", "15"]


def test_a_missing_head_a_column_too_many_and_a_cell_beside_the_table_are_named(desk: Desk) -> None:
    assert "Không thấy dòng tên cột" in only(desk, changed(desk, lambda page: page.delete_rows(row_of(page, "0"))))

    def beside(page: Worksheet) -> None:
        page.cell(row_of(page, "so"), len(PLACE) + 2).value = "ghi thêm"

    assert ["nằm ngoài bảng" in said for _, said in sentences(desk.judge(changed(desk, beside)))] == [True]

    def beside_and_wrong(page: Worksheet) -> None:
        beside(page)
        page.cell(row_of(page, "so"), PLACE["completed_on"] + 1).value = "hôm nào đó"

    assert len(sentences(desk.judge(changed(desk, beside_and_wrong)))) > 1

    def more(page: Worksheet) -> None:
        page.cell(row_of(page, "0"), len(PLACE) + 1).value = "Cột mới"

    assert "Cột O là cột thêm vào" in only(desk, changed(desk, more))


def test_two_sheets_in_one_file_are_refused(desk: Desk) -> None:
    assert "có 2 phiếu" in only(desk, changed(desk, lambda page: page.parent.copy_worksheet(page)))


def test_a_table_without_end_is_refused(desk: Desk) -> None:
    def long(page: Worksheet) -> None:
        page.cell(3_000, 1).value = "x"

    assert "dài quá 2000 dòng" in only(desk, changed(desk, long))


def test_other_worksheets_empty_rows_and_rows_in_another_order_do_no_harm(desk: Desk) -> None:
    def untidy(page: Worksheet) -> None:
        page.parent.create_sheet("Nháp", 0)["A1"] = "=1+1"
        row = row_of(page, "so")
        values = [page.cell(row, place + 1).value for place in range(len(PLACE))]
        page.delete_rows(row)
        for place, value in enumerate(values):
            page.cell(page.max_row + (3 if place == 0 else 0), place + 1).value = value

    judged = desk.judge(changed(desk, untidy))
    assert judged.problems == ()
    assert [s.step.id for s in judged.new_statements] == ["so"]


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_what_libreoffice_opened_and_saved_is_read_all_the_same(desk: Desk, tmp_path: Path) -> None:
    """Through its own format and back: all that survives is what a commune's LibreOffice would keep."""
    cells = {
        "so": DONE | {"note": "Đã gửi", "signer": "Chủ tịch UBND xã"},
        "dem": {"completed_on": "1/2/2026", "done": 7, "of": 12, "obstacle": "Mất điện\nhai ngày"},
    }
    content = filled(desk.sheet(), cells)
    (tmp_path / "phieu.xlsx").write_bytes(content)
    profile = f"-env:UserInstallation={(tmp_path / 'lo').as_uri()}"
    for name, ending in (("phieu.xlsx", "ods"), ("phieu.ods", "xlsx")):
        subprocess.run(
            ["soffice", profile, "--headless", "--convert-to", ending, "--outdir", tmp_path, tmp_path / name],
            check=True,
            capture_output=True,
            timeout=100,
        )
    saved = (tmp_path / "phieu.xlsx").read_bytes()
    assert saved != content
    judged = desk.judge(saved)
    assert judged.problems == ()
    assert [s.entry.body for s in judged.new_statements] == [s.entry.body for s in desk.judge(content).new_statements]
    assert len(desk.record(saved)) == 3
    assert desk.judge(content).new_statements == ()
