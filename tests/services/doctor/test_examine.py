"""What ``lotrinh doctor`` finds, in each state an installation can be in; and that it changes nothing."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from lotrinh.cli.doctor import finding_lines
from lotrinh.cli.up.processes import free_port
from lotrinh.core.notify.schedules import CampaignSchedule
from lotrinh.core.text import M
from lotrinh.i18n import say
from lotrinh.services.campaigns import schedules
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.campaigns.schedules import EffectiveSchedule
from lotrinh.services.doctor import database, machine
from lotrinh.services.doctor.examine import Depth, examine_installation, exit_code
from lotrinh.services.doctor.finding import Diagnosis, Sign, good
from lotrinh.services.upkeep import last_backup
from lotrinh.settings.models import PortalSettings, PrefectSettings, Settings
from lotrinh.store import open_store
from lotrinh.store.schedules import ScheduleOverride
from tests.store.entries import AT, entries

NOW = AT + timedelta(days=1)


def settings_of(folder: Path, **changes: Any) -> Settings:
    fields: dict[str, Any] = {
        "data_dir": folder / "data",
        "portal": PortalSettings(port=free_port(0)),
        "prefect": PrefectSettings(api_url=f"http://127.0.0.1:{free_port(0)}/api"),
        "campaigns": [{"id": "bau-cu-2026", "schedule": {"cron": "0 7 * * *"}}],
    }
    return Settings(**(fields | changes))


def looked(settings: Settings, now: datetime = NOW, **depth: bool) -> dict[str, Diagnosis]:
    found = examine_installation(settings, "settings.toml", lambda: now, {}, Depth(**depth))
    return {finding.what: finding for finding in found}


def missed(schedule: CampaignSchedule, finished: str, now: str) -> bool:
    """Whether the election campaign's run is missed; its anchor is 15 March 2026."""
    campaign = open_campaign_of_files(Settings(), "bau-cu-2026")
    holds = EffectiveSchedule(schedule, None)
    return (
        schedules.first_missed_check(holds, campaign, datetime.fromisoformat(finished), datetime.fromisoformat(now))
        is not None
    )


def made(settings: Settings, count: int = 3) -> Path:
    with open_store(settings.database_url) as store:
        store.journal.append(*entries(count))
    return settings.data_dir / "lotrinh.db"


