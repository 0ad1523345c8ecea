"""``make run``: the whole thing, from real HTTP answers, with a real Prefect server."""

import pytest

from tests.conftest import Lotrinh

pytestmark = pytest.mark.xdist_group("up")


def test_the_demonstration_reports_the_real_communes_and_both_that_are_in_trouble(lotrinh: Lotrinh) -> None:
    done = lotrinh("demo", "--once", COLUMNS="160")
    assert done.returncode == 0, done.stderr
    assert "148 đơn vị: 146 hỏi được, 1 không hỏi được, 1 trả lời không hợp lệ" in done.stdout
    assert done.stdout.count("DỮ LIỆU MẪU") == 2
    assert "Xã Lương Sơn (04924)" in done.stdout
    silent = done.stdout.partition("ĐƠN VỊ KHÔNG HỎI ĐƯỢC")[2]
    assert "Xã Sơn Lương (08296)" in silent
    assert "Xã Cao Dương (05047)" in silent
    assert "chạy trực tiếp" not in done.stderr
    assert "mật khẩu" not in done.stderr  # of servers that are gone by now
    assert "Error logging to API" not in done.stderr
    assert "temporary server" not in done.stderr
