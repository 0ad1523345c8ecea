"""``lotrinh report --format ics``: the calendar of a run, as a process writes it."""

from pathlib import Path

from tests.conftest import Communes, Lotrinh
from tests.reports.calendars import read

SETTINGS = '[portal]\npublic_url = "https://cong.example.vn"\n[[campaigns]]\nid = "bau-cu-2026"\nanchor = {anchor}\n'
DONE = {"id": "quyet-dinh-to-bau-cu", "state": "done", "completed_on": "2026-01-29"}
STEP = "quyet-dinh-to-bau-cu.04924@bau-cu-2026.lotrinh"
COLUMNS = "code,kind,name,area,tags,status_url,website,contact_office,contact_phone,contact_email"


def test_each_run_has_its_calendar_and_a_move_of_the_anchor_another_number(
    lotrinh: Lotrinh, communes: Communes, tmp_path: Path
) -> None:
    units = tmp_path / "units.csv"
    units.write_text(f"{COLUMNS}\n04924,xa,Lương Sơn,,,{communes.says('04924', DONE)},,,,\n", encoding="utf-8")
    for anchor in ("2026-03-15", "2026-03-22"):
        (tmp_path / "settings.toml").write_text(SETTINGS.format(anchor=anchor), encoding="utf-8")
        checked = lotrinh("check", "bau-cu-2026", "--as-of", "2026-02-02T08:00", "--units", str(units))
        assert checked.returncode == 0, checked.stderr
    newest = lotrinh("report", "bau-cu-2026", "--format", "ics", "--unit", "04924", "--out", str(tmp_path))
    assert newest.returncode == 0, newest.stderr
    (path,) = tmp_path.glob("*.ics")
    event = read(path.read_bytes())[STEP]
    assert (event.number, event.title[:9]) == (1, "✓ Đã xong")
    assert event.url == "https://cong.example.vn/campaigns/bau-cu-2026/units/04924/steps/quyet-dinh-to-bau-cu"
