"""Runs, what they saw, and the last valid answer of each unit."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from lotrinh.core.status.observation import Answer, Observation, Outcome, ProbeOutcome, Reason
from lotrinh.core.text import M
from lotrinh.errors import Conflict
from lotrinh.store import Store, open_store
from lotrinh.store.runs.runs import (
    FINISHED,
    INTERRUPTED,
    NOT_CARRIED_OUT,
    RUNNING,
    ObservationRow,
    Run,
    StoredAnswer,
    StoredReport,
)

HANOI = timezone(timedelta(hours=7))
NOW = datetime(2026, 2, 2, 1, 0, 0, 250, UTC)
HOUR = timedelta(hours=1)
SOURCE = "https://lienson.example.vn/s"


def new_run(name: str, started: datetime = NOW, campaign: str = "thu", request: Mapping[str, Any] | None = None) -> Run:
    as_of = started.astimezone(HANOI)
    return Run(
        id=name,
        campaign=campaign,
        province="25",
        as_of=as_of,
        started_at=started,
        finished_at=None,
        state=RUNNING,
        checklist_hash="c" * 64,
        head="h" * 64,
        request=request or {"direct": True},
    )


def reached(
    unit: str, at: datetime = NOW, *, generated: datetime | None = None, body: str = "{}", etag: str = ""
) -> Observation:
    answer = Answer(unit, "thu", generated or at, at, {})
    seen = Observation(
        unit=unit,
        outcome=Outcome.REACHED,
        reason=Reason.NONE,
        sentence=M("Đơn vị đã trả lời."),
        checked_at=at,
        answer=answer,
        body=body,
        etag=etag,
    )
    return replace(seen, tries=1, milliseconds=40, probes={"a": (ProbeOutcome.NOT_MET, M("chưa thấy"))})


def failed(unit: str, at: datetime = NOW) -> Observation:
    return Observation(unit, Outcome.UNREACHABLE, Reason.TIMEOUT, M("Quá {s} giây {{}}.", s=8), at)


def state(store: Store, name: str) -> str:
    found = store.runs.get(name)
    assert found
    return found.state


def test_a_run_is_read_back_as_it_was_begun(store: Store, url: str) -> None:
    new = new_run("r", request={"campaign": "thu", "units": "đơn vị.csv", "as_of": ""})
    store.runs.start(new)
    with open_store(url) as other:
        assert other.runs.get("r") == new
        assert other.runs.stored_report("r") is None
    assert store.runs.get("khong-co") is None
    assert store.runs.stored_report("khong-co") is None


def test_a_finished_run_keeps_its_end_its_head_and_its_report(store: Store) -> None:
    store.runs.start(new_run("r"))
    store.runs.finish("r", FINISHED, NOW + HOUR, "e" * 64, StoredReport(b"\x00whole", "c" * 64, "{}"))
    found = store.runs.get("r")
    assert found
    assert (found.state, found.finished_at, found.head) == (FINISHED, NOW + HOUR, "e" * 64)
    assert store.runs.stored_report("r") == b"\x00whole"
    assert store.runs.report_dump("r") == (b"\x00whole", "{}")
    assert store.runs.report_dump("khong-co") is None


def test_a_run_left_running_is_interrupted_when_the_next_begins(store: Store) -> None:
    store.runs.start(new_run("killed"))
    store.runs.start(new_run("next", NOW + HOUR))
    assert state(store, "killed") == INTERRUPTED
    assert state(store, "next") == RUNNING
    assert store.runs.find_interrupted_before("thu", "next") == "killed"


def test_other_campaigns_and_finished_runs_are_not_interrupted(store: Store) -> None:
    store.runs.start(new_run("other", campaign="khac"))
    for name, end in (("done", FINISHED), ("network", NOT_CARRIED_OUT)):
        store.runs.start(new_run(name))
        store.runs.finish(name, end, NOW, "h")
    store.runs.start(new_run("next", NOW + HOUR))
    assert {n: state(store, n) for n in ("other", "done", "network")} == {
        "other": RUNNING,
        "done": FINISHED,
        "network": NOT_CARRIED_OUT,
    }
    assert store.runs.find_interrupted_before("thu", "next") == ""


def test_only_the_run_just_before_is_said_to_be_interrupted(store: Store) -> None:
    for n, name in enumerate(("first", "killed", "third", "fourth")):
        store.runs.start(new_run(name, NOW + n * HOUR))
        if name != "killed":
            store.runs.finish(name, FINISHED, NOW + n * HOUR, "h")
    store.runs.start(new_run("elsewhere", NOW + 9 * HOUR, "khac"))
    before = {name: store.runs.find_interrupted_before("thu", name) for name in ("first", "third", "fourth")}
    assert before == {"first": "", "third": "killed", "fourth": ""}


def test_what_a_run_saw_is_read_back_in_words(store: Store) -> None:
    store.runs.start(new_run("r"))
    store.runs.record("r", "thu", [(reached("04924"), SOURCE), (failed("04960"), SOURCE)])
    assert store.runs.observations("r") == {
        "04924": ObservationRow("04924", NOW, "REACHED", "", "Đơn vị đã trả lời.", {"a": "not_met"}),
        "04960": ObservationRow("04960", NOW, "UNREACHABLE", "timeout", "Quá 8 giây {}.", {}),
    }
    assert store.runs.observations("khac") == {}


def test_a_second_try_replaces_what_the_first_saw(store: Store) -> None:
    store.runs.start(new_run("r"))
    store.runs.record("r", "thu", [(failed("04924"), SOURCE), (failed("04960"), SOURCE)])
    store.runs.record("r", "thu", [(reached("04924", NOW + HOUR), SOURCE)])
    assert {u: s.outcome for u, s in store.runs.observations("r").items()} == {
        "04924": "REACHED",
        "04960": "UNREACHABLE",
    }


def test_observations_of_a_run_that_never_began_are_refused_whole(store: Store) -> None:
    with pytest.raises(Conflict):
        store.runs.record("khong-co", "thu", [(reached("04924"), SOURCE)])
    assert store.runs.answers("thu") == {}


@pytest.mark.parametrize("end", [FINISHED, NOT_CARRIED_OUT, INTERRUPTED])
def test_a_run_that_is_closed_hears_nothing_any_more(store: Store, end: str) -> None:
    store.runs.start(new_run("r"))
    store.runs.record("r", "thu", [(reached("04924", body="1"), SOURCE)])
    if end == INTERRUPTED:
        store.runs.interrupt("r", NOW)
    else:
        store.runs.finish("r", end, NOW, "h")
    before = store.runs.observations("r"), store.runs.answers("thu")
    with pytest.raises(Conflict, match="đã đóng, hoặc lượt mới hơn đã thay nó"):
        store.runs.record("r", "thu", [(reached("04924", NOW + HOUR, body="2"), SOURCE), (failed("04960"), "x")])
    assert (store.runs.observations("r"), store.runs.answers("thu")) == before


def says(made: datetime, heard: datetime = NOW, unit: str = "04924", **more: str) -> Observation:
    """What a unit said at ``heard``, in an answer that it made before."""
    return reached(unit, heard, generated=made, body=json.dumps({"generated_at": made.isoformat()} | more))


def test_an_old_copy_of_an_answer_does_not_take_the_place_of_a_newer_one(store: Store) -> None:
    store.runs.start(new_run("r"))
    store.runs.record("r", "thu", [(says(NOW - HOUR, state="done"), SOURCE)])
    kept = store.runs.answers("thu")
    store.runs.record("r", "thu", [(says(NOW - 2 * HOUR, NOW + HOUR, state="open"), SOURCE)])
    assert store.runs.answers("thu") == kept
    assert store.runs.observations("r")["04924"].checked_at == NOW + HOUR  # it did answer
    elsewhere = says(NOW - 2 * HOUR, NOW + HOUR, state="open")
    store.runs.record("r", "thu", [(elsewhere, "https://moi.vn")])
    assert store.runs.answers("thu")["04924"].body == elsewhere.body


def test_an_answer_that_was_made_before_we_last_heard_the_old_one_is_newer_all_the_same(store: Store) -> None:
    """Its system had made it, and still gave the old one."""
    store.runs.start(new_run("r"))
    store.runs.record("r", "thu", [(says(NOW - 5 * HOUR), SOURCE)])
    store.runs.record("r", "thu", [(replace(says(NOW - 5 * HOUR), not_modified=True), SOURCE)])
    newer = says(NOW - HOUR, NOW + HOUR)
    store.runs.record("r", "thu", [(newer, SOURCE)])
    assert store.runs.answers("thu")["04924"].body == newer.body


@pytest.mark.parametrize("not_modified", [False, True])
def test_an_answer_dated_by_a_clock_that_was_ahead_gives_way(store: Store, *, not_modified: bool) -> None:
    store.runs.start(new_run("r"))
    store.runs.record("r", "thu", [(says(NOW, state="open"), SOURCE)])
    at = NOW - HOUR
    if not_modified:  # meanwhile nothing was new
        store.runs.record("r", "thu", [(replace(says(at, at), not_modified=True), SOURCE)])
        assert store.runs.answers("thu")["04924"].true_at == at
    store.runs.record("r", "thu", [(says(at, at, state="done"), SOURCE)])
    assert '"done"' in store.runs.answers("thu")["04924"].body


def test_a_valid_answer_is_kept_with_its_source_and_the_moment_it_was_true(store: Store) -> None:
    store.runs.start(new_run("r"))
    old = reached("04924", generated=NOW - HOUR, body='{"ă": 1}', etag='"1"')
    ahead = reached("04960", generated=NOW + HOUR / 12)
    store.runs.record("r", "thu", [(old, SOURCE), (ahead, SOURCE)])
    assert store.runs.answers("thu") == {
        "04924": StoredAnswer(SOURCE, '"1"', NOW - HOUR, '{"ă": 1}'),
        "04960": StoredAnswer(SOURCE, "", NOW, "{}"),
    }
    assert store.runs.answers("khac") == {}


def test_a_failure_leaves_the_last_valid_answer(store: Store) -> None:
    store.runs.start(new_run("r"))
    store.runs.record("r", "thu", [(reached("04924", body="1"), SOURCE)])
    kept = store.runs.answers("thu")
    store.runs.start(new_run("s", NOW + HOUR))
    store.runs.record("s", "thu", [(failed("04924", NOW + HOUR), SOURCE)])
    assert store.runs.answers("thu") == kept


def test_a_new_answer_takes_the_place_of_the_last(store: Store) -> None:
    store.runs.start(new_run("r"))
    store.runs.record("r", "thu", [(reached("04924", body="1"), SOURCE)])
    store.runs.record("r", "thu", [(reached("04924", NOW + HOUR, body="2", etag='"2"'), "https://moi.vn")])
    assert store.runs.answers("thu") == {"04924": StoredAnswer("https://moi.vn", '"2"', NOW + HOUR, "2")}


def test_not_modified_makes_the_kept_answer_true_now_and_changes_nothing_else(store: Store) -> None:
    store.runs.start(new_run("r"))
    store.runs.record("r", "thu", [(reached("04924", body="1", etag='"1"'), SOURCE)])
    same = replace(reached("04924", NOW + HOUR), not_modified=True, body="")
    store.runs.record("r", "thu", [(same, SOURCE)])
    assert store.runs.answers("thu") == {"04924": StoredAnswer(SOURCE, '"1"', NOW + HOUR, "1")}


def test_runs_that_asked_nobody_do_not_hide_what_was_seen(store: Store) -> None:
    store.runs.start(new_run("asked"))
    store.runs.record("asked", "thu", [(reached("04960"), SOURCE), (failed("04924"), SOURCE)])
    for n in range(4):
        store.runs.start(new_run(f"died-{n}", NOW + (n + 1) * HOUR))
    assert set(store.runs.last_observations("thu")) == {"04960", "04924"}


def test_a_run_of_a_day_in_the_past_is_no_news(store: Store) -> None:
    for name, as_of in (("today", NOW), ("yesterday", NOW - 24 * HOUR), ("long-ago", NOW - 900 * HOUR)):
        started = NOW if name == "today" else NOW + HOUR
        store.runs.start(new_run(name, started)._replace(as_of=as_of.astimezone(HANOI)))
        store.runs.finish(name, FINISHED, NOW + 2 * HOUR, "h")
    assert [r.id for r in store.runs.finished("thu", 2)] == ["today", "yesterday"]


def test_what_the_last_runs_saw_of_one_unit_is_found_by_moment_and_outcome(store: Store) -> None:
    for number in range(4):
        at = NOW + number * HOUR
        store.runs.start(new_run(f"r{number}", at))
        seen = failed("04960", at) if number % 2 else reached("04960", at)
        store.runs.record(f"r{number}", "thu", [(seen, SOURCE), (reached("04924", at), "x")])
    store.runs.finish("r3", NOT_CARRIED_OUT, NOW, "h")
    store.runs.start(new_run("other", NOW, "khac"))
    store.runs.record("other", "khac", [(failed("04960"), SOURCE)])

    def names(**more: Any) -> list[str]:
        return [r.id for r, _ in store.runs.unit_observations("thu", "04960", 5, **more)]

    assert names() == ["r2", "r1", "r0"]
    assert names(outcome=Outcome.REACHED.value) == ["r2", "r0"]
    assert names(until=(NOW + HOUR).astimezone(HANOI)) == ["r1", "r0"]
    found = store.runs.unit_observations("thu", "04960", 1)
    assert [(seen.unit, seen.outcome) for _, seen in found] == [("04960", Outcome.REACHED.value)]


def test_the_last_answer_of_one_unit_is_that_of_all_units(store: Store) -> None:
    store.runs.start(new_run("r"))
    store.runs.record("r", "thu", [(reached("04960", body="1"), SOURCE), (reached("04924", body="2"), "x")])
    assert store.runs.answers("thu", "04960") == {"04960": store.runs.answers("thu")["04960"]}
    assert store.runs.answers("thu", "99999") == {}
