"""Tokens of the office's programs: what is kept of them, what opens, and what slows guessing down."""

import hashlib
from datetime import timedelta

import pytest

from lotrinh.core.status.roles import Role
from lotrinh.errors import BadInput, NotAllowed, NotFound, TooManyAttempts
from lotrinh.services.access.programs import find_holder, issue_token, require_holder, revoke_token
from lotrinh.services.access.sign_in import BLOCKED, CLOSED
from lotrinh.store import Store
from tests.services.builders import NOW


def test_a_token_opens_with_its_role_and_only_its_hash_is_kept(store: Store) -> None:
    account, token = issue_token(store, "bao-cao", Role.VIEWER, NOW)
    known = find_holder(store, token, NOW)
    assert known is not None
    assert (known.account, known.role, known.unit) == ("program:bao-cao", Role.VIEWER, "")
    assert account.secret_hash == hashlib.sha256(token.encode()).hexdigest()
    assert len(token.partition(".")[2]) >= 27, "160 bits in base64"
    (entry,) = store.journal.entries()
    assert (entry.new.body["what"], entry.new.body["account"]) == ("token", "program:bao-cao")
    assert token not in str(entry)


def test_a_new_token_ends_the_old_one_and_revoking_ends_all(store: Store) -> None:
    old = issue_token(store, "bao-cao", Role.VIEWER, NOW).token
    new = issue_token(store, "bao-cao", Role.OFFICER, NOW).token
    other = issue_token(store, "khac", Role.VIEWER, NOW).token
    assert find_holder(store, old, NOW) is None
    assert (found := find_holder(store, new, NOW))
    assert found.role is Role.OFFICER
    revoke_token(store, "bao-cao", NOW)
    assert find_holder(store, new, NOW) is None
    assert find_holder(store, other, NOW) is not None
    with pytest.raises(NotFound):
        revoke_token(store, "bao-cao", NOW)


def test_a_units_code_and_a_programs_token_are_never_taken_for_one_another(store: Store) -> None:
    code = store.access.issue(["04924"], NOW)["04924"]
    token = issue_token(store, "bao-cao", Role.VIEWER, NOW).token
    assert (known := find_holder(store, code, NOW))
    assert (known.role, known.unit) == (Role.UNIT, "04924")
    for wrong in ("", ".", "bao-cao.", token[:-1], token.partition(".")[2], f"khac.{token.partition('.')[2]}"):
        assert find_holder(store, wrong, NOW) is None, wrong


@pytest.mark.parametrize("name", ["", "Báo cáo", "a.b", "04924", "a" * 41, "../x", "A"])
def test_a_name_is_plain(store: Store, name: str) -> None:
    with pytest.raises(BadInput):
        issue_token(store, name, Role.VIEWER, NOW)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.UNIT])
def test_a_program_is_no_administrator_and_no_unit(store: Store, role: Role) -> None:
    with pytest.raises(BadInput):
        issue_token(store, "x", role, NOW)


def test_wrong_codes_are_slowed_by_address_and_forgotten_after_a_while(store: Store) -> None:
    token = issue_token(store, "bao-cao", Role.VIEWER, NOW).token

    def tries(address: str, minutes: float = 0) -> None:
        require_holder(store, "wrong", address, NOW + timedelta(minutes=minutes))

    for _ in range(BLOCKED):
        with pytest.raises(NotAllowed):
            tries("10.0.0.1")
    with pytest.raises(TooManyAttempts) as told:
        tries("10.0.0.1", 5)
    assert told.value.seconds == CLOSED.total_seconds() - 300 + 1
    with pytest.raises(NotAllowed):
        tries("10.0.0.2")
    assert require_holder(store, token, "10.0.0.1", NOW).account == "program:bao-cao"
    with pytest.raises(NotAllowed):
        tries("10.0.0.1", CLOSED.total_seconds() / 60 + 1)
