"""Checklist files -> core checklists, whole or with every problem."""

import hashlib
import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

import lotrinh
from lotrinh.catalog import models
from lotrinh.catalog.calendars import CalendarSpec, calendar_of, country_problem, read_days
from lotrinh.catalog.mending import mend
from lotrinh.catalog.problems import problems_of
from lotrinh.catalog.tree import Tree, read_tree
from lotrinh.core.checklist.calendar import Calendar
from lotrinh.core.checklist.checklist import (
    Anchor,
    Basis,
    Checklist,
    Evidence,
    Milestone,
    Parameter,
    Probe,
    Scope,
    Source,
    Step,
)
from lotrinh.core.checklist.consistency import find_naming_problems, find_problems
from lotrinh.core.text import M, Text
from lotrinh.errors import BadInput, NotFound, Problem

PACKAGED = Path(lotrinh.__file__).parents[1] / "checklists"


def find_checklist(name: str, beside: Path | None) -> Path:
    """Find a checklist: a path, NAME.yaml beside the settings, or a packaged one."""
    candidates = [Path(name), *([beside / name, beside / f"{name}.yaml"] if beside else []), PACKAGED / f"{name}.yaml"]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    packaged = ", ".join(packaged_names())
    raise NotFound(M("Không có bộ đầu việc “{name}”. Bộ có sẵn: {packaged}.", name=name, packaged=packaged))


def packaged_names() -> tuple[str, ...]:
    """Name the checklists that come with lotrinh."""
    return tuple(sorted(path.stem for path in PACKAGED.glob("*.yaml")))


def lint_file(path: Path) -> tuple[Problem, ...]:
    """Return everything that is wrong with a file."""
    try:
        load_checklist(path)
    except BadInput as error:
        return error.problems
    return ()


def load_checklist(path: Path) -> Checklist:
    """Load a checklist; ``BadInput`` with everything that is wrong with it."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        sentence = M("Không đọc được tệp này. Hãy kiểm tra lại đường dẫn.")
        raise BadInput([Problem(str(path), 0, 0, sentence)]) from error
    return _packaged(raw, path) if path.parent == PACKAGED else read_checklist(raw, str(path), path.parent)


@lru_cache(maxsize=8)
def _packaged(raw: bytes, path: Path) -> Checklist:
    """Read a checklist that comes with lotrinh, and whose calendars do: once, for they stay as they are."""
    return read_checklist(raw, str(path), path.parent)


def read_checklist(raw: bytes, where: str, folder: Path | None) -> Checklist:
    """Read a checklist called ``where``; ``folder`` holds its calendars' files, None where it may have none."""
    tree = read_tree(raw, where)
    try:
        read = models.ChecklistIn.model_validate(tree.data)
    except ValidationError as error:
        raise BadInput(_in_order(_all_problems(error, tree, folder))) from error
    made = _ChecklistBuilder(tree, folder)
    checklist = made.checklist(read)
    problems = [*made.problems, *(tree.problem(f.path, f.sentence) for f in find_problems(checklist))]
    if problems:
        raise BadInput(_in_order(problems))
    return checklist


def _all_problems(error: ValidationError, tree: Tree, folder: Path | None) -> list[Problem]:
    """Tell what is mistyped, and what is wrong with the rest of the file besides."""
    problems = [*problems_of(error, tree)]
    read = mend(tree.data, error)
    if read:
        made = _ChecklistBuilder(tree, folder)
        checklist = made.checklist(read)
        told = {(p.line, p.column) for p in problems}
        more = [*made.problems, *(tree.problem(f.path, f.sentence) for f in find_naming_problems(checklist))]
        problems += [p for p in more if (p.line, p.column) not in told]
    return problems


def _in_order(problems: Iterator[Problem] | list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda p: (p.where, p.line, p.column))


def content_hash(data: Any) -> str:  # noqa: ANN401 - plain data of a YAML file
    """SHA-256 (hex) of the content: layout, comments and the order of keys do not count."""
    return hashlib.sha256(content_of(data).encode()).hexdigest()


def content_of(data: Any) -> str:  # noqa: ANN401 - as above
    """Write the content of a file as one text, from which the checklist can be made again."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def from_content(content: str) -> Checklist:
    """Make a checklist again from its content; an office's own calendar file is not part of it."""
    tree = Tree("", json.loads(content))
    return _ChecklistBuilder(tree, PACKAGED).checklist(models.ChecklistIn.model_validate(tree.data))


