"""lotrinh rollup and lotrinh changes, as a user calls them: a process in a folder with two finished runs."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lotrinh.core.report.report import Report
from lotrinh.core.status.journal import EntryKind, NewEntry
from lotrinh.reports.data.json_report import report_json
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.runs.ask import begin_run
from lotrinh.services.runs.check import conclude
from lotrinh.services.runs.snapshots import load_run_report
from lotrinh.settings.models import Settings
from lotrinh.store import open_store
from tests.conftest import Lotrinh

NOW = datetime(2026, 2, 2, 1, tzinfo=UTC)
DAY = timedelta(days=1)
STEP = "quyet-dinh-to-bau-cu"


@pytest.fixture
def runs(tmp_path: Path) -> tuple[str, str]:
    """Two finished runs; between them Liên Sơn confirmed one step, at the end of its last day."""
    settings = Settings(data_dir=tmp_path / "data")
    settings.data_dir.mkdir()
    campaign = open_campaign_of_files(settings, "bau-cu-2026")
    with open_store(settings.database_url) as store:
        names = []
        for at in (NOW - 3 * DAY, NOW):
            begun = begin_run(store, campaign, at, at, {})
            conclude(store, settings, campaign, begun, at + timedelta(minutes=1))
            names.append(begun.id)
            body = {"completed_on": "2026-01-29", "document": {"number": "12/QĐ-UBND"}}
            new = NewEntry(
                kind=EntryKind.CONFIRMED,
                at=at,
                campaign=campaign.id,
                unit="04960",
                step=STEP,
                actor="unit:04960",
                body=body,
            )
            store.journal.append(new)
    return names[0], names[1]


def test_the_roll_up_is_printed_and_written_the_same(lotrinh: Lotrinh, tmp_path: Path, runs: tuple[str, str]) -> None:
    shown = lotrinh("rollup", "bau-cu-2026", "--format", "json")
    assert shown.returncode == 0, shown.stderr
    data = json.loads(shown.stdout)
    assert (data["by"], data["total"]["units"], data["total"]["reported"]) == ("area", 148, 1)
    # No commune was asked; the province itself is always heard.
    assert data["total"]["overdue"] == data["rows"][0]["overdue"] > 0
    assert data["rows"][1]["unknown"] == data["rows"][1]["expected"] - 1
    written = lotrinh("rollup", "bau-cu-2026", "--format", "json", "--out", "ra")
    path = tmp_path / "ra" / f"bau-cu-2026-{runs[1]}-area.json"
    assert path.name in written.stderr
    assert path.read_text(encoding="utf-8") == shown.stdout


def test_an_earlier_run_is_rolled_up_by_name_or_by_moment(lotrinh: Lotrinh, runs: tuple[str, str]) -> None:
    for arguments in (("--run", runs[0]), ("--as-of", "2026-01-31")):
        shown = lotrinh("rollup", "bau-cu-2026", "--by", "kind", "--format", "csv", *arguments)
        assert shown.returncode == 0, shown.stderr
        head, *_, total = [line.split(",") for line in shown.stdout.splitlines()]
        assert total[head.index("reported")] == "0"


def elsewhere(tmp_path: Path, run: str) -> Path:
    """The same report as if another province had made it."""
    settings = Settings(data_dir=tmp_path / "data")
    with open_store(settings.database_url) as store:
        made = load_run_report(store, run)
    assert isinstance(made, Report)
    data = json.loads(report_json(made))
    data["province"] |= {"code": "01", "kind": "thanh_pho", "name": "Hà Nội"}
    data["province_name"] = "Thành phố Hà Nội"
    for unit in data["units"]:
        unit["code"] = f"9{unit['code'][1:]}"
    path = tmp_path / "cac-tinh" / "ha-noi.json"
    path.parent.mkdir()
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return path


def test_other_provinces_are_added_from_files_or_a_folder(
    lotrinh: Lotrinh, tmp_path: Path, runs: tuple[str, str]
) -> None:
    path = elsewhere(tmp_path, runs[1])
    for arguments in (("--with", str(path)), ("--dir", "cac-tinh")):
        shown = lotrinh("rollup", "bau-cu-2026", "--format", "json", *arguments)
        assert shown.returncode == 0, shown.stderr
        data = json.loads(shown.stdout)
        assert [row["title"] for row in data["rows"]] == ["Thành phố Hà Nội", "Tỉnh Phú Thọ"]
        assert (data["total"]["units"], data["total"]["reported"]) == (296, 2)


def test_an_office_without_runs_only_adds_files_up(lotrinh: Lotrinh, tmp_path: Path, runs: tuple[str, str]) -> None:
    path = elsewhere(tmp_path, runs[1])
    empty = lotrinh(
        "rollup", "bau-cu-2026", "--with", str(path), "--format", "json", LOTRINH_DATA_DIR=str(tmp_path / "khac")
    )
    assert empty.returncode == 0, empty.stderr
    assert "chỉ cộng các tệp" in empty.stderr
    assert json.loads(empty.stdout)["total"]["units"] == 148
    nothing = lotrinh("rollup", "bau-cu-2026", LOTRINH_DATA_DIR=str(tmp_path / "khac"))
    assert nothing.returncode == 2
    assert "chưa có lượt kiểm tra nào" in nothing.stderr


def test_a_file_that_is_no_report_stops_it_and_nothing_is_printed(
    lotrinh: Lotrinh, tmp_path: Path, runs: tuple[str, str]
) -> None:
    assert runs
    (tmp_path / "x.json").write_text("[]", encoding="utf-8")
    done = lotrinh("rollup", "bau-cu-2026", "--with", "x.json", "--out", "ra")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("x.json: Tệp này không phải báo cáo JSON")
    assert not (tmp_path / "ra").exists()


def test_what_changed_is_printed_and_written_the_same(lotrinh: Lotrinh, tmp_path: Path, runs: tuple[str, str]) -> None:
    shown = lotrinh("changes", "bau-cu-2026", "--format", "html")
    assert shown.returncode == 0, shown.stderr
    assert "Mới hoàn thành (1)" in shown.stdout
    assert "Xã Liên Sơn" in shown.stdout
    written = lotrinh(
        "changes", "bau-cu-2026", "--from", "30/1/2026", "--to", runs[1], "--format", "html", "--out", "."
    )
    assert written.returncode == 0, written.stderr
    path = tmp_path / f"bau-cu-2026-{runs[0]}-{runs[1]}.html"
    assert path.read_text(encoding="utf-8") == shown.stdout


def test_days_in_the_wrong_order_are_turned_around_and_what_is_wrong_is_said_at_once(
    lotrinh: Lotrinh, runs: tuple[str, str]
) -> None:
    turned = lotrinh("changes", "bau-cu-2026", "--from", "2/2/2026", "--to", "30/1/2026", "--format", "csv")
    assert turned.returncode == 0, turned.stderr
    assert "đã đổi lại thứ tự" in turned.stderr
    assert "done,Mới hoàn thành,04960," in turned.stdout
    wrong = lotrinh("changes", "bau-cu-2026", "--from", "1/1/2026", "--to", "khong-co")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    first, second = wrong.stderr.splitlines()
    assert f"Lượt đầu tiên của đợt này là {runs[0]}" in first
    assert f"{runs[1]}, {runs[0]}" in second
