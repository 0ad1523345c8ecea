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

    def checklist(self, model: models.ChecklistIn) -> Checklist:
        self._zone(model.timezone)
        base = self._spec(model.calendar, ("calendar",))
        return Checklist(
            id=model.id,
            title=bilingual_text(model.title),
            anchor=Anchor(model.anchor.id, bilingual_text(model.anchor.title), model.anchor.date),
            timezone=model.timezone,
            calendar=calendar_of(base),
            sources={name: build_source(name, s) for name, s in model.sources.items()},
            parameters={name: Parameter(name, bilingual_text(p.title), p.due) for name, p in model.parameters.items()},
            milestones=tuple(self._milestone(m, i, base) for i, m in enumerate(model.milestones)),
            content_hash=content_hash(self.tree.data),
            content=content_of(self.tree.data),
        )

    def _zone(self, name: str) -> None:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            sentence = M("Không có múi giờ “{name}”. Việt Nam là Asia/Ho_Chi_Minh.", name=name)
            self.problems.append(self.tree.problem(("timezone",), sentence))

    def _spec(self, model: models.CalendarIn, path: tuple[str | int, ...]) -> CalendarSpec:
        country, subdivision = model.country or "", model.subdivision or ""
        if country and (wrong := country_problem(country, subdivision)):
            self.problems.append(self.tree.problem((*path, wrong[0]), wrong[1]))
            country = subdivision = ""
        own: dict[Any, bool] = {}
        if model.file and self.folder is None:
            sentence = M(
                "Bộ đầu việc tải lên không kèm được tệp lịch; hãy ghi ngày nghỉ, ngày làm bù vào add và worked."
            )
            self.problems.append(self.tree.problem((*path, "file"), sentence))
        elif model.file and self.folder:
            own, problems = read_days(self.folder / model.file)
            self.problems += problems
        own |= dict.fromkeys(model.add, False) | dict.fromkeys(model.worked, True)
        return CalendarSpec(country, subdivision, own)

    def _calendar(
        self, model: models.CalendarIn | None, path: tuple[str | int, ...], base: CalendarSpec, shared: Calendar | None
    ) -> tuple[CalendarSpec, Calendar]:
        """Lay a calendar over the one around it; without one of its own the very same calendar is shared."""
        if model is None and shared is not None:
            return base, shared
        spec = self._spec(model, (*path, "calendar")).over(base) if model else base
        return spec, calendar_of(spec)

    def _milestone(self, model: models.MilestoneIn, index: int, base: CalendarSpec) -> Milestone:
        path = ("milestones", index)
        spec, calendar = self._calendar(model.calendar, path, base, None)
        basis = tuple(map(build_basis, model.basis))
        whole = Milestone(
            id=model.id,
            title=bilingual_text(model.title),
            due=model.due,
            opens=model.from_,
            basis=basis,
            calendar=calendar,
            steps=(),
        )
        steps = tuple(self._step(s, (*path, "steps", i), whole, spec) for i, s in enumerate(model.steps))
        return Milestone(
            id=whole.id,
            title=whole.title,
            due=whole.due,
            opens=whole.opens,
            basis=basis,
            calendar=calendar,
            steps=steps,
        )

    def _step(self, model: models.StepIn, path: tuple[str | int, ...], around: Milestone, base: CalendarSpec) -> Step:
        _, calendar = self._calendar(model.calendar, path, base, around.calendar)
        return Step(
            id=model.id,
            milestone=around.id,
            title=bilingual_text(model.title),
            owner=bilingual_text(model.owner),
            level=model.level,
            due=model.due or around.due,
            opens=model.from_ or around.opens,
            basis=tuple(map(build_basis, model.basis)) or around.basis,
            calendar=calendar,
            evidence=Evidence(
                tuple(model.evidence.documents), tuple(model.evidence.forms), model.evidence.number, model.evidence.file
            ),
            count=model.count or "",
            requires=tuple(model.requires),
            probe=Probe(model.probe.get, model.probe.expect.status, model.probe.expect.contains)
            if model.probe
            else None,
            required=model.required,
            acceptance=model.acceptance,
            applies_to=build_scope(model.applies_to, model.applies_to.except_),
            note=bilingual_text(model.note) if model.note else Text(""),
        )


def bilingual_text(model: models.BilingualText) -> Text:
    """A text in both languages."""
    return Text(model.vi, model.en)


def build_source(name: str, model: models.SourceIn) -> Source:
    """A source under its name."""
    return Source(name, bilingual_text(model.title), model.number, model.amended_by, model.date, model.url)


def build_basis(model: models.BasisIn) -> Basis:
    """A legal basis."""
    return Basis(model.source, model.at, model.confidence, model.seen_in)


def build_scope(model: models.UnitFilter, but_not: models.UnitFilter | None = None) -> Scope:
    """Which units a step is asked of."""
    return Scope(
        frozenset(model.kind),
        frozenset(model.area),
        frozenset(model.tag),
        frozenset(model.code),
        build_scope(but_not) if but_not else None,
    )
