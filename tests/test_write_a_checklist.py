"""The guide to checklist files: its examples are read and computed, and nothing that a file may say is left out."""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from lotrinh.catalog import models, tree
from lotrinh.catalog.checklists import load_checklist, read_checklist
from lotrinh.catalog.models import SCHEMA_FILE
from lotrinh.core.checklist.grammar import FIELDS
from lotrinh.core.checklist.reader import DEEPEST, FUNCTIONS, LARGEST, LONGEST, MINUS, SPELLINGS, YEARS
from lotrinh.core.checklist.rules import DeadlineRule
from lotrinh.errors import BadInput
from tests.checklist_guide import BASE, CONSOLES, EXAMPLES, FILES, GUIDE, OUTCOMES, Cells, tables, write_files, written
from tests.conftest import Lotrinh


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("guide")
    write_files(made)
    return made


def called(cells: Cells) -> str:
    return " ".join(cells.values())[:50].encode("ascii", "ignore").decode()


@pytest.mark.parametrize("cells", EXAMPLES, ids=called)
def test_every_example_gives_what_the_page_says(cells: Cells, folder: Path) -> None:
    for head, outcome in OUTCOMES.items():
        if head in cells:
            assert outcome(cells, folder) == cells[head], head


@pytest.mark.parametrize("console", CONSOLES, ids=lambda text: text.splitlines()[0])
def test_every_command_prints_what_the_page_shows(console: str, lotrinh: Lotrinh, tmp_path: Path) -> None:
    write_files(tmp_path)
    for command, shown in re.findall(r"^\$ lotrinh (.*)\n((?:(?!\$ ).*\n)*)", console, re.MULTILINE):
        done = lotrinh(*command.split(), COLUMNS="120")
        assert done.stdout + done.stderr == shown, command


def test_the_page_begins_with_a_whole_file_of_ten_lines() -> None:
    assert next(len(text.splitlines()) for text in FILES.values()) == 10


def test_every_link_inside_the_page_leads_to_a_heading() -> None:
    headings = {title.lower().replace(" ", "-") for title in re.findall(r"^#+ (.*)$", GUIDE, re.MULTILINE)}
    assert set(re.findall(r"\]\(#(.*?)\)", GUIDE)) <= headings


def good_texts(folder: Path) -> Iterator[str]:
    """The checklists of the page that are free of problems, those of its examples included."""
    names = [name for name in FILES if name.endswith(".yaml")]
    texts = [FILES[name] for name in names] + [written(cells) for cells in EXAMPLES if "`lint` trả lời" not in cells]
    for text in texts:
        try:
            read_checklist(text.encode(), BASE, folder)
        except BadInput:
            continue
        yield text


def rules(folder: Path) -> Iterator[DeadlineRule]:
    for text in good_texts(folder):
        checklist = read_checklist(text.encode(), BASE, folder)
        for item in (*checklist.parameters.values(), *checklist.milestones, *checklist.iter_steps()):
            yield from (rule for rule in (item.due, getattr(item, "opens", None)) if rule)


def within(value: object) -> Iterator[object]:
    """A value and all that it is made of."""
    yield value
    if is_dataclass(value):
        for field in fields(value):
            yield from within(getattr(value, field.name))
    elif isinstance(value, tuple):
        for part in value:
            yield from within(part)


def test_everything_that_a_rule_can_be_made_of_has_an_example(folder: Path) -> None:
    """Of the module of rules: each class, each member of its enumerations, each field with something in it."""
    shown = [part for rule in rules(folder) for part in within(rule)]
    module = sys.modules[DeadlineRule.__module__]
    for kind in [k for k in vars(module).values() if isinstance(k, type) and k.__module__ == module.__name__]:
        mine = [part for part in shown if isinstance(part, kind)]
        assert mine, kind
        if issubclass(kind, Enum):
            assert set(kind) == set(mine)
        elif is_dataclass(kind):
            assert [f.name for f in fields(kind) if not any(getattr(part, f.name) for part in mine)] == []


