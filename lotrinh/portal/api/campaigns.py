"""The campaigns, and the steps of one with their deadlines."""

import datetime as dt
from collections.abc import Iterator

from fastapi import APIRouter, Response
from pydantic import Field

from lotrinh.core.checklist.checklist import Level, Milestone, Need, Step
from lotrinh.core.checklist.deadlines import Schedule, Timetable, timetable
from lotrinh.i18n import say
from lotrinh.portal.api.access import AnyCaller, AnyContext
from lotrinh.portal.api.answers import ApiOutput, ApiResponder, get_responses
from lotrinh.portal.state import portal_state
from lotrinh.reports.data.json_report import due_at
from lotrinh.reports.text.tables import basis
from lotrinh.services.campaigns.campaigns import Campaign

router = APIRouter(tags=["campaigns"])
CAMPAIGN = "/api/v1/campaigns/{campaign_id}"


class CampaignOut(ApiOutput):
    """A campaign: a checklist bound to an anchor date and a set of units."""

    id: str
    title: str
    checklist: str
    checklist_hash: str
    anchor: str
    anchor_title: str
    anchor_date: dt.date | None
    starts: dt.date | None = Field(description="No completion day may lie before it.")
    timezone: str
    province: str = Field(description="Code of the province, a unit like the others.")
    units: int


class CampaignList(ApiOutput):
    """All campaigns that the reader takes part in."""

    items: list[CampaignOut]


class EvidenceOut(ApiOutput):
    """Which documents prove a step, and whether a number and a file must be given."""

    documents: list[str]
    forms: list[str]
    number: Need
    file: Need


class ScheduleOut(ApiOutput):
    """When something opens and is due; ``waiting`` says why there is no deadline yet."""

    opens_at: dt.datetime | None
    due_at: dt.datetime | None = Field(description="The last second that is in time.")
    last_working_day: dt.date | None
    waiting: str


class StepOut(ScheduleOut):
    """One step."""

    id: str
    title: str
    owner: str
    level: Level
    required: bool
    acceptance: bool = Field(description="Whether it is done only when the province has accepted it.")
    count: str = Field(description="What is counted; empty for a step that is not.")
    requires: list[str]
    evidence: EvidenceOut
    basis: list[str] = Field(description="Legal bases; “(?)” marks those that nobody verified.")
    note: str


class MilestoneOut(ScheduleOut):
    """One milestone with its steps."""

    id: str
    title: str
    steps: list[StepOut]


class TimelineOut(ApiOutput):
    """The steps of a campaign. Deadlines that hang on what a unit really did stand with that unit."""

    campaign: str
    checklist_hash: str
    milestones: list[MilestoneOut]


def campaign_out(campaign: Campaign, language: str) -> CampaignOut:
    """Write a campaign."""
    checklist = campaign.checklist
    return CampaignOut(
        id=campaign.id,
        title=say(campaign.title, language),
        checklist=checklist.id,
        checklist_hash=checklist.content_hash,
        anchor=checklist.anchor.id,
        anchor_title=say(checklist.anchor.title, language),
        anchor_date=campaign.anchor,
        starts=campaign.starts,
        timezone=checklist.timezone,
        province=campaign.province.code,
        units=len(campaign.units),
    )


class TimelineWriter:
    """Writes the timeline of a campaign in one language."""

    def __init__(self, campaign: Campaign, language: str) -> None:
        self.campaign, self.language = campaign, language
        self.dates: Timetable = timetable(campaign.checklist, campaign.anchor, parameters=campaign.parameters)

    def milestones(self) -> Iterator[MilestoneOut]:
        """Write all milestones, in the checklist's order."""
        for milestone in self.campaign.checklist.milestones:
            yield self.milestone(milestone)

    def milestone(self, milestone: Milestone) -> MilestoneOut:
        """Write one milestone."""
        return MilestoneOut(
            id=milestone.id,
            title=say(milestone.title, self.language),
            steps=[self.step(step) for step in milestone.steps],
            **self.schedule(self.dates.milestones[milestone.id]),
        )

    def step(self, step: Step) -> StepOut:
        """Write one step."""
        evidence = step.evidence
        return StepOut(
            id=step.id,
            title=say(step.title, self.language),
            owner=say(step.owner, self.language),
            level=step.level,
            required=step.required,
            acceptance=step.acceptance,
            count=step.count,
            requires=list(step.requires),
            evidence=EvidenceOut(
                documents=list(evidence.documents),
                forms=list(evidence.forms),
                number=evidence.number,
                file=evidence.file,
            ),
            basis=[basis(self.campaign.checklist, each, self.language) for each in step.basis],
            note=say(step.note, self.language) if step.note.vi else "",
            **self.schedule(self.dates.steps[step.id]),
        )

    def schedule(self, schedule: Schedule) -> dict[str, dt.datetime | dt.date | str | None]:
        """Write a schedule."""
        return schedule_out(schedule, self.campaign, self.language)


def schedule_out(
    schedule: Schedule, campaign: Campaign, language: str
) -> dict[str, dt.datetime | dt.date | str | None]:
    """Write when something opens and is due, as the fields of ``ScheduleOut``."""
    return {
        "opens_at": schedule.opens.start_in(campaign.zone) if schedule.opens else None,
        "due_at": due_at(schedule.due, campaign.zone),
        "last_working_day": schedule.last_working_day,
        "waiting": say(schedule.waiting, language) if schedule.waiting else "",
    }


@router.get("/api/v1/campaigns", response_model=CampaignList, responses=get_responses(401, 422, 429, 503))
def list_campaigns(responder: ApiResponder, visitor: AnyCaller) -> Response:
    """List the campaigns that the reader takes part in."""
    campaigns = portal_state(responder.request).campaigns()
    mine = [c for c in campaigns if not visitor.unit or visitor.unit in c.by_code]
    return responder.give(CampaignList(items=[campaign_out(c, responder.language) for c in mine]))


@router.get(CAMPAIGN, response_model=CampaignOut, responses=get_responses())
def read_campaign(responder: ApiResponder, at: AnyContext) -> Response:
    """Describe one campaign."""
    return responder.give(campaign_out(at.campaign, responder.language))


@router.get(CAMPAIGN + "/steps", response_model=TimelineOut, responses=get_responses())
def list_steps(responder: ApiResponder, at: AnyContext) -> Response:
    """List a campaign's milestones and steps with their deadlines, in the order of the checklist."""
    writer = TimelineWriter(at.campaign, responder.language)
    made = TimelineOut(
        campaign=at.campaign.id,
        checklist_hash=at.campaign.checklist.content_hash,
        milestones=list(writer.milestones()),
    )
    return responder.give(made)
