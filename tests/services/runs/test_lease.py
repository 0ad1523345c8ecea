"""One check of a campaign at a time: who holds the lease, when it may be taken away, and that no clock decides it."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from lotrinh.clock import now
from lotrinh.core.checklist.units import Unit, UnitKind
from lotrinh.errors import Conflict, Overlapping
from lotrinh.i18n import say
from lotrinh.services.campaigns.campaigns import Campaign
from lotrinh.services.runs import lease, runs
from lotrinh.services.runs.ask import begin_run
from lotrinh.services.runs.lease import LASTS, Holder, find_live_lease, hold_lease, lease_name, own_holder, take_lease
from lotrinh.store import Store
from lotrinh.store.leases import Lease
from lotrinh.store.runs.runs import INTERRUPTED, RUNNING
from tests.services import builders

HOUR = timedelta(hours=1)
ELSEWHERE = Holder("20260202-010000-abcd", "f" * 12, 4711, "99", "may-khac")
"""A process of which this machine knows nothing."""


@pytest.fixture
def campaign() -> Campaign:
    return builders.campaign()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same waits, a fiftieth as long; how long a lease lasts stays as it is."""
    for name in ("BEAT_SECONDS", "SILENT_SECONDS", "LOOK_SECONDS"):
        monkeypatch.setattr(lease, name, getattr(lease, name) / 50)


def held(store: Store, campaign: Campaign, holder: Holder | str = ELSEWHERE, left: timedelta = LASTS) -> Lease:
    known = Lease(lease_name(campaign), str(holder), now() - HOUR, now() + left)
    assert store.leases.take(known, None)
    return known


@contextmanager
def renewed(store: Store, mine: Lease, ahead: timedelta) -> Iterator[None]:
    """Let somebody whose clock is ahead of ours renew their lease for a while."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(lease.BEAT_SECONDS):
            store.leases.renew(mine, now() + ahead + LASTS)

    thread = threading.Thread(target=beat)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def refusal(store: Store, campaign: Campaign, *, patient: bool = False) -> str:
    with pytest.raises(Overlapping) as refused:
        take_lease(store, campaign, "neu", now, patient=patient)
    return say(refused.value.sentence)


def test_a_second_check_is_refused_and_told_by_whom_and_since_when(store: Store, campaign: Campaign) -> None:
    with hold_lease(store, campaign, "erste", now) as mine:
        said = refusal(store, campaign)
    assert f"đang chạy từ {mine.taken_at.astimezone(campaign.zone):%H:%M %d/%m/%Y}" in said
    assert "lượt erste" in said
    assert f"tiến trình {os.getpid()}" in said
    assert lease.own_holder("x").host in said


def test_when_a_check_has_ended_the_next_one_may_begin(store: Store, campaign: Campaign) -> None:
    with pytest.raises(RuntimeError), hold_lease(store, campaign, "erste", now):
        raise RuntimeError
    assert store.leases.get(lease_name(campaign)) is None
    with hold_lease(store, campaign, "zweite", now):
        pass


def test_campaigns_and_provinces_do_not_keep_each_other(store: Store, campaign: Campaign) -> None:
    other = replace(campaign, province=Unit("01", UnitKind.PROVINCE, "Hà Nội"))
    longest = replace(campaign, id="d" * 150)
    also = replace(campaign, id="d" * 151)
    all_ = (campaign, other, longest, also)
    with ExitStack() as stack:
        for number, each in enumerate(all_):
            stack.enter_context(hold_lease(store, each, f"lauf-{number}", now))
        assert len({lease_name(each) for each in all_}) == len(all_)
    assert len(lease_name(longest)) <= 100


def test_a_lease_is_renewed_while_its_holder_works(store: Store, campaign: Campaign) -> None:
    with hold_lease(store, campaign, "erste", now) as mine:
        threading.Event().wait(4 * lease.BEAT_SECONDS)
        known = store.leases.get(mine.name)
        assert known
        assert known.until > mine.until
        assert known.taken_at == mine.taken_at


def test_the_lease_of_a_dead_process_of_this_machine_is_free_at_once(store: Store, campaign: Campaign) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        born = lease.process_start(child.pid)
        held(store, campaign, own_holder("alte")._replace(pid=child.pid, started=born))
        assert "lượt alte" in refusal(store, campaign)
        child.kill()
    assert find_live_lease(store, campaign, now) is None
    assert Holder.of(take_lease(store, campaign, "neu", now).holder).run == "neu"


def test_another_process_that_has_been_given_the_dead_one_s_number_does_not_keep_the_lease(
    store: Store, campaign: Campaign
) -> None:
    held(store, campaign, own_holder("alte")._replace(started="1"))
    take_lease(store, campaign, "neu", now)


@pytest.fixture
def told_by(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Let a machine say of itself what files hold; None for one that cannot be read."""

    def name(*texts: str | None) -> str:
        places = [tmp_path / f"{number}" for number in range(len(texts))]
        for place, text in zip(places, texts, strict=True):
            place.unlink(missing_ok=True)
            if text is not None:
                place.write_text(text, encoding="utf-8")
        monkeypatch.setattr(lease, "IDENTITIES", places)
        lease.machine_id.cache_clear()
        return lease.machine_id()

    yield name
    lease.machine_id.cache_clear()


def test_a_machine_that_hides_since_when_it_runs_is_known_by_its_own_number(told_by: Callable[..., str]) -> None:
    assert len({told_by("x"), told_by("y"), told_by(None, "x"), told_by(None, "y"), told_by("x", "y")}) == 5


