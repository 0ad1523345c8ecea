"""The schedule of a campaign: when it runs by itself, said in words, and the form that changes it."""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from lotrinh.core.notify.schedules import WEEKDAYS, cron_words, schedule_words
from lotrinh.core.status.roles import Action
from lotrinh.core.text import M, Message
from lotrinh.errors import BadInput, LotrinhError
from lotrinh.portal.deps import CampaignContext, ChangerContext, Context, Form, form_field
from lotrinh.portal.render import render_page
from lotrinh.portal.state import PortalState, portal_state
from lotrinh.portal.web.routing import CSRF_GUARD, SEE_OTHER
from lotrinh.services.campaigns import schedule_form
from lotrinh.services.campaigns.schedule_form import CRONS, CronInput, checked_days
from lotrinh.services.campaigns.schedules import (
    UNREAD,
    change_schedule,
    effective_schedule,
    first_overdue_check,
    next_checks,
    next_report,
    schedule_of_file,
)

router = APIRouter(include_in_schema=False)
HERE = "/campaigns/{campaign_id}/schedule"
MOST_COMING = 5
FLAGS = ("skip_days_off", "paused")


@router.get(HERE)
def show_form(request: Request, at: Context, saved: str = "") -> Response:
    """Show when the campaign runs, what comes next, and to whoever may change it the form."""
    return _render_form(request, at, saved=saved == "1")


def _render_form(
    request: Request,
    at: CampaignContext,
    inputs: Mapping[str, CronInput] | None = None,
    flags: Mapping[str, bool] | None = None,
    error: LotrinhError | None = None,
    *,
    expected_version: str | None = None,
    saved: bool = False,
) -> Response:
    state = portal_state(request)
    holds = effective_schedule(state.store, state.settings, at.campaign.id)
    schedule, of_file = holds.schedule, schedule_of_file(state.settings, at.campaign.id)
    problems = error.problems if isinstance(error, BadInput) else ()
    coming = next_checks(schedule, at.campaign, at.now, MOST_COMING)
    report_next = next_report(schedule, at.campaign, at.now)
    return render_page(
        request,
        "office/schedule.html",
        error.http_status if error else 200,
        at=at,
        schedule=schedule,
        holds=holds,
        expected_version=holds.version if expected_version is None else expected_version,
        saved=saved,
        words=schedule_words(schedule),
        report_words=cron_words(schedule.report) if schedule.report else None,
        file_words=schedule_words(of_file),
        coming=coming,
        report_next=report_next,
        unread=UNREAD if holds.is_unreadable else None,
        unkept=_unkept(state, at) if coming or report_next else None,
        inputs=inputs or schedule_form.fill_form(schedule),
        flags=flags or {name: getattr(schedule, name) for name in FLAGS},
        weekdays=WEEKDAYS,
        problems=problems,
        failure=error.sentence if error and not problems else None,
        may_change=at.visitor.can(Action.CHANGE),
    )


def _unkept(state: PortalState, at: CampaignContext) -> Message | None:
    """Say why what the schedule promises may not come; None where nothing speaks against it."""
    if not state.settings.prefect.api_url:
        return M(
            "Máy này không dùng Prefect (prefect.api_url để trống): không lượt nào dưới đây tự chạy. Hãy báo người quản"
            " trị máy, hoặc bấm “Kiểm tra ngay” ở trang các lượt kiểm tra."
        )
    if due := first_overdue_check(state.store, state.settings, at.campaign, state.started_at, at.now):
        return M("Lượt lúc {when} đã không chạy. Hãy báo người quản trị máy: chạy `lotrinh doctor`.", when=due)
    return None


@router.post(HERE, dependencies=CSRF_GUARD)
def submit(request: Request, at: ChangerContext, form: Form) -> Response:
    """Let the new schedule hold; what was typed wrong is given back."""
    state, inputs = portal_state(request), {name: _read_cron(form, name) for name in CRONS}
    flags = {name: bool(form_field(form, name)) for name in FLAGS}
    try:
        old = effective_schedule(state.store, state.settings, at.campaign.id).schedule
        new = None if form_field(form, "reset") else schedule_form.read_schedule_form(inputs, old, **flags)
        change_schedule(
            state.store, state.settings, at.campaign, new, form_field(form, "seen"), at.visitor.actor, at.now
        )
    except BadInput as error:  # what is mended and sent again is still made for what was seen at first
        return _render_form(request, at, inputs, flags, error, expected_version=form_field(form, "seen"))
    except LotrinhError as error:
        return _render_form(request, at, inputs, flags, error)
    return RedirectResponse(f"/campaigns/{at.campaign.id}/schedule?saved=1", SEE_OTHER)


def _read_cron(form: FormData, name: str) -> CronInput:
    days = checked_days(value for value in form.getlist(f"{name}_days") if isinstance(value, str))
    return CronInput(form_field(form, f"{name}_hours"), days, form_field(form, f"{name}_cron"))
