"""What the documents say is so: commands exist, links lead somewhere, examples are accepted."""

import json
import re
from datetime import datetime
from pathlib import Path

import click
import pytest

from lotrinh.cli.main import cli
from lotrinh.probing.contract import read_answer
from lotrinh.probing.question import Question
from tests.conftest import TOP

DOCUMENTS = sorted([TOP / "README.md", TOP / "CHANGELOG.md", *(TOP / "docs").rglob("*.md")])


def names(document: Path) -> str:
    return document.relative_to(TOP).as_posix()


@pytest.mark.parametrize("document", DOCUMENTS, ids=names)
def test_every_link_leads_to_a_file(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8")):
        assert (document.parent / target).exists(), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=names)
def test_every_command_exists(document: Path) -> None:
    for words in re.findall(r"`lotrinh ([^`]+)`", document.read_text(encoding="utf-8")):
        command: click.Command = cli
        for word in words.split():
            if not isinstance(command, click.Group):
                break
            assert word in command.commands, words
            command = command.commands[word]
        options = {name for p in command.params for name in p.opts} | {"--help"}
        assert {w for w in words.split() if w.startswith("--")} <= options, words


def test_readme_begins_with_what_it_is_then_the_two_commands_then_the_picture() -> None:
    text = (TOP / "README.md").read_text(encoding="utf-8")
    first_screen = text[: text.index("##")]
    assert first_screen.index("make run") < first_screen.index("make test") < first_screen.index("docs/report.svg")


def test_the_example_of_the_status_contract_is_accepted() -> None:
    text = (TOP / "docs" / "status.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    steps = frozenset(step["id"] for step in json.loads(example)["steps"])
    question = Question("04924", "bau-cu-2026", "http://x", steps)
    answer = read_answer(example.encode(), question, datetime.fromisoformat("2026-02-02T08:05:00+07:00"))
    assert len(answer.steps) == 2


def test_nothing_in_the_project_speaks_of_the_machine_it_was_made_on() -> None:
    """No path of a machine and no registry's host name in any file that is kept."""
    words = ("/" + "work/", "/" + "root/", "pypi" + ".org", "files.python" + "hosted", "registry." + "npmjs")
    kept = [p for p in TOP.rglob("*.*") if p.is_file() and not p.relative_to(TOP).parts[0].startswith(".")]
    kept += [TOP / "Makefile", TOP / "LICENSE", *(TOP / ".ci").iterdir()]
    texts = [
        p for p in kept if p.suffix in {".py", ".md", ".toml", ".yaml", ".txt", ".csv", ".json", ".po", ".svg", ""}
    ]
    found = [(names(p), w) for p in texts for w in words if w in p.read_text(encoding="utf-8", errors="ignore")]
    assert found == []
