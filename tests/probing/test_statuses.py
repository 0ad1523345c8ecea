"""F11: statuses other than 200, Retry-After, and answers that have not changed (304)."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from time import monotonic

import pytest

from lotrinh.core.status.observation import Answer, Outcome, Reason
from lotrinh.core.text import M
from lotrinh.i18n import say
from lotrinh.probing.contract import read_answer
from lotrinh.probing.failures import no_answer
from lotrinh.probing.network import Network
from lotrinh.probing.options import HttpOptions
from lotrinh.probing.prober import Prober
from lotrinh.probing.resolver import system_resolver
from lotrinh.probing.response_checks import read_retry_after
from tests.probing.faults import NOW, QUICK, SLACK, FaultServer, Talk, answer, ask, body, in_turn, question, says

LAST = read_answer(body(), question(""), NOW - timedelta(hours=1))
BUSY = "503 Service Unavailable"


@pytest.mark.parametrize("status", ["429 Too Many", BUSY])
@pytest.mark.parametrize(
    ("said", "least"),
    [
        ("0", 0.0),
        ("1", 0.2),
        ("99999999999999999999", 0.2),
        ("9" * 5000, 0.2),
        ("86400", 0.2),
        (format_datetime(NOW + timedelta(days=1)), 0.2),
        (format_datetime(NOW - timedelta(days=1)), 0.0),
        ("Thu, 99 Xxx 99999 99:99:99 GMT", 0.0),
        ("soon", 0.0),
        ("-5", 0.0),
        ("", 0.0),
    ],
)
def test_retry_after_is_honoured_within_our_patience_and_then_asked_once_more(
    status: str, said: str, least: float
) -> None:
    heard = ask(in_turn(says(answer(b"", status, retry_after=said)), says(answer())))
    assert (heard.observation.outcome, heard.observation.tries) == (Outcome.REACHED, 2)
    assert least <= heard.seconds < least + SLACK


def test_by_default_a_unit_is_waited_for_as_long_as_it_asks_but_thirty_seconds_at_most() -> None:
    options = HttpOptions()
    network = Network(options, system_resolver)
    for asked, waited in ((None, 0), (0.0, 0), (29.0, 29), (31.0, 30), (86_400.0, 30)):
        pauses = [network._pause(no_answer(Reason.HTTP, M(""), wait_seconds=asked)) for _ in range(50)]
        assert all(waited < pause <= waited + options.jitter_seconds for pause in pauses)
        assert len(set(pauses)) > 1


def test_the_second_try_comes_after_a_pause_and_there_is_no_third() -> None:
    moments: list[float] = []

    async def busy(talk: Talk) -> None:
        moments.append(monotonic())
        await talk.send(answer(b"", BUSY))

    assert ask(busy, replace(QUICK, jitter_seconds=0.4)).observation.tries == 2
    first, second = moments
    assert 0.1 <= second - first < 0.4 + SLACK


def test_the_place_of_a_unit_that_is_waited_for_is_free_for_others() -> None:
    async def run() -> None:
        busy = in_turn(says(answer(b"", BUSY, retry_after="1")), says(answer()))
        patient = replace(QUICK, retry_after_seconds=1.0, shards=1, per_shard=1)
        async with FaultServer(paths={"/busy": busy}) as server, Prober(patient, lambda: NOW) as prober:
            waiting = asyncio.create_task(prober.ask(question(f"{server.origin}/busy")))
            await asyncio.sleep(0.1)
            assert (await prober.ask(question(f"{server.origin}/status"))).outcome is Outcome.REACHED
            assert not waiting.done()
            assert (await waiting).outcome is Outcome.REACHED

    asyncio.run(run())


def test_waiting_as_asked_is_not_network_time() -> None:
    patient = replace(QUICK, total_seconds=1.5, retry_after_seconds=2.0)
    heard = ask(in_turn(says(answer(b"", BUSY, retry_after="10")), says(answer())), patient)
    assert heard.observation.outcome is Outcome.REACHED
    assert heard.seconds > 2.0
    assert heard.observation.milliseconds < 1500


def test_retry_after_reads_seconds_and_dates() -> None:
    assert read_retry_after(None, NOW) is None
    assert read_retry_after("7", NOW) == 7
    assert read_retry_after(format_datetime(NOW + timedelta(seconds=9), usegmt=True), NOW) == 9
    assert read_retry_after("Mon, 02 Feb 2026 03:00:09 -0000", NOW) == 9
    assert read_retry_after("Mon, 99 Feb 2026 03:00:09 GMT", NOW) is None


@pytest.mark.parametrize(
    ("status", "tries", "words"),
    [
        (400, 1, "không nhận câu hỏi"),
        (401, 1, "từ chối"),
        (403, 1, "từ chối"),
        (404, 1, "không còn đúng"),
        (408, 2, "có lỗi"),
        (410, 1, "không còn đúng"),
        (418, 1, "không nhận câu hỏi"),
        (429, 2, "quá nhiều"),
        (500, 2, "có lỗi"),
        (502, 2, "có lỗi"),
        (503, 2, "có lỗi"),
        (511, 2, "có lỗi"),
        (599, 2, "có lỗi"),
    ],
)
def test_an_error_status_is_unreachable_http_named_and_retried_only_where_it_may_pass(
    status: int, tries: int, words: str
) -> None:
    heard = ask(answer(b"{}", f"{status} X"))
    seen = heard.observation
    assert (seen.outcome, seen.reason, seen.tries) == (Outcome.UNREACHABLE, Reason.HTTP, tries)
    assert heard.server.connections == tries
    assert str(status) in say(seen.sentence, "vi")
    assert words in say(seen.sentence, "vi")


@pytest.mark.parametrize("status", ["101 Switching", "201 Created", "204 No Content", "206 Partial", "999 Odd"])
def test_other_statuses_are_invalid(status: str) -> None:
    seen = ask(answer(b"", status)).observation
    assert (seen.outcome, seen.reason) == (Outcome.INVALID, Reason.PROTOCOL)


NOT_MODIFIED = answer(b"", "304 Not Modified", content_type="", content_length="")


def test_an_unchanged_answer_is_reached_with_the_last_one_heard_now() -> None:
    heard = ask(NOT_MODIFIED, etag='"v1"', last=LAST)
    seen = heard.observation
    assert (seen.outcome, seen.not_modified, seen.etag) == (Outcome.REACHED, True, '"v1"')
    assert seen.answer == replace(LAST, heard_at=NOW)
    assert b'If-None-Match: "v1"\r\n' in heard.server.requests[0]


@pytest.mark.parametrize(
    ("etag", "last"), [("", None), ('"v1"', None), ("", LAST), ('bad\r\nX: "y"', LAST), ("v1", LAST)]
)
def test_not_modified_without_having_been_asked_for_is_invalid(etag: str, last: Answer | None) -> None:
    heard = ask(NOT_MODIFIED, etag=etag, last=last)
    assert (heard.observation.outcome, heard.observation.reason) == (Outcome.INVALID, Reason.PROTOCOL)
    assert b"If-None-Match" not in heard.server.requests[0]


def test_a_tag_that_could_not_be_sent_back_is_not_kept() -> None:
    assert ask(answer(etag="naked")).observation.etag == ""
    assert ask(answer(etag='"' + "x" * 300 + '"')).observation.etag == ""
    assert ask(answer(etag='W/"weak"')).observation.etag == 'W/"weak"'
