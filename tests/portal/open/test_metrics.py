"""/metrics: what it tells, to whom, and that nobody else can make it tell more."""

import asyncio
import re
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from lotrinh.core.status.status import Status
from lotrinh.portal.app import create_app
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.runs.ask import begin_run
from lotrinh.settings.models import CampaignSettings, PortalSettings, ScheduleSettings, Settings
from lotrinh.store.outbox import NewMessage
from lotrinh.store.runs.runs import FINISHED
from tests.conftest import TOP
from tests.portal.api.test_runs import run_once
from tests.portal.caller import CAMPAIGN, DONE, unit_caller
from tests.portal.conftest import NOW, Portal

TOKEN = "mot-ma-dai-hai-muoi-ky-tu"


@pytest.fixture
def portal_settings(tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path, campaigns=(CampaignSettings(id="bau-cu-2026", schedule=ScheduleSettings(cron="0 7 * * *")),)
    )


def figures(portal: Portal) -> dict[str, dict[tuple[str, ...], float]]:
    """Read all figures: name -> values of the labels, by name -> figure."""
    answer = portal.client.get("/metrics")
    assert answer.status_code == 200
    read: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            read.setdefault(sample.name, {})[tuple(value for _, value in sorted(sample.labels.items()))] = sample.value
    return read


def test_the_record_is_told_in_figures(portal: Portal) -> None:
    unit_caller(portal).submit(f"{CAMPAIGN}/units/04924/confirmations", DONE)
    run_once(portal)
    portal.store.outbox.put(
        [
            NewMessage(
                key="k",
                campaign="bau-cu-2026",
                kind="digest",
                receiver="04924",
                channel="mail",
                content={},
                next_at=NOW,
            )
        ],
        NOW,
    )
    portal.moments.append(NOW + timedelta(hours=2))
    read = figures(portal)
    assert read["lotrinh_journal_entries"][("confirmed",)] == 1
    assert 0 < read["lotrinh_run_age_seconds"][("bau-cu-2026", "25")] <= 7200
    units = {key[1]: n for key, n in read["lotrinh_run_units"].items()}
    assert set(units) == {"REACHED", "UNREACHABLE", "INVALID"}
    assert sum(units.values()) > 0
    steps = {key[2]: n for key, n in read["lotrinh_run_steps"].items()}
    assert set(steps) == {status.value for status in Status}
    assert steps["done"] == 1
    assert read["lotrinh_runs"] == {("bau-cu-2026", "finished"): 1}
    assert read["lotrinh_outbox_messages"] == {("waiting",): 1}
    assert read["lotrinh_database_bytes"][()] > 10_000
    assert read["lotrinh_database_up"] == {(): 1}
    assert len(read["lotrinh_build_info"]) == 1


def test_a_check_that_was_due_and_did_not_come_is_overdue_even_of_a_campaign_that_never_ran(portal: Portal) -> None:
    place, due = ("bau-cu-2026", "25"), NOW + timedelta(hours=23)  # the next seven o'clock
    assert figures(portal)["lotrinh_run_overdue_seconds"] == {place: 0}
    portal.moments.append(due + timedelta(minutes=50))
    assert figures(portal)["lotrinh_run_overdue_seconds"] == {place: 0}
    portal.moments.append(due + timedelta(days=3))
    read = figures(portal)
    assert read["lotrinh_run_overdue_seconds"] == {place: 3 * 86400}  # since the first that did not come
    assert "lotrinh_run_age_seconds" not in read
    at = portal.moments[-1]
    begun = begin_run(portal.store, open_campaign_of_files(Settings(), "bau-cu-2026"), at, at, {})
    portal.store.runs.finish(begun.id, FINISHED, at, begun.head)
    assert figures(portal)["lotrinh_run_overdue_seconds"] == {place: 0}


def test_entries_are_counted_on_from_where_the_last_look_ended(portal: Portal) -> None:
    caller = unit_caller(portal)
    caller.submit(f"{CAMPAIGN}/units/04924/confirmations", DONE)
    assert figures(portal)["lotrinh_journal_entries"][("confirmed",)] == 1
    caller.submit(f"{CAMPAIGN}/units/04924/withdrawals", {"step": DONE["step"], "reason": "Nhầm"})
    read = figures(portal)["lotrinh_journal_entries"]
    assert (read[("confirmed",)], read[("withdrawn",)]) == (1, 1)


