"""The wheel carries what a machine without the source needs, and the lock installs without naming an index."""

import subprocess
import sys
import zipfile
from pathlib import Path

from tests.conftest import TOP


def test_the_wheel_holds_code_checklists_rosters_migrations_and_translations(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=TOP, check=True, capture_output=True, timeout=60)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "checklists/bau-cu-2026.yaml",
        "checklists/units/phu-tho.csv",
        "checklists/checklist.schema.json",
        "flows/check.py",
        "flows/nobody.pem",
        "tasks/runs.py",
        "lotrinh/store/migrations/versions/0001_record.py",
        "lotrinh/locale/en/LC_MESSAGES/lotrinh.mo",
        "lotrinh/portal/static/style.css",
        "lotrinh/portal/templates/shared/base.html",
        "lotrinh/reports/html/templates/report.css",
        "lotrinh/reports/html/templates/report.html",
    } <= names
    assert not any(name.startswith(("tests/", "benchmarks/")) for name in names)


def test_the_built_wheel_works_where_the_source_is_not(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=TOP, check=True, capture_output=True, timeout=60)
    (wheel,) = tmp_path.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    script = (
        f"import sys; sys.path[:] = [{str(tmp_path / 'installed')!r}]"
        f" + [p for p in sys.path if p and p != {str(TOP)!r}]\n"
        "import lotrinh; from lotrinh.cli.main import main; print(lotrinh.__file__, file=sys.stderr)\n"
        "main(['checklist', 'timeline', 'bau-cu-2026', '--format', 'json'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, encoding="utf-8", check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert str(tmp_path) in done.stderr
    assert "quyet-dinh-to-bau-cu" in done.stdout


def test_every_locked_package_has_hashes_and_no_address() -> None:
    for lock in (TOP / "requirements").glob("*.txt"):
        text = lock.read_text(encoding="utf-8")
        packages = [block for block in text.split("\n") if block and not block.startswith((" ", "#"))]
        assert packages
        assert all("==" in package for package in packages)
        assert text.count("--hash=sha256:") >= len(packages)
        assert "://" not in text
        assert "--index" not in text
