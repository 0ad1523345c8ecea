"""The templates of reports that are one HTML file: text is text, a name that is not given is an error."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from lotrinh.reports.text.tables import clean

TEMPLATES = Path(__file__).parent / "templates"


def environment() -> Environment:
    """Make the environment in which they are rendered."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_printable,
    )


def style() -> str:
    """Read the stylesheet that they carry."""
    return (TEMPLATES / "report.css").read_text(encoding="utf-8")


def _printable(value: object) -> object:
    """Control characters have no place in a page, whoever wrote them."""
    return clean(value) if type(value) is str else value
