"""A return sheet in words: what both the workbook and the paper say."""

from typing import NamedTuple

from lotrinh.core.checklist.checklist import Need, Step
from lotrinh.core.return_sheet.return_codes import format_code
from lotrinh.core.return_sheet.return_sheet import ReturnSheet, SheetRow
from lotrinh.core.status.status import Status
from lotrinh.core.status.wording import DOUBTFUL_NOTE, SAMPLE_NOTICE, STATUS, flag_remarks, status_reason
from lotrinh.core.text import M, Message, Text
from lotrinh.i18n import say
from lotrinh.reports.text.tables import NOTHING, clean, moment

TITLE = M("PHIẾU XÁC NHẬN ĐẦU VIỆC")
TYPED = (
    M("1. Chỉ điền ô màu vàng. Đầu việc chưa có gì mới thì để trống. Viết ngày/tháng/năm, ví dụ 29/1/2026."),
    M(
        "2. Đã xong: ghi ngày hoàn thành, số và ngày văn bản. Việc có đếm số lượng mà mới xong một phần: ghi số đã "
        "xong, tổng số, và ngày của số liệu vào cột “Ngày hoàn thành”."
    ),
    M("3. Không thêm, xóa, đổi tên cột hay dòng. Lưu tệp, gửi lại văn phòng tỉnh."),
)
WRITTEN = (
    M("1. Viết chữ in. Đầu việc chưa có gì mới thì để trống. Viết ngày/tháng/năm."),
    M(
        "2. Đã xong: ghi ngày hoàn thành, số và ngày văn bản. Việc có đếm số lượng mà mới xong một phần: ghi số đã "
        "xong, tổng số, và ngày của số liệu vào ô “Ngày hoàn thành”."
    ),
    M("3. Giữ nguyên mã. Ký, đóng dấu, gửi lại văn phòng tỉnh."),
)
SHOWN_FLAGS = ("progress", "obstacle", "awaiting", "returned")
"""Flags that the unit should read beside its step."""


class SheetLine(NamedTuple):
    """One step in words; ``notes`` is what was said about it so far, ``urgency`` how its deadline stands."""

    code: str
    title: str
    notes: tuple[str, ...]
    due: str
    urgency: str
    owner: str
    evidence: str


class SheetWording:
    """Puts one sheet into the words of one language."""

    def __init__(self, sheet: ReturnSheet, language: str) -> None:
        self.sheet, self.language = sheet, language

    def say(self, message: Message | Text | str) -> str:
        """Say it in this sheet's language, free of control characters."""
        return clean(say(message, self.language))

    def heading(self) -> tuple[str, str]:
        """Say of whom and of what the sheet is, and when it was made."""
        sheet = self.sheet
        return (
            clean(f"{sheet.unit.full_name} ({sheet.unit.code}) · {self.say(sheet.title)}"),
            self.say(
                M(
                    "{province} · lập lúc {when} · mã phiếu {sheet}",
                    province=sheet.province_name,
                    when=sheet.made_at,
                    sheet=sheet.mark.id,
                )
            ),
        )

    def sample(self) -> str:
        """The label that sample data always carries; empty where there is none."""
        return self.say(SAMPLE_NOTICE) if self.sheet.sample else ""

    def doubt(self) -> str:
        """What the mark of a doubtful fact means; empty where there is none."""
        return self.say(DOUBTFUL_NOTE) if any(row.step.doubtful for row in self.sheet.rows) else ""

    def lines(self) -> tuple[SheetLine, ...]:
        """All rows."""
        return tuple(self._line(row) for row in self.sheet.rows)

    def _line(self, row: SheetRow) -> SheetLine:
        shown = row.step_status._replace(flags={k: v for k, v in row.step_status.flags.items() if k in SHOWN_FLAGS})
        notes = [self.say(remark) for remark in flag_remarks(shown)]
        if row.of and "progress" not in shown.flags:
            notes.append(self.say(M("tổng số đã báo: {of}", of=row.of)))
        due = moment(row.schedule.due, self.language) if row.schedule.due else NOTHING
        return SheetLine(
            code=format_code(row.code),
            title=self.say(row.step.title),
            notes=tuple(notes),
            due=due + (" (?)" if row.step.doubtful else ""),
            urgency=self._urgency(row),
            owner=self.say(row.step.owner),
            evidence=self._evidence(row.step),
        )

    def _urgency(self, row: SheetRow) -> str:
        if row.step_status.status is Status.UNKNOWN:
            return self.say(STATUS[Status.UNKNOWN])
        return self.say(status_reason(row.step_status, row.schedule, self.sheet.made_at))

    def _evidence(self, step: Step) -> str:
        named = ", ".join((*step.evidence.documents, *step.evidence.forms)) or NOTHING
        if step.evidence.file is Need.REQUIRED:
            return self.say(M("{documents} (phải kèm tệp: xác nhận hoàn thành trên cổng)", documents=named))
        if step.evidence.number is Need.REQUIRED:
            return self.say(M("{documents} (phải ghi số văn bản)", documents=named))
        return clean(named)
