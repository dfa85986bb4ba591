"""Spreadsheets as people send them, XLSX or CSV, read as plain rows of text.

The files are hostile until proven otherwise: what unpacks to too much is refused before it is
unpacked, and formulas are never evaluated.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook

from monitor.domain.errors import InputError
from monitor.domain.text import Text

MOST_BYTES = 5 * 1024 * 1024
"""Largest spreadsheet."""

_MOST_UNPACKED = 60 * 1024 * 1024
_MOST_PARTS = 200
_MOST_ROWS = 20_000
_MOST_COLUMNS = 100
_LONGEST_CELL = 4000


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet: its title, and its rows with their numbers as a spreadsheet counts them."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[int, dict[str, str]], ...]


def read_tables(name: str, content: bytes) -> tuple[Table, ...]:
    """Return the sheets of a spreadsheet; empty rows are left out.

    Raises:
        InputError: the file is too large, damaged, or no spreadsheet.
    """
    if len(content) > MOST_BYTES:
        raise InputError(
            Text(
                f"文件超过 {MOST_BYTES // 2**20} MiB",
                f"the file is larger than {MOST_BYTES // 2**20} MiB",
            ),
            where=name,
            hint=Text("请拆成几个文件", "split it into several files"),
        )
    if content.startswith(b"PK"):
        return tuple(_workbook(name, content))
    return (_csv(name, content),)


def _workbook(name: str, content: bytes) -> Iterator[Table]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            unpacked = sum(part.file_size for part in parts)
        if len(parts) > _MOST_PARTS or unpacked > _MOST_UNPACKED:
            raise _unfit(name)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        for sheet in book.worksheets:
            # What a file says of its own size may be a lie, and a long one.
            sheet.reset_dimensions()
            rows = sheet.iter_rows(max_row=_MOST_ROWS + 2, max_col=_MOST_COLUMNS, values_only=True)
            yield _table(name, str(sheet.title), rows)
        book.close()
    except (
        zipfile.BadZipFile,
        ParseError,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        OSError,
        EOFError,
        NotImplementedError,
    ) as error:
        raise _unfit(name) from error


def _unfit(name: str) -> InputError:
    return InputError(
        Text("无法读取为电子表格", "this is not a spreadsheet that can be read"),
        where=name,
        hint=Text(
            "请填写可在此下载的模板，并保存为 .xlsx 或 .csv",
            "fill in the template that can be downloaded here, and save it as .xlsx or .csv",
        ),
    )


def _csv(name: str, content: bytes) -> Table:
    text = _decoded(name, content)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise _unfit(name) from error
    return _table(name, "", rows)


def _decoded(name: str, content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):  # spreadsheet programs in Chinese save the latter
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise _unfit(name)


def _table(name: str, title: str, rows: Iterable[Iterable[Any]]) -> Table:
    headings: tuple[str, ...] = ()
    found: list[tuple[int, dict[str, str]]] = []
    for number, row in enumerate(rows, 1):
        if number > _MOST_ROWS + 1:
            raise InputError(
                Text(f"一张表超过 {_MOST_ROWS} 行", f"a sheet has more than {_MOST_ROWS} rows"),
                where=name,
                hint=Text("请拆成几个文件", "split the file"),
            )
        cells = [_cell(value) for value in row]
        if not any(cells):
            continue
        if not headings:
            headings = tuple(cell.rstrip("*＊ ") for cell in cells[:_MOST_COLUMNS])
            continue
        found.append((number, dict(zip(headings, cells, strict=False))))
    return Table(title, headings, tuple(found))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = " ".join(str(value).split())
    return "".join(char for char in text if char.isprintable())[:_LONGEST_CELL]
