"""Pictures and the HTML report of a run that was laid down are the same to the byte when they are made again."""

from datetime import UTC, datetime

import pytest

from lotrinh.catalog.checklists import from_content
from lotrinh.core.report.bundle import Dossier
from lotrinh.core.report.report import Report
from lotrinh.reports.html.html import page
from lotrinh.reports.pictures.every import PICTURES
from lotrinh.reports.pictures.standalone import picture
from lotrinh.services.campaigns.campaigns import Campaign, open_declared
from lotrinh.services.runs.report_archive import freeze, thaw
from lotrinh.services.statements.sample import sample_entries
from lotrinh.services.views.live_campaign import Live
from lotrinh.settings.models import Settings
from lotrinh.store import Store

NOW = datetime(2026, 2, 3, 1, tzinfo=UTC)


@pytest.fixture
def campaign(settings: Settings) -> Campaign:
    return open_declared(settings, "bau-cu-2026")


@pytest.fixture
def report(settings: Settings, store: Store, campaign: Campaign) -> Report:
    store.journal.append(*sample_entries(campaign, NOW))
    return Live(store, settings, campaign).report(NOW)


def test_they_are_the_same_and_light_enough_to_be_mailed(report: Report, campaign: Campaign) -> None:
    again = thaw(freeze(report, campaign.policy), from_content(report.checklist.content))
    made = page(Dossier(report), "vi")
    assert page(Dossier(again), "vi") == made
    assert len(made.encode()) < 500_000
    for name in PICTURES:
        assert picture(again, name, "vi") == picture(report, name, "vi")
    assert "nghỉ lễ, Tết" in picture(again, "timeline", "vi")