def test_looking_reads_no_whole_report(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    run_once(portal)
    for name in ("stored_report", "report_dump"):
        monkeypatch.setattr(type(portal.store.runs), name, None)
    assert figures(portal)["lotrinh_run_steps"]


def test_requests_are_counted_by_route_and_never_by_address(portal: Portal) -> None:
    for code in ("04924", "04960", "99999"):
        portal.status(code)
    for path in ("/no/such/page", "/read/ma-bi-mat", "/static/style.css", "/healthz"):
        portal.client.get(path)
    portal.client.request("BREW", "/healthz")
    counted = figures(portal)["lotrinh_http_requests_total"]
    routes = {route for _, route, _ in counted}
    status = "/api/v1/campaigns/{campaign_id}/units/{code}/status"
    assert counted[("GET", status, "200")] == 2
    assert counted[("GET", status, "404")] == 1
    assert {"other", "/read/{token}", "/healthz", status} <= routes
    assert {method for method, _, _ in counted} == {"GET", "other"}
    assert not [route for route in routes if "secret" in route or "04924" in route or "bi-mat" in route]
    seconds = figures(portal)["lotrinh_http_request_seconds_count"]
    assert seconds[(status,)] == 3


def test_who_guesses_is_seen_while_slowed_down_and_not_afterwards(portal: Portal) -> None:
    for _ in range(5):
        portal.store.throttle.attempt(["account/unit:04924"], NOW, NOW - timedelta(hours=1), lambda _: None)
    assert figures(portal)["lotrinh_sign_in_throttled"][("account",)] == 1
    portal.moments.append(NOW + timedelta(hours=1))
    assert figures(portal)["lotrinh_sign_in_throttled"][("account",)] == 0


def test_a_record_that_does_not_answer_is_said_and_requests_are_told_all_the_same(portal: Portal) -> None:
    portal.client.get("/healthz")
    with closing(sqlite3.connect(str(portal.store.engine.url.database))) as raw:
        raw.execute("ALTER TABLE outbox RENAME TO elsewhere")
    read = figures(portal)
    assert read["lotrinh_database_up"] == {(): 0}
    assert "lotrinh_journal_entries" not in read
    assert read["lotrinh_http_requests_total"]


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "203.0.113.7"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"X-Real-IP": "127.0.0.1"},
        {"Via": "1.1 caddy"},
        {"Host": "lotrinh.example.vn"},
        {"Host": "[::1"},
    ],
    ids=lambda h: "-".join(h) + "-" + "".join(h.values()),
)
def test_who_comes_through_a_proxy_is_not_on_this_machine(portal: Portal, headers: dict[str, str]) -> None:
    assert portal.client.get("/metrics").status_code == 200
    answer = portal.client.get("/metrics", headers=headers)
    assert answer.status_code == 404
    assert "lotrinh_" not in answer.text


async def status_with(portal: Portal, chosen: PortalSettings, headers: dict[str, str], peer: str) -> int:
    app = create_app(Settings(portal=chosen), portal.store)
    transport = httpx.ASGITransport(app, client=(peer, 40000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8600") as client:
        return (await client.get("/metrics", headers=headers)).status_code


@pytest.mark.parametrize(
    ("chosen", "headers", "peer", "status"),
    [
        ({}, {}, "127.0.0.1", 200),
        ({}, {}, "::1", 200),
        ({}, {}, "10.0.0.9", 404),
        ({}, {"Authorization": f"Bearer {TOKEN}"}, "10.0.0.9", 404),
        ({"metrics": "off"}, {}, "127.0.0.1", 404),
        ({"metrics": "token"}, {}, "127.0.0.1", 404),
        ({"metrics": "token"}, {"Authorization": "Bearer "}, "127.0.0.1", 404),
        ({"metrics": "token"}, {"Authorization": f"Bearer {TOKEN}x"}, "127.0.0.1", 404),
        ({"metrics": "token", "metrics_token": ""}, {"Authorization": "Bearer "}, "127.0.0.1", 404),
        ({"metrics": "token"}, {"Authorization": f"Bearer {TOKEN}"}, "10.0.0.9", 200),
    ],
)
def test_the_figures_are_for_this_machine_or_for_who_has_the_token(
    portal: Portal, chosen: dict[str, str], headers: dict[str, str], peer: str, status: int
) -> None:
    settings = PortalSettings.model_validate({"metrics_token": TOKEN} | chosen)
    assert asyncio.run(status_with(portal, settings, headers, peer)) == status


def test_every_figure_is_documented_and_nothing_else_is(portal: Portal) -> None:
    text = (TOP / "docs" / "operate.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `(lotrinh_\w+)` \|", text, re.MULTILINE))
    shown = set(re.findall(r"^# HELP (\w+) ", portal.client.get("/metrics").text, re.MULTILINE))
    assert documented == {name for name in shown if not name.endswith("_created")}
