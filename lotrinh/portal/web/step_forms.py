"""What forms about one step share: who states it, which version they looked at, and the form shown again."""

import secrets
from typing import Any

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from lotrinh.core.checklist.checklist import Step
from lotrinh.core.status.journal import Entry
from lotrinh.core.text import M
from lotrinh.errors import BadInput, ChangedMeanwhile, Conflict, KeyReused, LotrinhError
from lotrinh.portal.deps import CampaignContext
from lotrinh.portal.errors.handlers import public_message
from lotrinh.portal.forms import FormInput
from lotrinh.portal.render import render_page
from lotrinh.portal.web.routing import SEE_OTHER
from lotrinh.services.statements.journal_writer import StatementRequest

SENT = M("Biểu mẫu này đã gửi một lần với nội dung khác. Nếu muốn thay bằng nội dung dưới đây, hãy gửi lại.")
LONGEST_NUMBER = 18


def redirect_to_receipt(at: CampaignContext, entry: Entry) -> Response:
    """Lead to the receipt of an entry."""
    return RedirectResponse(f"/receipts/{at.unit.code}-{entry.number}", SEE_OTHER)


def expected_version(inputs: FormInput, name: str = "seen") -> int | None:
    """Return the newest entry that the person had before their eyes."""
    text = inputs[name][:LONGEST_NUMBER]
    return int(text) if text.isascii() and text.isdigit() else None


def renewed_fields(at: CampaignContext, step: Step, error: LotrinhError | None) -> dict[str, str]:
    """Let a form that met a conflict be sent again: whoever does has read who changed what meanwhile."""
    if not isinstance(error, Conflict):
        return {}
    return {"seen": str(at.live.record(at.unit.code, step.id, at.now).number), "key": secrets.token_urlsafe(12)}


def explain_failure(request: Request, error: LotrinhError | None) -> dict[str, Any]:
    """Say why nothing was recorded, with what somebody else said meanwhile."""
    if error is None or isinstance(error, BadInput):
        return {"failure": None, "other": None}
    other = error.last if isinstance(error, ChangedMeanwhile) else None
    return {"failure": SENT if isinstance(error, KeyReused) else public_message(request, error), "other": other}


def make_statement(at: CampaignContext, step: Step, inputs: FormInput) -> StatementRequest:
    """Say who states something here and now."""
    return StatementRequest(
        campaign=at.campaign,
        unit=at.unit,
        step=step.id,
        actor=at.visitor.actor,
        key=inputs["key"],
        now=at.now,
        expected_version=expected_version(inputs),
    )


def show_form_again(
    request: Request, at: CampaignContext, step: Step, template: str, error: LotrinhError, inputs: FormInput
) -> Response:
    """Show a form again with what was typed, and why nothing was recorded."""
    values = {**inputs.values, **renewed_fields(at, step, error)}
    problems = error.problems if isinstance(error, BadInput) else ()
    context = {"values": values, "problems": problems, **explain_failure(request, error)}
    return render_page(request, template, error.http_status, at=at, step=step, **context)
