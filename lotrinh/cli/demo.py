"""lotrinh demo: the whole thing on one machine, on sample data that says so."""

import os
import shutil
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lotrinh.cli.base import Command, open_settings, option, print_message, terminal_width
from lotrinh.core.text import M

if TYPE_CHECKING:
    from lotrinh.cli.up.processes import Child
    from lotrinh.core.checklist.units import Unit
    from lotrinh.services.campaigns.campaigns import Campaign
    from lotrinh.store import Store

CAMPAIGN = "bau-cu-2026"
PROVINCE = "25"
AS_OF = "2026-02-03T08:00"
UNREACHABLE, NONSENSE = "08296", "05047"
"""Sơn Lương cannot be reached and Cao Dương answers nonsense: a report must show both."""
LOGIN_PAGE = "<!doctype html><title>Đăng nhập</title><p>Mời đăng nhập."
PREFECT_SECONDS, PORTAL_SECONDS = 90, 30

SETTINGS = """\
# Cấu hình của bản trình diễn: chỉ dùng dữ liệu mẫu.
province = "{province}"
data_dir = {folder}

[http]
allow_networks = ["127.0.0.0/8"]

[prefect]
api_url = "http://127.0.0.1:{prefect}/api"

[portal]
port = {portal}

[units]
file = {units}

[[campaigns]]
id = "{campaign}"
warning_days = 3
"""


@click.command(
    "demo", cls=Command, help="Trình diễn trên máy này: máy chủ Prefect, cổng, 148 xã phường, dữ liệu mẫu, báo cáo."
)
@option("--once", is_flag=True, help="Thoát sau khi in báo cáo.")
@option("--as-of", metavar="DATETIME", default=AS_OF, show_default=True, help="Thời điểm của báo cáo.")
def demo_command(as_of: str, *, once: bool) -> None:
    """Start everything, run the flow over real HTTP, print the report, stop on Ctrl-C."""
    from lotrinh.cli.checks.moments import parse_moment
    from lotrinh.cli.checks.run_check import check_campaign
    from lotrinh.i18n import current
    from lotrinh.reports.text import terminal

    moment = parse_moment(as_of, "Asia/Ho_Chi_Minh")
    clear_office_settings()
    # A supervisor ends us with SIGTERM: then, too, everything that we started must stop.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(temporary_folder()))
        home = stack.enter_context(running_demo(folder, moment or datetime.fromisoformat(as_of)))
        report = check_campaign(open_settings(str(home.settings)), CAMPAIGN, moment, None)
        let_prefect_log()
        click.echo(terminal.render(report, current(), terminal_width()))
        if once:
            return
        print_message(M("Prefect: {url}", url=f"http://127.0.0.1:{home.prefect}"))
        print_message(M("  mật khẩu: {secret}", secret=home.secrets["prefect"]))
        print_message(M("Cổng lotrinh: {url}", url=f"http://127.0.0.1:{home.portal}"))
        print_message(M("  xã Liên Sơn: mã 04960, mã bí mật {secret}", secret=home.secrets["04960"]))
        print_message(M("  văn phòng tỉnh: tên quan-tri, mật khẩu {secret}", secret=home.secrets["quan-tri"]))
        print_message(M("Trạng thái của Xã Lương Sơn: {url}", url=home.status("04924")))
        print_message(M("Nhấn Ctrl-C để dừng tất cả."))
        while True:
            time.sleep(3600)


def let_prefect_log() -> None:
    """Let Prefect send its log while its server is there; else the demonstration's last word is that it is not."""
    from flows.check import send_log  # after Prefect's settings have been made

    send_log()


def clear_office_settings() -> None:
    """Take the office's own variables out of this process: nothing of a demonstration may reach its real record."""
    for name in [n for n in os.environ if n.startswith("LOTRINH_") and n != "LOTRINH_LANG"]:
        del os.environ[name]


@contextmanager
def temporary_folder() -> Iterator[str]:
    """A data folder of the demonstration's own, gone when it ends."""
    folder = tempfile.mkdtemp(prefix="lotrinh-demo-")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class DemoHome:
    """Where the running demonstration is found."""

    def __init__(self, folder: Path) -> None:
        from lotrinh.cli.up.processes import free_port

        self.folder, self.settings = folder, folder / "settings.toml"
        self.portal, self.prefect = free_port(8690), free_port(4290)
        self.secrets: dict[str, str] = {}

    def status(self, code: str) -> str:
        """The status address of a commune that our portal serves."""
        return f"http://127.0.0.1:{self.portal}/api/v1/campaigns/{CAMPAIGN}/units/{code}/status"


