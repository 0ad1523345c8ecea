"""The OpenAPI document, and health."""

import json
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from lotrinh import __version__
from lotrinh.portal.api.answers import ApiResponder, weak_etag
from lotrinh.portal.api.problems import ProblemDocument, problem_responses
from lotrinh.portal.state import portal_state

router = APIRouter()
REF = "#/components/schemas/{model}"
DESCRIPTION = """
How far a province's units are, for programs. Units' own systems confirm and report with their code; programs of the
office read with a token, and judge where their role allows it.

Errors are problem documents (RFC 9457). Lists come in pages: follow `next`. Every GET has an `ETag` and answers 304
to `If-None-Match`. A POST needs an `Idempotency-Key` of the sender's choice: sent again, it gives the same receipt.
""".strip()


class Health(BaseModel):
    """The portal is up and its database can be read; ``head`` is the hash the journal ends with."""

    status: str
    head: str


def openapi(app: FastAPI) -> dict[str, Any]:
    """Make the document of an application."""
    made = get_openapi(title="lotrinh", version=__version__, description=DESCRIPTION, routes=app.routes)
    schemas = made["components"]["schemas"]
    # FastAPI knows the models that routes return; this one every operation names by its reference.
    problem = ProblemDocument.model_json_schema(ref_template=REF, mode="serialization")
    schemas.update(problem.pop("$defs"))
    schemas["Problem"] = problem
    made["components"]["schemas"] = dict(sorted(schemas.items()))
    return made


@router.get("/api/openapi.json", include_in_schema=False)
def read_document(request: Request, responder: ApiResponder) -> Response:
    """Give this document."""
    app: FastAPI = request.app
    if app.openapi_schema is None:
        app.openapi_schema = openapi(app)
    content = json.dumps(app.openapi_schema, ensure_ascii=False).encode()
    return responder.send(content, weak_etag(content), headers={"Cache-Control": "no-cache"})


@router.get("/healthz", response_model=Health, responses=problem_responses(503), tags=["health"])
def healthz(request: Request) -> dict[str, str]:
    """Say that the portal is up and its database can be read."""
    return {"status": "ok", "head": portal_state(request).store.journal.head()}
