"""Somebody writes a program into every text there is, and everybody reads every page (fault F27)."""

from collections import deque
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx
import pytest

from lotrinh.core.status.roles import Role
from lotrinh.services.access.accounts import add_officer, make_link
from lotrinh.services.runs.ask import begin_run
from lotrinh.services.runs.check import conclude
from lotrinh.services.statements import review
from lotrinh.services.statements.confirm import Confirmation, propose, record_confirmation, report_obstacle, withdraw
from lotrinh.services.statements.journal_writer import StatementRequest
from lotrinh.services.statements.uploads import accept_upload, file_reference
from tests.conftest import COLUMNS
from tests.faults.pages import Form, Page
from tests.faults.portals import CAMPAIGN, COUNTED, NOW, OTHER, OWN, PDF, STEP, Person, Portal, open_portal
from tests.services.builders import hear, says

SYSTEM = "05047"
"""Cao Dương, which has software of its own."""
TEXTS = ("number", "signer", "note", "withdrawn", "obstacle", "proposal", "answer", "office", "returned", "excused")
NAMES = ("file", "officer", "link", "system")
MOST = 400
"""Pages that one reader opens at most; more would mean that the links of the pages have no end."""
USED = {STEP, COUNTED, "thanh-lap-ubbc-xa", "du-kien-co-cau-hdnd-xa"}


def evil(name: str) -> str:
    """Write a program that breaks out of an element, an attribute and a template; named, to be found again."""
    return f"[{name}]'\"><img src=x onerror=alert(1)><script>alert(1)</script><!--{{{{7*7}}}}javascript:alert(1)"


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    rows = (f"{OWN},xa,Liên Sơn,,,,,,,", f"{OTHER},xa,Lương Sơn,,,,,,,")
    own = f"{SYSTEM},xa,Cao Dương,,,https://caoduong.example.vn/s,,{evil('contact').replace(',', '')},,"
    (tmp_path / "units.csv").write_text("\n".join([COLUMNS, *rows, own.replace('"', "'")]) + "\n", encoding="utf-8")
    with open_portal(tmp_path, units=tmp_path / "units.csv") as opened:
        everything_said(opened)
        yield opened


def everything_said(portal: Portal) -> None:
    """Put the program into everything that a unit, the office or a unit's own system can say."""
    store, campaign = portal.store, portal.campaign
    unit = campaign.by_code[OWN]
    file = accept_upload(store, portal.settings.data_dir, OWN, f"{evil('file').split('</')[0]}.pdf", PDF, NOW)

    def said(step: str, key: str, actor: str = f"unit:{OWN}") -> StatementRequest:
        return StatementRequest(campaign, unit, step, actor, key, NOW)

    told = Confirmation(
        STEP, date(2026, 1, 29), evil("number"), note=evil("note"), signer=evil("signer"), file=file_reference(file)
    )
    record_confirmation(store, campaign, unit, told, actor=f"unit:{OWN}", key="1", now=NOW)
    withdraw(store, said(STEP, "2"), evil("withdrawn"))
    record_confirmation(store, campaign, unit, told, actor=f"unit:{OWN}", key="3", now=NOW)
    lan = "officer:lan"
    review.give_back(store, said(STEP, "4", lan), evil("returned"))
    report_obstacle(store, said(STEP, "5"), evil("obstacle"))
    propose(store, said(COUNTED, "6"), evil("proposal"))
    review.answer_obstacle(store, said(STEP, "7", lan), evil("answer"))
    review.hand_over_obstacle(store, said(COUNTED, "8", lan), evil("office"), evil("note"))
    review.excuse(store, said("thanh-lap-ubbc-xa", "9", lan), evil("excused"))
    add_officer(store, "lan", Role.OFFICER, evil("officer"), "mat-khau-dai-1", NOW)
    make_link(store, evil("link"), timedelta(days=3), NOW)
    own = campaign.by_code[SYSTEM]
    document = {"number": evil("system")[:200]}
    stated = {"id": STEP, "state": "done", "completed_on": "2026-01-29", "document": document}
    stuck = {"id": COUNTED, "state": "obstacle", "note": evil("system")}
    run = begin_run(store, campaign, NOW, NOW, {})
    answer = says(own, stated, stuck, at=NOW, campaign=CAMPAIGN)
    store.runs.record(run.id, CAMPAIGN, [hear(portal.settings, campaign, own, answer, NOW)])
    conclude(store, portal.settings, campaign, run, NOW)


