"""Machine probes: a page that shows what it must. It supports what a unit says and never replaces it."""

import httpx

from lotrinh.core.status.observation import ProbeOutcome
from lotrinh.core.text import M, Message, nfc
from lotrinh.probing.exchange import HeadCheck, PageResponse
from lotrinh.probing.failures import ProbeFailure
from lotrinh.probing.question import MachineProbe
from lotrinh.probing.response_checks import (
    GONE,
    REFUSES,
    REQUEST_TIMEOUT,
    TOO_MANY,
    redirect_failure,
    require_uncompressed,
)
from lotrinh.probing.strict_json import decode

Finding = tuple[ProbeOutcome, Message]


def failed_finding(sentence: Message) -> Finding:
    """The page could not be looked at, which says nothing about the step."""
    return ProbeOutcome.FAILED, M("Không xem được trang: {why}", why=sentence)


def page_check(probe: MachineProbe) -> HeadCheck:
    """Make the check of a page's head: no redirect unless one is expected, nothing compressed."""

    def check(response: httpx.Response) -> None:
        if response.is_redirect and response.status_code != probe.status:
            raise redirect_failure(response)
        require_uncompressed(response)

    return check


def compare_page(probe: MachineProbe, response: PageResponse) -> Finding:
    """Compare a page with what is expected of it, capital letters and marks included."""
    if response.status != probe.status:
        return _other_status(response.status, probe.status)
    if not probe.contains:
        return ProbeOutcome.MET, M("Trang trả lời đúng mã {status}.", status=response.status)
    try:
        text = nfc(decode(response.body))
    except ProbeFailure:
        return failed_finding(M("nội dung không phải văn bản UTF-8."))
    if nfc(probe.contains) in text:
        return ProbeOutcome.MET, M("Trang có nội dung “{text}”.", text=probe.contains)
    return ProbeOutcome.NOT_MET, M("Trang chưa có nội dung “{text}”.", text=probe.contains)


def _other_status(status: int, wanted: int) -> Finding:
    """Tell a page that is not there (yet) from one that we could not see."""
    hidden = status in REFUSES | {REQUEST_TIMEOUT, TOO_MANY} or status >= 500  # noqa: PLR2004 - server errors
    if hidden:
        return failed_finding(M("máy chủ trả lời mã {status}.", status=status))
    if status in GONE:
        return ProbeOutcome.NOT_MET, M("Chưa có trang này (mã {status}).", status=status)
    return ProbeOutcome.NOT_MET, M("Trang trả lời mã {status}, cần mã {wanted}.", status=status, wanted=wanted)
