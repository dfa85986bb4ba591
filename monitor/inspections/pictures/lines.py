"""Lines over months; what is not known leaves a gap."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from monitor.inspections.pictures.drawing import Drawing, Picture, Table, Tone
from monitor.inspections.pictures.scale import Scale, scale

_LEFT, _RIGHT, _TOP, _BOTTOM = 46.0, 8.0, 24.0, 20.0
_TONES: tuple[tuple[Tone, str, bool], ...] = (
    ("accent", "", False),
    ("second", "5 3", True),
    ("bad", "1.5 3", False),
)
MOST_SERIES = len(_TONES)


@dataclass(frozen=True, slots=True)
class Series:
    """A line: its name, and a value for each place along the axis, ``None`` where unknown."""

    name: str
    values: Sequence[float | None]


def lines(
    key: str,
    title: str,
    description: str,
    labels: Sequence[str],
    series: Sequence[Series],
    say: Callable[[float], str],
    *,
    axis: str,
    nothing: str,
    names: Sequence[str] | None = None,
    tick: Callable[[float], str] | None = None,
    ceiling: float | None = None,
    whole: bool = False,
    width: float = 380,
    height: float = 150,
) -> Picture:
    """Draw up to three lines, which differ in colour, dashes and dots.

    Args:
        key: unique on its page.
        title: what is shown.
        description: what it says, in a sentence.
        labels: what stands beneath each place.
        series: the lines.
        say: writes a value.
        axis: what the places are, as the heading of the table's first column.
        nothing: what is written in place of the lines where no value is known.
        tick: writes a value beside the axis, where ``say`` takes too much room.
        names: what the table calls each place, where ``labels`` are too short for it.
        ceiling: see :func:`~monitor.inspections.pictures.scale.scale`, as ``whole``.
        whole: whether values are whole numbers.
        width: of the sheet.
        height: of the sheet.
    """
    known = [value for one in series for value in one.values if value is not None]
    axis_scale = scale(known, ceiling=ceiling, whole=whole)
    sheet = Drawing(width, height)
    _grid(sheet, axis_scale, labels, tick or say)
    _legend(sheet, series)
    if not known:
        across, down = (_LEFT + width - _RIGHT) / 2, (_TOP + height - _BOTTOM) / 2
        sheet.text(across, down, nothing, size=12, tone="soft", anchor="middle")
    for one, (tone, dash, hollow) in zip(series, _TONES, strict=False):
        points = [
            None if value is None else _place(sheet, axis_scale, number, len(labels), value)
            for number, value in enumerate(one.values)
        ]
        for run in _runs(points):
            if len(run) > 1:
                sheet.curve(run, tone, dash)
            for x, y in run:
                sheet.dot(x, y, tone, hollow=hollow)
    table = Table(
        (axis, *(one.name for one in series)),
        tuple(
            (
                name,
                *(
                    "–" if one.values[number] is None else say(_known(one, number))
                    for one in series
                ),
            )
            for number, name in enumerate(labels if names is None else names)
        ),
    )
    return sheet.finish(key, title, description, table)


def _known(one: Series, number: int) -> float:
    value = one.values[number]
    return 0.0 if value is None else value


def _place(
    sheet: Drawing, axis: Scale, number: int, count: int, value: float
) -> tuple[float, float]:
    span = sheet.width - _LEFT - _RIGHT
    x = _LEFT + span * (number + 0.5) / count
    y = _TOP + (sheet.height - _TOP - _BOTTOM) * (1 - axis.share(value))
    return x, y


def _grid(sheet: Drawing, axis: Scale, labels: Sequence[str], say: Callable[[float], str]) -> None:
    for tick in axis.ticks:
        _, y = _place(sheet, axis, 0, 1, tick)
        sheet.line(_LEFT, y, sheet.width - _RIGHT, y)
        sheet.text(_LEFT - 6, y + 3.4, say(tick), size=10, tone="soft", anchor="end")
    for number, label in enumerate(labels):
        x, _ = _place(sheet, axis, number, len(labels), axis.low)
        sheet.text(x, sheet.height - 6, label, size=10, tone="soft", anchor="middle")


def _legend(sheet: Drawing, series: Sequence[Series]) -> None:
    x = _LEFT
    for one, (tone, dash, hollow) in zip(series, _TONES, strict=False):
        sheet.curve([(x, 9), (x + 20, 9)], tone, dash)
        sheet.dot(x + 10, 9, tone, hollow=hollow)
        sheet.text(x + 25, 12.5, one.name, size=10)
        x += 38 + sum(10.5 if ord(char) > 0x2E7F else 6.2 for char in one.name)


def _runs(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if run]
