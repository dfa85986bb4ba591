"""The checklist on paper: A4, to be printed, ticked, written on and signed.

``layout.typ`` draws the page from JSON. Only the fonts that come along are used and embedded, no
network, no system fonts, no clock: the same checklist gives the same bytes anywhere.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib import resources

import typst
from pylopdf_fonts_zh_cn import sans_path

from monitor.domain.checklists import Answer, Checklist
from monitor.inspections.reports.sheet import sheet
from monitor.inspections.reports.words import ReportLanguage

_LAYOUT = "layout.typ"


def render_pdf(
    checklist: Checklist, answers: Sequence[Answer] = (), language: ReportLanguage = "zh"
) -> bytes:
    """Return the checklist as a PDF in one language, or in ``both``.

    What inspectors answered is ticked in black, what the system decided in grey; everything else
    is left blank to be filled in by hand.
    """
    data = json.dumps(sheet(checklist, answers, language), ensure_ascii=False, sort_keys=True)
    return typst.compile(
        _layout(),
        font_paths=fonts(),
        sys_inputs={"data": data},
        format="pdf",
        timestamp=int(checklist.generated.timestamp()),
    )


@cache
def _layout() -> bytes:
    return (resources.files(__package__) / _LAYOUT).read_bytes()


@cache
def fonts() -> typst.Fonts:
    """Return the fonts that come along, and no others."""
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(sans_path().parent)],
    )