class _ChecklistBuilder:
    """Turns the models of one file into the core's objects, noting what is wrong with its calendars."""

    def __init__(self, tree: Tree, folder: Path | None) -> None:
        self.tree, self.folder = tree, folder
        self.problems: list[Problem] = []

    def checklist(self, read: models.ChecklistIn) -> Checklist:
        self._zone(read.timezone)
        base = self._spec(read.calendar, ("calendar",))
        return Checklist(
            id=read.id,
            title=bilingual_text(read.title),
            anchor=Anchor(read.anchor.id, bilingual_text(read.anchor.title), read.anchor.date),
            timezone=read.timezone,
            calendar=calendar_of(base),
            sources={name: source(name, s) for name, s in read.sources.items()},
            parameters={name: Parameter(name, bilingual_text(p.title), p.due) for name, p in read.parameters.items()},
            milestones=tuple(self._milestone(m, i, base) for i, m in enumerate(read.milestones)),
            content_hash=content_hash(self.tree.data),
            content=content_of(self.tree.data),
        )

    def _zone(self, name: str) -> None:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            sentence = M("Không có múi giờ “{name}”. Việt Nam là Asia/Ho_Chi_Minh.", name=name)
            self.problems.append(self.tree.problem(("timezone",), sentence))

    def _spec(self, read: models.CalendarIn, path: tuple[str | int, ...]) -> CalendarSpec:
        country, subdivision = read.country or "", read.subdivision or ""
        if country and (wrong := country_problem(country, subdivision)):
            self.problems.append(self.tree.problem((*path, wrong[0]), wrong[1]))
            country = subdivision = ""
        own: dict[Any, bool] = {}
        if read.file and self.folder is None:
            sentence = M(
                "Bộ đầu việc tải lên không kèm được tệp lịch; hãy ghi ngày nghỉ, ngày làm bù vào add và worked."
            )
            self.problems.append(self.tree.problem((*path, "file"), sentence))
        elif read.file and self.folder:
            own, problems = read_days(self.folder / read.file)
            self.problems += problems
        own |= dict.fromkeys(read.add, False) | dict.fromkeys(read.worked, True)
        return CalendarSpec(country, subdivision, own)

    def _calendar(
        self, read: models.CalendarIn | None, path: tuple[str | int, ...], base: CalendarSpec, known: Calendar | None
    ) -> tuple[CalendarSpec, Calendar]:
        """Lay a calendar over the one around it; without one of its own the very same calendar is shared."""
        if read is None and known is not None:
            return base, known
        spec = self._spec(read, (*path, "calendar")).over(base) if read else base
        return spec, calendar_of(spec)

    def _milestone(self, read: models.MilestoneIn, index: int, base: CalendarSpec) -> Milestone:
        path = ("milestones", index)
        spec, calendar = self._calendar(read.calendar, path, base, None)
        basis = tuple(map(basis_of, read.basis))
        whole = Milestone(
            id=read.id,
            title=bilingual_text(read.title),
            due=read.due,
            opens=read.from_,
            basis=basis,
            calendar=calendar,
            steps=(),
        )
        steps = tuple(self._step(s, (*path, "steps", i), whole, spec) for i, s in enumerate(read.steps))
        return Milestone(
            id=whole.id,
            title=whole.title,
            due=whole.due,
            opens=whole.opens,
            basis=basis,
            calendar=calendar,
            steps=steps,
        )

    def _step(self, read: models.StepIn, path: tuple[str | int, ...], around: Milestone, base: CalendarSpec) -> Step:
        _, calendar = self._calendar(read.calendar, path, base, around.calendar)
        return Step(
            id=read.id,
            milestone=around.id,
            title=bilingual_text(read.title),
            owner=bilingual_text(read.owner),
            level=read.level,
            due=read.due or around.due,
            opens=read.from_ or around.opens,
            basis=tuple(map(basis_of, read.basis)) or around.basis,
            calendar=calendar,
            evidence=Evidence(
                tuple(read.evidence.documents), tuple(read.evidence.forms), read.evidence.number, read.evidence.file
            ),
            count=read.count or "",
            requires=tuple(read.requires),
            probe=Probe(read.probe.get, read.probe.expect.status, read.probe.expect.contains) if read.probe else None,
            required=read.required,
            acceptance=read.acceptance,
            applies_to=scope(read.applies_to, read.applies_to.except_),
            note=bilingual_text(read.note) if read.note else Text(""),
        )


def bilingual_text(read: models.BilingualText) -> Text:
    """A text in both languages."""
    return Text(read.vi, read.en)


def source(name: str, read: models.SourceIn) -> Source:
    """A source under its name."""
    return Source(name, bilingual_text(read.title), read.number, read.amended_by, read.date, read.url)


def basis_of(read: models.BasisIn) -> Basis:
    """A legal basis."""
    return Basis(read.source, read.at, read.confidence, read.seen_in)


def scope(read: models.UnitFilter, but_not: models.UnitFilter | None = None) -> Scope:
    """Which units a step is asked of."""
    return Scope(
        frozenset(read.kind),
        frozenset(read.area),
        frozenset(read.tag),
        frozenset(read.code),
        scope(but_not) if but_not else None,
    )
