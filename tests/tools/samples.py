"""Make the sample documents: ``python -m tests.tools.samples``. Real runs over HTTP on sample data, opened for real.

Every document of the demonstration's campaign is written by the commands that an office would type, and the pictures
beside them are what LibreOffice and a browser show of the files.
"""

import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from lotrinh.catalog.units import read_roster, write_roster
from lotrinh.cli.demo import (
    CAMPAIGN,
    NONSENSE,
    UNREACHABLE,
    DemoHome,
    lay_out,
    login_page,
    portal_server,
    refusing_port,
)
from lotrinh.core.checklist.units import Unit
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.statements.sample import sample_entries
from lotrinh.settings.load import load_settings
from lotrinh.store import open_store
from tests.conftest import TOP

FOLDER = TOP / "docs" / "samples"
UNIT = "04960"
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
TODAY = datetime(2026, 2, 3, 8, tzinfo=ZONE)
YESTERDAY = TODAY - timedelta(days=1)
LONG_AGO = datetime(2025, 1, 1, tzinfo=ZONE)
CLUSTERS = 6
DOTS = "80"
"""Dots for each inch of a pictured page."""
PICTURES = ("timeline", "curve", "heatmap", "areas")
LETTERHEADS = """
[report.state]
parent = "ỦY BAN NHÂN DÂN TỈNH PHÚ THỌ"
body = "VĂN PHÒNG"
symbol = "BC-VP"
place = "Phú Thọ"
to = "Ủy ban bầu cử tỉnh"
post = "CHÁNH VĂN PHÒNG"
receivers = ["Như trên;", "Chủ tịch, các Phó Chủ tịch UBND tỉnh;", "Lưu: VT, TH."]

[report.party]
parent = "TỈNH ỦY PHÚ THỌ"
body = "VĂN PHÒNG"
symbol = "BC/VPTU"
place = "Phú Thọ"
to = "Thường trực Tỉnh ủy"
post = "CHÁNH VĂN PHÒNG"
receivers = ["Như trên,", "Lưu Văn phòng Tỉnh ủy."]
"""


class Sample(NamedTuple):
    """One document: what an office types, the name it gets here, and how many of its pages are pictured."""

    name: str
    arguments: tuple[str, ...]
    pages: int = 0


REPORT = ("report", CAMPAIGN, "--format")
SHEETS = ("export", "sheets", CAMPAIGN, "--unit", UNIT, "--as-of", TODAY.isoformat(), "--format")
SAMPLES = (
    Sample("bao-cao-nha-nuoc.docx", (*REPORT, "docx", "--layout", "state"), 3),
    Sample("bao-cao-dang.docx", (*REPORT, "docx", "--layout", "party"), 1),
    Sample("bao-cao.xlsx", (*REPORT, "xlsx"), 3),
    Sample("bao-cao.html", (*REPORT, "html")),
    Sample("don-vi.md", (*REPORT, "markdown", "--unit", UNIT)),
    Sample("don-vi.csv", (*REPORT, "csv", "--unit", UNIT)),
    Sample("don-vi.json", (*REPORT, "json", "--unit", UNIT)),
    Sample("don-vi.ics", (*REPORT, "ics", "--unit", UNIT)),
    *(Sample(f"hinh-{name}.svg", (*REPORT, "svg", "--picture", name)) for name in PICTURES),
    Sample("thay-doi.html", ("changes", CAMPAIGN, "--format", "html")),
    Sample("khu-vuc.csv", ("rollup", CAMPAIGN, "--format", "csv")),
    Sample("phieu-bao-cao.xlsx", (*SHEETS, "xlsx"), 1),
    Sample("phieu-bao-cao.html", (*SHEETS, "html")),
)


def with_clusters(units: list[Unit]) -> list[Unit]:
    """Give the units areas that say of themselves that they are samples."""
    size = -(-len(units) // CLUSTERS)
    return [replace(unit, area=f"Cụm {number // size + 1} (mẫu)") for number, unit in enumerate(units)]


def make_runs(home: DemoHome) -> None:
    """Carry out two runs on two days, over HTTP, on what the journal held on each of them."""
    settings = load_settings(str(home.settings)).settings
    campaign = open_campaign_of_files(settings, CAMPAIGN)
    told = [e for e in sample_entries(campaign, TODAY) if e.unit not in {UNREACHABLE, NONSENSE}]
    for before, day in ((LONG_AGO, YESTERDAY), (YESTERDAY, TODAY)):
        with open_store(settings.database_url) as store:
            store.journal.append(*(entry for entry in told if before < entry.at <= day))
        with portal_server(home, day):
            run_lotrinh(home, "check", CAMPAIGN, "--direct", "--as-of", day.isoformat(), "--format", "json")


def run_lotrinh(home: DemoHome, *arguments: str) -> None:
    """Type a command."""
    command = [sys.executable, "-m", "lotrinh", *arguments, "--settings", str(home.settings)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=sys.stderr)


def write_sample(home: DemoHome, sample: Sample, folder: Path) -> None:
    """Write one document under its own name."""
    with tempfile.TemporaryDirectory() as out:
        run_lotrinh(home, *sample.arguments, "--out", out)
        (made,) = Path(out).iterdir()
        shutil.copyfile(made, folder / sample.name)


def draw_pages(document: Path, pages: int) -> None:
    """Open a document in LibreOffice, print it, and draw its first pages."""
    with tempfile.TemporaryDirectory() as out:
        profile = f"-env:UserInstallation={Path(out, 'profile').as_uri()}"
        subprocess.run(["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", out, document], check=True)
        printed = Path(out) / f"{document.stem}.pdf"
        subprocess.run(["pdftoppm", "-png", "-r", DOTS, "-l", str(pages), printed, Path(out) / "page"], check=True)
        for number, page in enumerate(sorted(Path(out).glob("page-*.png")), 1):
            kept = document.with_name(f"{document.stem}-{document.suffix[1:]}-{number}.png")
            subprocess.run(["convert", page, "-strip", "+dither", "-colors", "32", f"PNG8:{kept}"], check=True)


def main() -> None:
    """Make all of them anew."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        home = DemoHome(Path(folder))
        lay_out(home, stack.enter_context(refusing_port()), stack.enter_context(login_page()))
        roster = home.folder / "units.csv"
        write_roster(roster, with_clusters(list(read_roster(roster))))
        with home.settings.open("a", encoding="utf-8") as settings:
            settings.write(LETTERHEADS)
        make_runs(home)
        for sample in SAMPLES:
            write_sample(home, sample, FOLDER)
    for sample in SAMPLES:
        if sample.pages:
            draw_pages(FOLDER / sample.name, sample.pages)


if __name__ == "__main__":
    main()
