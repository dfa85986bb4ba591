"""The spreadsheet itself: an empty template, and the rows of a filled one as checked values."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import xlsxwriter

from monitor.domain.text import Language, Text
from monitor.registers.sheets import RowProblem
from monitor.registers.tables import Table
from monitor.settings.onboarding.columns import (
    COLUMNS,
    CellError,
    Column,
    Level,
    by_heading,
    offered,
    value_of,
)

SHEET = Text("摄像机", "Cameras")
_EXAMPLE = Text("示例", "Example")
_NOTES = Text("说明", "Notes")
_NOT_READ = {_EXAMPLE.zh, _EXAMPLE.en, _NOTES.zh, _NOTES.en}
_ROWS_WITH_CHOICES = 5000
_FILLS = {Level.INSTITUTION: "#D7EEF0", Level.ROOM: "#E3EDD8", Level.CAMERA: "#E6E3F3"}
_ADVICE: tuple[Text, ...] = (
    Text(
        "每行一台摄像机；机构和房间在每行重复填写，再次出现时只填名称即可。",
        "One camera a row; repeat institution and room, by name alone once they are described.",
    ),
    Text(
        "没有摄像机的房间也占一行（摄像机各列留空）。盥洗室、更衣室、哺乳室内不得安装摄像机。",
        "A room without a camera has a row too. No camera may be in washrooms, changing or "
        "nursing rooms.",
    ),
    Text(
        "编号可以留空，系统按名称生成；已有的机构、房间、摄像机按编号或名称对应。",
        "Ids may be left blank: they are made from the names. What exists is found by id or name.",
    ),
    Text(
        "空白单元格不改变已有的内容；重复导入同一文件不会产生任何变化。",
        "Blank cells leave what is there; importing the same file again changes nothing.",
    ),
    Text(
        "地址以 rtsp://、rtsp+udp://、rtsps://、gb28181:// 或 onvif:// 开头；"
        "用户名和密码最好填在各自的列。",
        "URLs begin with rtsp://, rtsp+udp://, rtsps://, gb28181:// or onvif://; "
        "best give user and password in their own columns.",
    ),
)


Filling = dict[tuple[Level, str], str]
"""What one row of a spreadsheet holds, by level and key of its column."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row with its number: values by level and key; ``wrong`` are bad or missing cells."""

    number: int
    values: dict[Level, dict[str, Any]]
    wrong: frozenset[Column] = frozenset()

    def of(self, level: Level) -> dict[str, Any]:
        """Return what the row says of one level."""
        return self.values.get(level, {})


@dataclass(slots=True)
class Sheet:
    """What a spreadsheet says, and what is wrong with its cells."""

    title: str = ""
    rows: list[Row] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)

    def complain(self, number: int, column: Column | None, message: Text) -> None:
        """Note what is wrong in one cell, or with a row where ``column`` is ``None``."""
        label = column.label if column is not None else None
        self.problems.append(RowProblem(self.title, number, label, message))


def read_sheet(tables: Sequence[Table]) -> Sheet:
    """Return the rows of the first sheet that is filled; example and notes do not count."""
    filled = [t for t in tables if t.rows and t.title not in _NOT_READ]
    if not filled:
        sheet = Sheet(SHEET.zh)
        sheet.complain(1, None, Text("没有填写任何一行", "no row is filled in"))
        return sheet
    table = filled[0]
    sheet = Sheet(table.title or SHEET.zh)
    known = by_heading()
    columns = {name: known[name.lower()] for name in table.headings if name.lower() in known}
    _check_headings(sheet, table.headings, columns.values(), known)
    for number, cells in table.rows:
        sheet.rows.append(_row(sheet, number, columns, cells))
    return sheet


