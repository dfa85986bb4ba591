"""Roll-ups as files: for paper, for spreadsheets, for machines."""

from __future__ import annotations

import json

from monitor.domain.text import Language
from monitor.inspections.reports.rollup_sheet import rollup_sheet
from monitor.inspections.reports.typesetting import typeset
from monitor.inspections.rollup import Rollup
from monitor.inspections.rollup.sums import as_plain


def render_rollup_pdf(rollup: Rollup, language: Language, address: str) -> bytes:
    """Return a roll-up as a PDF; ``address`` is that of the pages, where its hash is checked."""
    return typeset("rollup.typ", rollup_sheet(rollup, language, address), rollup.as_of)


def render_rollup_json(rollup: Rollup) -> bytes:
    """Return a roll-up as UTF-8 JSON with sorted keys.

    ``format`` names the shape; it grows by one when a field changes its meaning.
    """
    document = {"format": 1, "rollup": as_plain(rollup)}
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, indent=2)
    return (text + "\n").encode("utf-8")
