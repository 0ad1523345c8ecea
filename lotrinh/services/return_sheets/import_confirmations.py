"""Return sheets read back: checked whole and shown first, then recorded together, and once."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from lotrinh.core.checklist.checklist import Step
from lotrinh.core.checklist.units import Unit
from lotrinh.core.return_sheet.return_codes import format_code, is_valid_code, normalize_code, similar_codes
from lotrinh.core.return_sheet.return_sheet import HASH_LENGTH, SheetMark, unit_codes
from lotrinh.core.status.journal import Entry, EntryKind, NewEntry, StepRecord, StepRecords, fold, replay
from lotrinh.core.status.transitions import refusal_reason
from lotrinh.core.status.wording import KIND
from lotrinh.core.text import M, Message
from lotrinh.errors import BadInput, Problem
from lotrinh.reports.text.tables import clean
from lotrinh.services.campaigns.campaigns import Campaign, campaign_actor_name
from lotrinh.services.return_sheets.returned_files import CampaignOpener, OpenedSheet, Upload, open_sheet
from lotrinh.services.return_sheets.returned_rows import FILLABLE_COLUMNS, RowReader, RowStatement, read_row
from lotrinh.services.statements.journal_writer import idempotency_key
from lotrinh.store import Store

QUIET = frozenset({EntryKind.ANSWERED, EntryKind.HANDED_OVER, EntryKind.OBSERVED})
"""What others may say without making a unit's confirmation out of date."""
PROGRESS = frozenset({EntryKind.CONFIRMED, EntryKind.PROGRESSED})
DIGEST_LENGTH = 16


class SheetStatement(NamedTuple):
    """One entry that a row makes. ``is_recorded``: it is in the journal already; ``is_correction``: it replaces one."""

    file: str
    row: int
    mark: SheetMark
    campaign: Campaign
    unit: Unit
    step: Step
    entry: NewEntry
    is_recorded: bool = False
    is_correction: bool = False

    @property
    def slot(self) -> tuple[str, str, str, str]:
        """What can be said only once in one import."""
        kind = EntryKind.CONFIRMED if self.entry.kind in PROGRESS else self.entry.kind
        return self.campaign.id, self.unit.code, self.step.id, kind.value


@dataclass(frozen=True, slots=True)
class PreparedImport:
    """What files say, and everything that is wrong with them; with one problem nothing is recorded."""

    statements: tuple[SheetStatement, ...]
    problems: tuple[Problem, ...]

    @property
    def new_statements(self) -> tuple[SheetStatement, ...]:
        """What would be recorded."""
        return tuple(statement for statement in self.statements if not statement.is_recorded)


class _UnitEntries(NamedTuple):
    """One unit's journal as it stands."""

    entries: Sequence[Entry]
    records: StepRecords
    keys: frozenset[str]

    def of_step(self, step: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.new.step == step]


def prepare_import(
    store: Store, uploads: Iterable[Upload], campaign_of: CampaignOpener, actor: str, now: datetime
) -> PreparedImport:
    """Read files and check every row; nothing is written."""
    statements: list[SheetStatement] = []
    problems: list[Problem] = []
    for upload in uploads:
        try:
            sheet = open_sheet(upload, campaign_of)
            problems += sheet.beside
            statements += _SheetReader(store, sheet, actor, now).statements(problems)
        except BadInput as error:
            problems += error.problems
    each = _each_once(statements, problems)
    return PreparedImport(tuple(each), tuple(sorted(problems, key=lambda p: (p.where, p.line, p.column))))


def record_import(store: Store, prepared: PreparedImport, now: datetime) -> tuple[Entry, ...]:
    """Record everything that is new in one transaction; ``BadInput`` where a row has become out of date meanwhile."""
    if prepared.problems:
        raise BadInput(prepared.problems)
    by_key = {s.entry.key: s for s in prepared.new_statements}

    def check(new: NewEntry, history: Sequence[Entry]) -> None:
        statement = by_key[new.key]
        if sentence := _recording_fault(statement, history):
            raise BadInput([Problem(statement.file, statement.row, 0, sentence)])

    # The entries were made when the files were read; what counts is when somebody had them recorded.
    return store.journal.append(*(replace(s.entry, at=now) for s in by_key.values()), check=check)


