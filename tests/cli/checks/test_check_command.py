"""``lotrinh check``: real processes asking real servers."""

import csv
import io
import json
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.conftest import Communes, Lotrinh, Reply

AS_OF = "2026-02-02T08:00"
Roster = Callable[[Mapping[str, str]], str]
DONE = {
    "id": "quyet-dinh-to-bau-cu",
    "state": "done",
    "completed_on": "2026-01-29",
    "reported_at": "2026-01-30T09:12:00+07:00",
    "document": {"number": "12/QĐ-UBND", "date": "2026-01-29"},
    "progress": {"done": 12, "of": 12},
}
OBSTACLE = {"id": "niem-yet-danh-sach-cu-tri", "state": "obstacle", "note": "Chưa nhận được dữ liệu dân cư"}


def report(lotrinh: Lotrinh, units: str, *more: str, **environment: str) -> dict[str, Any]:
    done = lotrinh("check", "bau-cu-2026", "--as-of", AS_OF, "--units", units, "--format", "json", *more, **environment)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def step(of: Mapping[str, Any], code: str, name: str) -> dict[str, Any]:
    unit = next(u for u in of["units"] if u["code"] == code)
    found: dict[str, Any] = next(s for s in unit["steps"] if s["id"] == name)
    return found


def test_a_commune_with_its_own_system_is_done_and_obstructed_as_it_says(
    lotrinh: Lotrinh, communes: Communes, roster: Roster
) -> None:
    made = report(lotrinh, roster({"04924": communes.says("04924", DONE, OBSTACLE)}))
    assert set(made) >= {"campaign", "as_of", "run", "checklist_hash", "summary", "units"}
    assert made["as_of"] == "2026-02-02T08:00:00+07:00"
    done = step(made, "04924", "quyet-dinh-to-bau-cu")
    assert (done["status"], done["due_at"]) == ("done", "2026-01-31T23:59:59+07:00")
    obstructed = step(made, "04924", "niem-yet-danh-sach-cu-tri")
    assert obstructed["status"] == "due_soon"
    assert obstructed["flags"]["obstacle"] == OBSTACLE["note"]


def test_what_was_not_said_is_unknown_and_not_overdue(lotrinh: Lotrinh, communes: Communes, roster: Roster) -> None:
    made = report(lotrinh, roster({"04924": communes.says("04924", DONE)}))
    others = {s["status"] for s in made["units"][0]["steps"] if s["id"] != DONE["id"]}
    assert others == {"unknown"}


def test_two_failures_are_named_and_the_other_unit_is_unaffected(
    lotrinh: Lotrinh, communes: Communes, roster: Roster
) -> None:
    communes.replies["/login"] = Reply(b"<html>Login</html>", type="text/html")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        refused = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        units = roster(
            {"04924": communes.says("04924", DONE), "04960": refused, "05047": communes.url("/login")},
        )
        made = report(lotrinh, units)
    outcomes = {u["code"]: (u["outcome"], (u["reason"] or "").split(":")[0]) for u in made["units"]}
    assert outcomes == {"04924": ("REACHED", ""), "04960": ("UNREACHABLE", "refused"), "05047": ("INVALID", "type")}
    assert made["summary"]["reached"] == 1
    assert {s["status"] for u in made["units"][1:] for s in u["steps"]} == {"unknown"}


def test_the_last_valid_answer_stays_when_a_unit_falls_silent(
    lotrinh: Lotrinh, communes: Communes, roster: Roster
) -> None:
    not_done = {"id": "quyet-dinh-to-bau-cu", "state": "open"}
    said = {"generated_at": "2026-01-30T08:00:00+07:00"}
    units = roster({"04924": communes.says("04924", not_done, **said)})
    first = lotrinh("check", "bau-cu-2026", "--as-of", "2026-01-30T09:00", "--units", units, "--format", "json")
    assert step(json.loads(first.stdout), "04924", "quyet-dinh-to-bau-cu")["status"] == "due_soon"
    communes.replies["/04924"] = Reply(b"x", 500)
    later = step(report(lotrinh, units), "04924", "quyet-dinh-to-bau-cu")
    # The deadline has passed since, but nobody could ask: not "overdue", and the age of the answer is told.
    assert later["status"] == "due_soon"
    assert later["flags"]["stale"] == "2026-01-30T08:00:00+07:00"


