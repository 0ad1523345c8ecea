"""``lotrinh report``: printed or written, of a run, a moment or a unit, and what is said where it cannot be."""

import json
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest

from lotrinh.cli.checks.report import FORMATS, PICTURES
from lotrinh.cli.main import main
from lotrinh.core.report.report import Report
from lotrinh.core.status.journal import EntryKind, NewEntry
from lotrinh.reports.data.json_report import report_json
from lotrinh.reports.documents import FORMATS as KNOWN
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.runs.ask import begin_run
from lotrinh.services.runs.check import conclude
from lotrinh.settings.models import Settings
from lotrinh.settings.models import UnitsSettings as UnitSettings
from lotrinh.store import open_store
from tests.conftest import COLUMNS, TOP, Lotrinh
from tests.quick import migrated, quick_databases

__all__ = ["migrated", "quick_databases"]

NOW = datetime(2026, 2, 2, 8, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
DAY = timedelta(days=1)
BROKEN = "broken"
STATE = "-state"
"""What the name of a document of the state's layout carries."""


class CommandResult(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


Run = Callable[..., CommandResult]


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run a command in this process, in an office's folder."""
    for name in [name for name in os.environ if name.startswith("LOTRINH_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LOTRINH_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("LOTRINH_LANG", "vi")
    monkeypatch.setenv("LANGUAGE", "vi")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")

    def ended(*arguments: str) -> CommandResult:
        with pytest.raises(SystemExit) as left:
            main(["report", *arguments])
        out, err = capsysbinary.readouterr()
        return CommandResult(int(left.value.code or 0), out.decode(), err.decode())

    return ended


@pytest.fixture
def reports(tmp_path: Path) -> tuple[Report, ...]:
    """Two finished runs of two communes, five days and one day ago, and one that was cut off."""
    (tmp_path / "units.csv").write_text(f"{COLUMNS}\n04924,xa,Lương Sơn,,,,,,,\n04960,xa,Liên Sơn,,,,,,,\n", "utf-8")
    settings = Settings(data_dir=tmp_path / "data", units=UnitSettings(file=tmp_path / "units.csv"))
    of, made = open_campaign_of_files(settings, "bau-cu-2026"), list[Report]()
    with open_store(settings.database_url) as store:
        body = {"completed_on": "2026-01-29", "document": {"number": "12/QĐ-UBND"}, "sample": True}
        store.journal.append(
            NewEntry(
                kind=EntryKind.CONFIRMED,
                at=NOW - 6 * DAY,
                campaign=of.id,
                unit="04924",
                step="quyet-dinh-to-bau-cu",
                actor="x",
                body=body,
            )
        )
        for days in (5, 1):
            at = NOW - days * DAY
            made.append(conclude(store, settings, of, begin_run(store, of, at, at, {}, f"luot-{days}"), at))
        begin_run(store, of, NOW, NOW, {}, BROKEN)
        store.runs.interrupt(BROKEN, NOW)
    return tuple(made)


def test_every_format_there_is_can_be_asked_for() -> None:
    assert set(FORMATS) == set(KNOWN)
    assert len(PICTURES) == 4


@pytest.mark.usefixtures("reports")
def test_the_newest_run_is_printed_unless_a_run_or_a_moment_is_named(run: Run) -> None:
    for asked, name in (
        ((), "luot-1"),
        (("--run", "luot-5"), "luot-5"),
        (("--as-of", "2026-01-30T08:00"), "luot-5"),
        (("--as-of", "2026-02-01"), "luot-1"),
        (("--as-of", "1/2/2026"), "luot-1"),
        (("--as-of", "01/02/2026 07:59"), "luot-5"),
        (("--as-of", "1.2.2026 8:00"), "luot-1"),
        (("--as-of", "2026-01-28T01:00:00+00:00"), "luot-5"),
    ):
        ended = run("bau-cu-2026", "--format", "json", *asked)
        assert (ended.code, ended.err) == (0, "")
        assert json.loads(ended.out)["run"] == name, asked


def test_what_is_printed_is_the_report_of_the_run_and_its_sample_data_is_labelled(
    run: Run, reports: tuple[Report, ...]
) -> None:
    assert run("bau-cu-2026", "--format", "json").out == f"{report_json(reports[1])}\n"
    for form in ("table", "markdown", "html", "csv", "svg", "ics"):
        ended = run("bau-cu-2026", "--format", form)
        assert (ended.code, ended.err) == (0, ""), form
        assert "DỮ LIỆU MẪU" in ended.out.replace("\r\n ", ""), form


@pytest.mark.usefixtures("reports")
@pytest.mark.parametrize("form", ["docx", "xlsx"])
def test_documents_are_written_into_the_folder_one_stands_in_and_their_place_is_said(run: Run, form: str) -> None:
    name = f"bau-cu-2026-luot-1{STATE if form == 'docx' else ''}.{form}"
    ended = run("bau-cu-2026", "--format", form)
    assert (ended.code, ended.out, ended.err) == (0, "", f"Đã ghi {name}\n")
    with ZipFile(name) as archive:
        assert archive.testzip() is None
    assert [path.name for path in Path().iterdir()] == [name]


@pytest.mark.usefixtures("reports")
def test_files_are_named_after_campaign_run_unit_and_picture_in_a_folder_that_is_made(run: Run) -> None:
    for asked, name in (
        (("--format", "table"), "bau-cu-2026-luot-1.txt"),
        (("--format", "markdown"), "bau-cu-2026-luot-1.md"),
        (("--format", "svg", "--picture", "curve"), "bau-cu-2026-luot-1-curve.svg"),
        (("--format", "ics", "--unit", "04960"), "bau-cu-2026-luot-1-04960.ics"),
        (("--format", "docx", "--layout", "party", "--unit", "25"), "bau-cu-2026-luot-1-25-party.docx"),
        (("--format", "docx", "--number", " 47/BC "), "bau-cu-2026-luot-1-state-47_bc.docx"),
    ):
        ended = run("bau-cu-2026", "--out", "bao-cao/thang-2", *asked)
        assert ended == CommandResult(0, "", f"Đã ghi {Path('bao-cao/thang-2', name)}\n")
        assert Path("bao-cao/thang-2", name).stat().st_size


@pytest.mark.usefixtures("reports")
@pytest.mark.parametrize("asked", ["bao-cao/thang-2.xlsx", "thang-2.DOCX", "x.txt"])
def test_a_file_that_is_named_instead_of_a_folder_is_refused_and_no_folder_of_that_name_made(
    run: Run, asked: str
) -> None:
    ended = run("bau-cu-2026", "--format", "xlsx", "--out", asked)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"{Path(asked)}: Đây là tên tệp, còn --out nhận thư mục")
    assert ended.err.rstrip().endswith(f"--out {Path(asked).parent}")
    assert list(Path().iterdir()) == []
    Path(asked).mkdir(parents=True)
    assert run("bau-cu-2026", "--format", "xlsx", "--out", asked).code == 0  # it is a folder


@pytest.mark.usefixtures("reports")
def test_a_table_written_for_a_spreadsheet_carries_the_mark_and_a_printed_one_does_not(run: Run) -> None:
    printed = run("bau-cu-2026", "--format", "csv").out
    run("bau-cu-2026", "--format", "csv", "--out", ".")
    assert Path("bau-cu-2026-luot-1.csv").read_bytes() == b"\xef\xbb\xbf" + printed.encode()


@pytest.mark.usefixtures("reports")
def test_one_unit_or_the_province_itself_can_be_asked_for(run: Run) -> None:
    unit = json.loads(run("bau-cu-2026", "--format", "json", "--unit", "04960").out)
    assert ([u["code"] for u in unit["units"]], unit["province"]) == (["04960"], None)
    province = json.loads(run("bau-cu-2026", "--format", "json", "--unit", "25").out)
    assert (province["units"], province["province"]["code"]) == ([], "25")


@pytest.mark.usefixtures("reports")
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--run", "khong-co"), "Đợt này không có lượt kiểm tra “khong-co”. Các lượt gần nhất: luot-1, luot-5."),
        (("--run", BROKEN), f"Lượt kiểm tra “{BROKEN}” không để lại báo cáo: lượt đó không chạy xong."),
        (("--as-of", "2026-01-01"), "Lượt đầu tiên của đợt này là luot-5, lúc 08:00 28/01/2026."),
        (("--as-of", "hôm qua"), "“hôm qua” không phải thời điểm."),
        (("--run", "luot-1", "--as-of", "2026-02-01"), "Chỉ chọn một trong hai: --run hoặc --as-of."),
        (("--unit", "99999"), "Đợt này không có đơn vị mang mã “99999”."),
        (("--unit", "Lương Sơn"), "Đợt này không có đơn vị mang mã “Lương Sơn”."),
        (("--format", "docx", "--template", "khong-co.docx"), "khong-co.docx: Không có tệp này."),
        (("--format", "docx", "--template", "."), ".: Đây là thư mục, không phải tệp. Hãy ghi cả tên tệp."),
    ],
)
def test_what_cannot_be_found_is_a_sentence_and_exit_code_two_and_nothing_is_written(
    run: Run, asked: tuple[str, ...], said: str
) -> None:
    ended = run("bau-cu-2026", "--out", "bao-cao", *asked)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert list(Path().iterdir()) == []


def test_without_any_run_it_is_said_how_to_make_one(run: Run) -> None:
    ended = run("bau-cu-2026")
    assert (ended.code, ended.out) == (2, "")
    assert "Hãy chạy: lotrinh check bau-cu-2026" in ended.err
    assert "khong-co" in run("khong-co").err


@pytest.mark.usefixtures("reports")
@pytest.mark.parametrize("form", ["docx", "xlsx", "csv"])
def test_a_folder_that_cannot_be_written_is_said_and_no_half_of_a_file_is_left(run: Run, form: str) -> None:
    Path("tep").write_text("một tệp, không phải thư mục", encoding="utf-8")
    name = f"bau-cu-2026-luot-1{STATE if form == 'docx' else ''}.{form}"
    Path("cho", name).mkdir(parents=True)
    a_file, a_folder = "đây là một tệp, không phải thư mục", "đây là thư mục, không phải tệp"
    for folder, why in (("tep", a_file), ("tep/con", a_file), ("cho", a_folder)):
        ended = run("bau-cu-2026", "--format", form, "--out", folder)
        assert (ended.code, ended.out) == (2, ""), folder
        assert f"Không ghi được tệp {name} vào đây ({why})" in ended.err
        assert "Hãy chọn thư mục khác với --out" in ended.err
    assert {path.name for path in Path().rglob("*")} == {"tep", "cho", name}


@pytest.mark.usefixtures("reports")
def test_a_file_that_is_there_is_replaced_whole_or_stays_as_it_was(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    there = Path("bau-cu-2026-luot-1.md")
    run("bau-cu-2026", "--format", "markdown", "--out", ".")
    whole = there.read_bytes()
    there.write_text("cũ", encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fdopen", full)
        assert "ổ đĩa đã đầy" in run("bau-cu-2026", "--format", "markdown", "--out", ".").err
    assert ([path.name for path in Path().iterdir()], there.read_text("utf-8")) == ([there.name], "cũ")
    assert run("bau-cu-2026", "--format", "markdown", "--out", ".").code == 0
    assert there.read_bytes() == whole


@pytest.mark.usefixtures("reports")
def test_layout_and_number_of_the_command_go_before_those_of_the_settings(run: Run, tmp_path: Path) -> None:
    (tmp_path / "office.toml").write_text(
        f'data_dir = "{(tmp_path / "data").as_posix()}"\n[report]\nlayout = "party"\n[report.party]\nnumber = "11"\n'
        '[report.state]\nbody = "VĂN PHÒNG UBND TỈNH MẪU"\n',
        encoding="utf-8",
    )
    common = ("bau-cu-2026", "--settings", str(tmp_path / "office.toml"), "--format", "docx")
    assert run(*common, "--out", "dang").code == 0
    assert run(*common, "--out", "nha-nuoc", "--layout", "state", "--number", "47").code == 0
    names = ("dang/bau-cu-2026-luot-1-party-11.docx", "nha-nuoc/bau-cu-2026-luot-1-state-47.docx")
    party, state = (document(Path(name)) for name in names)
    assert "ĐẢNG CỘNG SẢN VIỆT NAM" in party
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in state
    assert "VĂN PHÒNG UBND TỈNH MẪU" in state
    assert ("11" in party, "47" in state) == (True, True)


@pytest.mark.usefixtures("reports")
def test_reports_in_two_layouts_and_by_a_template_lie_beside_each_other(run: Run) -> None:
    mine = Path("Mẫu đơn vị.docx")
    mine.write_bytes((TOP / "docs" / "templates" / "mau-rieng.docx").read_bytes())
    for asked in (("--layout", "state"), ("--layout", "party"), ("--template", str(mine))):
        assert run("bau-cu-2026", "--format", "docx", "--out", "ra", *asked).code == 0
    assert {path.name for path in Path("ra").iterdir()} == {
        f"bau-cu-2026-luot-1-{own}.docx" for own in ("state", "party", "mau_don_vi")
    }


@pytest.mark.usefixtures("reports")
def test_options_of_documents_alone_are_said_to_change_nothing_elsewhere(run: Run) -> None:
    ended = run("bau-cu-2026", "--format", "xlsx", "--number", "5", "--layout", "party")
    assert ended.code == 0
    assert ended.err.startswith("--layout, --number chỉ dùng với --format docx, ở đây không có tác dụng.\n")


def document(path: Path) -> str:
    with ZipFile(path) as archive:
        return archive.read("word/document.xml").decode()


@pytest.mark.usefixtures("reports")
def test_a_process_prints_unicode_whatever_the_console_is_and_takes_no_colours(lotrinh: Lotrinh) -> None:
    done = lotrinh("report", "bau-cu-2026", "--all", LANG="C", PYTHONIOENCODING="ascii", COLUMNS="100")
    assert (done.returncode, done.stderr) == (0, "")
    assert "MỐC THỜI GIAN" in done.stdout
    assert "\x1b" not in done.stdout
    wrong = lotrinh("report", "bau-cu-2026", "--format", "pdf")
    assert (wrong.returncode, wrong.stdout) == (2, "")
