"""Why the system refused, in our words."""

import errno
import os
from pathlib import Path

import pytest

from lotrinh.core.os_errors import SENTENCES, reason_of
from lotrinh.i18n import say


@pytest.mark.parametrize("number", sorted(SENTENCES))
def test_what_often_happens_is_said_in_vietnamese_only(number: int) -> None:
    said = say(reason_of(OSError(number, os.strerror(number))))
    assert os.strerror(number) not in said
    assert not said.isascii()


def test_what_really_happens_to_folders_and_files_is_told_apart(tmp_path: Path) -> None:
    (tmp_path / "tep").write_text("x", encoding="utf-8")
    with pytest.raises(OSError, match="tep") as caught:
        (tmp_path / "tep" / "con").mkdir()
    assert say(reason_of(caught.value)) == "đây là một tệp, không phải thư mục"
    with pytest.raises(OSError, match="khong-co") as caught:
        (tmp_path / "khong-co").read_bytes()
    assert say(reason_of(caught.value)) == "không có tệp hoặc thư mục này"


def test_what_is_rare_keeps_the_systems_words() -> None:
    assert say(reason_of(OSError(errno.EDOM, "Strange"))) == "lỗi của máy: Strange"
    assert say(reason_of(TimeoutError())) == "lỗi của máy: TimeoutError"
