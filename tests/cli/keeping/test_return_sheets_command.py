"""lotrinh export sheets, lotrinh import confirmations: as an office without a portal would use them."""

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from lotrinh.cli.keeping.import_ import _confirm
from tests.conftest import Lotrinh

SETTINGS = 'province = "phu-tho"\n[[campaigns]]\nid = "bau-cu-2026"\nunits = ["04924", "04960"]\n'
SHEET = "phieu-bau-cu-2026-04924"


def fill(path: Path, day: str) -> None:
    """Write into the first row that a commune may fill in."""
    book = load_workbook(path)
    page = book.active
    assert isinstance(page, Worksheet)
    head = next(n for n in range(1, 30) if page.cell(n, 1).value == "Mã")
    page.cell(head + 1, 6).value = day
    page.cell(head + 1, 7).value = "12/QĐ-UBND"
    out = io.BytesIO()
    book.save(out)
    path.write_bytes(out.getvalue())


def test_a_sheet_goes_out_comes_back_is_shown_and_recorded_once(lotrinh: Lotrinh, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    done = lotrinh("export", "sheets", "bau-cu-2026", "--silent", "--out", "ra")
    assert (done.returncode, "2 phiếu" in done.stderr) == (0, True), done.stderr
    fill(tmp_path / "ra" / f"{SHEET}.xlsx", "15/3/2026")
    shown = lotrinh("import", "confirmations", f"ra/{SHEET}.xlsx")
    assert shown.returncode == 0, shown.stderr
    assert "1 mục sẽ ghi" in shown.stdout
    assert "--yes" in shown.stderr
    recorded = lotrinh("import", "confirmations", f"ra/{SHEET}.xlsx", "--yes")
    assert (recorded.returncode, "Đã ghi 1 mục" in recorded.stderr) == (0, True), recorded.stderr
    again = lotrinh("import", "confirmations", f"ra/{SHEET}.xlsx", "--yes")
    assert (again.returncode, "đã ghi trước đây: không ghi lại" in again.stderr) == (0, True), again.stderr
    assert lotrinh("export", "sheets", "bau-cu-2026", "--silent", "--out", "ra2").returncode == 0
    assert [path.name for path in (tmp_path / "ra2").iterdir()] == ["phieu-bau-cu-2026-04960.xlsx"]


def test_what_is_wrong_in_several_files_is_listed_with_file_row_and_column_and_exits_2(
    lotrinh: Lotrinh, tmp_path: Path
) -> None:
    (tmp_path / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    assert lotrinh("export", "sheets", "bau-cu-2026", "--unit", "04924", "--out", "ra").returncode == 0
    fill(tmp_path / "ra" / f"{SHEET}.xlsx", "31/2/2026")
    (tmp_path / "khac.xlsx").write_bytes(b"khong phai")
    done = lotrinh("import", "confirmations", f"ra/{SHEET}.xlsx", "khac.xlsx", "--yes")
    assert (done.returncode, done.stdout) == (2, "")  # a table would seem to say what is recorded
    assert "khac.xlsx: Tệp này không phải bảng tính XLSX" in done.stderr
    assert f"ra/{SHEET}.xlsx:" in done.stderr
    assert "“31/2/2026” không phải một ngày" in done.stderr


def test_paper_sheets_are_written_and_a_moment_before_the_first_run_is_refused(
    lotrinh: Lotrinh, tmp_path: Path
) -> None:
    (tmp_path / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    done = lotrinh("export", "sheets", "bau-cu-2026", "--unit", "04924", "--format", "html", "--out", "ra")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "ra" / f"{SHEET}.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert lotrinh("export", "sheets", "bau-cu-2026", "--as-of", "2026-01-01", "--out", "ra").returncode == 2
    assert lotrinh("export", "sheets", "bau-cu-2026", "--unit", "99999", "--out", "ra").returncode == 2


class Terminal(io.StringIO):
    """Somebody at a keyboard."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("answer", "agreed"), [("y\n", True), ("n\n", False), ("\n", False)])
def test_at_a_terminal_it_asks_and_takes_only_a_yes_for_one(
    monkeypatch: pytest.MonkeyPatch, answer: str, *, agreed: bool
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    prepared: Any = SimpleNamespace(statements=(1, 2), new_statements=(1, 2))
    assert _confirm(prepared, yes=False) is agreed
