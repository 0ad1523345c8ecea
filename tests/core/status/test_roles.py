"""A role is one row of a table: its word, what it may do, and who is given it; nothing else lists the roles."""

import pytest

from lotrinh.core.status.roles import OFFICE_ROLES, PROGRAM_ROLES, ROLES, Action, Role, Visitor
from lotrinh.i18n import say
from tests.conftest import TOP
from tests.faults.audiences import VISITORS

PROGRAMS_TOLD = ("lotrinh/cli/token.py", "lotrinh/services/access/programs.py")
"""Where sentences name the roles that a program may have."""


@pytest.mark.parametrize("role", Role)
def test_every_role_has_its_word_in_both_languages_and_may_do_something(role: Role) -> None:
    facts = ROLES[role]
    assert say(facts.word, "vi") != say(facts.word, "en")
    assert facts.allowed
    assert {action for action in Action if Visitor("x", role, "x").can(action)} == facts.allowed


def test_everybody_but_units_is_given_a_role_by_an_administrator() -> None:
    assert {*OFFICE_ROLES} == {*Role} - {Role.UNIT}


def test_a_program_is_given_the_least_unless_more_is_asked_for_and_never_what_is_for_people_alone() -> None:
    first, *others = PROGRAM_ROLES
    assert all(ROLES[first].allowed < ROLES[other].allowed for other in others)
    assert not any(ROLES[role].allowed & {Action.ADMINISTER, Action.SEE_OWN, Action.SPEAK} for role in PROGRAM_ROLES)


@pytest.mark.parametrize("path", PROGRAMS_TOLD)
def test_sentences_about_programs_name_every_role_that_one_may_have(path: str) -> None:
    told = (TOP / path).read_text(encoding="utf-8")
    assert [role for role in PROGRAM_ROLES if role.value not in told] == []


def test_somebody_of_every_role_and_nobody_at_all_asks_for_every_page() -> None:
    """What each of them may open is a table of its own: ``tests/faults/audiences.py``."""
    assert {visitor.role for visitor in VISITORS} == {None, *Role}