def _recording_fault(statement: SheetStatement, history: Sequence[Entry]) -> Message | None:
    """Give the reason why a statement cannot be recorded any more, None where it can.

    What the same sheet said before does not count as a change: a corrected sheet may come again.
    """
    others = [
        entry
        for entry in history
        if entry.number > statement.mark.journal
        if _sheet_of(entry) != statement.mark.id
        if entry.new.kind not in QUIET or statement.entry.kind not in PROGRESS
    ]
    if others:
        return _meanwhile(statement.campaign, others[-1].new)
    now = StepRecord()
    for entry in history:
        replay(now, entry)
    return refusal_reason(now, statement.entry.kind)


def _sheet_of(entry: Entry) -> str:
    sheet: Any = entry.new.body.get("sheet")
    return str(sheet["id"]) if sheet else ""


def _meanwhile(campaign: Campaign, new: NewEntry) -> Message:
    return M(
        "Sau khi lập phiếu, lúc {when}, {who} đã {what} ở đầu việc này. Nếu phiếu vẫn đúng, hãy ghi ở trang của đầu "
        "việc; rồi xóa phần đã điền ở dòng này.",
        when=new.at.astimezone(campaign.zone),
        who=campaign_actor_name(new.actor, campaign),
        what=KIND[new.kind],
    )


class _SheetReader:
    """One file being checked against its unit's journal."""

    def __init__(self, store: Store, sheet: OpenedSheet, actor: str, now: datetime) -> None:
        self.sheet, self.actor, self.now = sheet, actor, now
        campaign, unit = sheet.campaign, sheet.unit
        entries = store.journal.entries(campaign.id, unit.code)
        newest = store.journal.latest(1)
        if sheet.mark.journal > (newest[0].number if newest else 0):
            sentence = M(
                "Phiếu này lập từ một nhật ký khác, hoặc từ trước khi khôi phục bản sao lưu. Hãy lập phiếu mới."
            )
            raise BadInput([Problem(sheet.name, 0, 0, sentence)])
        self.history = _UnitEntries(entries, fold(entries), frozenset(e.new.key for e in entries if e.new.key))
        self.steps = {code: step for step, code in unit_codes(campaign.id, unit, campaign.checklist).items()}
        self.is_same_checklist = sheet.mark.checklist == campaign.checklist.content_hash[:HASH_LENGTH]

    def statements(self, problems: list[Problem]) -> Iterator[SheetStatement]:
        """Read all rows; what is wrong is added to ``problems``."""
        rows: dict[str, int] = {}
        for line in self.sheet.lines:
            row = RowReader(self.sheet.name, line)
            if step := self._step(row, rows):
                yield from self._row_statements(row, step)
            problems += row.problems

    def _step(self, row: RowReader, rows: dict[str, int]) -> Step | None:
        """Find the step that a row is about; note what is wrong with its code."""
        code = normalize_code(row.text("code"))
        step_id = self.steps.get(code)
        if step_id is None:
            # A step that the checklist has lost since may stay in the sheet, as long as nothing is said of it.
            is_filled = any(row.is_filled(name) for name in FILLABLE_COLUMNS)
            if is_filled or self.is_same_checklist or not is_valid_code(code):
                row.add_problem("code", self._code_fault(row, code))
            return None
        if code in rows:
            row.add_problem("code", M("mã này đã có ở dòng {number}. Hãy bỏ một trong hai dòng.", number=rows[code]))
            return None
        rows[code] = row.line.number
        step = self.sheet.campaign.checklist.steps[step_id]
        if self.is_same_checklist and not self._has_title(row, step):
            row.add_problem("step", M("tên đầu việc không khớp với mã. Hãy điền lại vào tệp đã nhận."))
            return None
        return step

    def _has_title(self, row: RowReader, step: Step) -> bool:
        first = " ".join(row.text("step").split("\n", 1)[0].split())
        return first in {" ".join(clean(title).split()) for title in step.title if title}

    def _code_fault(self, row: RowReader, code: str) -> Message:
        sheet, text = self.sheet, row.text("code")[:30]
        if wrong := row.line.cells["code"].fault:
            return wrong
        if not code:
            return M("thiếu mã. Hãy chép mã của đầu việc từ phiếu đã nhận.")
        if meant := similar_codes(code, self.steps):
            return M("mã “{code}” gõ sai. Có phải là {meant}?", code=text, meant=format_code(meant[0]))
        if not is_valid_code(code):
            return M("mã “{code}” gõ sai. Hãy chép lại từ phiếu đã nhận.", code=text)
        if other := _owner(sheet.campaign, code):
            unit = sheet.unit.full_name
            return M("mã “{code}” là của {other}, không phải của {unit}.", code=text, other=other, unit=unit)
        if self.is_same_checklist:
            return M("đơn vị này không có đầu việc mang mã “{code}”.", code=text)
        return M("bộ đầu việc đã thay đổi từ khi lập phiếu và không còn mã “{code}”. Hãy lập phiếu mới.", code=text)

    def _row_statements(self, row: RowReader, step: Step) -> Iterator[SheetStatement]:
        sheet = self.sheet
        for each in read_row(row, sheet.campaign, sheet.unit, step, self._total(step), self.now):
            statement = self._compare_with_history(self._make_statement(row, step, each))
            reason = None if statement.is_recorded else _recording_fault(statement, self.history.of_step(step.id))
            if reason:
                row.add_problem("code", reason)
            else:
                yield statement

    def _total(self, step: Step) -> int | None:
        """Find how many there are: as said of this step, or of another that counts the same things."""
        campaign, unit, records = self.sheet.campaign, self.sheet.unit, self.history.records
        same = (s.id for s in campaign.checklist.iter_steps() if step.count and s.count == step.count)
        counts = (records.get((unit.code, name), StepRecord()).progress for name in (step.id, *same))
        return next((progress[1] for progress in counts if progress), None)

    def _make_statement(self, row: RowReader, step: Step, statement: RowStatement) -> SheetStatement:
        sheet = self.sheet
        campaign, unit, mark = sheet.campaign, sheet.unit, sheet.mark
        code = unit_codes(campaign.id, unit, campaign.checklist)[step.id]
        key = f"{mark.id}/{code}/{statement.kind.value}/{_digest(statement.body())}"
        entry = NewEntry(
            kind=statement.kind,
            at=self.now,
            campaign=campaign.id,
            unit=unit.code,
            step=step.id,
            actor=self.actor,
            body={**statement.body(), "sheet": {"id": mark.id, "code": code}},
            checklist_hash=campaign.checklist.content_hash,
            key=idempotency_key(campaign, unit, key),
        )
        return SheetStatement(
            file=sheet.name, row=row.line.number, mark=mark, campaign=campaign, unit=unit, step=step, entry=entry
        )

    def _compare_with_history(self, statement: SheetStatement) -> SheetStatement:
        """Tell whether this was recorded before, by this sheet or by whoever was quicker."""
        history = self.history.of_step(statement.step.id)
        newest = history[-1] if history else None
        since = newest is not None and newest.number > statement.mark.journal
        same = (
            since
            and newest
            and (newest.new.kind, _content(newest.new)) == (statement.entry.kind, _content(statement.entry))
        )
        is_recorded = statement.entry.key in self.history.keys or bool(same)
        is_correction = not is_recorded and any(
            _sheet_of(e) == statement.mark.id and e.new.kind is statement.entry.kind for e in history
        )
        return statement._replace(is_recorded=is_recorded, is_correction=is_correction)


