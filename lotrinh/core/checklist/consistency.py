"""What is wrong with a checklist that can be read: every problem, with its place in the file."""

from collections.abc import Collection, Iterator
from datetime import UTC, date
from difflib import get_close_matches
from typing import NamedTuple

from lotrinh.core.checklist.checklist import Basis, Checklist, Milestone, Step
from lotrinh.core.checklist.deadlines import evaluate, schedule
from lotrinh.core.checklist.evaluation import Evaluation, dated, named
from lotrinh.core.checklist.graph import sorted_out, spelled
from lotrinh.core.checklist.reader import glued
from lotrinh.core.checklist.rules import Done, Fixed, Named, Rule, references
from lotrinh.core.text import M, Message

Path = tuple[str | int, ...]
"""The way into the YAML document: ``("milestones", 2, "steps", 0, "requires", 1)``."""

ARBITRARY_ANCHORS = (date(2006, 1, 1), date(2026, 1, 1), date(2046, 1, 1))
"""Stand-ins for an anchor that a campaign gives; a window is wrong only if it is wrong for each of them."""

MOST_COMPARED = 500


class Finding(NamedTuple):
    """One problem and where it stands."""

    path: Path
    sentence: Message


class Placed(NamedTuple):
    """A milestone or step, its place, and the milestone it may have its rules and basis from."""

    path: Path
    item: Milestone | Step
    milestone: Milestone | None

    def inherits(self, key: str) -> bool:
        """Whether ``due``, ``opens`` or ``basis`` is the milestone's: its problems are told there, once."""
        return self.milestone is not None and getattr(self.item, key) == getattr(self.milestone, key)


class PlacedRule(NamedTuple):
    """A rule and its place."""

    path: Path
    rule: Rule


def findings(checklist: Checklist) -> Iterator[Finding]:
    """Find all that is wrong, kind by kind, each in the file's order."""
    yield from misnamed(checklist)
    yield from _references_without_date(checklist)
    yield from _circular_deadlines(checklist)
    yield from _impossible_windows(checklist)


def misnamed(checklist: Checklist) -> Iterator[Finding]:
    """Find what is wrong whatever the deadlines are: ids, prerequisites, bases, milestones without steps."""
    yield from _repeated_ids(checklist)
    yield from _unknown_references(checklist)
    yield from _wrong_prerequisites(checklist)
    yield from _wrong_bases(checklist)
    for index, milestone in enumerate(checklist.milestones):
        if not milestone.steps:
            yield Finding(("milestones", index), M("Mốc “{id}” chưa có đầu việc nào.", id=milestone.id))


def _placed(checklist: Checklist) -> Iterator[Placed]:
    for i, milestone in enumerate(checklist.milestones):
        yield Placed(("milestones", i), milestone, None)
        for k, step in enumerate(milestone.steps):
            yield Placed(("milestones", i, "steps", k), step, milestone)


def _placed_rules(checklist: Checklist) -> Iterator[PlacedRule]:
    """All rules where they are written: what a step has from its milestone is not repeated."""
    for name, parameter in checklist.parameters.items():
        if parameter.due:
            yield PlacedRule(("parameters", name, "due"), parameter.due)
    for placed in _placed(checklist):
        for key, rule in (("from", placed.item.opens), ("due", placed.item.due)):
            if rule and not placed.inherits("opens" if key == "from" else "due"):
                yield PlacedRule((*placed.path, key), rule)


def _ids(checklist: Checklist) -> Iterator[tuple[Path, str]]:
    yield ("anchor", "id"), checklist.anchor.id
    for name, parameter in checklist.parameters.items():
        yield ("parameters", name), parameter.id
    for placed in _placed(checklist):
        yield (*placed.path, "id"), placed.item.id


def _repeated_ids(checklist: Checklist) -> Iterator[Finding]:
    seen: set[str] = set()
    for path, name in _ids(checklist):
        if name in seen:
            yield Finding(path, M("Mã “{id}” đã được dùng ở trên; mỗi mã chỉ dùng một lần trong tệp.", id=name))
        seen.add(name)


def _unknown_references(checklist: Checklist) -> Iterator[Finding]:
    dates, steps = dated(checklist, None), checklist.steps
    for path, rule in _placed_rules(checklist):
        for reference in dict.fromkeys(references(rule)):
            match reference:
                case Named(name) if name not in dates:
                    yield Finding(path, _unknown(name, dates))
                case Done(name) if name not in steps:
                    yield Finding(path, _unknown_step(name, checklist))
                case Named() | Done() | Fixed():
                    pass


def _references_without_date(checklist: Checklist) -> Iterator[Finding]:
    may_wait = {checklist.anchor.id, *checklist.parameters}
    never = {name for name, d in dated(checklist, None).items() if d.due is None} - may_wait
    for path, rule in _placed_rules(checklist):
        for name in named(rule):
            if name in never:
                yield Finding(path, M("“{id}” không có thời hạn nên không thể tính từ đó.", id=name))


