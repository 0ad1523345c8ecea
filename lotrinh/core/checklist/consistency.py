"""What is wrong with a checklist that can be read: every problem, with its place in the file."""

from collections.abc import Collection, Iterator
from datetime import UTC, date
from difflib import get_close_matches
from typing import NamedTuple

from lotrinh.core.checklist.checklist import Basis, Checklist, Milestone, Step
from lotrinh.core.checklist.deadlines import evaluate, schedule_of
from lotrinh.core.checklist.evaluation import Evaluation, dated_items, named_ids
from lotrinh.core.checklist.graph import format_circle, sort_graph
from lotrinh.core.checklist.reader import explain_glued_minus
from lotrinh.core.checklist.rules import CompletionReference, DeadlineRule, FixedReference, NamedReference, references
from lotrinh.core.text import M, Message

Path = tuple[str | int, ...]
"""The way into the YAML document: ``("milestones", 2, "steps", 0, "requires", 1)``."""

ARBITRARY_ANCHORS = (date(2006, 1, 1), date(2026, 1, 1), date(2046, 1, 1))
"""Stand-ins for an anchor that a campaign gives; a window is wrong only if it is wrong for each of them."""

MOST_COMPARED = 500


class ChecklistProblem(NamedTuple):
    """One problem and where it stands."""

    path: Path
    sentence: Message


class PlacedItem(NamedTuple):
    """A milestone or step, its place, and the milestone it may have its rules and basis from."""

    path: Path
    item: Milestone | Step
    milestone: Milestone | None

    def is_inherited(self, key: str) -> bool:
        """Whether ``due``, ``opens`` or ``basis`` is the milestone's: its problems are told there, once."""
        return self.milestone is not None and getattr(self.item, key) == getattr(self.milestone, key)


class PlacedRule(NamedTuple):
    """A rule and its place."""

    path: Path
    rule: DeadlineRule


def find_problems(checklist: Checklist) -> Iterator[ChecklistProblem]:
    """Find all that is wrong, kind by kind, each in the file's order."""
    yield from find_naming_problems(checklist)
    yield from _references_without_date(checklist)
    yield from _circular_deadlines(checklist)
    yield from _impossible_windows(checklist)


def find_naming_problems(checklist: Checklist) -> Iterator[ChecklistProblem]:
    """Find what is wrong whatever the deadlines are: ids, prerequisites, bases, milestones without steps."""
    yield from _repeated_ids(checklist)
    yield from _unknown_references(checklist)
    yield from _wrong_prerequisites(checklist)
    yield from _wrong_bases(checklist)
    for index, milestone in enumerate(checklist.milestones):
        if not milestone.steps:
            yield ChecklistProblem(("milestones", index), M("Mốc “{id}” chưa có đầu việc nào.", id=milestone.id))


def _placed(checklist: Checklist) -> Iterator[PlacedItem]:
    for i, milestone in enumerate(checklist.milestones):
        yield PlacedItem(("milestones", i), milestone, None)
        for k, step in enumerate(milestone.steps):
            yield PlacedItem(("milestones", i, "steps", k), step, milestone)


def _placed_rules(checklist: Checklist) -> Iterator[PlacedRule]:
    """All rules where they are written: what a step has from its milestone is not repeated."""
    for name, parameter in checklist.parameters.items():
        if parameter.due:
            yield PlacedRule(("parameters", name, "due"), parameter.due)
    for placed in _placed(checklist):
        for key, rule in (("from", placed.item.opens), ("due", placed.item.due)):
            if rule and not placed.is_inherited("opens" if key == "from" else "due"):
                yield PlacedRule((*placed.path, key), rule)


def _ids(checklist: Checklist) -> Iterator[tuple[Path, str]]:
    yield ("anchor", "id"), checklist.anchor.id
    for name, parameter in checklist.parameters.items():
        yield ("parameters", name), parameter.id
    for placed in _placed(checklist):
        yield (*placed.path, "id"), placed.item.id


def _repeated_ids(checklist: Checklist) -> Iterator[ChecklistProblem]:
    seen: set[str] = set()
    for path, name in _ids(checklist):
        if name in seen:
            yield ChecklistProblem(
                path, M("Mã “{id}” đã được dùng ở trên; mỗi mã chỉ dùng một lần trong tệp.", id=name)
            )
        seen.add(name)


def _unknown_references(checklist: Checklist) -> Iterator[ChecklistProblem]:
    dates, steps = dated_items(checklist, None), checklist.steps
    for path, rule in _placed_rules(checklist):
        for reference in dict.fromkeys(references(rule)):
            match reference:
                case NamedReference(name) if name not in dates:
                    yield ChecklistProblem(path, _unknown(name, dates))
                case CompletionReference(name) if name not in steps:
                    yield ChecklistProblem(path, _unknown_step(name, checklist))
                case NamedReference() | CompletionReference() | FixedReference():
                    pass


def _references_without_date(checklist: Checklist) -> Iterator[ChecklistProblem]:
    may_wait = {checklist.anchor.id, *checklist.parameters}
    never = {name for name, d in dated_items(checklist, None).items() if d.due is None} - may_wait
    for path, rule in _placed_rules(checklist):
        for name in named_ids(rule):
            if name in never:
                yield ChecklistProblem(path, M("“{id}” không có thời hạn nên không thể tính từ đó.", id=name))


def _unknown(name: str, known: Collection[str]) -> Message:
    hint = explain_glued_minus(name)
    if hint and any(name.startswith(f"{other}-") for other in known):
        return M("Không có mã “{id}”. {hint}", id=name, hint=hint)
    if near := _nearest(name, known):
        return M("Không có mã “{id}”. Có phải là “{near}”?", id=name, near=near)
    return M("Không có mã “{id}” trong ngày gốc, tham số, mốc và đầu việc của tệp.", id=name)


