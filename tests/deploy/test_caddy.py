"""Our Caddyfile before a real portal: what people get, what machines get, and what is left in the log."""

import json
import re
import socket
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from threading import Thread

import httpx
import pytest

from lotrinh.clock import now
from lotrinh.services.access.accounts import issue_slips
from lotrinh.services.campaigns.rosters import open_roster
from lotrinh.settings.models import Settings
from lotrinh.store import open_store
from tests.deploy.front import TOKEN, Front, adapt_caddyfile, front

BEARER = {"Authorization": f"Bearer {TOKEN}"}
UNIT, SECRET = "04960", "K7QM-2XRT-9HWP"
STRANGER = "203.0.113.7"
pytestmark = pytest.mark.xdist_group("caddy")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with front(tmp_path_factory.mktemp("front")) as both:
        yield both


@pytest.fixture
def client(place: Front) -> Iterator[httpx.Client]:
    with place.client() as made:
        yield made


def test_somebody_with_a_slip_signs_in_and_the_cookie_is_the_browser_s_own(place: Front, client: httpx.Client) -> None:
    with open_store(place.database) as store:
        (unit,) = [unit for unit in open_roster(Settings()).units if unit.code == UNIT]
        (slip,) = issue_slips(store, [unit], now())
    form = {"name": UNIT, "secret": slip.secret}
    entered = client.post("/sign-in", data=form, headers={"Origin": place.url})
    assert entered.status_code == 303
    cookie = entered.headers["Set-Cookie"]
    assert cookie.startswith("__Host-lotrinh=")
    assert {"Secure", "HttpOnly", "Path=/"} <= set(cookie.split("; "))
    assert client.get("/", follow_redirects=True).status_code == 200
    assert cookie.split("=")[1].split(";")[0] not in place.said()


def test_no_secret_of_an_address_is_left_in_the_log(place: Front, client: httpx.Client) -> None:
    slip = f"/sign-in?unit={UNIT}&code={SECRET}"
    assert client.get(slip).status_code == 200
    assert client.get("/static/style.css", headers={"Referer": f"{place.url}{slip}"}).is_success
    assert SECRET in client.get(slip.replace("?", "/?")).headers["Location"]
    assert client.get(f"/read/{SECRET}", headers={"Referer": f"{place.url}/read/{SECRET}"}).status_code == 404
    assert client.get("/", headers=BEARER | {"Cookie": f"__Host-lotrinh={SECRET}"}).is_success
    assert place.said().count('"handled request"') >= 5
    assert SECRET not in place.said()
    assert TOKEN not in place.said()


def test_the_figures_are_for_who_has_the_token(client: httpx.Client) -> None:
    assert "lotrinh_database_up 1.0" in client.get("/metrics", headers=BEARER).text
    assert [client.get("/metrics", headers=h).status_code for h in ({}, {"Authorization": "Bearer x"})] == [404, 404]
    assert client.get("/readyz", headers=BEARER).status_code == 404


def test_the_figures_are_for_machines_of_that_network_alone(place: Front) -> None:
    elsewhere = Front(place.folder, "10.20.0.0/16 10.30.0.0/16", upstream=place.upstream)
    try:
        elsewhere.start_caddy()
        with elsewhere.client(**BEARER) as client:
            assert client.get("/healthz").is_success
            assert client.get("/metrics").status_code == 404
            assert client.get("/metrics", headers={"X-Forwarded-For": "10.20.0.1"}).status_code == 404
    finally:
        elsewhere.stop_all()


def test_a_failure_is_counted_for_where_it_came_from_whatever_was_said_of_that(place: Front) -> None:
    for forwarded in ({"X-Forwarded-For": STRANGER}, {"Forwarded": f"for={STRANGER}"}, {"X-Real-IP": STRANGER}):
        with place.client(Origin=place.url, **forwarded) as client:
            assert client.post("/sign-in", data={"name": UNIT, "secret": "sai"}).status_code == 401
    with open_store(place.database) as store:
        known = store.throttle.failures([f"address/{name}" for name in ("127.0.0.1", STRANGER)])
    assert {key: failures.times for key, failures in known.items()} == {"address/127.0.0.1": 3}


def test_too_large_an_upload_gets_the_portal_s_own_page(place: Front, client: httpx.Client) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded", "Origin": place.url}
    answer = client.post("/sign-in", content=b"x" * 33_000_000, headers=form)
    assert answer.status_code == 413
    assert "10 MB" in answer.text


def test_a_portal_that_cannot_record_is_still_read(place: Front, client: httpx.Client) -> None:
    assert "health_checks" not in json.dumps(adapt_caddyfile({})), (
        "whose answer would come some seconds later than ours"
    )
    database = place.database.removeprefix("sqlite:///")
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        (version,) = other.execute("SELECT version_num FROM alembic_version").fetchone()
        other.execute("UPDATE alembic_version SET version_num = '0001'")
        try:
            assert (
                httpx.get(f"http://127.0.0.1:{place.upstream}/readyz", trust_env=False, timeout=60).status_code == 503
            )
            assert "<main" in client.get("/sign-in").text
        finally:
            other.execute("UPDATE alembic_version SET version_num = ?", [version])


@pytest.fixture(scope="module")
def away(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """A Caddy whose portal does not run."""
    with front(tmp_path_factory.mktemp("away"), portal=False) as caddy:
        yield caddy


def listen(place: Front, answer: bytes) -> Thread:
    """Take one connection where the portal would, read what comes, and answer so."""
    server = socket.create_server(("127.0.0.1", place.upstream))

    def once() -> None:
        with server, server.accept()[0] as connection:
            connection.recv(65_536)
            connection.sendall(answer)

    thread = Thread(target=once)
    thread.start()
    return thread


def test_a_portal_that_is_away_leaves_a_page_that_needs_nothing_else(away: Front) -> None:
    with away.client() as client:
        answer = client.get(f"/sign-in?unit={UNIT}&code={SECRET}")
    assert answer.status_code == 502
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "Chưa có gì được ghi nhận" in answer.text
    assert re.findall(r"src=|href=|http|\{said", answer.text) == []
    assert SECRET not in away.said()


def test_a_portal_that_starts_again_is_waited_for(away: Front) -> None:
    with away.client() as client, ThreadPoolExecutor() as people:
        waiting = people.submit(client.get, "/")
        assert wait([waiting], 1).not_done
        listen(away, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").join()
        assert waiting.result().text == "ok"


def test_of_what_was_lost_on_the_way_it_is_not_said_that_nothing_was_recorded(away: Front) -> None:
    lost = listen(away, b"")
    with away.client() as client:
        answer = client.post("/sign-in", data={"name": UNIT})
    lost.join()
    assert answer.status_code == 502
    assert "không rõ điều vừa gửi đã được ghi nhận chưa" in answer.text
