"""Why the system refused, in our words."""

import errno
import os
from pathlib import Path

import pytest

from lotrinh.core.os_errors import SENTENCES, os_error_reason
from lotrinh.i18n import say


@pytest.mark.parametrize("number", sorted(SENTENCES))
def test_what_often_happens_is_said_in_vietnamese_only(number: int) -> None:
    said = say(os_error_reason(OSError(number, os.strerror(number))))
    assert os.strerror(number) not in said
    assert not said.isascii()


def test_what_really_happens_to_folders_and_files_is_told_apart(tmp_path: Path) -> None:
    (tmp_path / "tep").write_text("x", encoding="utf-8")
    with pytest.raises(OSError, match="tep") as caught:
        (tmp_path / "tep" / "con").mkdir()
    assert say(os_error_reason(caught.value)) == "đây là một tệp, không phải thư mục"
    with pytest.raises(OSError, match="khong-co") as caught:
        (tmp_path / "khong-co").read_bytes()
    assert say(os_error_reason(caught.value)) == "không có tệp hoặc thư mục này"


def test_what_is_rare_keeps_the_systems_words() -> None:
    assert say(os_error_reason(OSError(errno.EDOM, "Strange"))) == "lỗi của máy: Strange"
    assert say(os_error_reason(TimeoutError())) == "lỗi của máy: TimeoutError"
