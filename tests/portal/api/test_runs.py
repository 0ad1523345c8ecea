"""Runs, the reports they left behind, and the journal, as programs read them."""

import csv
import io
import json
from dataclasses import replace

import pytest

from lotrinh.core.status.journal import GENESIS, Entry, EntryKind, NewEntry, first_broken_number
from lotrinh.core.status.observation import Observation, Outcome, Reason
from lotrinh.core.text import M
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.runs.ask import begin_run
from lotrinh.services.runs.check import conclude
from lotrinh.services.runs.snapshots import load_report_json
from lotrinh.settings.models import Settings
from tests.portal.caller import CAMPAIGN, DONE, STEP, UNIT, program_caller, unit_caller
from tests.portal.conftest import NOW, Portal
from tests.services.earlier import store_as_before


def run_once(portal: Portal, name: str = "r1", *, finished: bool = True) -> None:
    settings = Settings()
    campaign = open_campaign_of_files(settings, "bau-cu-2026")
    run = begin_run(portal.store, campaign, NOW, NOW, {}, name)
    seen = Observation("04924", Outcome.UNREACHABLE, Reason.TIMEOUT, M("Hết giờ chờ."), NOW)
    portal.store.runs.record(run.id, campaign.id, [(seen, "http://x")])
    if finished:
        conclude(portal.store, settings, campaign, run, NOW)


def test_a_run_is_described_with_what_came_of_each_unit(portal: Portal) -> None:
    run_once(portal)
    office = program_caller(portal)
    run = office.read(f"{CAMPAIGN}/runs/r1")
    assert (run["state"], run["has_report"]) == ("finished", True)
    assert run["outcomes"] == {"REACHED": 0, "UNREACHABLE": 1, "INVALID": 0}
    (seen,) = office.read(f"{CAMPAIGN}/runs/r1/observations")["items"]
    assert (seen["unit"], seen["reason"], seen["sentence"]) == ("04924", "timeout", "Hết giờ chờ.")
    assert office.get(f"{CAMPAIGN}/runs/r2").status_code == 404
    assert office.get("/api/v1/campaigns/dai-hoi-dang-2025/runs/r1").status_code == 404


def test_runs_come_newest_first_in_pages(portal: Portal) -> None:
    campaign = open_campaign_of_files(Settings(), "bau-cu-2026")
    from datetime import timedelta

    for n in range(3):
        begin_run(portal.store, campaign, NOW + timedelta(hours=n), NOW, {}, f"r{n}")
    office = program_caller(portal)
    first = office.read(f"{CAMPAIGN}/runs?limit=2")
    second = office.read(first["next"])
    assert [r["id"] for r in first["items"] + second["items"]] == ["r2", "r1", "r0"]
    assert (second["next"], first["items"][1]["state"]) == (None, "interrupted")


def test_a_report_is_given_as_it_was_whatever_is_said_later(portal: Portal) -> None:
    unit_caller(portal).submit(f"{UNIT}/confirmations", DONE)
    run_once(portal)
    unit_caller(portal).submit(f"{UNIT}/withdrawals", {"step": STEP, "reason": "x"})
    office = program_caller(portal)
    report = office.read(f"{CAMPAIGN}/runs/r1/report")
    assert report == json.loads(load_report_json(portal.store, "r1") or "")
    (us,) = (u for u in report["units"] if u["code"] == "04924")
    assert {s["id"]: s["status"] for s in us["steps"]}[STEP] == "done"


def test_a_report_as_a_table_has_a_row_for_each_step_of_each_unit(portal: Portal) -> None:
    unit_caller(portal).submit(f"{UNIT}/confirmations", DONE)
    unit_caller(portal).submit(f"{UNIT}/obstacles", {"step": "thanh-lap-ubbc-xa", "note": '=HYPERLINK("x")'})
    run_once(portal)
    answer = program_caller(portal).get(f"{CAMPAIGN}/runs/r1/report.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    report = json.loads(load_report_json(portal.store, "r1") or "")
    assert len(rows) == sum(len(u["steps"]) for u in (report["province"], *report["units"]))
    row = next(r for r in rows if (r["code"], r["step"]) == ("04924", STEP))
    assert (row["status"], row["completed_on"], row["done"], row["of"]) == ("done", "2026-01-29", "12", "12")
    (dangerous,) = (r["obstacle"] for r in rows if r["obstacle"])
    assert dangerous.startswith("'=")


@pytest.mark.parametrize("archived", [True, False])
def test_programs_read_of_a_run_that_an_earlier_version_stored_what_they_read_of_one_of_today(
    portal: Portal, *, archived: bool
) -> None:
    unit_caller(portal).submit(f"{UNIT}/confirmations", DONE)
    run_once(portal)
    office = program_caller(portal)
    addresses = [f"{CAMPAIGN}/runs/r1{end}" for end in ("", "/report", "/report.csv")]
    today = [office.get(address) for address in addresses]
    store_as_before(portal.store, "r1", whole=archived)
    before = [office.get(address) for address in addresses]
    assert [(a.content, a.headers["etag"]) for a in before] == [(a.content, a.headers["etag"]) for a in today]
    assert office.get(addresses[1], **{"If-None-Match": today[1].headers["etag"]}).status_code == 304


def test_a_run_without_a_report_says_so(portal: Portal) -> None:
    run_once(portal, finished=False)
    office = program_caller(portal)
    assert office.read(f"{CAMPAIGN}/runs/r1")["has_report"] is False
    for path in ("report", "report.csv"):
        assert "không để lại báo cáo" in office.get(f"{CAMPAIGN}/runs/r1/{path}").json()["detail"]


def test_the_chain_can_be_verified_from_what_the_api_gives(portal: Portal) -> None:
    us = unit_caller(portal)
    us.submit(f"{UNIT}/confirmations", DONE)
    us.submit(f"{UNIT}/withdrawals", {"step": STEP, "reason": "Gửi nhầm"})
    office, entries = program_caller(portal), []
    page: str | None = "/api/v1/journal?limit=2"
    while page:
        answer = office.read(page)
        entries += answer["items"]
        page = answer["next"]
    from datetime import datetime

    chain = [
        Entry(
            e["number"],
            NewEntry(
                kind=EntryKind(e["kind"]),
                at=datetime.fromisoformat(e["at"]),
                campaign=e["campaign"],
                unit=e["unit"],
                step=e["step"],
                actor=e["actor"],
                body=e["body"],
                checklist_hash=e["checklist_hash"],
                key=e["key"],
            ),
            e["previous"],
            e["hash"],
        )
        for e in entries
    ]
    assert len(chain) == len(portal.store.journal.entries()) >= 3
    assert first_broken_number(chain, portal.store.journal.head()) is None
    assert chain[0].previous == GENESIS
    forged = [*chain[:-1], replace(chain[-1], new=replace(chain[-1].new, actor="unit:04960"))]
    assert first_broken_number(forged) == len(chain)


def test_the_journal_of_one_campaign_leaves_the_others_out(portal: Portal) -> None:
    unit_caller(portal).submit(f"{UNIT}/confirmations", DONE)
    office = program_caller(portal)
    ours = office.read("/api/v1/journal?campaign=bau-cu-2026")["items"]
    assert [e["kind"] for e in ours] == ["confirmed"]
    assert len(office.read("/api/v1/journal")["items"]) > 1, "making the token is an entry, too"
