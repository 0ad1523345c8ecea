"""Pictures and the HTML report of a run that was laid down are the same to the byte when they are made again."""

from datetime import UTC, datetime

import pytest

from lotrinh.catalog.checklists import from_content
from lotrinh.core.report.bundle import ReportBundle
from lotrinh.core.report.report import Report
from lotrinh.reports.html.html import html_page
from lotrinh.reports.pictures.every import PICTURES
from lotrinh.reports.pictures.standalone import standalone_picture
from lotrinh.services.campaigns.campaigns import Campaign, open_campaign_of_files
from lotrinh.services.runs.report_archive import dump_report, load_report
from lotrinh.services.statements.sample import sample_entries
from lotrinh.services.views.live_campaign import LiveCampaign
from lotrinh.settings.models import Settings
from lotrinh.store import Store

NOW = datetime(2026, 2, 3, 1, tzinfo=UTC)


@pytest.fixture
def campaign(settings: Settings) -> Campaign:
    return open_campaign_of_files(settings, "bau-cu-2026")


@pytest.fixture
def report(settings: Settings, store: Store, campaign: Campaign) -> Report:
    store.journal.append(*sample_entries(campaign, NOW))
    return LiveCampaign(store, settings, campaign).report(NOW)


def test_they_are_the_same_and_light_enough_to_be_mailed(report: Report, campaign: Campaign) -> None:
    again = load_report(dump_report(report, campaign.policy), from_content(report.checklist.content))
    made = html_page(ReportBundle(report), "vi")
    assert html_page(ReportBundle(again), "vi") == made
    assert len(made.encode()) < 500_000
    for name in PICTURES:
        assert standalone_picture(again, name, "vi") == standalone_picture(report, name, "vi")
    assert "nghỉ lễ, Tết" in standalone_picture(again, "timeline", "vi")