def _unknown(name: str, known: Collection[str]) -> Message:
    hint = glued(name)
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


def _circular_deadlines(checklist: Checklist) -> Iterator[Finding]:
    places = _due_places(checklist)
    _, circles = sorted_out({name: named(item.due) for name, item in dated(checklist, None).items()})
    for circle in circles:
        sentence = M("Thời hạn quay vòng, không tính được: {circle}.", circle=spelled(circle))
        yield Finding(places[circle[0]], sentence)
    for placed in _placed(checklist):
        rule, name = placed.item.due, placed.item.id
        if placed.milestone and rule and Done(name) in references(rule):
            path = placed.path[:2] if placed.inherits("due") else placed.path
            yield Finding((*path, "due"), M("Hạn của đầu việc “{id}” chờ chính đầu việc đó hoàn thành.", id=name))


def _due_places(checklist: Checklist) -> dict[str, Path]:
    """Where each id's due rule is written; of two with one id the first counts."""
    places: dict[str, Path] = {p.id: ("parameters", name, "due") for name, p in checklist.parameters.items()}
    for placed in _placed(checklist):
        path = placed.path[:2] if placed.inherits("due") else placed.path
        places.setdefault(placed.item.id, (*path, "due"))
    return places


def _wrong_prerequisites(checklist: Checklist) -> Iterator[Finding]:
    first: dict[str, tuple[Path, tuple[str, ...]]] = {}
    for placed in _placed(checklist):
        if not isinstance(placed.item, Step):
            continue
        requires = placed.item.requires
        first.setdefault(placed.item.id, (placed.path, requires))
        for k, name in enumerate(requires):
            if name == placed.item.id:
                yield Finding((*placed.path, "requires", k), M("Đầu việc “{id}” chờ chính nó.", id=name))
            elif name not in checklist.steps:
                yield Finding((*placed.path, "requires", k), _unknown_step(name, checklist))
    yield from _circular_prerequisites(first)


def _circular_prerequisites(steps: dict[str, tuple[Path, tuple[str, ...]]]) -> Iterator[Finding]:
    _, circles = sorted_out({i: [r for r in requires if r != i] for i, (_, requires) in steps.items()})
    for circle in circles:
        path, requires = steps[circle[0]]
        sentence = M("Các đầu việc chờ nhau thành vòng: {circle}.", circle=spelled(circle))
        yield Finding((*path, "requires", requires.index(circle[1])), sentence)


def _wrong_bases(checklist: Checklist) -> Iterator[Finding]:
    for placed in _placed(checklist):
        item, milestone = placed.item, placed.milestone
        if milestone and not item.basis and not milestone.basis:
            yield Finding(placed.path, M("Đầu việc “{id}” chưa ghi căn cứ pháp lý (basis).", id=item.id))
        if not placed.inherits("basis"):
            yield from _unknown_sources(placed.path, item.basis, checklist)


def _unknown_sources(path: Path, bases: tuple[Basis, ...], checklist: Checklist) -> Iterator[Finding]:
    for k, basis in enumerate(bases):
        if basis.source in checklist.sources:
            continue
        place = (*path, "basis", k, "source")
        if near := _nearest(basis.source, checklist.sources):
            yield Finding(place, M("Không có nguồn “{id}”. Có phải là “{near}”?", id=basis.source, near=near))
        else:
            yield Finding(place, M("Không có nguồn “{id}” trong mục sources của tệp.", id=basis.source))


def _impossible_windows(checklist: Checklist) -> Iterator[Finding]:
    anchors = (checklist.anchor.day,) if checklist.anchor.day else ARBITRARY_ANCHORS
    evaluations = [evaluate(checklist, anchor) for anchor in anchors]
    for placed in _placed(checklist):
        item = placed.item
        if placed.inherits("opens") and placed.inherits("due"):
            continue
        if item.opens and item.due and not any(_allows(e, item) for e in evaluations):
            sentence = M(
                "Khoảng thời gian của “{id}” kết thúc trước khi bắt đầu: từ “{opens}” đến “{due}”.",
                id=item.id,
                opens=item.opens.text,
                due=item.due.text,
            )
            yield Finding((*placed.path, "from" if placed.inherits("due") else "due"), sentence)


def _allows(evaluation: Evaluation, item: Milestone | Step) -> bool:
    """Whether the window is open for some time, or not known."""
    times = schedule(evaluation, item)
    if times.opens is None or times.due is None:
        return True
    # Both are local times of one zone, so any zone tells which comes first.
    return times.opens.begins(UTC) < times.due.ends(UTC)