def _digest(body: Mapping[str, object]) -> str:
    text = json.dumps(body, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:DIGEST_LENGTH]


def _content(new: NewEntry) -> dict[str, Any]:
    return {name: value for name, value in new.body.items() if name not in {"sheet", "sample"}}


def _owner(campaign: Campaign, code: str) -> str:
    """Name the unit whose code this is, empty where it is nobody's."""
    for unit in (*campaign.units, campaign.province):
        if code in unit_codes(campaign.id, unit, campaign.checklist).values():
            return unit.full_name
    return ""


def _each_once(statements: Iterable[SheetStatement], problems: list[Problem]) -> Iterator[SheetStatement]:
    """Leave out what two files say alike; where they differ, nobody can tell which is right."""
    found: dict[tuple[str, str, str, str], SheetStatement] = {}
    for statement in statements:
        first = found.setdefault(statement.slot, statement)
        if first is statement:
            yield statement
        elif (first.entry.kind, _content(first.entry)) == (statement.entry.kind, _content(statement.entry)):
            yield statement._replace(is_recorded=True)
        else:
            sentence = M(
                "Đầu việc này có cả ở tệp {file}, dòng {row}, với nội dung khác. Hãy bỏ một trong hai.",
                file=first.file,
                row=first.row,
            )
            problems.append(Problem(statement.file, statement.row, 0, sentence))
