"""A roll-up as a spreadsheet: whole lists, with numbers, shares and dates as what they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter

from monitor.domain.checklists import Result
from monitor.domain.text import Language
from monitor.inspections.reports.rollup_glance import share_of
from monitor.inspections.reports.rollup_words import (
    MEASURES,
    NOTES,
    WORDS,
    area,
    period_name,
    title,
)
from monitor.inspections.reports.words import RESULTS, SEVERITIES
from monitor.inspections.reports.xlsx import clean
from monitor.inspections.rollup import Rollup, RollupKind
from monitor.inspections.rollup.figures import AlertQuality, Tally

_ACCENT, _LINE, _FAIL = "#0F5C6E", "#B9C4CC", "#F6D5D2"
_SHARES = frozenset({"coverage", "pass_share", "fail_share", "false_share", "uptime", "in_time"})
_SECONDS = frozenset({"ack_median", "ack_p90"})
_WIDE = {"item": 60, "finding": 60, "reasons": 60, "institution": 28, "signature": 66, "rule": 24}

Value = str | int | float | date | datetime | None
Column = tuple[str, Callable[[Any], Value]]


def render_rollup_xlsx(rollup: Rollup, language: Language) -> bytes:
    """Return a roll-up as an XLSX workbook; times to acknowledge are in minutes."""
    buffer = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(buffer, options)
    book.set_properties(
        {
            "title": title(rollup).of(language),
            "subject": f"{area(rollup).of(language)} {rollup.name}",
            "author": "Kanhu",
            "created": rollup.as_of.astimezone(UTC).replace(tzinfo=None),
        }
    )
    _Book(book, rollup, language).write()
    book.close()
    return buffer.getvalue()


class _Book:
    """Writes one workbook."""

    def __init__(self, book: Any, rollup: Rollup, language: Language) -> None:
        self._book = book
        self._all = rollup
        self._language = language
        self._zone = ZoneInfo(rollup.timezone)
        self._head = book.add_format(
            {"bold": True, "bg_color": _ACCENT, "font_color": "#FFFFFF", "text_wrap": True}
        )
        self._text = book.add_format({"valign": "top"})
        self._share = book.add_format({"num_format": "0.0%"})
        self._number = book.add_format({"num_format": "0.##"})
        self._whole = book.add_format({"num_format": "0"})
        self._day = book.add_format({"num_format": "yyyy-mm-dd"})
        self._time = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        self._bad = book.add_format({"bg_color": _FAIL})
        self._places = {one.place.id: one.place.name for one in rollup.institutions}

    def write(self) -> None:
        """Write every sheet."""
        self._months()
        self._items()
        self._institutions()
        self._results()
        self._findings()
        self._rules()
        self._retention()
        self._risk()
        self._about()

    def _months(self) -> None:
        self._sheet(
            "trends",
            [
                ("month", lambda one: one.month),
                ("places", lambda one: one.institutions),
                ("planned", lambda one: one.planned),
                ("inspected", lambda one: one.inspected),
                ("coverage", lambda one: one.coverage),
                *_tally_columns(lambda one: one.tally),
                ("pass_share", lambda one: one.tally.pass_share),
                ("score", lambda one: one.score_median),
                ("raised", lambda one: one.findings_raised),
                ("closed", lambda one: one.findings_closed),
                ("open", lambda one: one.findings_open),
                ("overdue", lambda one: one.findings_overdue),
                *_alert_columns(lambda one: one.alerts),
                ("uptime", lambda one: one.uptime),
            ],
            self._all.months,
        )

    def _items(self) -> None:
        self._sheet(
            "items",
            [
                ("number", lambda one: one.id),
                ("item", lambda one: one.text.of(self._language)),
                ("severity", lambda one: SEVERITIES[one.severity].of(self._language)),
                *_tally_columns(lambda one: one.tally),
                ("fail_share", lambda one: share_of(one.tally.failed, one.tally.judged)),
            ],
            self._all.items,
        )

    def _institutions(self) -> None:
        self._sheet(
            "institutions",
            [
                ("institution", lambda one: one.place.name.of(self._language)),
                ("community", lambda one: one.place.community),
                ("inspected", lambda one: self._visits(one.inspected)),
                *_tally_columns(lambda one: one.tally),
                ("score_short", self._all.score_of),
                ("open", lambda one: one.findings_open),
                ("overdue", lambda one: one.findings_overdue),
                ("alerts", lambda one: one.alerts),
                ("uptime", lambda one: one.uptime),
            ],
            self._all.institutions,
        )

    def _visits(self, inspected: Sequence[bool]) -> int:
        return sum(inspected) if self._all.kind is RollupKind.YEAR else int(inspected[-1])

    def _results(self) -> None:
        page = self._book.add_worksheet(self._name("heat"))
        year = self._all.kind is RollupKind.YEAR
        page.write_string(0, 0, self._word("institution"), self._head)
        for column, item in enumerate(self._all.items, 1):
            page.write_string(0, column, item.id, self._head)
        page.set_column(0, 0, 28)
        page.set_column(1, len(self._all.items), 6)
        for row, one in enumerate(self._all.institutions, 1):
            page.write_string(row, 0, clean(one.place.name.of(self._language)), self._text)
            inspected = one.tally != Tally()
            for column, (result, count) in enumerate(
                zip(one.results, one.failures, strict=True), 1
            ):
                if year and inspected:
                    page.write_number(row, column, count, self._bad if count else self._whole)
                elif result is not None:
                    style = self._bad if result is Result.FAIL else self._text
                    page.write_string(row, column, RESULTS[result].of(self._language), style)
        page.freeze_panes(1, 1)

    def _findings(self) -> None:
        self._sheet(
            "overdue",
            [
                ("institution", lambda one: one.institution.name.of(self._language)),
                ("number", lambda one: one.item_id),
                ("finding", lambda one: one.text.of(self._language)),
                ("severity", lambda one: SEVERITIES[one.severity].of(self._language)),
                ("repeats", lambda one: one.repeats),
                ("owner", lambda one: one.owner),
                ("due", lambda one: one.due),
                ("days_late", lambda one: one.days),
            ],
            self._all.overdue,
        )

    def _rules(self) -> None:
        self._sheet(
            "quality",
            [
                ("rule", lambda one: one.name.of(self._language)),
                *_alert_columns(lambda one: one.quality),
            ],
            self._all.rules,
        )

    def _retention(self) -> None:
        proof = self._all.retention
        if proof is None:
            return
        self._sheet(
            "retention",
            [
                ("institution", self._place),
                ("channel", lambda one: one.camera_id),
                ("required_days", lambda one: one.required_days),
                ("unbroken_days", lambda one: one.unbroken_days),
                ("verdict", lambda one: self._word("met" if one.met else "not_met")),
            ],
            proof.channels,
        )

    def _risk(self) -> None:
        if self._all.proposals is not None:
            self._sheet(
                "proposals",
                [
                    ("institution", self._place),
                    ("score_short", lambda one: one.score),
                    ("measure", lambda one: self._measures(one.measures)),
                    (
                        "reasons",
                        lambda one: "; ".join(text.of(self._language) for text in one.reasons),
                    ),
                ],
                self._all.proposals,
            )
        self._sheet(
            "decisions",
            [
                ("at", lambda one: one.at),
                ("institution", self._place),
                ("measure", lambda one: self._measures((one.measure,))),
                ("proposed", lambda one: self._measures(one.proposed)),
                ("reasons", lambda one: one.reason),
                ("by", lambda one: one.by),
                ("signature", lambda one: one.sha256),
            ],
            self._all.decisions,
        )

    def _place(self, one: Any) -> str:
        known = self._places.get(one.institution_id)
        return str(one.institution_id) if known is None else known.of(self._language)

    def _about(self) -> None:
        page = self._book.add_worksheet(self._name("about"))
        page.set_column(0, 0, 20)
        page.set_column(1, 1, 100)
        rows: list[tuple[str, Value]] = [
            (self._word("area"), area(self._all).of(self._language)),
            (self._word("period"), period_name(self._all).of(self._language)),
            (self._word("as_of"), self._all.as_of),
            (self._word("hash"), self._all.content_sha256),
            *(("", note.of(self._language)) for note in NOTES),
        ]
        for row, (label, value) in enumerate(rows):
            page.write_string(row, 0, label, self._text)
            self._cell(page, row, 1, "about", value)

    def _sheet(self, key: str, columns: Sequence[Column], rows: Sequence[Any]) -> None:
        page = self._book.add_worksheet(self._name(key))
        for column, (name, _) in enumerate(columns):
            page.write_string(0, column, self._word(name), self._head)
            page.set_column(column, column, _WIDE.get(name, 13))
        for row, one in enumerate(rows, 1):
            for column, (name, value) in enumerate(columns):
                self._cell(page, row, column, name, value(one))
        page.freeze_panes(1, 1)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)
        if rows:
            page.autofilter(0, 0, len(rows), len(columns) - 1)
        page.set_footer(f"&L{self._all.content_sha256[:16]}&R&P / &N")

    def _cell(self, page: Any, row: int, column: int, name: str, value: Value) -> None:
        if value is None:
            page.write_blank(row, column, None, self._text)
        elif isinstance(value, datetime):
            local = value.astimezone(self._zone).replace(tzinfo=None)
            page.write_datetime(row, column, local, self._time)
        elif isinstance(value, date):
            page.write_datetime(row, column, value, self._day)
        elif isinstance(value, str):
            page.write_string(row, column, clean(value), self._text)
        elif name in _SHARES:
            page.write_number(row, column, value, self._share)
        elif name in _SECONDS:
            page.write_number(row, column, round(value / 60, 4), self._number)
        else:
            page.write_number(
                row, column, value, self._whole if isinstance(value, int) else self._number
            )

    def _measures(self, measures: Sequence[str]) -> str:
        return ", ".join(
            MEASURES[one].of(self._language) if one in MEASURES else one for one in measures
        )

    def _name(self, key: str) -> str:
        return self._word(key)[:31]

    def _word(self, key: str) -> str:
        word = WORDS[key].of(self._language)
        return f"{word} (min)" if key in _SECONDS else word


def _tally_columns(of: Callable[[Any], Tally]) -> list[Column]:
    return [
        ("passed", lambda one: of(one).passed),
        ("failed", lambda one: of(one).failed),
        ("na", lambda one: of(one).not_applicable),
        ("blank", lambda one: of(one).blank),
    ]


def _alert_columns(of: Callable[[Any], AlertQuality]) -> list[Column]:
    return [
        ("alerts", lambda one: of(one).total),
        ("waiting", lambda one: of(one).waiting),
        ("resolved", lambda one: of(one).resolved),
        ("false", lambda one: of(one).false),
        ("drill", lambda one: of(one).drill),
        ("false_share", lambda one: of(one).false_share),
        ("ack_median", lambda one: of(one).acknowledged_median),
        ("ack_p90", lambda one: of(one).acknowledged_p90),
    ]