class Server:
    """Answers any question as it is told."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.states: dict[str, int] = {}
        self.date = ""
        told = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = json.dumps(told.answers.get(self.path, "")).encode()
                self.send_response_only(told.states.get(self.path, 200 if self.path in told.answers else 404))
                if told.date:
                    self.send_header("Date", told.date)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = int(self.http.server_address[1])


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    thread = threading.Thread(target=made.http.serve_forever, daemon=True)
    thread.start()
    yield made
    made.http.shutdown()
    made.http.server_close()
    thread.join()


def test_before_the_first_start_nothing_is_broken_and_nothing_is_made(tmp_path: Path) -> None:
    found = looked(settings_of(tmp_path))
    assert list(tmp_path.iterdir()) == []
    assert {f.sign for f in found.values()} == {Sign.GOOD, Sign.ATTENTION}
    assert {w for w, f in found.items() if f.sign is Sign.ATTENTION} == {
        "data_folder", "schema", "backup", "portal", "prefect"
    }  # fmt: skip


def test_an_empty_database_is_not_filled_by_looking(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    settings.data_dir.mkdir()
    (settings.data_dir / "lotrinh.db").touch()
    assert looked(settings)["schema"].sign is Sign.ATTENTION
    with sqlite3.connect(settings.data_dir / "lotrinh.db") as connection:
        assert connection.execute("SELECT * FROM sqlite_master").fetchall() == []
    connection.close()


def test_an_old_schema_names_the_command_that_helps(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    with sqlite3.connect(made(settings)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    connection.close()
    found = looked(settings)["schema"]
    assert (found.sign, "lotrinh db upgrade" in repr(found.found)) == (Sign.BROKEN, True)


@pytest.mark.parametrize("depth", [{}, {"units": True}])
def test_a_roster_that_cannot_be_read_is_told_once_with_its_place(tmp_path: Path, depth: dict[str, bool]) -> None:
    file = tmp_path / "don-vi.csv"
    settings = settings_of(tmp_path, units={"file": file})
    file.write_text("code,kind,name\n04924,xa,Lương Sơn\n", encoding="utf-8")
    assert looked(settings)["roster"].sign is Sign.GOOD
    file.write_text("code,kind,name\n4924,xa,Lương Sơn\n99999,xa,X\n", encoding="utf-8")
    said = [
        f
        for f in examine_installation(settings, "settings.toml", lambda: NOW, {}, Depth(**depth))
        if f.what == "roster"
    ]
    assert [f.sign for f in said] == [Sign.BROKEN]
    assert f"(2 lỗi). {file}:2: Mã “4924” mất số 0 ở đầu." in say(said[0].found)


@pytest.mark.parametrize("full", [False, True])
def test_a_changed_entry_of_the_journal_is_found(tmp_path: Path, *, full: bool) -> None:
    settings = settings_of(tmp_path)
    with sqlite3.connect(made(settings)) as connection:
        connection.execute("DROP TRIGGER IF EXISTS journal_no_update")
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute("UPDATE journal SET actor = 'unit:00000' WHERE number = 2")
    connection.close()
    found = looked(settings, full=full)["journal"]
    assert found.sign is Sign.BROKEN
    assert "số 2" in repr(found.found)


def test_a_clock_behind_the_newest_entry_is_broken(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    made(settings)
    assert looked(settings, AT - timedelta(hours=1))["clock_record"].sign is Sign.BROKEN
    assert looked(settings)["clock_record"].sign is Sign.GOOD


@pytest.mark.parametrize(
    ("finished", "now", "is_missed"),
    [
        ("2026-02-02T07:10:00+07:00", "2026-02-03T07:30:00+07:00", False),
        ("2026-02-02T07:10:00+07:00", "2026-02-03T08:01:00+07:00", True),
        ("2026-02-02T07:10:00+07:00", "2026-02-02T23:00:00+07:00", False),
    ],
)
def test_a_run_is_missed_an_hour_after_its_time(finished: str, now: str, *, is_missed: bool) -> None:
    assert missed(CampaignSchedule("0 7 * * *"), finished, now) is is_missed


@pytest.mark.parametrize(
    ("schedule", "finished", "now"),
    [
        (CampaignSchedule("0 7 * * *", skip_days_off=True), "2026-03-06T07:10:00+07:00", "2026-03-08T23:00:00+07:00"),
        (CampaignSchedule("0 */2 * * *", "0 7 * * *"), "2026-03-09T07:10:00+07:00", "2026-03-09T23:00:00+07:00"),
        (CampaignSchedule("0 7 * * *", paused=True), "2026-02-02T07:10:00+07:00", "2026-02-09T07:10:00+07:00"),
    ],
)
def test_days_off_the_last_week_and_a_pause_are_no_missed_runs(
    schedule: CampaignSchedule, finished: str, now: str
) -> None:
    assert not missed(schedule, finished, now)


def test_a_run_of_the_last_week_is_missed_by_the_last_weeks_schedule() -> None:
    dense = CampaignSchedule("0 7 * * *", "0 7,13 * * *")
    assert missed(dense, "2026-03-09T07:10:00+07:00", "2026-03-09T14:01:00+07:00")


def test_what_was_due_before_the_office_changed_the_schedule_is_not_missed() -> None:
    changed = ScheduleOverride("bau-cu-2026", {}, datetime.fromisoformat("2026-02-05T09:00:00+07:00"), "officer:lan")
    holds = EffectiveSchedule(CampaignSchedule("0 7 * * *"), changed)
    finished = datetime.fromisoformat("2026-02-02T07:10:00+07:00")
    campaign = open_campaign_of_files(Settings(), "bau-cu-2026")
    for now, late in (("2026-02-05T12:00:00+07:00", False), ("2026-02-06T08:01:00+07:00", True)):
        assert (
            schedules.first_missed_check(holds, campaign, finished, datetime.fromisoformat(now)) is not None
        ) is late


def test_a_journal_that_lost_its_end_at_the_last_backup_is_broken(tmp_path: Path) -> None:
    last_backup.note_success(tmp_path, NOW, tmp_path / "b.zip", last_backup.KnownJournal("0", 9, 5))
    found = database.inspect_backup(tmp_path, NOW, ZoneInfo("Asia/Ho_Chi_Minh"))
    assert (found.sign, "mục số 5" in repr(found.found)) == (Sign.BROKEN, True)


def test_a_folder_above_is_shown_as_it_is() -> None:
    (line,) = finding_lines([good("data_folder", M("Ghi được vào {place}", place="../du-lieu"))])
    assert "../du-lieu." in line
    (ended,) = finding_lines([good("x", M("Đã xong."))])
    assert ended.endswith("Đã xong.")


def test_a_backup_older_than_a_week_or_gone_wants_attention(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    folder = settings.data_dir / "backups"
    folder.mkdir(parents=True)
    kept = folder / "b.zip"
    kept.touch()

    def sign(days: int, path: Path = kept) -> Sign:
        said = {"at": (NOW - timedelta(days=days)).isoformat(), "path": str(path), "head": "0"}
        (folder / "last.json").write_text(json.dumps(said), encoding="utf-8")
        return looked(settings)["backup"].sign

    assert (sign(6), sign(8), sign(1, folder / "gone.zip")) == (Sign.GOOD, Sign.ATTENTION, Sign.ATTENTION)
    (folder / "last.json").write_text('{"at": 1}', encoding="utf-8")
    assert looked(settings)["backup"].sign is Sign.ATTENTION


def test_a_port_that_another_program_has_is_broken(tmp_path: Path, server: Server) -> None:
    url = PrefectSettings(api_url=f"http://127.0.0.1:{server.port}/api")
    found = looked(settings_of(tmp_path, portal=PortalSettings(port=server.port), prefect=url))
    assert (found["portal"].sign, found["prefect"].sign) == (Sign.BROKEN, Sign.BROKEN)


@pytest.mark.parametrize(("telemetry", "sign"), [(False, Sign.GOOD), (True, Sign.ATTENTION), (None, Sign.ATTENTION)])
def test_the_running_server_says_itself_whether_it_sends_telemetry(
    tmp_path: Path, server: Server, telemetry: object, sign: Sign
) -> None:
    server.answers = {
        "/api/admin/version": machine.installed_version("prefect"),
        "/api/admin/settings": {"server": {"analytics_enabled": telemetry}},
    }
    found = looked(settings_of(tmp_path, prefect=PrefectSettings(api_url=f"http://127.0.0.1:{server.port}/api")))
    assert (found["prefect"].sign, found["telemetry_server"].sign) == (Sign.GOOD, sign)


def test_a_prefect_server_without_its_database_is_broken(tmp_path: Path, server: Server) -> None:
    server.answers = {"/api/admin/version": machine.installed_version("prefect")}
    server.states = {"/api/ready": 503}  # what Prefect answers where its database does not connect
    found = looked(settings_of(tmp_path, prefect=PrefectSettings(api_url=f"http://127.0.0.1:{server.port}/api")))
    assert found["prefect"].sign is Sign.GOOD
    assert found["prefect_database"].sign is Sign.BROKEN
    assert "lotrinh-prefect" in say(found["prefect_database"].advice or M("—"))


def test_a_prefect_server_of_another_version_wants_attention(tmp_path: Path, server: Server) -> None:
    server.answers = {"/api/admin/version": "3.0.0"}
    found = looked(settings_of(tmp_path, prefect=PrefectSettings(api_url=f"http://127.0.0.1:{server.port}/api")))
    assert found["prefect"].sign is Sign.ATTENTION


@pytest.mark.parametrize(("minutes", "sign"), [(0, Sign.GOOD), (2, Sign.ATTENTION), (60, Sign.BROKEN)])
def test_a_clock_that_is_another_than_the_public_addresss_is_found(
    tmp_path: Path, server: Server, minutes: int, sign: Sign
) -> None:
    server.answers, server.date = {"/healthz": {"head": "0"}}, "Tue, 03 Feb 2026 01:12:00 GMT"
    settings = settings_of(
        tmp_path, portal=PortalSettings(port=server.port, public_url=f"http://127.0.0.1:{server.port}")
    )
    found = looked(settings, datetime(2026, 2, 3, 1, 12, tzinfo=UTC) + timedelta(minutes=minutes))
    assert (found["portal"].sign, found["public_url"].sign) == (Sign.GOOD, Sign.GOOD)
    assert (found["clock_portal"].sign, found["clock_public_url"].sign) == (sign, sign)


@pytest.mark.parametrize(("fastapi", "sign"), [("0.150.0", Sign.GOOD), ("0.155.0", Sign.BROKEN), ("", Sign.BROKEN)])
def test_the_pair_of_versions_that_breaks_is_known(fastapi: str, sign: Sign) -> None:
    assert machine.inspect_versions("3.8.8", fastapi).sign is sign


@pytest.mark.parametrize(
    ("free", "total", "sign"),
    [
        (50, 100, Sign.GOOD),
        (9, 100, Sign.ATTENTION),
        (0.9, 2, Sign.ATTENTION),
    ],
)
def test_little_free_disk_wants_attention(free: float, total: float, sign: Sign) -> None:
    assert machine.judge_disk(int(free * machine.GIGABYTE), int(total * machine.GIGABYTE)).sign is sign


@pytest.mark.parametrize(
    ("said", "sign"), [({}, Sign.GOOD), ({"DO_NOT_TRACK": "1"}, Sign.GOOD), ({"DO_NOT_TRACK": "0"}, Sign.ATTENTION)]
)
def test_a_client_told_that_it_may_send_telemetry_wants_attention(said: dict[str, str], sign: Sign) -> None:
    assert machine.inspect_client_telemetry(said).sign is sign


def test_the_worst_sign_is_the_exit_code() -> None:
    assert [
        exit_code([Sign.GOOD]),
        exit_code([Sign.GOOD, Sign.ATTENTION]),
        exit_code([Sign.ATTENTION, Sign.BROKEN]),
    ] == [0, 1, 2]
