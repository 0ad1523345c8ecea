"""Reports of the nation: 3,321 units × 60 steps, each format in a process of its own, with the peer that writes less.

The peers: XlsxWriter alone with the cells of the two big sheets; json.dumps of the same data; python-docx with tables
of as many rows. What a format takes includes nothing but itself, for the report is there; its memory is all there is.
"""

import io
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import statuses
from docx import Document
from xlsxwriter import Workbook

from lotrinh.core.checklist.checklist import Checklist
from lotrinh.core.checklist.deadlines import timetable
from lotrinh.core.report.bundle import ReportBundle
from lotrinh.core.report.report import Report, UnitReport, milestone_rows
from lotrinh.core.status.observation import Outcome, Reason
from lotrinh.core.status.status import LatestAnswer, Policy, UnitView, assess_steps, plan_steps, steps_of_unit
from lotrinh.core.text import M, Text
from lotrinh.reports.documents import RenderOptions, make
from lotrinh.services.runs.report_archive import dump_report, load_report

LIMITS = {"xlsx": (15.0, 300), "docx": (3.0, None), "json": (2.0, None)}
"""Format -> seconds and MB at most."""
TITLE, OWNER = "Quyết định thành lập Tổ bầu cử ở từng khu vực bỏ phiếu, bước", "Ban Thường trực Ủy ban MTTQ xã"


def checklist() -> Checklist:
    """Return the checklist of ``statuses`` with titles as long as those of a real one."""
    of = statuses.checklist()
    milestones = tuple(
        replace(
            m,
            title=Text(f"Thành lập Tổ bầu cử, đợt {m.title.vi}"),
            steps=tuple(replace(s, title=Text(f"{TITLE} {s.title.vi}"), owner=Text(OWNER)) for s in m.steps),
        )
        for m in of.milestones
    )
    return replace(of, title=Text("Bầu cử đại biểu Hội đồng nhân dân các cấp"), milestones=milestones)


def report(*, calm: bool) -> Report:
    """Make the report of the nation: half of the steps done, or (the longest list there can be) none at all."""
    of, policy = checklist(), Policy()
    units, answers, records = statuses.data(of)
    planned = plan_steps(of, timetable(of), statuses.ZONE, policy)
    made = []
    for unit in units:
        heard = LatestAnswer(None if calm else answers[unit.code], is_fresh=True)
        mine = steps_of_unit(planned, unit)
        step_statuses = assess_steps(mine, UnitView(unit.code, statuses.NOW, policy, {} if calm else records, heard))
        reached = (Outcome.REACHED, Reason.NONE, M("đã hỏi được"))
        made.append(UnitReport(unit, *reached, statuses.NOW, statuses.NOW, mine, step_statuses))
    rows = milestone_rows(of, made, None, statuses.NOW)
    return Report(
        campaign="x",
        title=of.title,
        province_name="Cả nước",
        as_of=statuses.NOW,
        run="luot-1",
        checklist=of,
        head="0" * 64,
        sample=True,
        units=tuple(made),
        province=None,
        milestones=rows,
    )


def bare_xlsx(of: Report, made: bytes) -> None:
    """Let XlsxWriter alone write the map and the list of what is outstanding, without looks, in its leanest way."""
    del made
    book = Workbook(io.BytesIO(), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    signs, left, row = book.add_worksheet(), book.add_worksheet(), 0
    for number, unit in enumerate(of.units):
        signs.write_string(number, 0, unit.unit.code)
        for column, (item, step_status) in enumerate(zip(unit.plan, unit.step_statuses, strict=True), 1):
            signs.write_string(number, column, "Q")
            if not step_status.status.is_finished:
                words = (unit.unit.code, unit.unit.full_name, item.step.milestone, item.step.title.vi, OWNER)
                for place, word in enumerate((*words, step_status.status.value, step_status.status.value)):
                    left.write_string(row, place, word)
                left.write_number(row, 7, 46_000)
                left.write_number(row, 8, 1)
                row += 1
    book.close()


def bare_json(of: Report, made: bytes) -> None:
    """Let json alone write the same data."""
    del of
    json.dumps(json.loads(made), ensure_ascii=False)


def bare_docx(of: Report, made: bytes) -> None:
    """Let python-docx alone write tables of as many rows and columns."""
    del of
    document = Document()
    for table in Document(io.BytesIO(made)).tables:
        bare = document.add_table(len(table.rows), len(table.columns))
        for row in bare.rows:
            for cell in row.cells:
                cell.text = OWNER
    document.save(io.BytesIO())


PEERS = {"xlsx": bare_xlsx, "json": bare_json, "docx": bare_docx}


def once(form: str, path: str) -> dict[str, float]:
    """Make one format of a report that was laid down; megabytes are those of the whole process at its highest."""
    of = load_report(Path(path).read_bytes(), checklist())
    began, busy = time.perf_counter(), time.process_time()
    made = make(ReportBundle(of), form, RenderOptions())
    took, busy = time.perf_counter() - began, time.process_time() - busy
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began = time.perf_counter()
    PEERS[form](of, made)
    bare = time.perf_counter() - began
    times = {"seconds": round(took, 2), "cpu": round(busy, 2), "bare": round(bare, 2)}
    return times | {"megabytes": round(most), "bytes": len(made)}


def told(form: str, found: dict[str, float]) -> str:
    """Say what one format took, what its peer, and what is asked for."""
    seconds, most = LIMITS[form]
    asked = f"at most {seconds:g} s" + (f" and {most} MB" if most else "")
    ratio = found["seconds"] / found["bare"]
    times = f"{found['seconds']} s = {ratio:.2f} of {found['bare']} s, CPU {found['cpu']} s"
    return f"{times}, {found['megabytes']} MB in all, {found['bytes'] / 1e6:.1f} MB of file ({asked})"


def measure() -> dict[str, str]:
    """Make every format of two reports, each in a process of its own."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, calm in (("half of the steps done", False), ("nothing heard from anybody", True)):
            path = Path(folder) / f"{calm}"
            path.write_bytes(dump_report(report(calm=calm), Policy()))
            for form in LIMITS:
                command = [sys.executable, __file__, form, str(path)]
                made = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
                found[f"\n  {form}, {name}:"] = told(form, made)
    return found


if __name__ == "__main__":
    if sys.argv[1:]:
        print(json.dumps(once(*sys.argv[1:])))
    else:
        print(*(f"{name} {said}" for name, said in measure().items()))
