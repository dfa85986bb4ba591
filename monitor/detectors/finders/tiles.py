"""Looking at a picture in overlapping tiles, for rooms in which people are small.

A tile is looked at with the whole input of the model, so that somebody in it is as many times
larger as there are tiles across. The whole picture is looked at as well: whoever is larger than a
tile is seen whole only there. Somebody who stands on the edge of a tile is found in part by one
tile and whole by its neighbour, as tiles overlap; parts are given up for the whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from monitor.detectors.finder import Finder, Image, check_frame
from monitor.domain.people import Box, Person
from monitor.domain.places import Tiles

_CUT = 0.01
"""How near the inner edge of its tile, as a share of the tile, a box is taken as cut by it."""
_ALIKE = 0.7
"""How alike two halves must be along the seam, as intersection over union."""
_PART = 0.6
"""Share of a cut box that lies inside another from which it is a part of the same person."""


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody found in a tile; ``cut`` names the inner edges of the tile that cut the box."""

    person: Person
    cut: frozenset[str] = frozenset()


def tiles_of(tiles: Tiles) -> list[Box]:
    """Return the whole picture and then the tiles, as shares of the picture."""
    across = list(_spans(tiles.columns, tiles.overlap))
    down = list(_spans(tiles.rows, tiles.overlap))
    whole = Box(0.0, 0.0, 1.0, 1.0)
    if len(across) * len(down) == 1:
        return [whole]
    return [whole, *(Box(x1, y1, x2, y2) for y1, y2 in down for x1, x2 in across)]


def find_in_tiles(
    finder: Finder, frame: Image, tiles: Tiles, *, overlap: float = 0.6
) -> list[Person]:
    """Return the people of ``frame``, best score first, each once.

    Boxes that share more than ``overlap`` (intersection over union) are one person.

    Raises:
        ValueError: ``frame`` is not ``uint8`` of shape (height, width, 3).
    """
    check_frame(frame)
    places = tiles_of(tiles)
    found = finder.find([crop(frame, place) for place in places])
    seen = [
        placed(person, place)
        for place, people in zip(places, found, strict=True)
        for person in people
    ]
    return merged(seen, overlap)


def crop(frame: Image, tile: Box) -> Image:
    """Return the part of ``frame`` (height, width, 3) that ``tile`` names, without copying it."""
    height, width = frame.shape[:2]
    left, right = round(tile.x1 * width), round(tile.x2 * width)
    top, bottom = round(tile.y1 * height), round(tile.y2 * height)
    return frame[top : max(bottom, top + 1), left : max(right, left + 1)]


def merged(found: Sequence[Found], overlap: float) -> list[Person]:
    """Return each person once, best score first.

    Halves on both sides of a seam become one box; then whole boxes go before cut ones.
    """
    kept: list[Found] = []
    for one in sorted(_joined(found), key=lambda each: (bool(each.cut), -each.person.score)):
        if not any(_same(one, other, overlap) for other in kept):
            kept.append(one)
    return sorted((each.person for each in kept), key=lambda person: -person.score)


def placed(person: Person, tile: Box) -> Found:
    """Return somebody found in ``tile`` with the box as shares of the picture."""
    box = person.box
    # At the edge of the picture itself nobody is cut by a tile.
    edges = {
        "left": box.x1 < _CUT and tile.x1 > 0,
        "top": box.y1 < _CUT and tile.y1 > 0,
        "right": box.x2 > 1 - _CUT and tile.x2 < 1,
        "bottom": box.y2 > 1 - _CUT and tile.y2 < 1,
    }
    here = Box(
        tile.x1 + box.x1 * tile.width,
        tile.y1 + box.y1 * tile.height,
        tile.x1 + box.x2 * tile.width,
        tile.y1 + box.y2 * tile.height,
    )
    return Found(replace(person, box=here), frozenset(side for side, cut in edges.items() if cut))


def _joined(found: Sequence[Found]) -> list[Found]:
    """Unite pairs that the two sides of one seam cut: both reach over all that the tiles share."""
    left = list(found)
    for first, second in (("right", "left"), ("bottom", "top")):
        ends = [one for one in left if first in one.cut]
        for one in ends:
            other = next(
                (other for other in left if second in other.cut and _across(one, other, first)),
                None,
            )
            if other is None:
                continue
            left = [each for each in left if each is not one and each is not other]
            left.append(_united(one, other, frozenset((first, second))))
    return left


def _across(one: Found, other: Found, side: str) -> bool:
    a, b = one.person.box, other.person.box
    if side == "right":
        return b.x1 < a.x2 and a.x1 < b.x1 and _alike((a.y1, a.y2), (b.y1, b.y2))
    return b.y1 < a.y2 and a.y1 < b.y1 and _alike((a.x1, a.x2), (b.x1, b.x2))


def _alike(a: tuple[float, float], b: tuple[float, float]) -> bool:
    shared = min(a[1], b[1]) - max(a[0], b[0])
    return shared > _ALIKE * (max(a[1], b[1]) - min(a[0], b[0]))


def _united(one: Found, other: Found, seam: frozenset[str]) -> Found:
    a, b = one.person.box, other.person.box
    box = Box(min(a.x1, b.x1), min(a.y1, b.y1), max(a.x2, b.x2), max(a.y2, b.y2))
    better = max(one.person, other.person, key=lambda person: person.score)
    return Found(replace(better, box=box), (one.cut | other.cut) - seam)


def _same(one: Found, other: Found, overlap: float) -> bool:
    if one.person.box.overlap(other.person.box) > overlap:
        return True
    return bool(one.cut) and _inside(one.person.box, other.person.box) > _PART


def _inside(part: Box, whole: Box) -> float:
    width = min(part.x2, whole.x2) - max(part.x1, whole.x1)
    height = min(part.y2, whole.y2) - max(part.y1, whole.y1)
    area = part.width * part.height
    return max(width, 0.0) * max(height, 0.0) / area if area > 0 else 0.0


def _spans(count: int, overlap: float) -> Iterator[tuple[float, float]]:
    # Equal parts that reach from 0 to 1, each sharing `overlap` of itself with the next.
    size = 1 / (count - (count - 1) * overlap)
    for index in range(count):
        start = index * size * (1 - overlap)
        yield (start, 1.0 if index == count - 1 else start + size)
