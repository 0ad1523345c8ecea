"""The application and what all its routes share."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from lotrinh import __version__
from lotrinh.clock import Clock, now
from lotrinh.core.text import Message
from lotrinh.errors import BadInput, LotrinhError, NotFound, Problem
from lotrinh.i18n import say
from lotrinh.portal.api import router
from lotrinh.services.campaigns import Campaign, open_campaign
from lotrinh.settings.models import Settings
from lotrinh.store import Store

PROBLEM = "application/problem+json"


def create_app(settings: Settings, store: Store, clock: Clock = now, home: Path | None = None) -> FastAPI:
    """Make the portal over an open store; ``home`` is the folder that checklists of the office lie in."""
    app = FastAPI(title="lotrinh", version=__version__, docs_url=None, redoc_url=None)
    app.state.settings, app.state.store, app.state.clock = settings, store, clock

    @lru_cache(maxsize=64)
    def campaign(name: str) -> Campaign:
        return open_campaign(settings, name, home=home)

    app.state.campaign = campaign
    app.include_router(router)
    app.add_exception_handler(LotrinhError, _sentence)
    app.add_exception_handler(RequestValidationError, _mistyped)
    app.add_exception_handler(HTTPException, _http)
    return app


def problem(status: int, title: str, problems: list[dict[str, str]] | None = None) -> JSONResponse:
    """Answer with a problem document (RFC 9457) whose ``errors`` name every field that is wrong."""
    body: dict[str, Any] = {"type": "about:blank", "status": status, "title": title}
    if problems:
        body["errors"] = problems
    headers = {"WWW-Authenticate": "Bearer"} if status == NO_CODE else None
    return JSONResponse(body, status, headers, media_type=PROBLEM)


NO_CODE = 401


async def _sentence(_: Request, error: Exception) -> JSONResponse:
    if isinstance(error, BadInput):
        return problem(error.http_status, say(Message("Chưa ghi nhận: có mục cần sửa.")), _fields(error.problems))
    if isinstance(error, NotFound | LotrinhError):
        return problem(error.http_status, say(error.sentence))
    raise error


def _fields(problems: tuple[Problem, ...]) -> list[dict[str, str]]:
    return [{"field": p.where, "detail": say(p.sentence)} for p in problems]


async def _mistyped(_: Request, error: Exception) -> JSONResponse:
    items: list[dict[str, Any]] = list(error.errors()) if isinstance(error, RequestValidationError) else []
    fields = [{"field": ".".join(str(p) for p in i["loc"][1:]), "detail": str(i["msg"])} for i in items]
    return problem(BadInput.http_status, say(Message("Chưa ghi nhận: có mục cần sửa.")), fields)


async def _http(_: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return problem(status, str(getattr(error, "detail", "")))
