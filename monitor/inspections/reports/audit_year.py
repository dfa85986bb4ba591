"""A year of proofs for the auditor: as a workbook, and as a summary on paper."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter

from monitor.domain.chain import canonical
from monitor.domain.text import Language, Text
from monitor.inspections.reports.typesetting import typeset
from monitor.inspections.reports.words import LABELS, moment
from monitor.inspections.reports.xlsx import clean

Value = str | int | float | date | datetime | bool | None

_ACCENT = "#0F5C6E"
_WIDEST, _NARROWEST = 60, 10
_WORDS = {
    "title": Text(zh="个人信息保护年度审计摘要", en="Personal data: the year for the auditor"),
    "until": Text(zh="数据截至", en="Data until"),
    "chains": Text(zh="核验结果", en="Checks"),
    "chain": Text(zh="记录", en="Record"),
    "rows": Text(zh="条数", en="Entries"),
    "head": Text(zh="最后一条的哈希", en="Hash of the last entry"),
    "sound": Text(zh="完整", en="whole"),
    "broken": Text(zh="不完整", en="BROKEN"),
    "nothing": Text(zh="本年没有。", en="None in this year."),
    "how": Text(
        zh="同一压缩包内的 manifest.json 列出全部文件的 SHA-256；运行 python3 verify.py 即可核验，"
        "不需要本系统。",
        en="manifest.json in the same package names every file with its SHA-256; python3 verify.py "
        "checks them without this system.",
    ),
}


@dataclass(frozen=True, slots=True)
class YearTable:
    """One list: ``columns`` are keys with their names, ``rows`` hold a value for each column."""

    name: str
    title: Text
    columns: tuple[tuple[str, Text], ...]
    rows: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True, slots=True)
class CheckedChain:
    """What looking through one chain came to; ``problem`` is empty if it is whole."""

    name: str
    title: Text
    rows: int
    head: str
    problem: str


@dataclass(frozen=True, slots=True)
class Figures:
    """One block of the summary: labels with how many there were."""

    title: Text
    rows: tuple[tuple[Text, str], ...]


@dataclass(frozen=True, slots=True)
class AuditYear:
    """All that an auditor is given of a year; ``until`` is the end of the data."""

    district: Text
    year: int
    until: datetime
    timezone: str
    tables: tuple[YearTable, ...]
    chains: tuple[CheckedChain, ...]
    figures: tuple[Figures, ...]

    @property
    def sha256(self) -> str:
        """The hash of all tables and checks, whatever form they are given in."""
        told = {
            "year": self.year,
            "tables": {table.name: as_rows(table) for table in self.tables},
            "chains": [[one.name, one.rows, one.head, one.problem] for one in self.chains],
        }
        return hashlib.sha256(canonical(told).encode("utf-8")).hexdigest()


def as_rows(table: YearTable) -> list[dict[str, Any]]:
    """Return a table as plain JSON: moments and days are written out, in UTC."""
    keys = [key for key, _ in table.columns]
    return [dict(zip(keys, map(written, row), strict=True)) for row in table.rows]


def written(value: Value) -> Any:
    """Return a value as JSON knows it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def render_year_xlsx(year: AuditYear) -> bytes:
    """Return all tables as one workbook, a sheet each, with numbers and times as what they are."""
    buffer = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(buffer, options)
    book.set_properties(
        {
            "title": f"{_WORDS['title'].zh} {year.year}",
            "author": "Kanhu",
            "created": year.until.astimezone(UTC).replace(tzinfo=None),
        }
    )
    head = book.add_format(
        {"bold": True, "bg_color": _ACCENT, "font_color": "#FFFFFF", "text_wrap": True}
    )
    styles = {
        datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "valign": "top"}),
        date: book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"}),
        str: book.add_format({"valign": "top", "quote_prefix": True}),
    }
    zone = ZoneInfo(year.timezone)
    for table in year.tables:
        _sheet(book, table, head, styles, zone)
    book.close()
    return buffer.getvalue()


def _sheet(
    book: Any, table: YearTable, head: Any, styles: Mapping[type, Any], zone: ZoneInfo
) -> None:
    page = book.add_worksheet(f"{table.title.zh} {table.name}"[:31])
    for column, (_, name) in enumerate(table.columns):
        widest = max((len(str(row[column] or "")) for row in table.rows[:200]), default=0)
        page.set_column(column, column, min(max(widest, _NARROWEST), _WIDEST))
        page.write_string(0, column, f"{name.zh} / {name.en}", head)
    for number, row in enumerate(table.rows, start=1):
        for column, value in enumerate(row):
            if isinstance(value, datetime):
                local = value.astimezone(zone).replace(tzinfo=None)
                page.write_datetime(number, column, local, styles[datetime])
            elif isinstance(value, date):
                page.write_datetime(number, column, value, styles[date])
            elif isinstance(value, bool | int | float):
                page.write(number, column, value)
            elif value:
                page.write_string(number, column, clean(value), styles[str])
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, len(table.rows), len(table.columns) - 1)


def render_year_pdf(year: AuditYear, language: Language) -> bytes:
    """Return the summary of a year as a PDF."""
    data = {
        "language": language,
        "words": {key: text.of(language) for key, text in _WORDS.items()},
        "district": year.district.of(language),
        "year": str(year.year),
        "until": moment(year.until, year.timezone),
        "hash": [LABELS["hash"].of(language), year.sha256],
        "chains": [_chain(one, language) for one in year.chains],
        "figures": [
            {
                "title": one.title.of(language),
                "rows": [[label.of(language), count] for label, count in one.rows],
            }
            for one in year.figures
        ],
    }
    return typeset("audit_year.typ", data, year.until)


def _chain(one: CheckedChain, language: Language) -> dict[str, str]:
    word = "broken" if one.problem else "sound"
    return {
        "title": one.title.of(language),
        "rows": str(one.rows),
        "head": one.head,
        "state": one.problem or _WORDS[word].of(language),
        "tone": "fail" if one.problem else "pass",
    }


def counted(labels: Sequence[tuple[Text, int]]) -> tuple[tuple[Text, str], ...]:
    """Return the labels that occur at all, with their counts as text."""
    return tuple((label, str(count)) for label, count in labels if count)
