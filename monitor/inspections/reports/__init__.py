"""Reports: a checklist, an inspection or a roll-up on paper (PDF), as XLSX, or as JSON.

All give the same bytes for the same data, wherever and whenever they run.
"""

from monitor.inspections.reports.pdf import render_inspection_pdf, render_pdf
from monitor.inspections.reports.plain import render_json
from monitor.inspections.reports.rollup_files import render_rollup_json, render_rollup_pdf
from monitor.inspections.reports.rollup_xlsx import render_rollup_xlsx
from monitor.inspections.reports.xlsx import render_xlsx

__all__ = [
    "render_inspection_pdf",
    "render_json",
    "render_pdf",
    "render_rollup_json",
    "render_rollup_pdf",
    "render_rollup_xlsx",
    "render_xlsx",
]
