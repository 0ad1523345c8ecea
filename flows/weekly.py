"""The report of a campaign, by mail to the office."""

from typing import Any

from prefect import State, flow
from prefect.states import Completed

from lotrinh.errors import LotrinhError
from lotrinh.services.runs.check import CheckRequest
from tasks import reminders
from tasks.preflight import refused_state, skip_state


@flow(name="report", flow_run_name="report {campaign}", persist_result=False)
def weekly(campaign: str, settings: str = "", tick: str = "") -> State[Any]:
    """Send the newest report with the DOCX attached, once a day however often this runs.

    ``tick`` tells that the schedule's moment has come; a run with one steps aside where it is not wanted.
    """
    try:
        if ended := skip_state(CheckRequest(campaign, settings=settings), tick):
            return ended
        new = reminders.queue_weekly_report(campaign, settings)
        return Completed(data={"new": new} | reminders.send_messages(settings))
    except LotrinhError as error:
        return refused_state(error)
