"""Bearer codes: each opens one unit until it is revoked, and none can be read from the database."""

from datetime import UTC, datetime
from pathlib import Path

from lotrinh.store import Store, open_store

NOW = datetime(2026, 2, 2, 1, tzinfo=UTC)


def test_an_issued_code_opens_its_own_unit_in_every_process(store: Store, url: str) -> None:
    codes = store.access.issue(["04924", "04960"], NOW)
    assert codes.keys() == {"04924", "04960"}
    with open_store(url) as other:
        assert {unit: other.access.unit_of(code) for unit, code in codes.items()} == {u: u for u in codes}


def test_an_unknown_code_opens_nothing(store: Store) -> None:
    code = store.access.issue(["04924"], NOW)["04924"]
    for wrong in ("", "x", code.swapcase(), code + " ", code[:-1]):
        assert store.access.unit_of(wrong) is None


def test_a_new_code_ends_the_older_ones_of_its_unit_alone(store: Store) -> None:
    old = store.access.issue(["04924", "04960"], NOW)
    new = store.access.issue(["04924"], NOW)
    assert store.access.unit_of(old["04924"]) is None
    assert store.access.unit_of(new["04924"]) == "04924"
    assert store.access.unit_of(old["04960"]) == "04960"


def test_revoking_ends_the_codes_of_one_unit_and_tells_how_many(store: Store) -> None:
    codes = store.access.issue(["04924", "04960"], NOW)
    assert [store.access.revoke("04924", NOW) for _ in range(2)] == [1, 0]
    assert store.access.unit_of(codes["04924"]) is None
    assert store.access.unit_of(codes["04960"]) == "04960"


def test_no_two_codes_are_alike_and_they_are_long_enough_not_to_be_guessed(store: Store) -> None:
    codes = list(store.access.issue([f"{n:05}" for n in range(300)], NOW).values())
    assert len(set(codes)) == 300
    assert min(map(len, codes)) >= 27  # 160 bits


def test_the_database_does_not_hold_the_codes(store: Store, tmp_path: Path) -> None:
    code = store.access.issue(["04924"], NOW)["04924"]
    store.close()
    assert all(code.encode() not in part.read_bytes() for part in tmp_path.iterdir())
    assert any(b"04924" in part.read_bytes() for part in tmp_path.iterdir())
