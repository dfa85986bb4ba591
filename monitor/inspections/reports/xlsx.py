"""The checklist as a spreadsheet: one sheet to fill in, one with the system's data.

Numbers and dates are numbers and dates; results are chosen from a list. Every text is written as
text, never as a formula, and marked so that a spreadsheet program keeps it that way.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter

from monitor.domain.checklists import Answer, Checklist, Entry, Result, Unit
from monitor.domain.text import Text
from monitor.inspections.answers import effective_results
from monitor.inspections.reports.sheet import sources_line
from monitor.inspections.reports.words import (
    EVIDENCE,
    LABELS,
    RESULTS,
    SEVERITIES,
    STATUSES,
    UNITS,
    ReportLanguage,
    first,
    joined,
)

_LONGEST = 32_000
_ACCENT, _TINT, _LINE = "#0F5C6E", "#E8F0F2", "#B9C4CC"
_COLUMNS = (
    ("number", 7),
    ("section", 14),
    ("text", 48),
    ("criterion", 34),
    ("severity", 8),
    ("methods", 16),
    ("status", 10),
    ("value", 9),
    ("unit", 7),
    ("explain", 40),
    ("proposal", 10),
    ("result", 10),
    ("notes", 34),
    ("na_when", 20),
    ("sources", 48),
)
_DATA_COLUMNS = (
    ("number", 7),
    ("metric", 34),
    ("status", 10),
    ("value", 9),
    ("unit", 7),
    ("explain", 48),
    ("from", 48),
    ("inputs", 60),
)


def render_xlsx(
    checklist: Checklist, answers: Sequence[Answer] = (), language: ReportLanguage = "zh"
) -> bytes:
    """Return the checklist as an XLSX workbook in one language, or in ``both``."""
    buffer = BytesIO()
    workbook = xlsxwriter.Workbook(
        buffer,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    workbook.set_properties(
        {
            "title": clean(joined(checklist.template.title, language)),
            "subject": clean(joined(checklist.subject.name, language)),
            "author": "Kanhu",
            "created": checklist.generated.astimezone(UTC).replace(tzinfo=None),
        }
    )
    writer = _Writer(workbook, checklist, answers, language)
    writer.checklist()
    writer.data()
    writer.about()
    workbook.close()
    return buffer.getvalue()


def clean(text: str) -> str:
    """Return text as a cell can hold it: no control characters, not too long."""
    kept = (char for char in text if ord(char) >= 32 or char in "\n\t")
    return "".join(kept)[:_LONGEST]


class _Writer:
    """Writes the three sheets of one workbook."""

    def __init__(
        self,
        workbook: Any,
        checklist: Checklist,
        answers: Sequence[Answer],
        language: ReportLanguage,
    ) -> None:
        self._book = workbook
        self._list = checklist
        self._results = effective_results(checklist, answers)
        self._notes = {item.item_id: item.note for item in sorted(answers, key=lambda a: a.at)}
        self._language = language
        self._sources = {source.id: source for source in checklist.sources}
        self._sections = {section.id: section.title for section in checklist.sections}
        base = {"font_size": 10, "valign": "top", "border": 1, "border_color": _LINE}
        text = {**base, "text_wrap": True, "quote_prefix": True, "num_format": "@"}
        self._text = workbook.add_format(text)
        self._entry = workbook.add_format({**text, "locked": False})
        self._formats = {
            Unit.SHARE: workbook.add_format({**base, "num_format": "0.0%"}),
            Unit.DAYS: workbook.add_format({**base, "num_format": "0"}),
            Unit.COUNT: workbook.add_format({**base, "num_format": "0"}),
            Unit.MINUTES: workbook.add_format({**base, "num_format": "0.0"}),
        }
        self._date = workbook.add_format({**base, "num_format": "yyyy-mm-dd", "align": "left"})
        self._time = workbook.add_format(
            {**base, "num_format": "yyyy-mm-dd hh:mm", "align": "left"}
        )
        self._head = workbook.add_format(
            {**base, "bold": True, "bg_color": _ACCENT, "font_color": "#FFFFFF", "text_wrap": True}
        )
        self._label = workbook.add_format({**base, "bg_color": _TINT})

    def checklist(self) -> None:
        """Write the sheet that is filled in."""
        page = self._page("checklist", _COLUMNS)
        for row, entry in enumerate(self._list.entries, start=1):
            for column, (key, _width) in enumerate(_COLUMNS):
                self._cell(page, row, column, key, entry)
        last = len(self._list.entries)
        result = [key for key, _width in _COLUMNS].index("result")
        page.data_validation(
            1,
            result,
            last,
            result,
            {
                "validate": "list",
                "source": [self._say(RESULTS[item]) for item in Result],
                "error_title": self._say(LABELS["result"]),
                "error_message": " / ".join(self._say(RESULTS[item]) for item in Result),
            },
        )
        page.autofilter(0, 0, last, len(_COLUMNS) - 1)
        page.freeze_panes(1, 3)

    def data(self) -> None:
        """Write the sheet of the system's readings."""
        page = self._page("data", _DATA_COLUMNS)
        row = 0
        for entry in self._list.entries:
            if entry.reading is None:
                continue
            row += 1
            for column, (key, _width) in enumerate(_DATA_COLUMNS):
                self._cell(page, row, column, key, entry)
        page.autofilter(0, 0, row, len(_DATA_COLUMNS) - 1)
        page.freeze_panes(1, 1)

    def about(self) -> None:
        """Write the sheet that says what this is and where it comes from."""
        page = self._book.add_worksheet(self._sheet_name("about"))
        page.set_column(0, 0, 24)
        page.set_column(1, 1, 90)
        checklist = self._list
        zone = ZoneInfo(checklist.timezone)
        rows: list[tuple[str, Any]] = [
            ("institution", self._say(checklist.subject.name)),
            ("district", self._say(checklist.subject.district)),
            ("community", checklist.subject.community),
            ("address", checklist.subject.address),
            ("month", checklist.month),
            ("generated", checklist.generated.astimezone(zone).replace(tzinfo=None)),
            ("template", f"{checklist.template.id} {checklist.template.version}"),
            ("template_hash", checklist.template.sha256),
            ("revision", checklist.revision),
            ("hash", checklist.content_sha256),
            ("about", self._say(checklist.template.notice)),
        ]
        for row, (key, value) in enumerate(rows):
            page.write_string(row, 0, self._say(LABELS[key]), self._label)
            if key == "month":
                page.write_datetime(row, 1, value, self._date)
            elif key == "generated":
                page.write_datetime(row, 1, value, self._time)
            elif key == "revision":
                page.write_number(row, 1, value, self._formats[Unit.COUNT])
            else:
                page.write_string(row, 1, clean(value), self._text)

    def _page(self, name: str, columns: Sequence[tuple[str, int]]) -> Any:
        page = self._book.add_worksheet(self._sheet_name(name))
        for column, (key, width) in enumerate(columns):
            page.set_column(column, column, width)
            page.write_string(0, column, self._say(LABELS[key]), self._head)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)
        page.set_footer(f"&L{self._list.content_sha256[:16]}&R&P / &N")
        return page

    def _sheet_name(self, key: str) -> str:
        return joined(LABELS[key], self._language, " ")

    def _cell(self, page: Any, row: int, column: int, key: str, entry: Entry) -> None:
        reading = entry.reading
        if key == "value":
            if reading is not None and reading.value is not None:
                page.write_number(row, column, reading.value, self._formats[reading.unit])
            else:
                page.write_blank(row, column, None, self._text)
            return
        style = self._entry if key in ("result", "notes") else self._text
        page.write_string(row, column, clean(self._words(key, entry)), style)

    def _words(self, key: str, entry: Entry) -> str:
        item = entry.item
        result = self._results.get(item.id)
        by_item = {
            "number": item.id,
            "section": self._say(self._sections[item.section]),
            "text": self._say(item.text, "\n"),
            "criterion": self._say(item.criterion, "\n"),
            "severity": self._say(SEVERITIES[item.severity]),
            "methods": ", ".join(self._say(EVIDENCE[kind]) for kind in item.evidence),
            "na_when": "" if item.na_when is None else self._say(item.na_when, "\n"),
            "sources": sources_line(item.clauses, self._sources, first(self._language)),
            "proposal": "" if entry.proposal is None else self._say(RESULTS[entry.proposal]),
            "result": "" if result is None else self._say(RESULTS[result]),
            "notes": self._notes.get(item.id, ""),
        }
        return by_item[key] if key in by_item else self._of_reading(key, entry)

    def _of_reading(self, key: str, entry: Entry) -> str:
        reading = entry.reading
        if reading is None:
            return ""
        return {
            "metric": reading.metric,
            "status": self._say(STATUSES[reading.status]),
            "unit": self._say(UNITS[reading.unit]),
            "explain": self._say(reading.explain, "\n"),
            "from": self._say(reading.query, "\n"),
            "inputs": json.dumps(reading.inputs, ensure_ascii=False, sort_keys=True),
        }[key]

    def _say(self, text: Text, separator: str = " / ") -> str:
        return joined(text, self._language, separator)
