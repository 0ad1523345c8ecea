"""Secrets that people type: forgiven in form, never in content."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotrinh.services.access import secrets
from lotrinh.services.access.secrets import (
    ALPHABET,
    hash_secret,
    matches_hash,
    new_secret,
    normalize_secret,
    password_fault,
)

slips = st.text(ALPHABET, min_size=12, max_size=12).map(lambda s: f"{s[:4]}-{s[4:8]}-{s[8:]}")
NOISE = st.lists(st.sampled_from(["", " ", "-", "–", "\u2011", "  ", "\u00a0", "\t"]), min_size=13, max_size=13)


@given(slips, NOISE, st.sampled_from(["upper", "lower", "title"]))
def test_however_a_slips_secret_is_spaced_hyphenated_or_cased_it_is_the_same(
    secret: str, noise: list[str], case: str
) -> None:
    letters = secret.replace("-", "")
    typed = "".join(a + b for a, b in zip(noise, [*letters, ""], strict=True))
    assert normalize_secret(getattr(typed, case)()) == secret


@given(st.text())
def test_normal_is_its_own_normal_and_leaves_everything_else_as_it_is(text: str) -> None:
    once = normalize_secret(text)
    assert normalize_secret(once) == once
    assert once == text or (len(once) == 14 and set(once) <= {*ALPHABET, "-"})


@given(slips, slips)
def test_different_secrets_stay_different(one: str, other: str) -> None:
    assert (normalize_secret(one) == normalize_secret(other)) == (one == other)


def test_new_secrets_are_readable_and_never_the_same() -> None:
    made = [new_secret() for _ in range(2000)]
    assert len(set(made)) == 2000
    assert all(normalize_secret(s) == s for s in made)
    assert set("".join(made)) == {*ALPHABET, "-"}
    assert not set("01IOL") & set(ALPHABET)


def test_only_the_very_secret_fits_its_hash_and_none_fits_nobody() -> None:
    kept = hash_secret("K7QM-2XRT-9HWP")
    assert "K7QM" not in kept
    assert kept != hash_secret("K7QM-2XRT-9HWP")
    assert matches_hash("k7qm 2xrt 9hwp", kept)
    assert not matches_hash("K7QM-2XRT-9HWQ", kept)
    assert not matches_hash("K7QM-2XRT-9HWP", None)
    assert not matches_hash("x", "not-a-hash")


@pytest.mark.parametrize("secret", [
    "chín-chữ!", "aaaaaaaaaaaaaa", "abababababab", "lan.nguyen2026", "LAN.nguyen!!xy", "x1y2z3w4q5" * 21
])  # fmt: skip
def test_passwords_that_are_short_or_easy_to_guess_are_refused(secret: str) -> None:
    assert password_fault(secret, "lan.nguyen")


@pytest.mark.parametrize("secret", ["mười chữ nhé", "K7QM-2XRT-9HWP", "x1y2z3w4q5" * 20])
def test_others_are_taken(secret: str) -> None:
    assert password_fault(secret, "lan.nguyen") is None


def test_no_more_than_two_hashes_are_computed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, lock = 0, 0, threading.Lock()

    class Slow:
        def hash(self, _: str) -> str:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            time.sleep(0.01)
            with lock:
                running -= 1
            return "h"

    monkeypatch.setattr(secrets, "HASHER", Slow())
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(secrets.hash_secret, map(str, range(16))))
    assert most == 2