def test_the_second_run_asks_conditionally_and_304_keeps_the_answer(
    lotrinh: Lotrinh, communes: Communes, roster: Roster
) -> None:
    units = roster({"04924": communes.says("04924", DONE)})
    communes.replies["/04924"].headers["ETag"] = '"one"'
    report(lotrinh, units)
    communes.replies["/04924"] = Reply(b"", 304, headers={"ETag": '"one"'})
    made = report(lotrinh, units)
    assert {k.lower(): v for k, v in communes.asked[-1][1].items()}["if-none-match"] == '"one"'
    assert made["units"][0]["outcome"] == "REACHED"
    assert step(made, "04924", "quyet-dinh-to-bau-cu")["status"] == "done"


def test_fail_on_says_what_is_found_by_exit_code_one(lotrinh: Lotrinh, communes: Communes, roster: Roster) -> None:
    late = {"id": "quyet-dinh-to-bau-cu", "state": "open"}
    units = roster({"04924": communes.says("04924", late)})
    common = ("check", "bau-cu-2026", "--as-of", AS_OF, "--units", units)
    assert lotrinh(*common).returncode == 0
    assert lotrinh(*common, "--fail-on", "overdue").returncode == 1
    assert lotrinh(*common, "--fail-on", "unknown").returncode == 1


def test_a_run_that_our_own_network_fails_is_not_carried_out(lotrinh: Lotrinh, tmp_path: Path) -> None:
    """Nobody listens where the portal should be: every one of the 148 communes refuses."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = str(taken.getsockname()[1])
        done = lotrinh("check", "bau-cu-2026", "--as-of", AS_OF, LOTRINH_PORTAL__PORT=port)
    assert done.returncode == 3, done.stderr
    assert done.stdout == ""
    assert "không thực hiện được" in done.stderr
    assert (tmp_path / "data" / "lotrinh.db").is_file()


def test_report_alone_goes_to_stdout_without_a_progress_bar(
    lotrinh: Lotrinh, communes: Communes, roster: Roster
) -> None:
    units = roster({"04924": communes.says("04924", DONE, OBSTACLE)})
    done = lotrinh("check", "bau-cu-2026", "--as-of", AS_OF, "--units", units, COLUMNS="160")
    assert "Không có máy chủ Prefect" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    for words in ("MỐC THỜI GIAN", "KHÓ KHĂN, VƯỚNG MẮC", "Chưa nhận được dữ liệu dân cư", "Điều 32"):
        assert words in done.stdout


def test_csv_and_markdown_carry_the_same_steps(lotrinh: Lotrinh, communes: Communes, roster: Roster) -> None:
    units = roster({"04924": communes.says("04924", DONE, OBSTACLE)})
    common = ("check", "bau-cu-2026", "--as-of", AS_OF, "--units", units, "--format")
    rows = list(csv.DictReader(io.StringIO(lotrinh(*common, "csv").stdout)))
    statuses = {r["step"]: r["status"] for r in rows if r["code"] == "04924"}
    made = json.loads(lotrinh(*common, "json").stdout)
    assert statuses == {s["id"]: s["status"] for s in made["units"][0]["steps"]}
    assert "| --- |" in lotrinh(*common, "markdown").stdout


def test_bad_input_is_a_sentence_and_exit_code_two(lotrinh: Lotrinh, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("code,kind,name\n4924,xa,Lương Sơn\n04960,xa,\n99999,xa,Không Có\n", encoding="utf-8")
    done = lotrinh("check", "bau-cu-2026", "--units", str(bad))
    assert done.returncode == 2
    assert done.stdout == ""
    for line in (2, 3, 4):
        assert f"{bad}:{line}" in done.stderr
    unknown = lotrinh("check", "khong-co")
    assert unknown.returncode == 2
    assert "khong-co" in unknown.stderr
    moment = lotrinh("check", "bau-cu-2026", "--as-of", "hôm qua")
    assert (moment.returncode, "hôm qua" in moment.stderr) == (2, True)
    assert not (tmp_path / "data").exists()


def test_the_address_of_a_unit_inside_our_network_is_refused_unless_allowed(
    lotrinh: Lotrinh, communes: Communes, roster: Roster
) -> None:
    units = roster({"04924": communes.says("04924", DONE)})
    made = report(lotrinh, units, LOTRINH_HTTP__ALLOW_NETWORKS="[]")
    assert made["units"][0]["outcome"] == "UNREACHABLE"
    assert made["units"][0]["reason"].startswith("address")
    assert communes.asked == []


def test_a_moment_that_is_still_to_come_is_refused(lotrinh: Lotrinh) -> None:
    done = lotrinh("check", "bau-cu-2026", "--as-of", "2099-01-01")
    assert (done.returncode, done.stdout) == (2, "")
    assert "chưa đến" in done.stderr
