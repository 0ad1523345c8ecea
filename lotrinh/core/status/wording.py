"""The sentence beside each code: what a status, a flag or an outcome means, in words for an official."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from lotrinh.core.checklist.deadlines import Schedule
from lotrinh.core.status.effective_status import is_unclear
from lotrinh.core.status.journal import EntryKind
from lotrinh.core.status.observation import Outcome, ProbeOutcome
from lotrinh.core.status.roles import ROLES, Role
from lotrinh.core.status.status import Status, StepStatus
from lotrinh.core.text import M, Message, Text

STATUS: Mapping[Status, Message] = {
    Status.DONE: M("hoàn thành đúng hạn"),
    Status.DONE_LATE: M("hoàn thành trễ hạn"),
    Status.OVERDUE: M("quá hạn"),
    Status.DUE_SOON: M("sắp đến hạn"),
    Status.OPEN: M("đang trong thời gian thực hiện"),
    Status.UPCOMING: M("chưa đến thời gian"),
    Status.UNSCHEDULED: M("chờ mốc thực tế"),
    Status.NOT_APPLICABLE: M("không áp dụng"),
    Status.UNKNOWN: M("chưa xác định"),
}

SIGNS: Mapping[Status, Text] = {
    Status.DONE: Text("✓"),
    Status.DONE_LATE: Text("T", "L"),
    Status.OVERDUE: Text("Q", "O"),
    Status.DUE_SOON: Text("S", "S"),
    Status.OPEN: Text("Đ", "P"),
    Status.UPCOMING: Text("·"),
    Status.UNSCHEDULED: Text("C", "W"),
    Status.NOT_APPLICABLE: Text("–"),
    Status.UNKNOWN: Text("?"),
}
"""What stands in cells too small for words, so that colour never speaks alone; a legend explains it."""

OUTCOME: Mapping[Outcome, Message] = {
    Outcome.REACHED: M("đã hỏi được"),
    Outcome.UNREACHABLE: M("không hỏi được"),
    Outcome.INVALID: M("trả lời không hợp lệ"),
}

KIND: Mapping[EntryKind, Message] = {
    EntryKind.CONFIRMED: M("xác nhận hoàn thành"),
    EntryKind.PROGRESSED: M("báo tiến độ"),
    EntryKind.WITHDRAWN: M("rút xác nhận"),
    EntryKind.ACCEPTED: M("chấp nhận xác nhận"),
    EntryKind.RETURNED: M("trả lại xác nhận"),
    EntryKind.EXCUSED: M("miễn đầu việc"),
    EntryKind.UNEXCUSED: M("bỏ miễn đầu việc"),
    EntryKind.OBSTACLE: M("báo vướng mắc"),
    EntryKind.PROPOSAL: M("gửi kiến nghị"),
    EntryKind.CLEARED: M("báo đã hết vướng mắc"),
    EntryKind.ANSWERED: M("trả lời"),
    EntryKind.HANDED_OVER: M("chuyển cơ quan xử lý"),
    EntryKind.RESOLVED: M("quyết định khi hai nguồn khác nhau"),
    EntryKind.OBSERVED: M("ghi nhận thay đổi ở phần mềm của đơn vị"),
    EntryKind.CHANGED: M("thay đổi đợt"),
    EntryKind.ACCOUNT: M("thay đổi tài khoản"),
}

ACTS: Mapping[str, Message] = {
    "created": M("thêm tài khoản"),
    "role": M("đổi vai trò"),
    "secret": M("đổi mật khẩu"),
    "revoked": M("thu hồi tài khoản"),
    "slip": M("cấp phiếu truy cập"),
    "slip_revoked": M("thu hồi phiếu truy cập"),
    "code": M("cấp mã cho phần mềm"),
    "code_revoked": M("thu hồi mã của phần mềm"),
    "token": M("cấp mã cho chương trình"),
    "token_revoked": M("thu hồi mã của chương trình"),
    "link": M("tạo liên kết chỉ xem"),
    "link_revoked": M("thu hồi liên kết chỉ xem"),
}
"""What was done to an account: the ``what`` of an entry of this kind."""

ROLE: Mapping[Role, Message] = {role: ROLES[role].word for role in Role}
SAMPLE_NOTICE = M("DỮ LIỆU MẪU: số liệu minh họa, không phải báo cáo của đơn vị nào.")
"""The label that whatever holds sample data carries."""
DOUBTFUL_NOTE = M("(?) căn cứ hoặc thời hạn chưa kiểm chứng với văn bản gốc.")
"""What explains the mark "(?)"."""


def status_reason(step_status: StepStatus, schedule: Schedule, now: datetime) -> Message:
    """Say why the step stands as it does."""
    if step_status.status is Status.UNSCHEDULED and schedule.waiting:
        return schedule.waiting
    if step_status.status is Status.UNKNOWN:
        return M("chưa xác định: đơn vị chưa từng trả lời hợp lệ về đầu việc này")
    if schedule.due is None or step_status.due is None:
        return STATUS[step_status.status]
    days = abs((schedule.due.day - now.date()).days)
    if is_unclear(step_status.status, step_status.due, now):
        return M("chưa rõ: đã qua hạn, đơn vị trả lời lần cuối trước hạn")
    if step_status.status is Status.OVERDUE:
        return M("quá hạn {days} ngày", days=days) if days else M("quá hạn từ {hour} hôm nay", hour=_hour(schedule))
    if step_status.status in {Status.DUE_SOON, Status.OPEN, Status.UPCOMING}:
        if days:
            return M("{status}, còn {days} ngày", status=STATUS[step_status.status], days=days)
        return M("hạn là hôm nay, đến {hour}", hour=_hour(schedule))
    return STATUS[step_status.status]


def _hour(schedule: Schedule) -> str:
    return schedule.due.hour.strftime("%H:%M") if schedule.due and schedule.due.hour else "24:00"


PROBES: Mapping[ProbeOutcome, Message] = {
    ProbeOutcome.MET: M("máy đã thấy nội dung trên trang của đơn vị"),
    ProbeOutcome.NOT_MET: M("máy chưa thấy nội dung trên trang của đơn vị"),
    ProbeOutcome.FAILED: M("máy không mở được trang của đơn vị"),
}


FLAGS: Mapping[str, Callable[[Any], Message]] = {
    "obstacle": lambda value: M("vướng mắc: {text}", text=value),
    "waiting_for": lambda value: M("chờ {count} đầu việc trước", count=len(value)),
    "awaiting": lambda _: M("đã xác nhận, chờ tỉnh chấp nhận"),
    "returned": lambda value: M("bị trả lại: {text}", text=value),
    "excused": lambda value: M("được miễn: {text}", text=value),
    "progress": lambda value: M("đã xong {done} trên {of}", done=value["done"], of=value["of"]),
    "stale": lambda value: M("theo trả lời lúc {when}, từ đó chưa hỏi lại được", when=value),
    "conflict": lambda _: M("phần mềm của đơn vị và cổng xác nhận nói khác nhau"),
    "probe": lambda value: PROBES[ProbeOutcome(value)],
}


def flag_remarks(step_status: StepStatus) -> list[Message]:
    """Put the flags of a step's status into words, in a fixed order."""
    return [say(step_status.flags[name]) for name, say in FLAGS.items() if name in step_status.flags]
