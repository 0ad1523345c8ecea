"""One table says which formats there are and what is given in each; commands, pages and the API have no other."""

import subprocess
import sys
from collections.abc import Collection, Mapping
from typing import get_args

import click
import pytest

from lotrinh.cli.checks.changes import changes_command
from lotrinh.cli.checks.check import check_command
from lotrinh.cli.checks.explain import explain_command
from lotrinh.cli.checks.report import PICTURES, report_command
from lotrinh.cli.checks.rollup import rollup_command
from lotrinh.core.report.bundle import Layout
from lotrinh.core.report.rollup import RollupRowKind
from lotrinh.portal.api.report_files import OWN, RunEndings, UnitEndings
from lotrinh.portal.downloads import OFFERS, ReportQuery
from lotrinh.portal.web.office import changes as changes_page
from lotrinh.portal.web.office import rollup as rollup_page
from lotrinh.reports import changes, rollup
from lotrinh.reports.documents import ENDINGS, FORMATS, TERMINAL, Paper, file_content, formats_of
from lotrinh.reports.pictures import every
from lotrinh.services.notify.weekly import FORM
from lotrinh.settings.models import LayoutName
from tests.conftest import TOP

COMMANDS: Mapping[click.Command, Collection[str]] = {
    report_command: FORMATS,
    check_command: formats_of(Paper.CHECK),
    changes_command: formats_of(Paper.CHANGES),
    rollup_command: formats_of(Paper.ROLLUP),
    explain_command: formats_of(Paper.EXPLANATION),
}
TEMPLATES = TOP / "lotrinh" / "portal" / "templates" / "office"


def choices(command: click.Command, name: str) -> list[str]:
    (option,) = (p for p in command.params if f"--{name}" in p.opts)
    assert isinstance(option.type, click.Choice)
    return list(option.type.choices)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_a_command_offers_what_the_table_gives_in_the_order_of_the_table(command: click.Command) -> None:
    assert choices(command, "format") == list(COMMANDS[command])


@pytest.mark.parametrize(("paper", "made"), [(Paper.CHANGES, changes.RENDERERS), (Paper.ROLLUP, rollup.RENDERERS)])
def test_what_is_offered_can_be_made_and_what_can_be_made_is_offered(paper: Paper, made: Collection[str]) -> None:
    assert {*made} == {*formats_of(paper)}


def test_every_ending_can_be_asked_of_the_api_except_where_a_run_has_an_address_of_its_own() -> None:
    assert {*get_args(UnitEndings)} == {*ENDINGS}
    assert {*get_args(RunEndings)} == {*ENDINGS} - {*OWN}


def test_every_ending_can_be_chosen_on_the_pages() -> None:
    assert {offer.ending for offer in OFFERS} == {*ENDINGS}


@pytest.mark.parametrize(
    ("page", "forms", "address"),
    [("changes.html", changes_page.FORMS, "{{ file }}"), ("rollup.html", rollup_page.FORMS, "/table.")],
)
def test_a_page_leads_to_every_format_that_it_gives(page: str, forms: Collection[str], address: str) -> None:
    text = (TEMPLATES / page).read_text(encoding="utf-8")
    assert [form for form in forms if f"{address}{FORMATS[form].ending}" not in text] == []
    assert TERMINAL not in forms


def test_formats_differ_in_their_endings_and_only_tables_of_plain_text_begin_with_a_mark() -> None:
    assert len(ENDINGS) == len(FORMATS)
    assert [name for name in FORMATS if file_content(name, b"x") != b"x"] == ["csv"]
    assert file_content("csv", b"x") == "\ufeffx".encode()


def test_the_weekly_report_is_a_format_that_is_a_file() -> None:
    assert not FORMATS[FORM].is_printable


def test_pictures_and_layouts_are_the_same_to_commands_pages_and_programs() -> None:
    fields = ReportQuery.model_fields
    assert [*get_args(fields["picture"].annotation)] == choices(report_command, "picture") == [*PICTURES]
    assert {*PICTURES} == {*every.PICTURES}
    assert {*get_args(fields["layout"].annotation)} - {""} == {*choices(report_command, "layout")} == {*Layout}
    assert {*get_args(LayoutName)} == {*Layout}


def test_a_roll_up_is_offered_by_each_kind_of_row() -> None:
    assert {*choices(rollup_command, "by")} == {*RollupRowKind}


def test_the_table_costs_a_command_that_only_helps_nothing_of_what_makes_reports() -> None:
    script = "import sys, lotrinh.reports.documents; print(*(m for m in sys.modules if m.startswith('lotrinh.')))"
    done = subprocess.run([sys.executable, "-c", script], cwd=TOP, capture_output=True, text=True, check=True)
    assert {*done.stdout.split()} == {f"lotrinh.{m}" for m in ("core", "core.text", "reports", "reports.documents")}
