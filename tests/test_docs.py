"""What the documents say is so: commands and settings exist, links lead somewhere, examples are accepted."""

import json
import os
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click
import pytest

from lotrinh.cli.main import cli
from lotrinh.core.status.roles import ROLES, Role
from lotrinh.i18n import say
from lotrinh.probing.contract import read_answer
from lotrinh.probing.question import Question
from lotrinh.reports.documents import FORMATS
from lotrinh.settings.load import OWN_VARIABLES, load_settings
from tests.conftest import TOP
from tests.settings.conftest import every_setting

DOCUMENTS = sorted([*TOP.glob("*.md"), *(TOP / "docs").rglob("*.md")])


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


def documented_settings() -> dict[str, str]:
    """Read the tables of docs/settings.md: key -> default."""
    found, table = {}, ""
    for line in (TOP / "docs" / "settings.md").read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"## \[*([\w.]+)", line):
            table = heading[1] + "." if "[" in line else ""
        elif row := re.match(r"\| `(\w+)` \| `?([^`|]+?)`? \| \S", line):
            found[table + row[1]] = row[2]
    return found


def test_every_setting_is_documented_with_its_default_and_nothing_else_is() -> None:
    assert documented_settings() == dict(every_setting())


def test_the_example_of_the_settings_is_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("LOTRINH_")]:
        monkeypatch.delenv(name)
    (example,) = re.findall(r"```toml\n(.*?)```", (TOP / "docs" / "settings.md").read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "settings.toml").write_text(example, encoding="utf-8")
    settings = load_settings(str(tmp_path / "settings.toml")).settings
    assert (settings.province, settings.campaigns[0].warning_days) == ("phu-tho", 10)


@pytest.mark.parametrize("document", DOCUMENTS, ids=names)
def test_every_variable_means_something(document: Path) -> None:
    variables = set(re.findall(r"LOTRINH_[A-Z_]*[A-Z]", document.read_text(encoding="utf-8")))
    settings = {f"LOTRINH_{key.upper().replace('.', '__')}" for key, _ in every_setting()}
    assert variables <= settings | OWN_VARIABLES


def test_the_variables_that_are_no_settings_are_documented() -> None:
    text = (TOP / "docs" / "settings.md").read_text(encoding="utf-8")
    assert {name for name in OWN_VARIABLES if f"`{name}`" in text} == OWN_VARIABLES


def links(document: Path) -> set[Path]:
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", document.read_text(encoding="utf-8"))
    return {(document.parent / target).resolve() for target in targets}


def test_readme_leads_to_the_settings_the_measures_the_words_and_how_to_contribute_and_report_holes() -> None:
    wanted = ("docs/settings.md", "docs/benchmarks.md", "docs/words.md", "CONTRIBUTING.md", "SECURITY.md")
    assert {(TOP / page).resolve() for page in wanted} <= links(TOP / "README.md")


def test_another_document_leads_to_every_page() -> None:
    """A decision is led to by its folder."""
    pages = {page.resolve() for page in (TOP / "docs").glob("*.md")} | {(TOP / "docs" / "adr").resolve()}
    led_to = {target for document in DOCUMENTS for target in links(document) if target != document.resolve()}
    assert pages - led_to == set()


def every_command(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """List the commands that do something, each with the words that call it."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from every_command(command, f"{before}{name} ")
        else:
            yield before + name, command


def test_every_command_is_in_a_document() -> None:
    text = "".join(document.read_text(encoding="utf-8") for document in DOCUMENTS)
    assert [words for words, _ in every_command(cli) if not re.search(rf"lotrinh {words}\b", text)] == []


def test_the_guide_to_reports_has_a_row_for_each_format() -> None:
    text = (TOP / "docs" / "reports.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.+?`) \|", text.split("| `--format` |")[1].split("\n\n")[0], re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == FORMATS.keys()


@pytest.mark.parametrize("role", ROLES)
def test_the_guide_to_the_portal_says_what_each_role_may_do(role: Role) -> None:
    text = (TOP / "docs" / "portal.md").read_text(encoding="utf-8")
    names = re.findall(r"^\| (.+?) \|", text.split("\n## Đăng nhập\n\n")[1].split("\n\n")[0], re.MULTILINE)
    word = "xã, phường" if role is Role.UNIT else say(ROLES[role].word, "vi")
    assert [name for name in names if word in name]


def test_the_guide_to_the_portal_names_every_place_of_its_menus() -> None:
    guide = (TOP / "docs" / "portal.md").read_text(encoding="utf-8")
    templates = (TOP / "lotrinh" / "portal" / "templates").rglob("parts.html")
    menus = [
        m for path in templates for m in re.findall(r"macro \w*nav\b.*?endmacro", path.read_text("utf-8"), re.DOTALL)
    ]
    words = {word for menu in menus for word in re.findall(r'\bt\("(.+?)"\)', menu)}
    assert len(menus) > 2
    assert {word for word in words if f"**{word}**" not in guide} == set()


def test_every_option_in_readme_exists_with_the_values_it_names() -> None:
    """An option beside a command is that command's; one alone is some command's."""
    text = (TOP / "README.md").read_text(encoding="utf-8")
    mentioned = re.findall(r"`(lotrinh [^`]*?)?(--[a-z-]+)(?: ([^`]+))?`", text)
    assert {name for _, name, _ in mentioned} >= {"--format", "--as-of", "--fail-on", "--help"}
    for call, name, value in mentioned:
        meant = [c for words, c in every_command(cli) if not call or call.startswith(f"lotrinh {words} ")]
        options = [p for command in meant for p in command.params if name in p.opts]
        assert options or name == "--help", name
        for option in options:
            if isinstance(option.type, click.Choice):
                assert set(value.split("|")) <= set(option.type.choices), name


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
