"""The command line starts quickly and speaks its reader's language."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Lotrinh

HEAVY = ("prefect", "sqlalchemy", "fastapi", "httpx", "pydantic", "ruamel", "holidays", "rich", "tabulate")
COMMANDS = (
    "check",
    "checklist",
    "checklist lint",
    "checklist timeline",
    "checklist diff",
    "units",
    "units import",
    "units diff",
    "demo",
    "up",
    "doctor",
    "db",
    "db upgrade",
    "settings",
    "settings show",
    "portal",
    "admin",
    "admin create",
    "admin list",
    "admin revoke",
    "access",
    "access slips",
    "access issue",
    "access revoke",
    "verify",
)


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    script = (
        "import sys, json\nfrom lotrinh.cli.main import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print(json.dumps(sorted({m.split('.')[0] for m in sys.modules})), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, encoding="utf-8", check=True, timeout=60
    )
    assert not set(HEAVY) & set(json.loads(done.stderr))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_in_both_languages(lotrinh: Lotrinh, command: str) -> None:
    vi = lotrinh(*command.split(), "--help")
    en = lotrinh(*command.split(), "--help", LOTRINH_LANG="en")
    assert (vi.returncode, en.returncode) == (0, 0)
    assert vi.stdout.startswith("Cách dùng:")
    assert en.stdout.startswith("Usage:")
    assert not set("ạảãàáâậầấẩẫăắằặẳẵđêệềếểễôộồốổỗơợờớởỡưựừứửữ") & set(en.stdout.lower())


def test_the_settings_file_chooses_the_language(lotrinh: Lotrinh, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('language = "en"\n', encoding="utf-8")
    assert lotrinh("--help").stdout.startswith("Usage:")
    assert lotrinh("--help", LOTRINH_LANG="vi").stdout.startswith("Cách dùng:")


def test_a_mistyped_command_is_answered_in_vietnamese_with_exit_code_two(lotrinh: Lotrinh) -> None:
    done = lotrinh("chek")
    assert done.returncode == 2
    assert "Không có lệnh 'chek'" in done.stderr