class Read(NamedTuple):
    """All that a reader was shown."""

    shown: str
    pages: int
    sent: int


def wanted(address: str) -> bool:
    """Whether a reader follows a link: pages of a few steps only, for they are all made the same way.

    Files to take away bring their own style; what is written into them is looked at where they are made.
    """
    path = urlsplit(address).path
    if path.startswith(("/static/", "/files/")) or "/report." in path or "/sheet." in path:
        return False
    parts = path.split("/")
    return "steps" not in parts or not parts[-1] or parts[parts.index("steps") + 1] in USED


def require_harmless(answer: httpx.Response) -> Page:
    """Require that a page runs nothing and loads nothing, and that the browser would refuse it if it did."""
    assert answer.status_code < 500, answer.request.url
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    if not answer.headers.get("content-type", "").startswith("text/html"):
        return Page(str(answer.request.url), "")
    page = Page(str(answer.request.url), answer.text)
    assert page.harm == [], (str(answer.request.url), page.harm)
    assert "[number]&#39;&#34;&gt;" in answer.text or "[number]" not in answer.text
    assert "]49" not in page.text
    return page


def read_everything(person: Person, start: str) -> Read:
    """Follow every link, and fill in every form with the program, and look at what comes back."""
    todo, seen, shown, sent = deque([start]), {start}, "", 0
    forms: dict[str, Form] = {}
    while todo:
        answer = person.get(todo.popleft(), follow_redirects=True)
        page = require_harmless(answer)
        shown += page.text
        for form in page.forms:
            forms.setdefault(f"{form.method} {form.action.partition('?')[0]}", form)
        for link in page.links:
            where = link.removeprefix(str(person.client.base_url).rstrip("/")).partition("#")[0]
            if where.startswith("/") and where not in seen and wanted(where) and "lang=" not in where:
                seen.add(where)
                todo.append(where)
    for form in forms.values():
        shown += filled_in(person, form)
        sent += 1
    return Read(shown, len(seen), sent)


def filled_in(person: Person, form: Form) -> str:
    """Send a form with the program in everything that can be typed."""
    path = urlsplit(form.action).path
    if path == "/sign-out" or not wanted(path):
        return ""
    fields = form.hidden | form.chosen | {name: evil("typed") for name in form.typed}
    if form.method == "get":
        return require_harmless(person.get(path, params=fields)).text
    return require_harmless(person.send(path, fields)).text


def test_a_unit_reads_every_page_and_nothing_runs(portal: Portal) -> None:
    read = read_everything(portal.person(), "/")
    assert 10 < read.pages < MOST
    for name in ("number", "signer", "note", "withdrawn", "obstacle", "answer", "returned", "excused", "file", "typed"):
        assert f"[{name}]'\"><img src=x" in read.shown, name


def test_an_administrator_reads_every_page_and_nothing_runs(portal: Portal) -> None:
    read = read_everything(portal.person("officer:quan-tri", Role.ADMINISTRATOR), "/")
    assert 20 < read.pages < MOST
    for name in (*TEXTS, *NAMES, "typed"):
        assert f"[{name}]'\"><img src=x" in read.shown, name


@pytest.mark.parametrize("path", ["/sign-in", "/khong-co", "/read/x", f"/campaigns/{CAMPAIGN}/board", "/receipts/a-b"])
def test_what_an_address_says_runs_nothing(portal: Portal, path: str) -> None:
    client = portal.client(headers={"Origin": portal.url})
    asked = {"unit": evil("typed"), "code": evil("typed"), "lang": evil("x"), "q": evil("x"), "go": "javascript:x"}
    require_harmless(client.get(path, params=asked))
    require_harmless(client.get(f"{path}/%3Cscript%3Ealert(1)%3C%2Fscript%3E"))
    require_harmless(client.post("/sign-in", data={"name": evil("x"), "secret": evil("x"), "go": "//evil.example"}))
    require_harmless(client.get(path, headers={"Accept-Language": evil("x").encode("ascii", "replace").decode()}))
