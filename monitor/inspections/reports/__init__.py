"""Reports: a checklist on paper (PDF), in a spreadsheet (XLSX) or for machines (JSON).

All three give the same bytes for the same checklist and answers, wherever and whenever they run.
"""

from monitor.inspections.reports.pdf import render_pdf
from monitor.inspections.reports.plain import render_json
from monitor.inspections.reports.xlsx import render_xlsx

__all__ = ["render_json", "render_pdf", "render_xlsx"]