@pytest.mark.parametrize("said", [(None, None), ("\n", ""), (None, "\xff")])
def test_a_machine_that_says_nothing_of_itself_knows_nobody_to_be_dead(
    store: Store, campaign: Campaign, told_by: Callable[..., str], said: tuple[str | None, ...]
) -> None:
    assert told_by(*said) == lease.UNKNOWN
    held(store, campaign, own_holder("alte")._replace(started="1"))
    assert "lượt alte" in refusal(store, campaign)


def test_where_a_signal_would_end_a_process_none_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = list[int]()
    monkeypatch.setattr(os, "kill", lambda pid, _: sent.append(pid))
    for platform in ("win32", "darwin"):
        monkeypatch.setattr(sys, "platform", platform)
        assert lease.process_start(2**30) == lease.UNKNOWN
    assert sent == []


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux tells of a process when it was started.")
def test_a_number_that_no_process_can_have_is_nobody_s() -> None:
    assert lease.process_start(2**40) == ""


def test_of_a_process_elsewhere_the_lease_stands_until_its_time_is_up(store: Store, campaign: Campaign) -> None:
    held(store, campaign)
    said = refusal(store, campaign)
    assert "máy may-khac, tiến trình 4711" in said
    assert find_live_lease(store, campaign, now)


def test_a_lease_whose_time_is_up_is_taken_after_nobody_has_renewed_it_for_a_while(
    store: Store, campaign: Campaign
) -> None:
    old = held(store, campaign, left=-HOUR)
    assert take_lease(store, campaign, "neu", now).holder != old.holder
    assert store.leases.renew(old, now() + LASTS) is None


def test_a_holder_whose_clock_is_an_hour_slow_or_fast_keeps_the_lease_while_it_renews_it(
    store: Store, campaign: Campaign
) -> None:
    for ahead in (-HOUR, HOUR):
        mine = held(store, campaign, left=ahead)
        with renewed(store, mine, ahead):
            assert "may-khac" in refusal(store, campaign)
            assert "may-khac" in refusal(store, campaign, patient=True)
        store.leases.give_back(mine)


def test_a_clock_set_back_by_an_hour_does_not_keep_a_dead_holder_s_lease_for_an_hour(
    store: Store, campaign: Campaign
) -> None:
    held(store, campaign, left=HOUR + LASTS)
    assert find_live_lease(store, campaign, now) is None
    take_lease(store, campaign, "neu", now)


def test_a_patient_one_waits_until_the_time_of_a_dead_holder_is_up(store: Store, campaign: Campaign) -> None:
    held(store, campaign, left=timedelta(seconds=0.5))
    assert Holder.of(take_lease(store, campaign, "neu", now, patient=True).holder).run == "neu"


def test_whoever_was_taken_for_dead_neither_renews_nor_gives_back_what_another_one_has(
    store: Store, campaign: Campaign, caplog: pytest.LogCaptureFixture
) -> None:
    with hold_lease(store, campaign, "erste", now) as mine:
        other = mine._replace(holder=str(ELSEWHERE), until=mine.until + LASTS)
        known = store.leases.get(mine.name)
        while not store.leases.take(other, known):  # between two beats of its holder
            known = store.leases.get(mine.name)
        threading.Event().wait(4 * lease.BEAT_SECONDS)
    kept = store.leases.get(mine.name)
    assert kept
    assert kept.holder == str(ELSEWHERE)
    assert "was taken by another run" in caplog.text


def test_a_lease_is_taken_only_as_it_was_seen(store: Store, campaign: Campaign) -> None:
    seen = held(store, campaign)
    renewed_ = store.leases.renew(seen, now() + 2 * LASTS)
    assert renewed_
    mine = Lease(seen.name, str(own_holder("neu")), now(), now() + LASTS)
    assert not store.leases.take(mine, seen)
    assert not store.leases.take(mine, None)
    assert store.leases.take(mine, renewed_)


@pytest.mark.parametrize("written", ["", "x", "a b c d", "a b -1 d e", "20260202-010000-abcd f 12 3 máy có dấu cách"])
def test_whatever_is_written_as_a_holder_is_read(written: str) -> None:
    assert not Holder.of(written).is_dead
    assert Holder.of(str(ELSEWHERE)) == ELSEWHERE


def begun(store: Store, campaign: Campaign, name: str, at: datetime | None = None) -> str:
    begin_run(store, campaign, at or now(), now(), {}, name)
    return name


def state(store: Store, name: str) -> str:
    return store.runs.states([name])[name]


def test_a_run_whose_run_holds_the_lease_is_not_marked_as_interrupted_by_another_that_begins(
    store: Store, campaign: Campaign
) -> None:
    with hold_lease(store, campaign, "erste", now):
        begun(store, campaign, "erste")
        begun(store, campaign, "ohne")
        assert state(store, "erste") == RUNNING
    begun(store, campaign, "dritte")
    assert (state(store, "erste"), state(store, "ohne")) == (INTERRUPTED, INTERRUPTED)


def test_a_run_is_told_from_one_whose_name_begins_with_its_own(store: Store, campaign: Campaign) -> None:
    begun(store, campaign, "t-25.1")
    with hold_lease(store, campaign, "t-25.10", now):
        begun(store, campaign, "t-25.10")
        assert (state(store, "t-25.1"), state(store, "t-25.10")) == (INTERRUPTED, RUNNING)


def test_the_button_of_the_portal_is_refused_while_a_check_runs_and_works_at_once_after_it_was_killed(
    store: Store, campaign: Campaign
) -> None:
    asked = list[str]()
    with hold_lease(store, campaign, begun(store, campaign, "erste"), now), pytest.raises(Conflict, match="erste"):
        runs.start_run(store, campaign, asked.append, now())
    held(store, campaign, own_holder("erste")._replace(started="1"))
    assert runs.start_run(store, campaign, asked.append, now()) == "erste"
    assert asked == ["thu"]