@contextmanager
def running_demo(folder: Path, as_of: datetime) -> Iterator[DemoHome]:
    """Lay out the data folder and start the servers; stop them all in the end, whatever happens."""
    home = DemoHome(folder)
    with ExitStack() as stack:
        prefect = stack.enter_context(prefect_server(home))
        lay_out(home, stack.enter_context(refusing_port()), stack.enter_context(login_page()))
        record_samples(home, as_of)
        stack.enter_context(portal_server(home, as_of))
        print_message(M("Đang chờ máy chủ Prefect khởi động…"))
        prefect.wait_for(f"http://127.0.0.1:{home.prefect}/api/health", PREFECT_SECONDS)
        yield home


@contextmanager
def prefect_server(home: DemoHome) -> "Iterator[Child]":
    """Prefect's server on loopback, in the demonstration's own folder."""
    from lotrinh.services.upkeep.prefect_server import ensure_password, server_environment

    home.secrets["prefect"] = ensure_password(home.folder)
    environment = server_environment(home.folder / "prefect-server", "127.0.0.1", home.prefect, home.secrets["prefect"])
    arguments = ["prefect", "server", "start", "--host", "127.0.0.1", "--port", str(home.prefect)]
    yield from child_process("Prefect", arguments, environment, home.folder / "prefect.log")


@contextmanager
def portal_server(home: DemoHome, as_of: datetime) -> "Iterator[Child]":
    """Our portal on loopback, on the demonstration's day."""
    arguments = ["lotrinh", "portal", "--settings", str(home.settings), "--as-of", as_of.isoformat()]
    for started in child_process("portal", arguments, {}, home.folder / "portal.log"):
        started.wait_for(f"http://127.0.0.1:{home.portal}/healthz", PORTAL_SECONDS)
        yield started


def child_process(name: str, arguments: list[str], environment: dict[str, str], log: Path) -> "Iterator[Child]":
    """Start a child process and end it afterwards."""
    from lotrinh.cli.up.processes import Child

    started = Child(name, arguments, environment, log)
    try:
        yield started
    finally:
        started.stop()


def lay_out(home: DemoHome, nowhere_port: int, login_port: int) -> None:
    """Write the demonstration's settings and roster: the real communes, two of them in trouble."""
    import json

    from lotrinh.catalog.units import packaged_roster, province, write_roster

    troubled = {UNREACHABLE: nowhere_port, NONSENSE: login_port}
    units = [_with_address(unit, troubled) for unit in packaged_roster(province(PROVINCE))]
    roster = home.folder / "units.csv"
    write_roster(roster, units)
    home.settings.write_text(
        SETTINGS.format(
            province=PROVINCE,
            folder=json.dumps(str(home.folder)),
            units=json.dumps(str(roster)),
            prefect=home.prefect,
            portal=home.portal,
            campaign=CAMPAIGN,
        ),
        encoding="utf-8",
    )


def _with_address(unit: "Unit", troubled: dict[str, int]) -> "Unit":
    if unit.code not in troubled:
        return unit
    return replace(unit, status_url=f"http://127.0.0.1:{troubled[unit.code]}/status")


def record_samples(home: DemoHome, as_of: datetime) -> None:
    """Put the sample data into the journal, labelled in every entry."""
    from lotrinh.services.campaigns.campaigns import open_campaign
    from lotrinh.services.statements.sample import sample_entries
    from lotrinh.store import open_store

    settings = open_settings(str(home.settings)).settings
    with open_store(settings.database_url) as store:
        campaign = open_campaign(store, settings, CAMPAIGN)
        statements = [e for e in sample_entries(campaign, as_of) if e.unit not in {UNREACHABLE, NONSENSE}]
        store.journal.append(*statements)
        make_accounts(home, store, campaign, as_of)
    print_message(
        M(
            "Đã nạp {count} xác nhận MẪU cho {units} đơn vị.",
            count=len(statements),
            units=len({e.unit for e in statements}),
        )
    )


def make_accounts(home: DemoHome, store: "Store", campaign: "Campaign", now: datetime) -> None:
    """Make an account for a commune and one for the office, with secrets that only this run knows."""
    from lotrinh.core.status.roles import Role
    from lotrinh.services.access.accounts import add_officer, issue_slips
    from lotrinh.services.access.secrets import new_secret

    slip, *_ = issue_slips(store, [campaign.by_code["04960"]], now)
    home.secrets |= {"04960": slip.secret, "quan-tri": new_secret()}
    add_officer(store, "quan-tri", Role.ADMINISTRATOR, "Quản trị (trình diễn)", home.secrets["quan-tri"], now)


@contextmanager
def refusing_port() -> Iterator[int]:
    """A port that is taken but on which nobody listens: connections are refused."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield int(taken.getsockname()[1])


@contextmanager
def login_page() -> Iterator[int]:
    """A server that answers every question with a login page and status 200."""

    class Login(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = LOGIN_PAGE.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: object) -> None:
            """Say nothing: the report says what was answered."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Login)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
