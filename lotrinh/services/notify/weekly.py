"""The report that goes to the office by mail, with the DOCX attached."""

import base64
from datetime import datetime
from pathlib import Path

from lotrinh.core.text import M
from lotrinh.errors import BadInput, NotFound, Problem
from lotrinh.i18n import current
from lotrinh.reports.documents import FORMATS, RenderOptions, file_name, make
from lotrinh.services.notify.receivers import MAIL
from lotrinh.services.notify.reminders import ReminderOffice, enqueue, office_messages
from lotrinh.services.views.reporting import choose_report, report_bundle

REPORT = "report"
FORM = "docx"


def enqueue_report(office: ReminderOffice, campaign_id: str, now: datetime) -> int:
    """Queue the newest report of a campaign for the office, once a day; return how many messages were new."""
    campaign = next((c for c in office.campaigns if c.id == campaign_id), None)
    if campaign is None:
        raise NotFound(M("Không có đợt “{name}” nào đang chạy.", name=campaign_id))
    report = choose_report(office.store, campaign)
    papers = report_bundle(office.store, office.settings, campaign, report)
    content = make(papers, FORM, RenderOptions(current(), template=_template(office.settings.report.template)))
    letter = office.writer.weekly(report.title, report.as_of, sample=report.sample)
    file = {
        "name": file_name(FORM, campaign.id, report.run),
        "media": FORMATS[FORM].media,
        "base64": base64.b64encode(content).decode(),
    }
    key = f"{REPORT}/{campaign.id}/{now.astimezone(office.zone).date()}"
    messages = office_messages(office, REPORT, key, letter, now, {"files": [file]}, only=MAIL)
    return enqueue(office, [m._replace(campaign=campaign.id) for m in messages], now)


def _template(path: Path | None) -> bytes | None:
    try:
        return path.read_bytes() if path else None
    except OSError as error:
        sentence = M("Không đọc được mẫu DOCX. Hãy kiểm tra lại đường dẫn.")
        raise BadInput([Problem("report.template", 0, 0, sentence)]) from error
