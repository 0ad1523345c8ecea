"""The curve of a campaign: from deadlines, the journal and units' own systems."""

from datetime import date, timedelta

from lotrinh.core.report.curve import CurveStep, curve_steps, report_curve
from lotrinh.core.status.journal import EntryKind
from lotrinh.services.runs.ask import begin_run
from lotrinh.services.views.live_campaign import LiveCampaign
from lotrinh.settings.models import Settings
from lotrinh.store import Store
from tests.core.builders import step
from tests.services.builders import DONE, LIEN_SON, LUONG_SON, NOW, campaign, happened, hear, says

OF = campaign(step("a", "2026-02-10"), step("b", "2026-01-25"), step("c", "done(a) + 5 days"))
JAN_29, JAN_30 = date(2026, 1, 29), date(2026, 1, 30)


def steps(store: Store, settings: Settings) -> list[CurveStep]:
    return list(curve_steps(LiveCampaign(store, settings, OF).report(NOW)))


def test_nobody_asked_is_unknown_only_where_the_unit_has_software_of_its_own(store: Store, settings: Settings) -> None:
    found = steps(store, settings)
    assert [(s.due, s.is_unknown) for s in found] == [
        (date(2026, 2, 10), False),
        (date(2026, 1, 25), False),
        (None, False),
        (date(2026, 2, 10), True),
        (date(2026, 1, 25), True),
        (None, True),
    ]
    now = next(p for p in report_curve(LiveCampaign(store, settings, OF).report(NOW)).points if p.day == NOW.date())
    assert (now.planned, now.unknown, now.done) == (2, 1, 0)


def test_a_confirmation_counts_on_the_day_in_the_document_and_on_the_day_it_was_said(
    store: Store, settings: Settings
) -> None:
    """00:30 on 30 January in Vietnam, when it is still the 29th in UTC."""
    said = (NOW - timedelta(days=3)).replace(hour=0, minute=30)
    store.journal.append(happened(EntryKind.CONFIRMED, LUONG_SON, "a", said, completed_on="2026-01-29"))
    assert steps(store, settings)[0] == CurveStep(date(2026, 2, 10), JAN_29, JAN_30)
    store.journal.append(happened(EntryKind.WITHDRAWN, LUONG_SON, "a", reason="nhầm"))
    assert steps(store, settings)[0] == CurveStep(date(2026, 2, 10))


def test_an_own_system_counts_on_the_day_it_says_it_reported(store: Store, settings: Settings) -> None:
    body = says(LIEN_SON, {"id": "a", **DONE, "reported_at": "2026-01-30T09:12:00+07:00"}, {"id": "b", **DONE})
    run = begin_run(store, OF, NOW, NOW, {})
    store.runs.record(run.id, OF.id, [hear(settings, OF, LIEN_SON, body)])
    first, second, third = steps(store, settings)[3:]
    assert (first.completed, first.reported) == (JAN_29, JAN_30)
    assert (second.completed, second.reported) == (JAN_29, None)
    # What hangs on the completion has a deadline now; the unit said nothing about the step itself.
    assert third == CurveStep(date(2026, 2, 3), is_unknown=True)


def test_an_excused_step_is_nobodys_work(store: Store, settings: Settings) -> None:
    store.journal.append(happened(EntryKind.EXCUSED, LUONG_SON, "a", reason="Không có thôn"))
    assert len(steps(store, settings)) == 5
