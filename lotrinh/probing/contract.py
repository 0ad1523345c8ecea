"""The status contract ``lotrinh.status/1``: the models that units' systems and our portal write, and reading an answer.

The published JSON Schema is made from these models: ``python -m lotrinh.probing.contract`` writes it again.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from lotrinh.core.status.observation import Answer, Reason, StepAnswer, StepState
from lotrinh.core.text import M, escape_unprintable
from lotrinh.probing.failures import InvalidAnswer
from lotrinh.probing.field_messages import field_label, rejection_of
from lotrinh.probing.options import DEFAULTS, HttpOptions
from lotrinh.probing.question import Question
from lotrinh.probing.strict_json import decode, parse

__all__ = [
    "InvalidAnswer",
    "StatusDocument",
    "StatusPhrase",
    "StatusProgress",
    "StatusStep",
    "json_schema",
    "read_answer",
]

SCHEMA = "lotrinh.status/1"
MAX_STEPS = 500
MAX_COUNT = 100_000
EARLIEST_YEAR = 1900
"""Before it nothing in a checklist happened; a clock that was never set says 1970."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
SCHEMA_FILE = Path(__file__).parents[2] / "docs" / "schemas" / "lotrinh.status-1.schema.json"


def _day(value: object) -> object:
    """Read an ISO day; pydantic alone would also read numbers in quotes."""
    if not isinstance(value, str):
        return value
    if not _DAY.fullmatch(value):
        raise PydanticCustomError("day", "not an ISO day")
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise PydanticCustomError("day", "no such day") from error


def _moment(value: object) -> object:
    """Read an ISO date-time with an offset."""
    if not isinstance(value, str):
        return value
    match = _MOMENT.fullmatch(value)
    if match is None:
        raise PydanticCustomError("moment", "not an ISO date-time")
    if match[3] is None:
        raise PydanticCustomError("no_offset", "no offset from UTC")
    try:
        return datetime.fromisoformat(value)
    except ValueError as error:
        raise PydanticCustomError("moment", "no such moment") from error


Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]
# Strictly, pydantic takes the text of a state from JSON only, and of a value that is read already the member alone.
StepStateText = Annotated[StepState, Field(strict=False)]


class ContractPart(BaseModel):
    """A part of the contract: exact types, and an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class StatusPhrase(ContractPart):
    """The document that proves a step. ``date`` is the day it bears."""

    number: str = Field("", max_length=200)
    date: Day | None = None


class StatusProgress(ContractPart):
    """How many of a counted step are done."""

    done: int = Field(ge=0, le=MAX_COUNT)
    of: int = Field(ge=1, le=MAX_COUNT)

    @model_validator(mode="after")
    def _not_more_than_all(self) -> Self:
        if self.done > self.of:
            raise PydanticCustomError("too_many", "more done than there are", {"field": "done"})
        return self


class StatusStep(ContractPart):
    """One step. ``done`` needs ``completed_on``; ``obstacle`` needs ``note``."""

    model_config = ConfigDict(
        json_schema_extra={
            "allOf": [
                {
                    "if": {"properties": {"state": {"const": "done"}}},
                    "then": {"required": ["completed_on"], "properties": {"completed_on": {"type": "string"}}},
                },
                {
                    "if": {"properties": {"state": {"const": "obstacle"}}},
                    "then": {"required": ["note"], "properties": {"note": {"type": "string", "pattern": r"\S"}}},
                },
            ]
        }
    )

    id: str = Field(min_length=1, max_length=100)
    state: StepStateText
    completed_on: Day | None = None
    reported_at: Moment | None = None
    document: StatusPhrase | None = None
    progress: StatusProgress | None = None
    note: str = Field("", max_length=2000)

    @model_validator(mode="after")
    def _says_what_its_state_needs(self) -> Self:
        if self.state is StepState.DONE and self.completed_on is None:
            raise PydanticCustomError("needed", "done without a day", {"field": "completed_on"})
        if self.state is StepState.OBSTACLE and not self.note.strip():
            raise PydanticCustomError("needed", "obstacle without a note", {"field": "note"})
        return self


class StatusDocument(ContractPart):
    """What a unit answers: who it is, when it says so, and how far each of its steps is.

    ``sample`` says that sample data is in it, which must then be labelled wherever it is shown.
    """

    schema_: Literal["lotrinh.status/1"] = Field(alias="schema")
    unit: str = Field(min_length=1, max_length=20)
    campaign: str = Field(min_length=1, max_length=100)
    generated_at: Moment
    steps: list[StatusStep] = Field(max_length=MAX_STEPS)
    sample: bool = False


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of the contract, as it is published."""
    schema = StatusDocument.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": SCHEMA}


def contract_schema_text() -> str:
    """Return the published schema as it must stand in its file."""
    return json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"


