"""How the API takes statements: JSON alone, a key that makes a repeat one, and the version the sender knew."""

import datetime as dt
from collections.abc import Callable
from typing import Annotated, Any, NamedTuple, TypeVarTuple

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from lotrinh.core.status.journal import Entry
from lotrinh.core.text import M
from lotrinh.errors import LotrinhError
from lotrinh.portal.api.access import ApiContext
from lotrinh.portal.api.problems import OF_WRITING, problem_responses
from lotrinh.services.statements.confirm import build_receipt
from lotrinh.services.statements.journal_writer import StatementRequest
from lotrinh.store import Store

CREATED = 201
Texts = TypeVarTuple("Texts")
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=60,
        pattern=r"^[\x21-\x7e]+$",
        description="Chosen by the sender for each statement; the same key gives the same receipt, once recorded.",
    ),
]
IfMatch = Annotated[
    str,
    Header(
        alias="If-Match",
        pattern='^("[0-9]{1,15}")?$',
        description=(
            "Version of the step's record that the sender knew, in quotes, as its ETag says; 412 when somebody has "
            "changed it since. Empty or missing: do not check."
        ),
    ),
]
StepId = Annotated[str, Field(max_length=100, description="Id of the step in the checklist.")]
CONTROLS = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
"""Characters that nobody types: the services refuse them with a sentence, and the document says so by a pattern."""
PlainText = Annotated[str, Field(json_schema_extra={"pattern": f"^[^{CONTROLS}]*$"})]
RequiredText = Annotated[
    str,
    Field(
        min_length=1, max_length=2000, json_schema_extra={"pattern": rf"^[^{CONTROLS}]*[^{CONTROLS}\s][^{CONTROLS}]*$"}
    ),
]


class ApiInput(BaseModel):
    """A part of what is sent: exact types, and an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", strict=True)


class AboutStep(ApiInput):
    """A statement about a step that needs no further words."""

    step: StepId


class Receipt(BaseModel):
    """What the sender has in hand: where the statement stands in the journal, and the hash the journal ends with."""

    reference: str
    number: int = Field(description="Number of the entry: the step's version from now on.")
    kind: str
    campaign: str
    unit: str
    step: str
    recorded_at: dt.datetime
    completed_on: dt.date | None = None
    hash: str


class NotJson(LotrinhError):
    """The body is not JSON, or does not say that it is."""

    http_status = 415

    def __init__(self) -> None:
        super().__init__(M("Cần nội dung dạng JSON, với Content-Type: application/json."))


class StatementHeaders(NamedTuple):
    """How a statement was sent. ``seen`` is the version that the sender knew."""

    key: str
    expected_version: int | None

    def statement(self, at: ApiContext, step: str) -> StatementRequest:
        """Say who states something about a step here and now."""
        return StatementRequest(
            campaign=at.campaign,
            unit=at.unit,
            step=step,
            actor=at.visitor.actor,
            key=self.key_for(at),
            now=at.now,
            expected_version=self.expected_version,
        )

    def key_for(self, at: ApiContext) -> str:
        """Keep programs' keys apart from those of units: no unit's key has a space in it."""
        return self.key if at.visitor.unit else f"{at.visitor.account} {self.key}"


async def read_statement_headers(request: Request, key: Key, if_match: IfMatch = "") -> StatementHeaders:
    """Read what all POSTs need besides their content."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise NotJson
    return StatementHeaders(key, int(if_match.strip('"')) if if_match else None)


Headers = Annotated[StatementHeaders, Depends(read_statement_headers)]


def receipt_response(at: ApiContext, entry: Entry) -> Response:
    """Answer with the receipt of an entry, and where it stands."""
    address = f"/api/v1/campaigns/{at.campaign.id}/units/{at.unit.code}/receipts/{entry.number}"
    headers = {"Location": address, "ETag": f'"{entry.number}"'}
    return Response(receipt_body(at, entry), CREATED, headers, "application/json")


def record_for_receipt(
    at: ApiContext,
    headers: StatementHeaders,
    step: str,
    record: Callable[[Store, StatementRequest, *Texts], Entry],
    *texts: *Texts,
) -> Response:
    """Record what somebody states about a step, and answer with the receipt."""
    return receipt_response(at, record(at.state.store, headers.statement(at, step), *texts))


def receipt_body(at: ApiContext, entry: Entry) -> bytes:
    """Write a receipt, the same now and later."""
    content = {**build_receipt(entry, at.unit), "number": entry.number}
    return Receipt.model_validate(content).model_dump_json().encode()


RECORDED: dict[int | str, dict[str, Any]] = {
    CREATED: {
        "description": "Recorded, on disk; or recorded before under the same key.",
        "headers": {
            "Location": {
                "description": "Where the receipt stands.",
                "schema": {"type": "string", "format": "uri-reference"},
                "required": True,
            },
            "ETag": {"description": "The step's version.", "schema": {"type": "string"}, "required": True},
        },
    },
    **problem_responses(*OF_WRITING),
}
"""How a POST answers."""
RECEIPT_ROUTE: dict[str, Any] = {"status_code": CREATED, "response_model": Receipt, "responses": RECORDED}
"""What every route has by which somebody states something."""
