"""Adding provinces up: reports of other provinces, as their offices hand them over in JSON files, checked whole."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from lotrinh.core.checklist.units import Unit, UnitKind
from lotrinh.core.days import ONE_SECOND
from lotrinh.core.os_errors import os_error_reason
from lotrinh.core.report.rollup import MeasuredStep, Rollup, UnitFigures, measure_steps
from lotrinh.core.status.status import Status
from lotrinh.core.text import M, Message, nfc
from lotrinh.errors import BadInput, Problem

LARGEST = 200_000_000
"""Bytes of one file; 3,321 units by 60 steps are 40 million."""
MOST_PROBLEMS = 20
"""Problems of one file that are listed one by one."""
LAST_SECOND = time(23, 59, 59)
Name = Annotated[str, Field(min_length=1, max_length=200)]


class _FilePart(BaseModel):
    """Fields that are not named here are of no concern: later reports may have more."""

    model_config = ConfigDict(strict=True)


class ReportedStep(_FilePart):
    """One step of one unit."""

    id: Name
    status: Status
    due_at: AwareDatetime | None
    completed_on: date | None
    reported_at: AwareDatetime | None = None
    flags: dict[str, Any]


class ReportedUnit(_FilePart):
    """One unit."""

    code: str = Field(pattern=r"^(\d{2}|\d{5})$")
    kind: UnitKind
    name: Name
    area: str = ""
    steps: list[ReportedStep]


class ReportedSummary(_FilePart):
    """What is read of the totals."""

    sample: bool


class ReportFile(_FilePart):
    """What is read of a report. ``province_name`` is missing in those of an older lotrinh."""

    campaign: Name
    run: Name
    as_of: AwareDatetime
    checklist_hash: Name
    summary: ReportedSummary
    province: ReportedUnit
    units: list[ReportedUnit] = Field(min_length=1)
    province_name: str = ""


def files_in(folder: Path) -> tuple[Path, ...]:
    """Name the JSON files of a folder; ``BadInput`` where there are none."""
    found = tuple(sorted(folder.glob("*.json"))) if folder.is_dir() else ()
    if not found:
        sentence = M("Không có thư mục này, hoặc trong đó không có tệp .json nào.")
        raise BadInput([Problem(str(folder), 0, 0, sentence)])
    return found


def read_other_provinces(files: Iterable[Path], campaign: str, own: Rollup | None = None) -> tuple[Rollup, ...]:
    """Roll the reports of other provinces up; ``BadInput`` with all that is wrong in any of the files.

    ``own`` is the province that needs no file, for the check that no province and no unit counts twice.
    """
    read, problems = list[tuple[str, Rollup]](), list[Problem]()
    for file in dict.fromkeys(files):
        try:
            read.append((str(file), _rollup(file, campaign)))
        except BadInput as error:
            problems += error.problems
    problems += _find_doubles(read, own)
    if problems:
        raise BadInput(problems)
    return tuple(rollup for _, rollup in read)


def _rollup(file: Path, campaign: str) -> Rollup:
    report = _report(file)
    problems = [Problem(str(file), 0, 0, sentence) for sentence in _findings(report, campaign)]
    if problems:
        raise BadInput(_limit(problems))
    everybody = (report.province, *report.units)
    return Rollup(
        campaign=report.campaign,
        code=report.province.code,
        name=nfc(report.province_name) or _unit(report.province).full_name,
        run=report.run,
        as_of=report.as_of,
        checklist_hash=report.checklist_hash,
        sample=report.summary.sample,
        lines=tuple(
            UnitFigures(_unit(unit), measure_steps([_measured_step(s) for s in unit.steps], report.as_of))
            for unit in everybody
        ),
    )


def _unit(unit: ReportedUnit) -> Unit:
    return Unit(unit.code, unit.kind, nfc(unit.name), nfc(unit.area).strip())


def _measured_step(step: ReportedStep) -> MeasuredStep:
    due = step.due_at
    # A day without an hour is written as its last second; an hour is itself the first moment that is too late.
    whole = due is not None and due.time() == LAST_SECOND
    late = due + ONE_SECOND if due and whole else due
    day = due.date() if due else None
    return MeasuredStep(step.status, day, late, step.completed_on, step.reported_at, "awaiting" in step.flags)


def _report(file: Path) -> ReportFile:
    where = str(file)
    try:
        if file.stat().st_size > LARGEST:
            raise BadInput([Problem(where, 0, 0, M("Tệp lớn quá {most} MB.", most=LARGEST // 1_000_000))])
        written = file.read_bytes().removeprefix(b"\xef\xbb\xbf")
    except OSError as error:
        sentence = M("Không đọc được tệp này ({reason}).", reason=os_error_reason(error))
        raise BadInput([Problem(where, 0, 0, sentence)]) from error
    try:
        return ReportFile.model_validate_json(written)
    except ValidationError as error:
        items = error.errors(include_url=False, include_context=False)
        raise BadInput(
            _limit(_problem(where, item) for item in items) if _is_report(items) else [_no_report(where)]
        ) from error


def _is_report(items: Sequence[Mapping[str, Any]]) -> bool:
    """Whether so much of a report is there that its faults are worth naming."""
    missing = {item["loc"][0] for item in items if item["type"] == "missing" and len(item["loc"]) == 1}
    return all(item["loc"] for item in items) and not {"campaign", "checklist_hash", "units"} <= missing


def _no_report(where: str) -> Problem:
    sentence = M("Tệp này không phải báo cáo JSON. Hãy lập bằng: lotrinh report ĐỢT --format json --out THƯ_MỤC")
    return Problem(where, 0, 0, sentence)


def _problem(where: str, item: Mapping[str, Any]) -> Problem:
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in item["loc"]).lstrip(".")
    if item["loc"] == ("province",):
        return Problem(where, 0, 0, M("Báo cáo này của một đơn vị, không phải của cả tỉnh. Hãy lập lại, bỏ --unit."))
    if item["loc"] == ("units",) and item["type"] == "too_short":
        return Problem(where, 0, 0, M("Báo cáo này không có xã, phường nào. Hãy lập lại, bỏ --unit."))
    if item["type"] == "missing":
        return Problem(where, 0, 0, M("Thiếu trường {place}.", place=place))
    return Problem(where, 0, 0, M("Trường {place} không đúng: “{value}”.", place=place, value=_shorten(item["input"])))


def _shorten(value: object, most: int = 60) -> str:
    text = str(value)
    return text if len(text) <= most else f"{text[:most]}…"


def _limit(problems: Iterable[Problem]) -> list[Problem]:
    listed = list(problems)
    more = len(listed) - MOST_PROBLEMS
    if more <= 0:
        return listed
    return [*listed[:MOST_PROBLEMS], Problem(listed[0].where, 0, 0, M("… và {count} lỗi nữa.", count=more))]


def _findings(report: ReportFile, campaign: str) -> Iterator[Message]:
    if report.campaign != campaign:
        yield M("Báo cáo này của đợt “{other}”, không phải đợt “{campaign}”.", other=report.campaign, campaign=campaign)
    if not _unit(report.province).is_province:
        yield M("“{name}” không phải tỉnh, thành phố.", name=report.province.name)
    for unit in report.units:
        if _unit(unit).is_province:
            yield M("“{name}” là tỉnh, thành phố, không phải xã, phường, đặc khu.", name=unit.name)
    for code in _repeated(unit.code for unit in report.units):
        yield M("Đơn vị mang mã “{code}” có hai lần.", code=code)
    for unit in (report.province, *report.units):
        for name in _repeated(step.id for step in unit.steps):
            yield M("Đơn vị {code}: đầu việc “{step}” có hai lần.", code=unit.code, step=name)
        for step in unit.steps:
            if step.status.is_done and step.completed_on is None:
                yield M("Đơn vị {code}: đầu việc “{step}” đã xong mà không có ngày.", code=unit.code, step=step.id)


def _repeated(names: Iterable[str]) -> list[str]:
    return [name for name, times in Counter(names).items() if times > 1]


def _find_doubles(rollups: Sequence[tuple[str, Rollup]], own: Rollup | None) -> Iterator[Problem]:
    """Find provinces, and units of whatever province, that would count twice."""
    seen = dict.fromkeys(_codes(own), M("báo cáo của chính tỉnh này")) if own else dict[str, Message]()
    for file, rollup in rollups:
        again = [code for code in _codes(rollup) if code in seen]
        if rollup.code in again:
            sentence = M("{province} đã có trong {other}.", province=rollup.name, other=seen[rollup.code])
            yield Problem(file, 0, 0, sentence)
        else:
            for code in again:
                yield Problem(
                    file, 0, 0, M("Đơn vị mang mã “{code}” đã có trong {other}.", code=code, other=seen[code])
                )
        for code in _codes(rollup):
            seen.setdefault(code, M("{text}", text=file))


def _codes(rollup: Rollup) -> list[str]:
    return [line.unit.code for line in rollup.lines]
