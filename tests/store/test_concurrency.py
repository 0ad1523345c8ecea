"""Many at once: one linear chain, one record for one key (faults F17 and F18)."""

import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from lotrinh.core.status.journal import Entry
from lotrinh.errors import Conflict
from lotrinh.store import Store, open_store
from tests.conftest import TOP
from tests.store.entries import entry

WRITERS, EACH = 8, 20
PROCESS = """
import sys
from lotrinh.store import open_store
from tests.store.entries import entry
url, name, each = sys.argv[1:]
print("ready", flush=True)
sys.stdin.readline()
with open_store(url) as store:
    for n in range(int(each)):
        store.journal.append(entry(f"{name}-{n}", actor=name))
"""


def linear(store: Store, writers: int, each: int) -> None:
    written = store.journal.entries()
    assert [e.number for e in written] == list(range(1, writers * each + 1))
    assert store.journal.verify() is None
    assert set(Counter(e.new.actor for e in written).values()) == {each}
    for name in {e.new.actor for e in written}:
        own = [e.new.step for e in written if e.new.actor == name]
        assert own == [f"{name}-{n}" for n in range(each)]


def test_threads_appending_at_once_keep_one_linear_chain(store: Store) -> None:
    def write(name: str) -> None:
        for n in range(EACH):
            store.journal.append(entry(f"{name}-{n}", actor=name))

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, [f"w{n}" for n in range(WRITERS)]))
    linear(store, WRITERS, EACH)


def test_processes_that_make_the_database_at_once_and_append_keep_one_linear_chain(url: str) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", PROCESS, url, f"p{n}", "5"],
            cwd=TOP,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for n in range(WRITERS)
    ]
    for process in started:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    for process in started:
        _, wrong = process.communicate(timeout=60)
        assert process.returncode == 0, wrong
    with open_store(url) as store:
        linear(store, WRITERS, 5)


def test_one_key_twenty_times_at_once_is_one_record_and_one_receipt(store: Store) -> None:
    with ThreadPoolExecutor(WRITERS) as pool:
        given = list(pool.map(lambda _: store.journal.append(entry(key="k")), range(20)))
    assert len(store.journal.entries()) == 1
    assert all(made == given[0] for made in given)


def test_one_key_with_many_contents_at_once_is_one_record_and_conflicts(store: Store) -> None:
    def write(day: int) -> Entry | Conflict:
        try:
            return store.journal.append(entry(key="k", body={"completed_on": f"2026-01-{day:02}"}))[0]
        except Conflict as refused:
            return refused

    with ThreadPoolExecutor(WRITERS) as pool:
        ends = list(pool.map(write, range(1, 21)))
    (written,) = store.journal.entries()
    assert [end for end in ends if isinstance(end, Entry)] == [written]
    assert sum(isinstance(end, Conflict) for end in ends) == 19


@pytest.mark.parametrize("readers", [4])
def test_readers_see_whole_transactions_while_another_writes(store: Store, readers: int) -> None:
    pair = ("a", "b")

    def read(_: int) -> list[int]:
        return [len(store.journal.entries()) for _ in range(20)]

    with ThreadPoolExecutor(readers + 1) as pool:
        seen = [pool.submit(read, n) for n in range(readers)]
        for _ in range(20):
            store.journal.append(*(entry(step) for step in pair))
        counts = [count for future in seen for count in future.result()]
    assert {count % len(pair) for count in counts} == {0}
