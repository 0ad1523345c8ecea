"""/readyz: whether the portal can record now, and in one word why not."""

import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import event

from lotrinh.services.upkeep.readiness import KEPT_SECONDS, LEAST_FREE, Readiness, disk_space
from lotrinh.store import Store
from tests.portal.conftest import Portal


def fresh(store: Store, folder: Path, least: int = LEAST_FREE) -> Readiness:
    """Look anew each time."""
    ticks = count(step=10)
    return Readiness(store, folder, least, lambda: next(ticks))


def raw(store: Store) -> "closing[sqlite3.Connection]":
    return closing(sqlite3.connect(str(store.engine.url.database), timeout=0, isolation_level=None))


def test_a_portal_that_can_record_is_ready(portal: Portal) -> None:
    answer = portal.client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


def test_a_record_of_another_version_is_not_ready_and_alive_all_the_same(portal: Portal) -> None:
    with raw(portal.store) as other:
        other.execute("UPDATE alembic_version SET version_num = '0001'")
    answer = portal.client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "not ready", "reason": "schema"})
    assert answer.headers["Retry-After"]
    assert portal.client.get("/healthz").status_code == 200


def test_a_record_that_can_only_be_read_is_not_ready(portal: Portal, tmp_path: Path) -> None:
    event.listen(portal.store.engine, "checkout", lambda raw, *_: raw.execute("PRAGMA query_only = ON"))
    assert fresh(portal.store, tmp_path)() == "database"


def test_a_record_that_is_gone_is_not_ready(portal: Portal, tmp_path: Path) -> None:
    portal.store.close()
    place = Path(str(portal.store.engine.url.database))
    place.write_bytes(b"not a database" * 1000)
    assert fresh(portal.store, tmp_path)() == "database"


def test_a_writer_that_is_busy_does_not_make_it_unready(portal: Portal, tmp_path: Path) -> None:
    with raw(portal.store) as other:
        other.execute("BEGIN IMMEDIATE")
        assert fresh(portal.store, tmp_path)() == ""


def test_a_full_disk_is_not_ready(portal: Portal, tmp_path: Path) -> None:
    assert fresh(portal.store, tmp_path, least=2**70)() == "disk"
    assert disk_space(tmp_path / "not" / "there" / "yet")[0] == pytest.approx(disk_space(tmp_path)[0], rel=0.1)


def test_asking_often_asks_the_record_seldom(portal: Portal, tmp_path: Path) -> None:
    moments = [0.0]
    ready = Readiness(portal.store, tmp_path, ticks=lambda: moments[-1])
    assert ready() == ""
    with raw(portal.store) as other:
        other.execute("UPDATE alembic_version SET version_num = '0001'")
    assert ready() == ""
    moments.append(KEPT_SECONDS)
    assert ready() == "schema"
