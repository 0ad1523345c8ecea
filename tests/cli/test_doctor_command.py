"""``lotrinh doctor``: a line for each finding, JSON for programs, and an exit code that says how bad it is."""

import json
import re
from pathlib import Path

from lotrinh.cli.up.processes import free_port
from tests.conftest import Lotrinh


def test_each_finding_is_one_line_that_begins_with_its_sign(lotrinh: Lotrinh, tmp_path: Path) -> None:
    done = lotrinh("doctor", LOTRINH_PORTAL__PORT=str(free_port(0)))
    assert done.returncode == 1, done.stdout + done.stderr
    assert all(re.match(r"(tốt  |chú ý)  \S", line) for line in done.stdout.splitlines())
    assert "chú ý  Chưa sao lưu lần nào. → Sao lưu: lotrinh backup" in done.stdout
    assert not (tmp_path / "data").exists()


def test_wrong_settings_are_findings_with_their_lines_and_the_exit_code_is_two(
    lotrinh: Lotrinh, tmp_path: Path
) -> None:
    (tmp_path / "settings.toml").write_text("[portal]\nport = 0\nname = 1\n", encoding="utf-8")
    done = lotrinh("doctor", "--format", "json")
    assert done.returncode == 2
    broken = [row["found"] for row in json.loads(done.stdout) if row["sign"] == "broken"]
    assert [found.partition(": ")[0] for found in broken] == ["settings.toml:2", "settings.toml:3"]


def test_json_gives_programs_what_people_read(lotrinh: Lotrinh) -> None:
    rows = json.loads(lotrinh("doctor", "--format", "json", LOTRINH_PORTAL__PORT=str(free_port(0))).stdout)
    assert {frozenset(row) for row in rows} == {frozenset({"what", "sign", "found", "advice"})}
    assert {row["what"] for row in rows} >= {"versions", "settings", "disk", "backup", "portal", "time_zones"}
    assert all(row["advice"] for row in rows if row["sign"] == "attention" and row["what"] != "prefect")
