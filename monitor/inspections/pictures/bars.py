"""Bars that lie on their sides, each made of parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.inspections.pictures.drawing import Drawing, Picture, Table, Tone, shortened

_ROW, _BAR, _TOP, _FOOT = 19.0, 12.0, 22.0, 4.0


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: what it is of, the size of each of its parts, and what is written at its end."""

    label: str
    parts: tuple[float, ...]
    words: str


def bars(
    key: str,
    title: str,
    description: str,
    rows: Sequence[Bar],
    parts: Sequence[tuple[str, Tone]],
    *,
    axis: str,
    last: str,
    width: float = 460,
    left: float = 150,
    right: float = 90,
) -> Picture:
    """Draw a bar for each row; all are to one scale.

    Args:
        key: unique on its page.
        title: what is shown.
        description: what it says, in a sentence.
        rows: the bars, from the top.
        parts: name and tone of each part.
        axis: what the rows are, as the heading of the table's first column.
        last: the heading of what is written at the ends.
        width: of the sheet.
        left: room for the labels.
        right: room for what is written at the ends.
    """
    sheet = Drawing(width, _TOP + _ROW * len(rows) + _FOOT)
    longest = max((sum(row.parts) for row in rows), default=0.0) or 1.0
    unit = (width - left - right) / longest
    _legend(sheet, parts, left)
    for number, row in enumerate(rows):
        y = _TOP + _ROW * number
        foot = y + _BAR - 2
        words = shortened(row.label, int(left / 6.2))
        sheet.text(left - 7, foot, words, size=10, anchor="end")
        x = left
        for size, (_, tone) in zip(row.parts, parts, strict=True):
            if size > 0:
                sheet.rect(x, y, max(size * unit, 0.6), _BAR, tone)
                x += size * unit
        sheet.text(x + 5, foot, row.words, size=9.5, tone="soft")
    sheet.line(left, _TOP - 3, left, sheet.height - _FOOT, "soft")
    table = Table(
        (axis, *(name for name, _ in parts), last),
        tuple((row.label, *(f"{size:g}" for size in row.parts), row.words) for row in rows),
    )
    return sheet.finish(key, title, description, table)


def _legend(sheet: Drawing, parts: Sequence[tuple[str, Tone]], x: float) -> None:
    for name, tone in parts:
        sheet.rect(x, 3, 9, 9, tone)
        sheet.text(x + 13, 11, name, size=10)
        x += 26 + sum(10.5 if ord(char) > 0x2E7F else 6.2 for char in name)
