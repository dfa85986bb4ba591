"""Heat maps: rows by columns, a mark in each field.

A mark tells by its size as well as by its colour what it stands for, so that it can be read in
grey. Fields of one kind are one path, so a map of a whole district stays small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.inspections.pictures.drawing import Drawing, Picture, Table, Tone, shortened

_TOP, _HEAD_SIZE = 16.0, 7.5


@dataclass(frozen=True, slots=True)
class Cell:
    """A kind of field: its name, its tone, and how much of the field's side its mark takes."""

    name: str
    tone: Tone
    fill: float = 1.0


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A row: its label, the kind of each field (``None`` for an empty one), and its end.

    ``words`` are what is written in the fields, where there are any.
    """

    label: str
    cells: Sequence[Cell | None]
    end: str = ""
    words: Sequence[str] = ()


def heat(
    key: str,
    title: str,
    description: str,
    columns: Sequence[str],
    rows: Sequence[HeatRow],
    kinds: Sequence[Cell],
    table: Table,
    *,
    width: float = 720,
    left: float = 132,
    right: float = 34,
    row_height: float = 10,
    head_height: float = 30,
    upright: bool = False,
) -> Picture:
    """Draw a heat map.

    Args:
        key: unique on its page.
        title: what is shown.
        description: what it says, in a sentence.
        columns: what stands above each column.
        rows: the rows, from the top.
        kinds: all kinds of fields, for the legend.
        table: the same in words.
        width: of the sheet.
        left: room for the labels.
        right: room for what is written at the ends.
        row_height: of a row.
        head_height: room for the columns' names.
        upright: whether the columns' names are written from left to right.
    """
    top = _TOP + head_height
    sheet = Drawing(width, top + row_height * len(rows) + 2)
    step = (width - left - right) / max(1, len(columns))
    _legend(sheet, kinds, left)
    for number, name in enumerate(columns):
        x = left + step * (number + 0.5)
        if upright:
            sheet.text(x, top - 4, name, size=8.5, tone="soft", anchor="middle")
        else:
            size = min(_HEAD_SIZE, step)
            sheet.text(x + size / 3, top - 3, name, size=size, tone="soft", upright=False)
    size = min(8.5, row_height * 0.82)
    for number, row in enumerate(rows):
        y = top + row_height * number
        if number % 5 == 0:
            sheet.line(left, y, width - right, y)
        foot = y + row_height * 0.5 + size * 0.36
        label = shortened(row.label, int(left / (size * 0.62)))
        sheet.text(left - 4, foot, label, size=size, anchor="end")
        sheet.text(width - right + 4, foot, row.end, size=size, tone="soft")
    _fields(sheet, rows, kinds, left, top, step, row_height)
    _words(sheet, rows, left, top, step, row_height)
    return sheet.finish(key, title, description, table)


def _fields(
    sheet: Drawing,
    rows: Sequence[HeatRow],
    kinds: Sequence[Cell],
    left: float,
    top: float,
    step: float,
    row_height: float,
) -> None:
    wide = any(row.words for row in rows)
    field = min(step, row_height) - 0.8
    for kind in kinds:
        corners = []
        for number, row in enumerate(rows):
            for column, cell in enumerate(row.cells):
                if cell is not kind:
                    continue
                x, y = left + step * column, top + row_height * number
                if wide:
                    sheet.rect(x + 0.5, y + 0.5, step - 1, row_height - 1, kind.tone)
                else:
                    side = field * kind.fill
                    corners.append((x + (step - side) / 2, y + (row_height - side) / 2))
        sheet.squares(corners, field * kind.fill, kind.tone)


def _words(
    sheet: Drawing,
    rows: Sequence[HeatRow],
    left: float,
    top: float,
    step: float,
    row_height: float,
) -> None:
    size = min(8.5, row_height * 0.78)
    for number, row in enumerate(rows):
        foot = top + row_height * (number + 0.5) + size * 0.36
        for column, (words, cell) in enumerate(zip(row.words, row.cells, strict=False)):
            tone: Tone = "ground" if cell is not None and cell.tone in _DARK else "ink"
            x = left + step * (column + 0.5)
            sheet.text(x, foot, words, size=size, tone=tone, anchor="middle")


_DARK: frozenset[Tone] = frozenset({"accent", "good", "bad", "wait", "second", "ink"})


def _legend(sheet: Drawing, kinds: Sequence[Cell], x: float) -> None:
    for kind in kinds:
        side = 9 * kind.fill
        sheet.rect(x + (9 - side) / 2, 2 + (9 - side) / 2, side, side, kind.tone)
        sheet.text(x + 13, 10, kind.name, size=9)
        x += 24 + sum(9.5 if ord(char) > 0x2E7F else 5.8 for char in kind.name)