def write_template(language: Language, filled: Iterable[Filling] = ()) -> bytes:
    """Return a workbook to fill in, ``filled`` as far as something is known already.

    A made-up example and notes have sheets of their own.
    """
    target = io.BytesIO()
    rows = tuple(filled)
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_urls": False}) as book:
        plain = book.add_format({"num_format": "@"})
        for title in (SHEET, _EXAMPLE):
            sheet = book.add_worksheet(title.of(language))
            sheet.freeze_panes(1, 1)
            for number, column in enumerate(COLUMNS):
                style = {"bold": True, "bg_color": _FILLS[column.level], "border": 1}
                label = column.label.of(language) + ("*" if column.required else "")
                sheet.write_string(0, number, label, book.add_format(style))
                width = 44 if column.key in ("url", "substream") else 14
                sheet.set_column(number, number, width, plain)
                _offer(sheet, number, column, language)
                example = {(column.level, column.key): column.example}
                for line, row in enumerate((example,) if title is _EXAMPLE else rows, 1):
                    sheet.write_string(line, number, row.get((column.level, column.key), ""), plain)
        notes = book.add_worksheet(_NOTES.of(language))
        notes.set_column(0, 0, 110)
        for line, advice in enumerate(_ADVICE):
            notes.write_string(line, 0, advice.of(language))
    return target.getvalue()


def _offer(
    sheet: xlsxwriter.worksheet.Worksheet, number: int, column: Column, language: Language
) -> None:
    names = [name.of(language) for name in offered(column)]
    # A list is one text of at most 255 characters, parted by commas.
    if names and len(",".join(names)) <= 255 and not any("," in name for name in names):
        rule = {"validate": "list", "source": names}
        sheet.data_validation(1, number, _ROWS_WITH_CHOICES, number, rule)


def _check_headings(
    sheet: Sheet, headings: Iterable[str], columns: Iterable[Column], known: dict[str, Column]
) -> None:
    for heading in headings:
        if heading and heading.lower() not in known:
            label = Text(heading, heading)
            message = Text(
                "不认识这一列；应为：" + "、".join(column.label.zh for column in COLUMNS),
                "this column is not known; it should be one of: "
                + ", ".join(column.label.en for column in COLUMNS),
            )
            sheet.problems.append(RowProblem(sheet.title, 1, label, message))
    present = list(columns)
    for column in COLUMNS:
        if column.required and column not in present:
            sheet.complain(1, column, Text("缺少这一列", "this column is missing"))
        if present.count(column) > 1:
            sheet.complain(1, column, Text("这一列出现两次", "this column appears twice"))


def _row(sheet: Sheet, number: int, columns: dict[str, Column], cells: dict[str, str]) -> Row:
    values: dict[Level, dict[str, Any]] = {}
    wrong: list[Column] = []
    for heading, column in columns.items():
        text = cells.get(heading, "")
        if not text:
            continue
        try:
            values.setdefault(column.level, {})[column.key] = _checked(column, text)
        except CellError as error:
            wrong.append(column)
            sheet.complain(number, column, error.text)
    for column, message in _missing(values):
        if column not in wrong:
            wrong.append(column)
            sheet.complain(number, column, message)
    return Row(number, values, frozenset(wrong))


def _checked(column: Column, text: str) -> Any:
    # The district's file takes ${NAME} from the environment: a sheet must not reach into that.
    if "${" in text and column.key != "password":
        raise CellError(Text("不能含有 ${…}", "must not hold ${…}"))
    return value_of(column, text)


def _missing(values: dict[Level, dict[str, Any]]) -> Iterator[tuple[Column, Text]]:
    needed = Text("必填", "is needed")
    by_key = {(column.level, column.key): column for column in COLUMNS}
    if not values.get(Level.INSTITUTION):
        yield by_key[Level.INSTITUTION, "name"], needed
    if values.get(Level.CAMERA) and not values.get(Level.ROOM):
        yield by_key[Level.ROOM, "name"], Text("摄像机属于哪个房间？", "which room is it in?")
    camera = values.get(Level.CAMERA, {})
    if "username" in camera and "url" not in camera:
        yield by_key[Level.CAMERA, "url"], needed
    if "password" in camera and "username" not in camera:
        yield by_key[Level.CAMERA, "username"], needed
