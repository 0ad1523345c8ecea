"""The report as a Word document in the layout of official documents, or in the office's own."""

from lotrinh.core.report.bundle import Dossier
from lotrinh.reports.docx.body import official
from lotrinh.reports.docx.template import by_template


def document(dossier: Dossier, language: str, template: bytes | None = None) -> bytes:
    """Make the document; the same dossier, language and template give the same bytes.

    ``template`` is the office's own DOCX. BadInput tells what is wrong with it.
    """
    return official(dossier, language) if template is None else by_template(dossier, language, template)
