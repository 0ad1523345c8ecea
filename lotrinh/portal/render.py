"""Templates: one environment, and what every page can say and show."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from lotrinh.core.checklist.checklist import Step
from lotrinh.core.checklist.deadlines import Schedule
from lotrinh.core.checklist.rules import Moment
from lotrinh.core.report.report import UnitReport
from lotrinh.core.report.snapshot import UnitSnapshot
from lotrinh.core.status.journal import Entry
from lotrinh.core.status.observation import Outcome, outcome_figures
from lotrinh.core.status.status import PlannedStep, Status, StepStatus
from lotrinh.core.status.wording import KIND, OUTCOME, STATUS, flag_remarks, status_reason
from lotrinh.core.text import Message, Text
from lotrinh.errors import Problem
from lotrinh.i18n import LANGUAGES, grouped, say, spell
from lotrinh.portal.deps import make_csrf, session_token
from lotrinh.portal.state import portal_state
from lotrinh.reports.text.tables import age, basis, moment
from lotrinh.services.campaigns.campaigns import Campaign, campaign_actor_name

HERE = Path(__file__).parent
LANGUAGE_COOKIE = "lang"
A_YEAR = 366 * 24 * 3600
"""Seconds."""

environment = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,  # a misspelled name fails a test, and is no empty place on a page
    trim_blocks=True,
    lstrip_blocks=True,
)
environment.globals |= {"Status": Status, "Outcome": Outcome, "outcome_figures": outcome_figures}


@cache
def style_version() -> str:
    """A name for the stylesheet that changes with it, so that browsers may keep it for good."""
    return hashlib.sha256((HERE / "static" / "style.css").read_bytes()).hexdigest()[:10]


def language_of(request: Request) -> str:
    """Return the language of a request: the visitor's choice, or the settings'."""
    chosen = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in LANGUAGES else portal_state(request).settings.language


class PageWords:
    """What templates call to say things in one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def t(self, text: str, **values: object) -> str:
        """Say a sentence of a template."""
        return say(Message(text, **values), self.language)

    def say(self, message: Message | Text | str | None) -> str:
        """Say what the core or a data file gives; nothing for None."""
        return "" if message is None else say(message, self.language)

    def day(self, value: date | datetime | None) -> str:
        """Spell a day or a moment as readers write it."""
        return "" if value is None else str(spell(value, self.language))

    def number(self, count: int | None) -> str:
        """Write a count with its thousands apart; a dash for None."""
        return "—" if count is None else grouped(count, self.language)

    def due(self, schedule: Schedule) -> str:
        """Spell a deadline, or why there is none yet."""
        if schedule.due is None:
            return self.say(schedule.waiting) or "—"
        return moment(schedule.due, self.language)

    def moment(self, value: Moment | None) -> str:
        """Spell a local day, with its hour where it has one."""
        return moment(value, self.language) if value else "—"

    def status(self, status: Status) -> str:
        """Say a status."""
        return self.say(STATUS[status])

    def why(self, step_status: StepStatus, item: PlannedStep, now: datetime) -> str:
        """Say why a step stands as it does: days left or late, in words."""
        return self.say(status_reason(step_status, item.schedule, now))

    def remarks(self, step_status: StepStatus) -> list[str]:
        """Say the flags of a standing."""
        return [self.say(message) for message in flag_remarks(step_status)]

    def kind(self, entry: Entry) -> str:
        """Say what an entry of the journal is."""
        return self.say(KIND[entry.new.kind])

    def outcome(self, unit: UnitReport | UnitSnapshot) -> str:
        """Say how asking a unit ended."""
        return self.say(OUTCOME[unit.outcome])

    def age(self, time: timedelta) -> str:
        """Say how long ago."""
        return self.say(age(time))

    def basis(self, campaign: Campaign, step: Step) -> list[str]:
        """Spell the legal bases of a step, with a mark behind each that nobody verified."""
        return [basis(campaign.checklist, b, self.language) for b in step.basis]

    def who(self, actor: str, campaign: Campaign) -> str:
        """Name who wrote an entry."""
        return say(campaign_actor_name(actor, campaign), self.language)


class Crumb(NamedTuple):
    """One step of the way back: its words and address."""

    words: str
    href: str


def render_page(
    request: Request,
    template: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: Any,  # noqa: ANN401 - whatever the template shows
) -> HTMLResponse:
    """Render a page in the visitor's language."""
    state, language = portal_state(request), language_of(request)
    words = PageWords(language)
    shown: dict[str, Any] = {
        "w": words,
        "t": words.t,
        "lang": language,
        "visitor": getattr(request.state, "visitor", None),
        "path": request.url.path,
        "style": style_version(),
        "csrf": partial(_csrf, request),
        "province": state.settings.province,
        "problems": (),
        "now": state.clock(),
        "today": state.clock().astimezone(ZoneInfo(state.settings.timezone)).date(),
    }
    body = environment.get_template(template).render(shown | context)
    answer = HTMLResponse(body, status, dict(headers or {}))
    if request.query_params.get("lang") in LANGUAGES:
        answer.set_cookie(
            LANGUAGE_COOKIE, language, max_age=A_YEAR, httponly=True, samesite="lax", secure=state.is_https
        )
    return answer


def _csrf(request: Request) -> str:
    return make_csrf(session_token(request))


def by_field(problems: tuple[Problem, ...]) -> dict[str, Problem]:
    """The first problem of each field, for the words beside it."""
    found: dict[str, Problem] = {}
    for problem in problems:
        found.setdefault(problem.where, problem)
    return found
