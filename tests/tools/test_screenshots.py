"""The pictures of the documents are those that the tool takes, and small."""

import re

from tests.conftest import TOP
from tests.tools.screenshots import FOLDER, LARGEST, SHOTS

PNG = b"\x89PNG\r\n\x1a\n"


def test_every_picture_is_taken_by_the_tool_and_is_small() -> None:
    pictures = {path.stem: path.read_bytes() for path in FOLDER.iterdir()}
    assert pictures.keys() == {shot.name for shot in SHOTS}
    for name, content in pictures.items():
        assert content.startswith(PNG), name
        assert len(content) < LARGEST, name


def test_every_picture_is_shown_and_said_to_be_sample_data() -> None:
    shown = re.findall(r"!\[([^\]]+)\]\(screenshots/([^)]+)\.png\)", (TOP / "docs" / "portal.md").read_text("utf-8"))
    assert {name for _, name in shown} == {shot.name for shot in SHOTS}
    assert all("dữ liệu mẫu" in words for words, _ in shown)
