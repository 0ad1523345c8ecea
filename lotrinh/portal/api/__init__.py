"""The API: for units' own systems and for programs of the office."""

from fastapi import APIRouter

from lotrinh.portal.api import units

router = APIRouter()
router.include_router(units.router)
