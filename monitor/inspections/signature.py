"""Signatures drawn on a screen: checked, and turned into a picture that holds nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.domain.errors import InputError
from monitor.domain.text import Text

WIDTH, HEIGHT = 600, 200
MOST_STROKES, MOST_POINTS = 200, 4000
_FEWEST_POINTS = 8

Strokes = Sequence[Sequence[tuple[int, int]]]
"""What a pen drew: points in a field of :data:`WIDTH` × :data:`HEIGHT`."""


def signature_svg(strokes: Strokes) -> bytes:
    """Return the strokes as an SVG picture; the same strokes always give the same bytes.

    Raises:
        InputError: there is next to nothing, far too much, or a point outside the field.
    """
    points = [point for stroke in strokes for point in stroke]
    if len(points) < _FEWEST_POINTS:
        raise InputError(
            Text("这不是签字", "this is not a signature"),
            where="strokes",
            hint=Text("请在框内签字", "sign in the field"),
        )
    if len(strokes) > MOST_STROKES or len(points) > MOST_POINTS:
        raise InputError(
            Text("内容过多，不是签字", "this is more than a signature"), where="strokes"
        )
    if not all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points):
        raise InputError(Text("笔画超出了签字框", "a stroke leaves the field"), where="strokes")
    paths = "".join(
        f'<polyline points="{" ".join(f"{x},{y}" for x, y in stroke)}"/>' for stroke in strokes
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<g fill="none" stroke="#123" stroke-width="3" stroke-linecap="round" '
        f'stroke-linejoin="round">{paths}</g></svg>\n'
    ).encode("ascii")
