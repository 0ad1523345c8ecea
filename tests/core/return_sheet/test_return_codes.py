"""Codes of a return sheet's rows: every usual mistake of typing is noticed, and what was meant is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotrinh.core.return_sheet.return_codes import (
    ALPHABET,
    HEAD,
    LENGTH,
    format_code,
    is_valid_code,
    normalize_code,
    short_code,
    similar_codes,
    step_codes,
)
from lotrinh.core.return_sheet.return_sheet import SheetMark, read_mark

texts = st.text(max_size=20)
MARK = SheetMark("bau-cu-2026", "04924", "c0ffee", "2026-02-02T08:00:00+07:00", 12)


def test_the_codes_stay_the_same_for_good() -> None:
    # A sheet printed today may come back after lotrinh was brought up to date.
    assert step_codes("bau-cu-2026", "04924", ["lap-to", "niem-yet"]) == {"lap-to": "RV48775", "niem-yet": "7YPBNAJ"}


@given(texts)
def test_a_code_fits_and_is_made_of_signs_that_are_not_mistaken_for_others(text: str) -> None:
    code = short_code(text)
    assert is_valid_code(code)
    assert len(code) == LENGTH + 1
    assert not set(code) & set("01OIL")


@given(texts, st.integers(0, LENGTH), st.sampled_from(ALPHABET))
def test_one_wrong_sign_is_noticed_and_the_code_that_was_meant_is_found(text: str, place: int, sign: str) -> None:
    code = short_code(text)
    wrong = code[:place] + sign + code[place + 1 :]
    assert is_valid_code(wrong) is (wrong == code)
    assert similar_codes(wrong, [code]) == (code,)


@given(texts, st.integers(0, LENGTH), st.integers(0, LENGTH))
def test_two_signs_that_changed_places_are_noticed(text: str, one: int, other: int) -> None:
    code = list(short_code(text))
    code[one], code[other] = code[other], code[one]
    assert is_valid_code("".join(code)) is ("".join(code) == short_code(text))


def test_a_sign_missing_or_too_many_or_two_neighbours_swapped_still_find_the_code() -> None:
    code = "RV48775"
    for typed in ("RV4775", "RV448775", "VR48775"):
        assert not is_valid_code(typed)
        assert similar_codes(typed, [code]) == (code,)
    assert similar_codes("RV48999", [code]) == ()


@pytest.mark.parametrize("typed", ["rv4-8775", " RV4 8775 ", "rv48775", "R V 4–8 7 7 5"])
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert normalize_code(typed) == "RV48775"


def test_a_code_is_shown_in_two_groups() -> None:
    assert format_code("RV48775") == "RV4-8775"
    assert len(format_code("RV48775").split("-")[0]) == HEAD


def test_many_steps_have_as_many_codes_and_another_unit_has_others() -> None:
    steps = [f"viec-{n}" for n in range(500)]
    mine, theirs = step_codes("thu", "04924", steps), step_codes("thu", "04960", steps)
    assert len(set(mine.values()) | set(theirs.values())) == 2 * len(steps)
    assert step_codes("thu", "04924", reversed(steps)) == mine


@pytest.mark.parametrize("text", ["", "R", "KHÔNG PHẢI", "RV4877O", "🙂"])
def test_what_is_no_code_does_not_fit(text: str) -> None:
    assert not is_valid_code(text)


def test_a_mark_is_read_back_and_any_change_of_it_is_noticed() -> None:
    assert read_mark(MARK.line) == MARK
    for old, new in (("04924", "04960"), ("bau-cu-2026", "bau-cu-2027"), (" 12 ", " 13 "), ("08:00", "09:00")):
        assert read_mark(MARK.line.replace(old, new)) is None
    assert read_mark(MARK.line.replace("lotrinh.return/1", "lotrinh.return/2")) is None
    assert read_mark(MARK.line.replace(" 12 ", " -1 ")) is None
    assert read_mark(MARK.line.replace(" 12 ", " ")) is None
