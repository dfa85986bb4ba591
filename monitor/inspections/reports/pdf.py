"""One checklist on paper: to be printed, ticked and signed, or as it was; and its short report.

``layout.typ`` and ``inspection.typ`` draw the pages. The same data give the same bytes anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.domain.checklists import Answer, Checklist
from monitor.inspections.reports.inspection_sheet import inspection_sheet
from monitor.inspections.reports.sheet import sheet
from monitor.inspections.reports.typesetting import typeset
from monitor.inspections.reports.visit import VisitRecord
from monitor.inspections.reports.words import ReportLanguage


def render_pdf(
    checklist: Checklist,
    answers: Sequence[Answer] = (),
    language: ReportLanguage = "zh",
    visit: VisitRecord | None = None,
    address: str = "",
) -> bytes:
    """Return the checklist as a PDF in one language, or in ``both``.

    What inspectors answered is ticked in black, what the system decided in grey; everything else
    is left blank to be filled in by hand.

    Args:
        checklist: what was to be looked at.
        answers: the answers that stand.
        language: of the page.
        visit: the inspection on site, if there was one.
        address: that of the pages, where the printed hash is checked; without it no QR code.
    """
    data = sheet(checklist, answers, language, visit, address)
    return typeset("layout.typ", data, checklist.generated)


def render_inspection_pdf(
    checklist: Checklist,
    answers: Sequence[Answer],
    language: ReportLanguage = "zh",
    visit: VisitRecord | None = None,
    address: str = "",
) -> bytes:
    """Return the report of an inspection as a PDF: outcome, findings, signatures, photos."""
    data = inspection_sheet(checklist, answers, language, visit, address)
    return typeset("inspection.typ", data, checklist.generated)