def test_every_word_of_the_grammar_has_an_example(folder: Path) -> None:
    texts = " ".join(rule.text for rule in rules(folder))
    assert [unit for unit in SPELLINGS if not re.search(rf"\d {unit}\b", texts)] == []
    assert [sign for sign in MINUS if f" {sign} " not in texts] == []
    assert [name for name in FUNCTIONS if f"{name}(" not in texts] == []
    written = " ".join(good_texts(folder))
    assert [field for field in FIELDS if f"{field}: " not in written] == []


def test_a_rule_may_count_from_everything_that_has_a_date(folder: Path) -> None:
    base = load_checklist(folder / BASE)
    names = {base.anchor.id, *base.parameters, base.milestones[0].id, next(iter(base.steps))}
    assert names <= {rule.text for rule in rules(folder)}


def key_tables() -> dict[str, dict[str, Cells]]:
    """Read the tables of keys: the key whose value they describe -> key -> its row."""
    found = {}
    for table in tables():
        head = next(iter(table[0]))
        if head.startswith("khóa của"):
            for name in re.findall(r"`(\w+)`", head) or [""]:
                found[name] = {row[head].strip("`"): row for row in table}
    return found


def inner_models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from inner_models(part)


def all_models(model: type[BaseModel] = models.ChecklistIn, name: str = "") -> Iterator[tuple[str, type[BaseModel]]]:
    """Walk the models of the file, each with the key whose value it is."""
    yield name, model
    for key, field in model.model_fields.items():
        for inner in inner_models(field.annotation):
            yield from all_models(inner, field.alias or key)


def keys_of(model: type[BaseModel]) -> dict[str, Any]:
    return {field.alias or name: field for name, field in model.model_fields.items()}


@pytest.mark.parametrize(("name", "model"), sorted({*all_models()}, key=str), ids=str)
def test_every_key_is_named_and_said_to_be_required_or_what_holds_without_it(name: str, model: type[BaseModel]) -> None:
    table = key_tables()[name]
    assert table.keys() == keys_of(model).keys()
    for key, field in keys_of(model).items():
        assert (table[key]["phải có"] == "có") is field.is_required(), key
        if isinstance(field.default, bool | int) or (isinstance(field.default, str) and field.default):
            assert table[key]["không ghi thì"] == f"`{json.dumps(field.default).strip(chr(34))}`", key


def test_a_rule_written_as_a_mapping_has_its_keys_named() -> None:
    (_, mapping) = models.RULE_SCHEMA["anyOf"]
    assert set(key_tables()["due"]) == set(key_tables()["from"]) == set(FIELDS) == set(mapping["properties"])


def filled(part: object) -> Iterator[tuple[type, str]]:
    """List the keys that a file really has, with the models that they are of."""
    if isinstance(part, BaseModel):
        for name in part.model_fields_set:
            yield type(part), name
            yield from filled(getattr(part, name))
    elif isinstance(part, list | dict):
        for inner in part.values() if isinstance(part, dict) else part:
            yield from filled(inner)


def test_every_key_stands_in_an_example_that_is_read(folder: Path) -> None:
    texts = [tree.read_tree(text.encode(), "").data for text in good_texts(folder)]
    used = {key for data in texts for key in filled(models.ChecklistIn.model_validate(data))}
    assert {(model, name) for _, model in all_models() for name in model.model_fields} - used == set()


def test_every_word_of_the_schema_for_editors_is_named() -> None:
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    listed = re.findall(r'"(?:enum)": \[(.*?)\]', json.dumps(schema))
    values = {word for line in listed for word in json.loads(f"[{line}]")}
    assert len(values) > 10
    assert {word for word in values | schema["properties"].keys() if f"`{word}`" not in GUIDE} == set()


def test_the_limits_are_those_of_the_reader() -> None:
    (table,) = [table for table in tables() if "giới hạn" in table[0]]
    said = [int(row["số"].replace(".", "")) for row in table]
    lengths = [get_args(kind)[1].max_length for kind in (models.Id, models.Words)]
    assert said == [*lengths, LONGEST, LARGEST, DEEPEST, YEARS[0], YEARS[-1], tree.LARGEST, tree.DEEPEST]
