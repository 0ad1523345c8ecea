"""Signing in (F22): guessing is slowed and stopped, owners get in through the office; sessions end when they must."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from lotrinh.core.checklist.units import Unit, UnitKind
from lotrinh.core.status.roles import Role
from lotrinh.errors import NotAllowed, TooManyAttempts
from lotrinh.services.access import sign_in as service
from lotrinh.services.access.accounts import (
    AccountActor,
    add_officer,
    change_role,
    change_secret,
    issue_slips,
    revoke_officer,
    revoke_slips,
)
from lotrinh.services.access.sign_in import (
    CLOSED,
    IDLE,
    LONGEST,
    account_id_of_name,
    refuse_guessing,
    sign_in,
    visitor_of_token,
)
from lotrinh.settings.models import Settings
from lotrinh.store import Store, open_store
from lotrinh.store.throttle import Failures
from tests.services.builders import LUONG_SON

NOW = datetime(2026, 2, 2, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SECRET = "mật khẩu đủ dài"
BY = AccountActor("officer:sep", "25")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests count attempts by the thousand; hashing has tests of its own."""
    monkeypatch.setattr(service, "matches_hash", lambda secret, known: known is not None and known == f"#{secret}")
    monkeypatch.setattr("lotrinh.services.access.accounts.hash_secret", lambda secret: f"#{secret}")


def attempt(store: Store, secret: str, now: datetime, name: str = "04924", address: str = "192.0.2.1") -> str:
    try:
        sign_in(store, name, secret, address, now)
    except NotAllowed:
        return "wrong"
    except TooManyAttempts as error:
        return f"wait {error.seconds}"
    return "in"


def slip(store: Store, unit: Unit = LUONG_SON) -> str:
    return issue_slips(store, [unit], NOW)[0].secret


@pytest.mark.parametrize(("key", "times", "wait"), [
    ("account/x", 4, 0), ("account/x", 5, 2), ("account/x", 6, 4), ("secret/x", 9, 32), ("account/x", 10, 900),
    ("secret/x", 500, 900), ("address/x", 24, 0), ("address/x", 25, 2), ("address/x", 49, 32), ("address/x", 50, 900)
])  # fmt: skip
def test_the_fifth_failure_slows_each_further_one_doubles_and_the_tenth_closes(key: str, times: int, wait: int) -> None:
    known = {"account/y": Failures(1, NOW), key: Failures(times, NOW)}
    refuse_guessing(known, NOW + wait * SECOND)
    if wait:
        with pytest.raises(TooManyAttempts) as caught:
            refuse_guessing(known, NOW + (wait - 1) * SECOND)
        assert caught.value.seconds == 2


def test_a_thousand_codes_on_one_account_get_ten_tries_a_quarter_of_an_hour(store: Store) -> None:
    slip(store)
    said = [attempt(store, f"sai {n}", NOW + n * SECOND, address=f"192.0.2.{n % 250}") for n in range(700)]
    assert said.count("wrong") == 10
    assert all(s == "wrong" or s.startswith("wait") for s in said)


def test_a_hundred_guesses_at_the_same_moment_are_judged_one_after_another(store: Store) -> None:
    slip(store)
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda n: attempt(store, f"sai {n}", NOW, address=f"192.0.2.{n}"), range(100)))
    assert said.count("wrong") == 5


def test_one_code_on_a_thousand_accounts_is_slowed_and_stopped_too(store: Store) -> None:
    units = [Unit(f"{n:05}", UnitKind.COMMUNE, f"Xã {n}") for n in range(1000)]
    said = [
        attempt(store, "K7QM-2XRT-9HWP", NOW + n * SECOND, unit.code, address=f"192.0.{n % 250}.1")
        for n, unit in enumerate(units[:700])
    ]
    assert said[:5] == ["wrong"] * 5
    assert said[5].startswith("wait")
    assert said.count("wrong") == 10


def test_many_codes_on_many_accounts_from_one_address_are_stopped_later_for_an_office_shares_one(store: Store) -> None:
    said = [attempt(store, f"sai {n}", NOW + n * SECOND, f"{n:05}") for n in range(400)]
    assert said[:25] == ["wrong"] * 25
    assert said.count("wrong") == 50


def test_an_unknown_name_is_answered_and_slowed_like_a_known_one(store: Store) -> None:
    slip(store)
    for name in ("04924", "99999", "khong-co"):
        said = [attempt(store, f"{name} {n}", NOW, name, address=f"192.0.2.{n}") for n in range(7)]
        assert said == ["wrong"] * 5 + ["wait 3"] * 2


def test_whoever_is_locked_out_by_somebody_elses_guessing_gets_in_at_once_with_a_new_slip(store: Store) -> None:
    old, now = slip(store), NOW
    for n in range(60):
        attempt(store, f"sai {n}", now + n * 40 * SECOND, address=f"203.0.113.{n}")
    now += 60 * 40 * SECOND
    assert attempt(store, old, now - 100 * SECOND).startswith("wait")
    new = issue_slips(store, [LUONG_SON], now)[0].secret
    assert attempt(store, new, now) == "in"
    assert attempt(store, old, now) == "wrong"


