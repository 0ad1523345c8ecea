"""Finding a unit or a step by what people call it; what is not found is answered with the nearest names."""

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import TypeVar

from lotrinh.core.checklist.checklist import Step
from lotrinh.core.checklist.units import Unit
from lotrinh.core.text import M, Message, fold_text, join_messages, nfc
from lotrinh.errors import BadInput, NotFound, Problem
from lotrinh.services.campaigns.campaigns import Campaign

LISTED = 8
"""How many names a sentence lists."""
NEAR, NEAREST = 0.55, 3
"""How alike names must be to be suggested (0 to 1), and how many are."""

T = TypeVar("T")


def find_unit_by_words(campaign: Campaign, words: str) -> Unit:
    """Find a unit by its code, its full name, or its name without kind and accents where only one has it.

    ``BadInput`` lists the units where there are several; ``NotFound`` names the nearest.
    """
    text = nfc(" ".join(words.split()))
    if found := campaign.by_code.get(text):
        return found
    everybody = [*campaign.units, campaign.province]
    for spelled in (str.lower, fold_text):
        matches = [u for u in everybody if spelled(text) in {spelled(u.full_name), spelled(u.name)}]
        if matches:
            return _require_one(matches, "UNIT", words, _unit_words)
    near = {fold_text(u.full_name): u for u in everybody} | {fold_text(u.name): u for u in everybody}
    raise NotFound(
        _not_found(M("Đợt này không có đơn vị “{name}”.", name=words), find_nearest(fold_text(text), near), _unit_words)
    )


def find_step_by_words(campaign: Campaign, unit: Unit, words: str) -> Step:
    """Find a step of a unit by its id, or by a part of its title that no other step of the unit has."""
    text = fold_text(" ".join(words.split()))
    steps = campaign.checklist.steps
    mine = [s for s in steps.values() if s.is_work_of(unit)]
    found = steps.get(words.strip())
    matches = [found] if found else [s for s in mine if text and text in fold_text(s.title.vi)]
    if not matches:
        matches = [s for s in steps.values() if text and text == fold_text(s.title.vi)]
    if matches:
        step = _require_one(
            [s for s in matches if fold_text(s.title.vi) == text] or matches, "STEP", words, _step_words
        )
        if step.is_work_of(unit):
            return step
        raise NotFound(M("“{step}” không thuộc trách nhiệm của {unit}.", step=step.title, unit=unit.full_name))
    near = {fold_text(s.title.vi): s for s in mine} | {s.id: s for s in mine}
    sentence = M("{unit} không có đầu việc “{name}” trong đợt này.", unit=unit.full_name, name=words)
    raise NotFound(_not_found(sentence, find_nearest(text, near), _step_words))


def find_nearest(text: str, candidates: Mapping[str, T]) -> list[T]:
    """Return what is called most alike, the nearest first, each once."""
    close = get_close_matches(text, candidates, n=2 * NEAREST, cutoff=NEAR)
    found: list[T] = []
    for name in close:
        if candidates[name] not in found:
            found.append(candidates[name])
    return found[:NEAREST]


def _require_one(matches: list[T], where: str, words: str, call: Callable[[T], Message]) -> T:
    if len(matches) == 1:
        return matches[0]
    sentence = M("“{name}” khớp {count} tên. Hãy ghi mã, hoặc ghi rõ hơn:", name=words, count=len(matches))
    listed = [Problem(where, 0, 0, call(match)) for match in matches[:LISTED]]
    more = len(matches) - LISTED
    rest = [Problem(where, 0, 0, M("và {count} tên khác", count=more))] if more > 0 else []
    raise BadInput([Problem(where, 0, 0, sentence), *listed, *rest])


def _not_found(sentence: Message, near: Iterable[T], call: Callable[[T], Message]) -> Message:
    names = list(near)
    if not names:
        return sentence
    return M("{sentence} Gần giống: {names}.", sentence=sentence, names=join_messages([call(name) for name in names]))


def _unit_words(unit: Unit) -> Message:
    return M("{name} ({code})", name=unit.full_name, code=unit.code)


def _step_words(step: Step) -> Message:
    return M("{name} ({code})", name=step.title, code=step.id)
