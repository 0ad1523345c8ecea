"""The application and what all its routes share."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter, FastAPI, Response
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import BaseRoute

from lotrinh import __version__
from lotrinh.clock import Clock, now
from lotrinh.errors import LotrinhError
from lotrinh.portal import api
from lotrinh.portal.deps import SignInNeeded, StaleForm
from lotrinh.portal.errors.handlers import (
    handle_body_too_large,
    handle_http_exception,
    handle_lotrinh_error,
    handle_unexpected_error,
    handle_validation_error,
)
from lotrinh.portal.guard import BodyTooLarge, RequestGuard
from lotrinh.portal.measures import install_metrics
from lotrinh.portal.state import PortalState
from lotrinh.portal.web.admin import access, accounts, journal, outbox
from lotrinh.portal.web.commune import confirm, counts, obstacle, return_sheet, unit, withdraw
from lotrinh.portal.web.office import (
    board,
    changes,
    conflicts,
    obstacles,
    outstanding,
    overview,
    report_files,
    returned_sheets,
    review,
    review_queue,
    rollup,
    runs,
    schedule,
    step_overview,
    what_if,
)
from lotrinh.portal.web.open import feeds, health, sign_in
from lotrinh.services.upkeep.readiness import Readiness
from lotrinh.settings.models import Settings
from lotrinh.store import Store

STATIC = Path(__file__).with_name("static")
SMALLEST_ZIPPED = 500
PAGES = (
    sign_in.router,
    unit.router,
    return_sheet.router,
    returned_sheets.router,
    feeds.router,
    counts.router,
    confirm.router,
    withdraw.router,
    obstacle.router,
    access.router,
    accounts.router,
    journal.router,
    outbox.router,
    what_if.router,
    runs.router,
    schedule.router,
    report_files.router,
    changes.router,
    overview.router,
    board.router,
    rollup.router,
    step_overview.router,
    outstanding.router,
    obstacles.router,
    review_queue.router,
    conflicts.router,
    review.router,
    health.router,
)


@lru_cache(maxsize=1)
def list_routes() -> list[BaseRoute]:
    """List all routes. They hold nothing of one application: what is worked out of them, is once in each process."""
    router = APIRouter()
    for each in (api.router, *PAGES):
        router.include_router(each)
    router.mount("/static", ImmutableFiles(directory=STATIC), name="static")
    return router.routes


def create_app(
    settings: Settings,
    store: Store,
    clock: Clock = now,
    home: Path | None = None,
    start_run: Callable[[str], None] | None = None,
) -> FastAPI:
    """Make the portal over an open store.

    ``home`` is the folder that checklists of the office lie in; ``start_run`` starts a check of a campaign in
    the background.
    """
    # FastAPI's own pages of the document load scripts from other hosts, which our policy forbids; the document itself
    # is given by api/document.py, with its ETag.
    app = FastAPI(
        title="lotrinh", version=__version__, routes=list_routes(), docs_url=None, redoc_url=None, openapi_url=None
    )
    state = app.state.lotrinh = PortalState(settings, store, clock, home, start_run=start_run)
    app.add_exception_handler(SignInNeeded, sign_in.handle_sign_in_needed)
    app.add_exception_handler(StaleForm, sign_in.handle_stale_form)
    app.add_exception_handler(LotrinhError, handle_lotrinh_error)
    app.add_exception_handler(RequestValidationError, handle_validation_error)
    app.add_exception_handler(BodyTooLarge, handle_body_too_large)
    app.add_exception_handler(HTTPException, handle_http_exception)
    app.add_exception_handler(Exception, handle_unexpected_error)
    # What is added last is asked first: the guard refuses before anything is compressed, and the measures see all.
    app.add_middleware(GZipMiddleware, minimum_size=SMALLEST_ZIPPED)
    app.add_middleware(RequestGuard, origin=settings.portal.origin, https=state.is_https)
    app.state.ready = Readiness(store, settings.data_dir)
    install_metrics(app, state)
    return app


class ImmutableFiles(StaticFiles):
    """Files whose addresses change with their content: browsers keep them for good."""

    def file_response(self, *args: object, **named: object) -> Response:
        """Answer with a file and how long it may be kept."""
        answer = super().file_response(*args, **named)  # type: ignore[arg-type]  # passed on as they are
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return answer
