"""The report as a Word document in the layout of official documents, or in the office's own."""

from lotrinh.core.report.bundle import ReportBundle
from lotrinh.reports.docx.body import official_document
from lotrinh.reports.docx.template import document_from_template


def word_document(bundle: ReportBundle, language: str, template: bytes | None = None) -> bytes:
    """Make the document; the same bundle, language and template give the same bytes.

    ``template`` is the office's own DOCX. BadInput tells what is wrong with it.
    """
    return (
        official_document(bundle, language) if template is None else document_from_template(bundle, language, template)
    )
