"""A short report as one HTML file."""

from lotrinh.reports.html.templating import environment, stylesheet
from lotrinh.reports.text.short import ShortReport


def short_html(paper: ShortReport, language: str) -> str:
    """Write it as one file that needs no other and runs nothing, in the style of the whole report."""
    template = environment().get_template("paper.html")
    return template.render(paper=paper, language=language, style=stylesheet()) + "\n"
