"""A report as one HTML file: nothing is fetched, nothing runs, so it can be mailed and opened offline."""

from lotrinh.core.report.bundle import ReportBundle
from lotrinh.core.text import M
from lotrinh.i18n import say
from lotrinh.reports.html.page import HtmlReport
from lotrinh.reports.html.templating import environment, stylesheet
from lotrinh.reports.pictures.every import PICTURES, draw_picture, title_of
from lotrinh.reports.pictures.svg import STYLE
from lotrinh.reports.text.tables import NOTHING


def html_page(bundle: ReportBundle, language: str) -> str:
    """Write the page; the same bundle gives the same page."""
    report, template = bundle.report, environment().get_template("report.html")
    names = tuple(PICTURES) if bundle.has_charts else ()
    body = template.render(
        t=lambda text, **values: say(M(text, **values), language),
        lang=language,
        report=HtmlReport(bundle, language),
        nothing=NOTHING,
        pictures={name: (title_of(report, name, language), draw_picture(report, name, language)) for name in names},
        style=stylesheet(),
        picture_style=STYLE,
    )
    return f"{body}\n"
