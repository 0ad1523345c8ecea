"""Templates of reports: one environment in which nothing foreign comes out as anything but text."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from lotrinh.reports.text.tables import clean

TEMPLATES = Path(__file__).parent / "templates"


def environment() -> Environment:
    """Return what makes pages of this folder's templates."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_printable,
    )


def stylesheet() -> str:
    """Return the style that all HTML reports share."""
    return (TEMPLATES / "report.css").read_text(encoding="utf-8")


def _printable(value: object) -> object:
    """Control characters have no place in a page, whoever wrote them."""
    return clean(value) if type(value) is str else value
