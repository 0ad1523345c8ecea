"""Return sheets that came back: the office hands a file in, looks at what it says, then records it."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData, UploadFile

from lotrinh.core.text import M, Message
from lotrinh.errors import BadInput, LotrinhError, NotFound, Problem, StoreUnavailable
from lotrinh.portal.deps import CampaignContext, Form, ReviewerContext
from lotrinh.portal.errors.handlers import public_message
from lotrinh.portal.forms import FormInput, read_input
from lotrinh.portal.render import language_of, render_page
from lotrinh.portal.state import portal_state
from lotrinh.portal.web.office.lists import CAMPAIGN
from lotrinh.portal.web.routing import CSRF_GUARD, SEE_OTHER, UNPROCESSABLE
from lotrinh.services.campaigns.campaigns import Campaign
from lotrinh.services.return_sheets.import_confirmations import PreparedImport, prepare_import, record_import
from lotrinh.services.return_sheets.returned_files import Upload
from lotrinh.services.return_sheets.returned_words import preview_table
from lotrinh.services.statements.uploads import XLSX, safe_file_name

router = APIRouter(include_in_schema=False)
HERE = CAMPAIGN + "/sheets"
MOST_DIGITS = 4
LARGEST = 500_000
"""Bytes: a return sheet has thirty thousand. It travels with the form while it is looked at, and is kept nowhere."""
LARGE = M("Tệp này lớn bất thường nên không đọc. Hãy gửi lại đúng tệp đã nhận, lưu dạng .xlsx.")
NOTHING = M("Phiếu chưa điền gì: không có gì để ghi.")
NO_FILE = M("Hãy chọn tệp phiếu xác nhận mà đơn vị gửi lại.")


@router.get(HERE)
def show_form(request: Request, at: ReviewerContext) -> Response:
    """Show the form, and how many entries the sheet before it made."""
    done = request.query_params.get("done", "")
    good = done.isascii() and done.isdigit() and len(done) <= MOST_DIGITS
    return render_sheet_form(request, at, done=int(done) if good else 0)


@router.post(HERE, dependencies=CSRF_GUARD)
def check_answers(request: Request, at: ReviewerContext, form: Form) -> Response:
    """Show what a file says, or everything that is wrong with it; nothing is recorded."""
    try:
        upload = receive_sheet(form)
    except BadInput as error:
        return render_sheet_form(request, at, error.problems)
    prepared = prepare_sheet(request, at, upload)
    if prepared.problems or not prepared.statements:
        return render_sheet_form(request, at, prepared.problems or [Problem("file", 0, 0, NOTHING)])
    values = {"name": upload.name, "content": base64.b64encode(upload.content).decode()}
    table = preview_table(prepared.statements, language_of(request))
    return render_page(
        request, "office/returned_preview.html", at=at, table=table, values=values, fresh=len(prepared.new_statements)
    )


@router.post(HERE + "/send", dependencies=CSRF_GUARD)
def submit(request: Request, at: ReviewerContext, form: Form) -> Response:
    """Record what was shown; sent twice, it is recorded once."""
    inputs = read_input(form)
    try:
        prepared = prepare_sheet(request, at, read_carried_sheet(inputs))
        done = len(record_import(portal_state(request).store, prepared, at.now))
    except BadInput as error:
        return render_sheet_form(request, at, error.problems)
    except StoreUnavailable as error:
        return render_sheet_form(request, at, error=error)
    return RedirectResponse(f"{HERE.format(campaign_id=at.campaign.id)}?done={done}", SEE_OTHER)


def receive_sheet(form: FormData) -> Upload:
    """Take the file of a form; ``BadInput`` where there is none or it is much too large."""
    sent = form.get("file")
    if not isinstance(sent, UploadFile) or not sent.filename:
        raise BadInput([Problem("file", 0, 0, NO_FILE)])
    content = sent.file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise BadInput([Problem("file", 0, 0, LARGE)])
    return Upload(safe_file_name(sent.filename, XLSX), content)


def read_carried_sheet(inputs: FormInput) -> Upload:
    """Take the file that was looked at; whoever changed it meanwhile has it checked again like any other."""
    try:
        content = base64.b64decode(inputs["content"], validate=True)
    except (binascii.Error, ValueError):
        content = b""
    return Upload(safe_file_name(inputs["name"], XLSX), content[: LARGEST + 1])


def prepare_sheet(request: Request, at: CampaignContext, upload: Upload) -> PreparedImport:
    """Check a file as one of this campaign's."""

    def campaign_of(name: str) -> Campaign:
        if name != at.campaign.id:
            raise NotFound(M("Không có đợt “{name}”.", name=name))
        return at.campaign

    return prepare_import(portal_state(request).store, [upload], campaign_of, at.visitor.actor, at.now)


def render_sheet_form(
    request: Request,
    at: CampaignContext,
    problems: Sequence[Problem] = (),
    error: LotrinhError | None = None,
    done: int = 0,
) -> Response:
    """Show the form, with everything that is wrong with the file before it."""
    status = error.http_status if error else UNPROCESSABLE if problems else 200
    failure: Message | None = public_message(request, error) if error else None
    context: dict[str, Any] = {"lines": problems, "failure": failure, "done": done}
    return render_page(request, "office/returned_sheets.html", status, at=at, **context)
