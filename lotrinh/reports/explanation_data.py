"""An explanation as data for other programs. Date-times carry their offset; sentences are in the reader's language."""

import json
from typing import Any

from lotrinh.core.report.explanation import Explanation, JournalLine, Prerequisite
from lotrinh.core.status.wording import KIND, flag_remarks, status_reason
from lotrinh.i18n import say
from lotrinh.reports.data.json_report import due_at
from lotrinh.reports.explanation import ExplanationWriter


def explanation_json(of: Explanation, language: str) -> str:
    """Write it as one JSON document."""
    return json.dumps(
        explanation_data(of, language), ensure_ascii=False, indent=1, default=lambda value: value.isoformat()
    )


def explanation_data(of: Explanation, language: str) -> dict[str, Any]:
    """Return it as plain values, dates and date-times among them."""
    writer, item, step_status = ExplanationWriter(of, language), of.item, of.step_status
    published = of.system_answer
    return {
        "campaign": of.campaign,
        "unit": of.unit.code,
        "unit_name": of.unit.full_name,
        "step": item.step.id,
        "title": say(item.step.title, language),
        "as_of": of.as_of,
        "status": step_status.status.value,
        "reason": say(status_reason(step_status, item.schedule, of.as_of), language),
        "remarks": [say(remark, language) for remark in flag_remarks(step_status)],
        "flags": dict(step_status.flags),
        "completed_on": step_status.completed_on,
        "heard_at": of.heard_at,
        "due_at": due_at(item.schedule.due, of.as_of.tzinfo),
        "because": [say(sentence, language) for sentence in of.reasons],
        "rules": [
            {"of": "opens" if rule.is_opening else "due", "rule": rule.written, "words": say(rule.words, language)}
            for rule in of.rules
        ],
        "arithmetic": [say(line, language) for line in of.arithmetic],
        "missing": [_missing(before, of, language) for before in of.prerequisites],
        "entries": [_entry(line, of, language) for line in of.entries],
        "asked": [{"run": a.run, "at": a.at, "outcome": a.outcome.value, "sentence": a.sentence} for a in of.checks],
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
        "published_at": of.system_answer_at,
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
            for ground in of.bases
        ],
        "checklist_hash": of.checklist_hash,
        "journal_head": of.head,
        "sample": of.sample,
        "notice": writer.notice(),
    }


def _missing(before: Prerequisite, of: Explanation, language: str) -> dict[str, Any]:
    return {
        "unit": before.unit.code,
        "step": before.step_status.step,
        "title": say(before.item.step.title, language),
        "status": before.step_status.status.value,
        "reason": say(status_reason(before.step_status, before.item.schedule, of.as_of), language),
        "due_at": due_at(before.item.schedule.due, of.as_of.tzinfo),
        "deadline_hangs_on_it": before.deadline_hangs_on_it,
    }


def _entry(line: JournalLine, of: Explanation, language: str) -> dict[str, Any]:
    return {
        "number": line.number,
        "at": line.at.astimezone(of.as_of.tzinfo),
        "kind": line.kind.value,
        "kind_text": say(KIND[line.kind], language),
        "who": line.who if isinstance(line.who, str) else say(line.who, language),
        "completed_on": line.completed_on,
        "document": line.document,
        "progress": _progress(line.progress),
        "text": line.text,
        "sample": line.sample,
    }


def _progress(of: tuple[int, int] | None) -> dict[str, int] | None:
    return {"done": of[0], "of": of[1]} if of else None
