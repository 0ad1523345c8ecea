"""Serving outlives its Prefect server: begun before it, left by it in the middle of a run, and finding an empty one."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest

from lotrinh.cli.up.processes import free_port
from lotrinh.settings.load import load_settings
from lotrinh.store import Store, open_store
from lotrinh.store.runs.runs import FINISHED, RUNNING
from tests.flows.servers import prefect_at, serving
from tests.flows.test_deploy import CAMPAIGN, asked, office
from tests.growth.world import wait_until

pytestmark = [pytest.mark.timeout(400), pytest.mark.xdist_group("prefect-serve"), pytest.mark.filterwarnings("ignore")]
SLOW_SECONDS = 4
NAMES = {"04924": "Lương Sơn", "04960": "Liên Sơn"}


@contextmanager
def slow_communes(file: Path) -> Iterator[None]:
    """Communes on one host, which is asked for one at a time, that take long to say nothing."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            time.sleep(SLOW_SECONDS)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    rows = [f"{code},xa,{name},http://127.0.0.1:{server.server_address[1]}/{code}" for code, name in NAMES.items()]
    (file.parent / "units.csv").write_text("\n".join(["code,kind,name,status_url", *rows, ""]), encoding="utf-8")
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def states(store: Store) -> list[str]:
    return [run.state for run in store.runs.newest(CAMPAIGN)]


def test_serving_outlives_its_server_and_a_run_that_the_server_leaves_is_recorded(tmp_path: Path) -> None:
    from prefect.client.orchestration import get_client
    from prefect.exceptions import PrefectException
    from prefect.settings import PREFECT_API_URL, temporary_settings

    port = free_port()
    file = office(tmp_path / "office", port, cron="0 0 1 1 *")
    log = tmp_path / "office" / "run.log"
    url = load_settings(str(file)).settings.database_url

    def scheduled() -> bool:
        """Whether Prefect knows the deployment and has made runs of its schedule."""
        try:
            with get_client(sync_client=True) as client:
                return any("auto-scheduled" in run.tags for run in client.read_flow_runs())
        except (httpx.HTTPError, PrefectException):
            return False

    api = {PREFECT_API_URL: f"http://127.0.0.1:{port}/api"}
    with slow_communes(file), serving(file, port) as process, temporary_settings(api), open_store(url) as store:
        wait_until(lambda: "Không dùng được máy chủ Prefect" in log.read_text(), 180)
        with prefect_at(port, tmp_path / "first") as server:
            wait_until(scheduled, 180)
            with get_client(sync_client=True) as client:
                asked(client, timedelta())
            wait_until(lambda: states(store) == [RUNNING], 180)
            server.kill()
            server.wait()
        wait_until(lambda: states(store) == [FINISHED], 180)
        assert process.poll() is None
        with prefect_at(port, tmp_path / "second"):
            wait_until(scheduled, 180)
            process.terminate()
            assert process.wait(60) == 0
    # Said when it changes, not each second; a short absence is bridged by Prefect's client without a word.
    assert log.read_text().count("Không dùng được máy chủ Prefect") <= 3


def test_a_roster_that_breaks_ends_no_check_that_is_running(tmp_path: Path) -> None:
    from prefect.client.orchestration import get_client
    from prefect.exceptions import ObjectNotFound
    from prefect.settings import PREFECT_API_URL, temporary_settings

    port = free_port()
    file = office(tmp_path / "office", port, cron="0 0 1 1 *")
    log, url = tmp_path / "office" / "run.log", load_settings(str(file)).settings.database_url
    api = {PREFECT_API_URL: f"http://127.0.0.1:{port}/api"}

    def there() -> bool:
        try:
            return bool(client.read_deployment_by_name(f"check/{CAMPAIGN}.phu-tho").last_polled)
        except ObjectNotFound:
            return False

    with (
        prefect_at(port, tmp_path / "server"),
        slow_communes(file),
        temporary_settings(api),
        open_store(url) as store,
        serving(file, port) as process,
        get_client(sync_client=True) as client,
    ):
        wait_until(there, 180)
        asked(client, timedelta())
        wait_until(lambda: states(store) == [RUNNING], 180)
        (file.parent / "units.csv").write_text("hong", encoding="utf-8")
        wait_until(lambda: "lịch đang có vẫn giữ" in log.read_text(encoding="utf-8"), 180)
        wait_until(lambda: states(store) == [FINISHED], 180)
        assert process.poll() is None
