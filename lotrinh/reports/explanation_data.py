"""An explanation as data for other programs. Date-times carry their offset; sentences are in the reader's language."""

import json
from typing import Any

from lotrinh.core.report.explanation import Before, Explanation, Told
from lotrinh.core.status.wording import KIND, flag_remarks, status_reason
from lotrinh.i18n import say
from lotrinh.reports.data.json_report import due_at
from lotrinh.reports.explanation import Writer


def as_json(of: Explanation, language: str) -> str:
    """Write it as one JSON document."""
    return json.dumps(as_data(of, language), ensure_ascii=False, indent=1, default=lambda value: value.isoformat())


def as_data(of: Explanation, language: str) -> dict[str, Any]:
    """Return it as plain values, dates and date-times among them."""
    writer, item, standing = Writer(of, language), of.item, of.standing
    published = of.published
    return {
        "campaign": of.campaign,
        "unit": of.unit.code,
        "unit_name": of.unit.full_name,
        "step": item.step.id,
        "title": say(item.step.title, language),
        "as_of": of.as_of,
        "status": standing.status.value,
        "reason": say(status_reason(standing, item.schedule, of.as_of), language),
        "remarks": [say(remark, language) for remark in flag_remarks(standing)],
        "flags": dict(standing.flags),
        "completed_on": standing.completed_on,
        "heard_at": of.heard_at,
        "due_at": due_at(item.schedule.due, of.as_of.tzinfo),
        "because": [say(sentence, language) for sentence in of.because],
        "rules": [
            {"of": "opens" if rule.opens else "due", "rule": rule.written, "words": say(rule.words, language)}
            for rule in of.rules
        ],
        "arithmetic": [say(line, language) for line in of.arithmetic],
        "missing": [_missing(before, of, language) for before in of.before],
        "entries": [_entry(told, of, language) for told in of.entries],
        "asked": [{"run": a.run, "at": a.at, "outcome": a.outcome.value, "sentence": a.sentence} for a in of.asked],
        "own_system": of.own_system,
        "published": {
            "state": published.state.value,
            "completed_on": published.completed_on,
            "document": published.document_number,
            "progress": _progress(published.progress),
            "note": published.note,
        }
        if published
        else None,
        "published_at": of.published_at,
        "basis": [
            {
                "at": ground.basis.at,
                "source": say(ground.source.title, language),
                "number": ground.source.number,
                "amended_by": ground.source.amended_by,
                "confidence": ground.basis.confidence.value,
                "doubtful": ground.basis.confidence.doubtful,
                "seen_in": ground.basis.seen_in,
            }
            for ground in of.grounds
        ],
        "checklist_hash": of.checklist_hash,
        "journal_head": of.head,
        "sample": of.sample,
        "notice": writer.notice(),
    }


def _missing(before: Before, of: Explanation, language: str) -> dict[str, Any]:
    return {
        "unit": before.unit.code,
        "step": before.standing.step,
        "title": say(before.item.step.title, language),
        "status": before.standing.status.value,
        "reason": say(status_reason(before.standing, before.item.schedule, of.as_of), language),
        "due_at": due_at(before.item.schedule.due, of.as_of.tzinfo),
        "deadline_hangs_on_it": before.dates,
    }


def _entry(told: Told, of: Explanation, language: str) -> dict[str, Any]:
    return {
        "number": told.number,
        "at": told.at.astimezone(of.as_of.tzinfo),
        "kind": told.kind.value,
        "kind_text": say(KIND[told.kind], language),
        "who": told.who if isinstance(told.who, str) else say(told.who, language),
        "completed_on": told.completed_on,
        "document": told.document,
        "progress": _progress(told.progress),
        "text": told.text,
        "sample": told.sample,
    }


def _progress(of: tuple[int, int] | None) -> dict[str, int] | None:
    return {"done": of[0], "of": of[1]} if of else None
