"""Problem documents in the OpenAPI document: what they look like, and which of them an operation may answer with."""

import datetime as dt
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from lotrinh.portal.errors.problem import BLANK, CHANGED, KEY_REUSED, MALFORMED, PROBLEM, REFUSED, STATE

OF_READING = (401, 403, 404, 422, 429, 503)
OF_WRITING = (400, 401, 403, 404, 409, 412, 413, 415, 422, 429, 503)
HEADERS: dict[int, dict[str, Any]] = {
    401: {"WWW-Authenticate": {"schema": {"type": "string"}, "required": True}},
    412: {"ETag": {"description": "The step's version now.", "schema": {"type": "string"}, "required": True}},
    429: {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}, "required": True}},
}


class FieldProblem(BaseModel):
    """What is wrong with one field; an empty ``field`` is the body as a whole."""

    field: str
    detail: str


class ProblemDocument(BaseModel):
    """Why a request was not carried out. ``detail`` is a sentence for people, in the language they asked for."""

    model_config = ConfigDict(title="Problem")  # programs know the schema by this name

    type: str = Field(
        description=(
            f"`{BLANK}` where the status says it all; `{MALFORMED}`: the request does not have the shape that this "
            f"document describes; `{REFUSED}`: it has, but what it says cannot be (a day in the future, a missing "
            f"document); `{STATE}`: the step's state does not allow it; `{KEY_REUSED}`: the Idempotency-Key stands "
            f"for another request; `{CHANGED}`: somebody changed the step meanwhile."
        )
    )
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = Field([], description="Every field that is wrong, all at once.")
    changed_by: str | None = Field(None, description="With 412: whose entry it was, as the journal names them.")
    change: str | None = Field(None, description="With 412: the kind of that entry.")
    changed_at: dt.datetime | None = Field(None, description="With 412: when.")


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Declare that an operation may answer with these problems."""
    return {status: _declared(status) for status in statuses}


def _declared(status: int) -> dict[str, Any]:
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    declared: dict[str, Any] = {"description": HTTPStatus(status).phrase, "content": content}
    return declared | ({"headers": HEADERS[status]} if status in HEADERS else {})