def _nearest(name: str, known: Collection[str]) -> str | None:
    # Comparing with very many ids takes longer than the hint is worth.
    near = get_close_matches(name, known, n=1) if len(known) <= MOST_COMPARED else []
    return near[0] if near else None


def _unknown_step(name: str, checklist: Checklist) -> Message:
    if any(name == milestone.id for milestone in checklist.milestones):
        return M("“{id}” là một mốc; ở đây phải là mã của một đầu việc.", id=name)
    if near := _nearest(name, checklist.steps):
        return M("Không có đầu việc “{id}”. Có phải là “{near}”?", id=name, near=near)
    return M("Không có đầu việc “{id}”.", id=name)


def _circular_deadlines(checklist: Checklist) -> Iterator[ChecklistProblem]:
    places = _due_places(checklist)
    _, circles = sort_graph({name: named_ids(item.due) for name, item in dated_items(checklist, None).items()})
    for circle in circles:
        sentence = M("Thời hạn quay vòng, không tính được: {circle}.", circle=format_circle(circle))
        yield ChecklistProblem(places[circle[0]], sentence)
    for placed in _placed(checklist):
        rule, name = placed.item.due, placed.item.id
        if placed.milestone and rule and CompletionReference(name) in references(rule):
            path = placed.path[:2] if placed.is_inherited("due") else placed.path
            yield ChecklistProblem(
                (*path, "due"), M("Hạn của đầu việc “{id}” chờ chính đầu việc đó hoàn thành.", id=name)
            )


def _due_places(checklist: Checklist) -> dict[str, Path]:
    """Where each id's due rule is written; of two with one id the first counts."""
    places: dict[str, Path] = {p.id: ("parameters", name, "due") for name, p in checklist.parameters.items()}
    for placed in _placed(checklist):
        path = placed.path[:2] if placed.is_inherited("due") else placed.path
        places.setdefault(placed.item.id, (*path, "due"))
    return places


def _wrong_prerequisites(checklist: Checklist) -> Iterator[ChecklistProblem]:
    first: dict[str, tuple[Path, tuple[str, ...]]] = {}
    for placed in _placed(checklist):
        if not isinstance(placed.item, Step):
            continue
        requires = placed.item.requires
        first.setdefault(placed.item.id, (placed.path, requires))
        for k, name in enumerate(requires):
            if name == placed.item.id:
                yield ChecklistProblem((*placed.path, "requires", k), M("Đầu việc “{id}” chờ chính nó.", id=name))
            elif name not in checklist.steps:
                yield ChecklistProblem((*placed.path, "requires", k), _unknown_step(name, checklist))
    yield from _circular_prerequisites(first)


def _circular_prerequisites(steps: dict[str, tuple[Path, tuple[str, ...]]]) -> Iterator[ChecklistProblem]:
    _, circles = sort_graph({i: [r for r in requires if r != i] for i, (_, requires) in steps.items()})
    for circle in circles:
        path, requires = steps[circle[0]]
        sentence = M("Các đầu việc chờ nhau thành vòng: {circle}.", circle=format_circle(circle))
        yield ChecklistProblem((*path, "requires", requires.index(circle[1])), sentence)


def _wrong_bases(checklist: Checklist) -> Iterator[ChecklistProblem]:
    for placed in _placed(checklist):
        item, milestone = placed.item, placed.milestone
        if milestone and not item.basis and not milestone.basis:
            yield ChecklistProblem(placed.path, M("Đầu việc “{id}” chưa ghi căn cứ pháp lý (basis).", id=item.id))
        if not placed.is_inherited("basis"):
            yield from _unknown_sources(placed.path, item.basis, checklist)


def _unknown_sources(path: Path, bases: tuple[Basis, ...], checklist: Checklist) -> Iterator[ChecklistProblem]:
    for k, basis in enumerate(bases):
        if basis.source in checklist.sources:
            continue
        place = (*path, "basis", k, "source")
        if near := _nearest(basis.source, checklist.sources):
            yield ChecklistProblem(place, M("Không có nguồn “{id}”. Có phải là “{near}”?", id=basis.source, near=near))
        else:
            yield ChecklistProblem(place, M("Không có nguồn “{id}” trong mục sources của tệp.", id=basis.source))


def _impossible_windows(checklist: Checklist) -> Iterator[ChecklistProblem]:
    anchors = (checklist.anchor.day,) if checklist.anchor.day else ARBITRARY_ANCHORS
    evaluations = [evaluate(checklist, anchor) for anchor in anchors]
    for placed in _placed(checklist):
        item = placed.item
        if placed.is_inherited("opens") and placed.is_inherited("due"):
            continue
        if item.opens and item.due and not any(_allows(e, item) for e in evaluations):
            sentence = M(
                "Khoảng thời gian của “{id}” kết thúc trước khi bắt đầu: từ “{opens}” đến “{due}”.",
                id=item.id,
                opens=item.opens.text,
                due=item.due.text,
            )
            yield ChecklistProblem((*placed.path, "from" if placed.is_inherited("due") else "due"), sentence)


def _allows(evaluation: Evaluation, item: Milestone | Step) -> bool:
    """Whether the window is open for some time, or not known."""
    times = schedule_of(evaluation, item)
    if times.opens is None or times.due is None:
        return True
    # Both are local times of one zone, so any zone tells which comes first.
    return times.opens.start_in(UTC) < times.due.end_in(UTC)
