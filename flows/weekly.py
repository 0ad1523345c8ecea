"""The report of a campaign, by mail to the office."""

from prefect import flow

from tasks import reminders


@flow(name="report", flow_run_name="report {campaign}", persist_result=False)
def weekly(campaign: str, settings: str = "") -> dict[str, int]:
    """Send the newest report with the DOCX attached, once a day however often this runs."""
    new = reminders.report(campaign, settings)
    return {"new": new} | reminders.send(settings)
