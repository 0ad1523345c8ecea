"""Private names of other libraries that we use: each is there, its library is bounded, and none is forgotten."""

import ast
import inspect
import logging
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

TOP = Path(__file__).parents[1]
USED = {
    "prefect": ("_scheduled_run_poller", "_get_and_submit_flow_runs", "_loop"),
    "python-docx": ("_element",),
    "xlsxwriter": ("_get_xf_index", "_write_single_row", "_check_dimensions", "row_data_fh"),
}
"""Distribution -> names that it may change without a word."""
PUBLIC = {"_mapping"}
"""Names that only look private: SQLAlchemy documents ``Row._mapping``."""
OWN_HOOKS = {"_stopping"}
"""Names that our own subclasses of others' classes add."""


def sources() -> Iterator[tuple[Path, ast.Module]]:
    """Read every module of ours."""
    for package in ("lotrinh", "flows", "tasks"):
        for path in sorted((TOP / package).rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def own_private_names() -> set[str]:
    """Collect what our own modules and classes call private: fields, methods, functions, attributes they set."""
    names: set[str] = set()
    for _, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                names.add(node.name)
            elif isinstance(node, ast.Attribute | ast.Name) and isinstance(node.ctx, ast.Store):
                names.add(node.attr if isinstance(node, ast.Attribute) else node.id)
    return names


def foreign_private_names() -> set[str]:
    """Collect the private attributes that our code reads and no module of ours defines."""
    read = {
        node.attr
        for _, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and re.match(r"_[a-z]", node.attr)
    }
    return read - own_private_names() - {"_asdict", "_replace", "_fields", "_make", "_exit"}


def test_every_private_name_that_our_code_reads_is_listed_here() -> None:
    listed = {name for names in USED.values() for name in names} | PUBLIC | OWN_HOOKS
    assert foreign_private_names() <= listed


@pytest.mark.parametrize("name", sorted({*USED, "apprise"}))
def test_a_library_whose_private_names_are_used_has_an_upper_bound(name: str) -> None:
    with (TOP / "pyproject.toml").open("rb") as file:
        project: dict[str, Any] = tomllib.load(file)["project"]
    bound = next(each for each in project["dependencies"] if re.match(rf"{name}\b", each))
    assert re.search(r"<\d+(\.\d+)?$", bound), bound


def test_prefects_runner_has_the_poller_that_ours_makes_patient() -> None:
    from prefect.runner import Runner
    from prefect.runner._scheduled_run_poller import ScheduledRunPoller

    assert inspect.iscoroutinefunction(ScheduledRunPoller._get_and_submit_flow_runs)
    source = inspect.getsource(Runner)
    assert "self._scheduled_run_poller = " in source
    assert "self._loop" in source
    # The poller calls it by its name on itself, so that one that is set on the object is the one that is called.
    assert "self._get_and_submit_flow_runs" in inspect.getsource(ScheduledRunPoller)


def test_xlsxwriter_has_what_rows_are_written_with() -> None:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    assert callable(Format._get_xf_index)
    assert list(inspect.signature(Worksheet._write_single_row).parameters) == ["self", "current_row_num"]
    assert list(inspect.signature(Worksheet._check_dimensions).parameters)[:3] == ["self", "row", "col"]
    assert "self.row_data_fh" in inspect.getsource(Worksheet)


def test_python_docx_has_the_element_of_a_header() -> None:
    import docx

    header = docx.Document().sections[0].header
    assert header._element.tag.endswith("}hdr")


def test_apprise_logs_what_a_server_answered_under_its_name() -> None:
    """``lotrinh.sending.apprise_channel`` reads "error=500" there, and nothing else tells it."""
    import apprise
    from apprise.plugins.custom_json import NotifyJSON

    assert apprise.logger.name == "apprise"
    assert isinstance(apprise.logger, logging.Logger)
    assert "error=%s" in inspect.getsource(NotifyJSON).replace("{}", "%s")
