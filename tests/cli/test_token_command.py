"""lotrinh access token: what is printed once, opens, and can be taken away."""

from pathlib import Path

from lotrinh.core.status.roles import Role
from lotrinh.services.access.programs import find_holder
from lotrinh.store import open_store
from tests.conftest import Lotrinh
from tests.services.builders import NOW


def test_a_token_is_printed_once_and_opens_until_it_is_revoked(lotrinh: Lotrinh, tmp_path: Path) -> None:
    issued = lotrinh("access", "token", "dieu-hanh", "--role", "officer")
    assert issued.returncode == 0, issued.stderr
    name, token = issued.stdout.strip().split("\t")
    assert name == "dieu-hanh"
    with open_store(f"sqlite:///{tmp_path / 'data' / 'lotrinh.db'}") as store:
        known = find_holder(store, token, NOW)
        assert known
        assert known.role is Role.OFFICER
        assert lotrinh("access", "token", "dieu-hanh", "--revoke").returncode == 0
        assert find_holder(store, token, NOW) is None


def test_a_wrong_name_or_role_is_refused_with_a_sentence(lotrinh: Lotrinh) -> None:
    wrong = lotrinh("access", "token", "Báo cáo")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "chữ thường không dấu" in wrong.stderr
    assert lotrinh("access", "token", "x", "--role", "administrator").returncode == 2
    missing = lotrinh("access", "token", "x", "--revoke")
    assert (missing.returncode, "Không có chương trình “x”" in missing.stderr) == (2, True)
