"""A sheet to draw on: rectangles, lines, paths and words in named tones, written as SVG."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Literal

Tone = Literal[
    "ink", "soft", "grid", "ground", "accent", "second", "good", "bad", "wait", "mild", "pale"
]
Anchor = Literal["start", "middle", "end"]

_TONES: dict[Tone, str] = {
    "ink": "#16242f",
    "soft": "#5c6b77",
    "grid": "#d3dbe0",
    "ground": "#ffffff",
    "accent": "#0f5c6e",
    "second": "#b06a00",
    "good": "#1f6f43",
    "bad": "#b3261e",
    "wait": "#8a6100",
    "mild": "#f2d9a8",
    "pale": "#dbe7ea",
}
_FONTS = "Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif"


@dataclass(frozen=True, slots=True)
class Table:
    """The figures of a picture in words: one heading for each column."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, as SVG, with what it shows in words and as a table; sizes are SVG units."""

    svg: str
    title: str
    description: str
    table: Table
    width: float
    height: float


class Drawing:
    """A sheet that is drawn on from top to bottom; what comes later lies above."""

    def __init__(self, width: float, height: float) -> None:
        self.width = width
        self.height = height
        self._parts: list[str] = []

    def rect(self, x: float, y: float, width: float, height: float, tone: Tone) -> None:
        """Fill a rectangle."""
        self._parts.append(
            f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"'
            f' fill="{_TONES[tone]}" class="f-{tone}"/>'
        )

    def squares(self, corners: list[tuple[float, float]], side: float, tone: Tone) -> None:
        """Fill many squares of one size at once, by their upper left corners."""
        if corners:
            edge = _n(side)
            path = "".join(f"M{_n(x)} {_n(y)}h{edge}v{edge}h-{edge}z" for x, y in corners)
            self._parts.append(f'<path d="{path}" fill="{_TONES[tone]}" class="f-{tone}"/>')

    def line(self, x1: float, y1: float, x2: float, y2: float, tone: Tone = "grid") -> None:
        """Draw a thin straight line."""
        self._parts.append(
            f'<path d="M{_n(x1)} {_n(y1)}L{_n(x2)} {_n(y2)}" fill="none" stroke="{_TONES[tone]}"'
            f' stroke-width="0.8" class="s-{tone}"/>'
        )

    def curve(self, points: list[tuple[float, float]], tone: Tone, dash: str = "") -> None:
        """Draw a line through points; a single one becomes a dot only by :meth:`dot`."""
        path = "L".join(f"{_n(x)} {_n(y)}" for x, y in points)
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        self._parts.append(
            f'<path d="M{path}" fill="none" stroke="{_TONES[tone]}" stroke-width="1.8"'
            f' stroke-linejoin="round"{dashes} class="s-{tone}"/>'
        )

    def dot(self, x: float, y: float, tone: Tone, *, hollow: bool = False) -> None:
        """Draw a point of a line."""
        fill: Tone = "ground" if hollow else tone
        self._parts.append(
            f'<circle cx="{_n(x)}" cy="{_n(y)}" r="2.6" fill="{_TONES[fill]}"'
            f' stroke="{_TONES[tone]}" stroke-width="1.4" class="f-{fill} s-{tone}"/>'
        )

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = 10,
        tone: Tone = "ink",
        anchor: Anchor = "start",
        upright: bool = True,
    ) -> None:
        """Write words on a line whose foot is at ``y``; not ``upright`` ones run upwards."""
        turned = "" if upright else f' transform="rotate(-90 {_n(x)} {_n(y)})"'
        self._parts.append(
            f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" text-anchor="{anchor}"'
            f' fill="{_TONES[tone]}" class="f-{tone}"{turned}>{escape(_printable(words))}</text>'
        )

    def finish(self, key: str, title: str, description: str, table: Table) -> Picture:
        """Return the picture; ``key`` makes its ids unique on a page."""
        name = escape(_printable(key))
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="picture" role="img"'
            f' viewBox="0 0 {_n(self.width)} {_n(self.height)}" font-family="{_FONTS}"'
            f' aria-labelledby="{name}-title {name}-desc">'
            f'<title id="{name}-title">{escape(_printable(title))}</title>'
            f'<desc id="{name}-desc">{escape(_printable(description))}</desc>'
            f"{''.join(self._parts)}</svg>"
        )
        return Picture(svg, title, description, table, self.width, self.height)


def shortened(words: str, most: int) -> str:
    """Return words in at most ``most`` half widths; a Chinese character takes two."""
    used = 0
    for place, char in enumerate(words):
        used += 2 if ord(char) > 0x2E7F else 1
        if used > most:
            return words[: max(0, place - 1)] + "…"
    return words


def _n(value: float) -> str:
    """Return a number with two digits at most: the same on every machine."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _printable(words: str) -> str:
    """Leave out what XML cannot hold."""
    return "".join(
        char
        for char in words
        if (ord(char) >= 32 or char in "\t\n")
        and not 0xD800 <= ord(char) <= 0xDFFF
        and ord(char) not in (0xFFFE, 0xFFFF)
    )
