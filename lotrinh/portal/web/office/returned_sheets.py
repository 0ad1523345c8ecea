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
from lotrinh.portal.deps import Form, Judging, Place
from lotrinh.portal.errors.handlers import public
from lotrinh.portal.forms import Typed, typed_in
from lotrinh.portal.render import language_of, page
from lotrinh.portal.state import state_of
from lotrinh.portal.web.office.lists import CAMPAIGN
from lotrinh.portal.web.routing import GUARDED, SEE_OTHER, UNPROCESSABLE
from lotrinh.services.campaigns.campaigns import Campaign
from lotrinh.services.return_sheets.import_confirmations import Judged, judge, record
from lotrinh.services.return_sheets.returned_files import Upload
from lotrinh.services.return_sheets.returned_words import preview
from lotrinh.services.statements.uploads import XLSX, shown_name

router = APIRouter(include_in_schema=False)
HERE = CAMPAIGN + "/sheets"
MOST_DIGITS = 4
LARGEST = 500_000
"""Bytes: a return sheet has thirty thousand. It travels with the form while it is looked at, and is kept nowhere."""
LARGE = M("Tệp này lớn bất thường nên không đọc. Hãy gửi lại đúng tệp đã nhận, lưu dạng .xlsx.")
NOTHING = M("Phiếu chưa điền gì: không có gì để ghi.")
NO_FILE = M("Hãy chọn tệp phiếu xác nhận mà đơn vị gửi lại.")


@router.get(HERE)
def blank(request: Request, at: Judging) -> Response:
    """Show the form, and how many entries the sheet before it made."""
    done = request.query_params.get("done", "")
    good = done.isascii() and done.isdigit() and len(done) <= MOST_DIGITS
    return form_page(request, at, done=int(done) if good else 0)


@router.post(HERE, dependencies=GUARDED)
def check(request: Request, at: Judging, form: Form) -> Response:
    """Show what a file says, or everything that is wrong with it; nothing is recorded."""
    try:
        upload = handed_in(form)
    except BadInput as error:
        return form_page(request, at, error.problems)
    judged = judged_of(request, at, upload)
    if judged.problems or not judged.statements:
        return form_page(request, at, judged.problems or [Problem("file", 0, 0, NOTHING)])
    values = {"name": upload.name, "content": base64.b64encode(upload.content).decode()}
    table = preview(judged.statements, language_of(request))
    return page(request, "office/returned_preview.html", at=at, table=table, values=values, fresh=len(judged.fresh))


@router.post(HERE + "/send", dependencies=GUARDED)
def send(request: Request, at: Judging, form: Form) -> Response:
    """Record what was shown; sent twice, it is recorded once."""
    typed = typed_in(form)
    try:
        judged = judged_of(request, at, kept(typed))
        done = len(record(state_of(request).store, judged, at.now))
    except BadInput as error:
        return form_page(request, at, error.problems)
    except StoreUnavailable as error:
        return form_page(request, at, error=error)
    return RedirectResponse(f"{HERE.format(campaign_id=at.campaign.id)}?done={done}", SEE_OTHER)


def handed_in(form: FormData) -> Upload:
    """Take the file of a form; ``BadInput`` where there is none or it is much too large."""
    sent = form.get("file")
    if not isinstance(sent, UploadFile) or not sent.filename:
        raise BadInput([Problem("file", 0, 0, NO_FILE)])
    content = sent.file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise BadInput([Problem("file", 0, 0, LARGE)])
    return Upload(shown_name(sent.filename, XLSX), content)


def kept(typed: Typed) -> Upload:
    """Take the file that was looked at; whoever changed it meanwhile has it judged again like any other."""
    try:
        content = base64.b64decode(typed["content"], validate=True)
    except (binascii.Error, ValueError):
        content = b""
    return Upload(shown_name(typed["name"], XLSX), content[: LARGEST + 1])


def judged_of(request: Request, at: Place, upload: Upload) -> Judged:
    """Judge a file as one of this campaign's."""

    def campaign_of(name: str) -> Campaign:
        if name != at.campaign.id:
            raise NotFound(M("Không có đợt “{name}”.", name=name))
        return at.campaign

    return judge(state_of(request).store, [upload], campaign_of, at.visitor.actor, at.now)


def form_page(
    request: Request, at: Place, problems: Sequence[Problem] = (), error: LotrinhError | None = None, done: int = 0
) -> Response:
    """Show the form, with everything that is wrong with the file before it."""
    status = error.http_status if error else UNPROCESSABLE if problems else 200
    trouble: Message | None = public(request, error) if error else None
    context: dict[str, Any] = {"lines": problems, "trouble": trouble, "done": done}
    return page(request, "office/returned_sheets.html", status, at=at, **context)