def test_failures_are_remembered_over_a_restart_and_forgotten_after_a_quarter_of_an_hour(
    store: Store, settings: Settings
) -> None:
    secret = slip(store)
    for n in range(10):
        attempt(store, f"sai {n}", NOW + n * 40 * SECOND, address=f"192.0.2.{n}")
    last = NOW + 360 * SECOND
    with open_store(settings.database_url) as restarted:
        assert attempt(restarted, secret, last + SECOND, address="198.51.100.7").startswith("wait")
        assert attempt(restarted, secret, last + CLOSED + SECOND, address="198.51.100.7") == "in"


def test_getting_in_forgets_the_accounts_failures_but_not_those_of_the_address(store: Store) -> None:
    secret = slip(store)
    for n in range(4):
        attempt(store, f"sai {n}", NOW)
    assert attempt(store, secret, NOW) == "in"
    assert store.throttle.failures(["account/unit:04924"]) == {}
    assert store.throttle.failures(["address/192.0.2.1"])["address/192.0.2.1"].times == 4


def test_the_right_secret_counts_as_no_failure_however_often_it_is_used(store: Store) -> None:
    secret = slip(store)
    assert [attempt(store, secret, NOW) for _ in range(30)] == ["in"] * 30


@pytest.mark.parametrize(("typed", "account"), [
    ("04924", "unit:04924"), (" 04924 ", "unit:04924"), ("Lan.Nguyen", "officer:lan.nguyen"),
    ("link:abc", "officer:link:abc"), ("", "officer:"), ("x" * 5000, "officer:" + "x" * 5000)
])  # fmt: skip
def test_digits_are_a_units_code_and_everything_else_an_officers_name(store: Store, typed: str, account: str) -> None:
    assert account_id_of_name(typed) == account
    assert attempt(store, "sai", NOW, typed) == "wrong"


def entered(store: Store, now: datetime = NOW, name: str = "04924", secret: str = "") -> str:
    return sign_in(store, name, secret or slip(store), "192.0.2.1", now)[0]


def test_a_session_ends_two_hours_after_its_last_use_and_not_before(store: Store) -> None:
    token = entered(store)
    used = NOW + IDLE
    assert visitor_of_token(store, token, used)
    assert visitor_of_token(store, token, used + IDLE)
    assert visitor_of_token(store, token, used + 2 * IDLE + SECOND) is None


def test_a_session_ends_after_twelve_hours_however_much_it_is_used(store: Store) -> None:
    token, now = entered(store), NOW
    while now < NOW + LONGEST:
        assert visitor_of_token(store, token, now)
        now += timedelta(hours=1)
    assert visitor_of_token(store, token, NOW + LONGEST)
    assert visitor_of_token(store, token, NOW + LONGEST + SECOND) is None


def test_a_visitor_is_who_signed_in_with_their_unit_and_role(store: Store) -> None:
    found = visitor_of_token(store, entered(store), NOW)
    assert found
    assert (found[0].account, found[0].role, found[0].unit) == ("unit:04924", Role.UNIT, "04924")
    assert visitor_of_token(store, "một mã không có thật", NOW) is None
    assert visitor_of_token(store, "", NOW) is None


CHANGES: dict[str, Callable[[Store], object]] = {
    "role": lambda store: change_role(store, "officer:lan", Role.VIEWER, NOW, BY),
    "secret": lambda store: change_secret(store, "officer:lan", "một câu khác hẳn", NOW, BY),
    "revoked": lambda store: revoke_officer(store, "officer:lan", NOW, BY),
    "made again": lambda store: add_officer(store, "lan", Role.OFFICER, "Lan", SECRET, NOW),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_of_an_account_ends_its_sessions_at_once(store: Store, change: str) -> None:
    add_officer(store, "lan", Role.OFFICER, "Lan", SECRET, NOW)
    tokens = [entered(store, name="lan", secret=SECRET) for _ in range(2)]
    CHANGES[change](store)
    assert [visitor_of_token(store, token, NOW) for token in tokens] == [None, None]


@pytest.mark.parametrize("end", [slip, lambda s: revoke_slips(s, [LUONG_SON], NOW)])
def test_a_new_or_revoked_slip_ends_the_units_sessions_and_signing_out_its_own_alone(
    store: Store, end: Callable[[Store], object]
) -> None:
    secret = slip(store)
    first, second = entered(store, secret=secret), entered(store, secret=secret)
    store.sessions.close(first)
    assert visitor_of_token(store, first, NOW) is None
    assert visitor_of_token(store, second, NOW)
    end(store)
    assert visitor_of_token(store, second, NOW) is None
