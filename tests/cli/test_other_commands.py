"""Units, settings, db, access, verify."""

import sqlite3
from pathlib import Path

import pytest

from lotrinh.store.schema import HEAD
from tests.conftest import COLUMNS, TOP, Lotrinh

PHU_THO = TOP / "checklists" / "units" / "phu-tho.csv"


def test_an_imported_roster_replaces_the_packaged_one(lotrinh: Lotrinh, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    text = PHU_THO.read_text(encoding="utf-8").replace(
        "04924,xa,Lương Sơn,,,", "04924,xa,Lương Sơn,,,https://luongson.example.vn/s"
    )
    own.write_text(text, encoding="utf-8")
    shown = lotrinh("units", "diff", "own.csv")
    assert "04924" in shown.stdout
    done = lotrinh("units", "import", "own.csv")
    assert done.returncode == 0, done.stderr
    assert "148" in done.stderr
    again = lotrinh("units", "diff", "own.csv")
    assert (again.returncode, again.stdout) == (0, "")


def test_a_bad_roster_changes_nothing(lotrinh: Lotrinh, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text(f"{COLUMNS}\n04924,xa,Lương Sơn\n04924,xa,Lương Sơn,,,,,,,\n", encoding="utf-8")
    done = lotrinh("units", "import", "bad.csv")
    assert done.returncode == 2
    assert "bad.csv:2" in done.stderr
    assert not (tmp_path / "data" / "units").exists()


def test_settings_show_names_origins_and_hides_secrets(lotrinh: Lotrinh, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("[portal]\nport = 9000\n", encoding="utf-8")
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "prefect__auth_string").write_text("admin:mat-khau", encoding="utf-8")
    shown = lotrinh("settings", "show", LOTRINH_HTTP__TRIES="1", LOTRINH_SECRETS_DIR=str(secrets))
    assert shown.returncode == 0, shown.stderr
    lines = {line.split(" = ")[0]: line for line in shown.stdout.splitlines()}
    assert lines["portal.port"].endswith("# settings.toml:2")
    assert lines["http.tries"].endswith("# LOTRINH_HTTP__TRIES")
    assert lines["http.connect_seconds"].endswith("# mặc định")
    assert "prefect__auth_string" in lines["prefect.auth_string"]
    assert "mat-khau" not in shown.stdout + shown.stderr


def test_settings_of_a_province_of_its_own_by_option_or_variable(lotrinh: Lotrinh, tmp_path: Path) -> None:
    (tmp_path / "ha-noi.toml").write_text('province = "ha-noi"\n', encoding="utf-8")
    assert 'province = "ha-noi"' in lotrinh("settings", "show", "--settings", "ha-noi.toml").stdout
    assert 'province = "ha-noi"' in lotrinh("settings", "show", LOTRINH_SETTINGS="ha-noi.toml").stdout


def test_wrong_settings_stop_every_command_with_file_and_line(lotrinh: Lotrinh, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('[portal]\nport = "x"\ncolour = 1\n', encoding="utf-8")
    done = lotrinh("check", "bau-cu-2026")
    assert done.returncode == 2
    assert "settings.toml:2" in done.stderr
    assert "settings.toml:3" in done.stderr


@pytest.mark.parametrize("slug", ["ha-noi", "dien-bien", "can-tho"])
def test_any_province_starts_at_once(lotrinh: Lotrinh, slug: str) -> None:
    done = lotrinh("check", "bau-cu-2026", LOTRINH_PROVINCE=slug, LOTRINH_PORTAL__PORT="9")
    # Nobody listens on the port: the roster was found, and the run is honestly not carried out.
    assert done.returncode == 3, done.stderr


def test_an_old_database_is_refused_until_upgraded(lotrinh: Lotrinh, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with sqlite3.connect(tmp_path / "data" / "lotrinh.db") as old:
        old.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        old.execute("INSERT INTO alembic_version VALUES ('0000')")
    old.close()
    done = lotrinh("check", "bau-cu-2026")
    assert done.returncode == 2
    assert "lotrinh db upgrade" in done.stderr


def test_db_upgrade_makes_a_database_and_then_has_nothing_to_do(lotrinh: Lotrinh) -> None:
    first, second = lotrinh("db", "upgrade"), lotrinh("db", "upgrade")
    assert (first.returncode, second.returncode) == (0, 0)
    assert HEAD in first.stderr
    assert "đã ở phiên bản" in second.stderr


def test_access_codes_are_printed_once_and_unknown_units_refused(lotrinh: Lotrinh) -> None:
    done = lotrinh("access", "issue", "04924", "04960")
    issued = dict(line.split("\t") for line in done.stdout.splitlines())
    assert set(issued) == {"04924", "04960"}
    assert len(set(issued.values())) == 2
    assert lotrinh("access", "issue", "99999").returncode == 2
    assert "1" in lotrinh("access", "revoke", "04924").stderr


def test_verify_finds_a_changed_entry(lotrinh: Lotrinh, tmp_path: Path) -> None:
    assert lotrinh("db", "upgrade").returncode == 0
    assert lotrinh("verify").returncode == 0
    with sqlite3.connect(tmp_path / "data" / "lotrinh.db") as raw:
        raw.execute(
            "INSERT INTO journal VALUES (1,'2026-01-01T00:00:00+00:00','c','04924','s','confirmed','x',"
            "'{\"completed_on\": \"2026-01-01\"}','','k','0','0')"
        )
    raw.close()
    done = lotrinh("verify")
    assert done.returncode == 2
    assert "mục số 1" in done.stderr


def test_verify_finds_nothing_in_order_where_there_is_no_database(lotrinh: Lotrinh, tmp_path: Path) -> None:
    done = lotrinh("verify", LOTRINH_DATABASE__URL=f"sqlite:///{tmp_path / 'khong-co' / 'x.db'}")
    assert done.returncode == 2
    assert "Không có cơ sở dữ liệu" in done.stderr
    assert not (tmp_path / "khong-co").exists()


@pytest.mark.parametrize(
    "command",
    [
        ("report", "khong-co"),
        ("rollup", "khong-co"),
        ("changes", "khong-co"),
        ("explain", "khong-co", "04924", "a"),
        ("export", "sheets", "khong-co", "--out", "phieu"),
        ("schedule", "show", "khong-co"),
    ],
    ids=lambda command: command[0],
)
def test_a_campaign_that_is_none_is_named_and_makes_no_record(
    tmp_path: Path, lotrinh: Lotrinh, command: tuple[str, ...]
) -> None:
    done = lotrinh(*command)
    assert (done.returncode, "khong-co" in done.stderr) == (2, True)
    assert not (tmp_path / "data").exists()