def read_answer(body: bytes, question: Question, now: datetime, options: HttpOptions = DEFAULTS) -> Answer:
    """Read what a unit answered; ``InvalidAnswer`` says what is wrong with it and where.

    ``now`` (aware) becomes ``heard_at`` and is what future days and moments are measured against.
    """
    document = _document(parse(decode(body), options.depth), options)
    _check_names(document, question)
    _check_steps(document, question)
    _check_times(document, now, options)
    steps = {step.id: _step(step) for step in document.steps}
    return Answer(document.unit, document.campaign, _utc(document.generated_at), now, steps, document.sample)


def _document(value: object, options: HttpOptions) -> StatusDocument:
    if not isinstance(value, Mapping):
        raise InvalidAnswer(Reason.SCHEMA, M("Câu trả lời phải là một đối tượng JSON, viết trong dấu ngoặc nhọn."))
    said = value.get("schema")
    if said is not None and said != SCHEMA:
        raise InvalidAnswer(Reason.SCHEMA, _unknown_schema(said))
    steps = value.get("steps")
    if isinstance(steps, list) and len(steps) > options.max_steps:
        too_many = M("{field} có quá {limit} mục.", field=field_label("steps", "steps"), limit=options.max_steps)
        raise InvalidAnswer(Reason.SCHEMA, too_many)
    try:
        return StatusDocument.model_validate(value)
    except ValidationError as error:
        raise rejection_of(error) from error


def _unknown_schema(said: object) -> M:
    return M(
        "{field} là “{said}”; cần “{wanted}”.",
        field=field_label("schema", "schema"),
        said=escape_unprintable(str(said)),
        wanted=SCHEMA,
    )


def _check_names(document: StatusDocument, question: Question) -> None:
    for name, said, asked in (
        ("unit", document.unit, question.unit),
        ("campaign", document.campaign, question.campaign),
    ):
        if said != asked:
            raise InvalidAnswer(Reason.UNIT, _other(name, said, asked))


def _other(name: str, said: str, asked: str) -> M:
    return M(
        "{field} là “{said}”, trong khi hỏi “{asked}”. Đề nghị đơn vị kiểm tra địa chỉ và cấu hình phần mềm.",
        field=field_label(name, name),
        said=escape_unprintable(said),
        asked=asked,
    )


def _check_steps(document: StatusDocument, question: Question) -> None:
    seen: set[str] = set()
    for place, step in enumerate(document.steps):
        field = field_label("id", f"steps[{place}].id")
        if step.id not in question.steps:
            unknown = M(
                "{field} là “{id}”, không có trong bộ đầu việc của đợt.", field=field, id=escape_unprintable(step.id)
            )
            raise InvalidAnswer(Reason.SCHEMA, unknown)
        if step.id in seen:
            raise InvalidAnswer(Reason.SCHEMA, M("{field} là “{id}”, đã nêu một lần rồi.", field=field, id=step.id))
        seen.add(step.id)


def _check_times(document: StatusDocument, now: datetime, options: HttpOptions) -> None:
    latest = now + timedelta(minutes=options.future_minutes)
    today = now.astimezone(options.zone).date()
    _check_moment("generated_at", "generated_at", document.generated_at, latest)
    for place, step in enumerate(document.steps):
        path = f"steps[{place}]"
        _check_moment("reported_at", f"{path}.reported_at", step.reported_at, latest)
        _check_day("completed_on", f"{path}.completed_on", step.completed_on, today)


def _check_moment(name: str, path: str, said: datetime | None, latest: datetime) -> None:
    if said is not None and said > latest:
        raise InvalidAnswer(
            Reason.TIME, M("{field} ở tương lai. Đề nghị đơn vị chỉnh lại đồng hồ.", field=field_label(name, path))
        )
    _check_year(name, path, said)


def _check_day(name: str, path: str, said: date | None, today: date) -> None:
    if said is not None and said > today:
        ahead = M(
            "{field} là {day}, chưa tới. Đề nghị đơn vị kiểm tra ngày và tháng.",
            field=field_label(name, path),
            day=said,
        )
        raise InvalidAnswer(Reason.TIME, ahead)
    _check_year(name, path, said)


def _check_year(name: str, path: str, said: date | None) -> None:
    if said is not None and said.year < EARLIEST_YEAR:
        raise InvalidAnswer(Reason.TIME, M("{field} quá xa trong quá khứ.", field=field_label(name, path)))


def _step(step: StatusStep) -> StepAnswer:
    return StepAnswer(
        id=step.id,
        state=step.state,
        completed_on=step.completed_on,
        reported_at=_utc(step.reported_at) if step.reported_at else None,
        document_number=step.document.number if step.document else "",
        document_date=step.document.date if step.document else None,
        progress=(step.progress.done, step.progress.of) if step.progress else None,
        note=step.note,
    )


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


if __name__ == "__main__":
    SCHEMA_FILE.write_text(contract_schema_text(), encoding="utf-8", newline="\n")
