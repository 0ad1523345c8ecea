"""The API: for units' own systems and for programs of the office."""

from fastapi import APIRouter
from fastapi.routing import APIRoute

from lotrinh.portal.api import (
    board,
    campaigns,
    changes,
    document,
    explanation,
    journal,
    obstacles,
    records,
    report_files,
    review,
    rollup,
    runs,
    units,
)


def operation_id(route: APIRoute) -> str:
    """Name an operation as its function is named."""
    # Programs name their methods after it: whoever renames a handler of the API takes these names away.
    return route.name


router = APIRouter(generate_unique_id_function=operation_id)
PARTS = (
    units,
    records,
    explanation,
    campaigns,
    board,
    obstacles,
    review,
    rollup,
    changes,
    runs,
    report_files,
    journal,
    document,
)
for part in PARTS:
    router.include_router(part.router)
