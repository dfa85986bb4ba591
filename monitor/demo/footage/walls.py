"""Walls with what belongs on them: windows, doors, pictures, a clock."""

from __future__ import annotations

import cv2
import numpy as np

from monitor.demo.footage.cutouts import Picture
from monitor.demo.footage.surfaces import Colour, Face, shaded
from monitor.demo.footage.textures import PPM, Rectangle, paint

_WHITE: Colour = (246, 247, 248)
_CRAYONS: tuple[Colour, ...] = (
    (120, 170, 245),
    (150, 205, 250),
    (150, 215, 165),
    (225, 185, 130),
    (210, 160, 215),
)


class Wall:
    """One wall, drawn flat: x from its left end as seen from inside, y up from the floor."""

    def __init__(self, width: float, height: float, colour: Colour, seed: int = 1) -> None:
        self.texture: Picture = paint(width, height, colour, seed)
        self.width, self.height = width, height

    def _pixel(self, x: float, y: float) -> tuple[int, int]:
        return round(x * PPM), self.texture.shape[0] - round(y * PPM)

    def panel(self, area: Rectangle, colour: Colour) -> None:
        """Paint a rectangle."""
        left, bottom, right, top = area
        cv2.rectangle(self.texture, self._pixel(left, top), self._pixel(right, bottom), colour, -1)

    def wainscot(self, colour: Colour, height: float = 1.05) -> None:
        """Paint the lower part in another colour, with a rail above and a skirting below."""
        self.panel((0, 0, self.width, height), colour)
        for x in np.arange(0.6, self.width, 0.6):
            cv2.line(
                self.texture,
                self._pixel(float(x), 0),
                self._pixel(float(x), height),
                shaded(colour, 0.96),
                2,
            )
        self.panel((0, height, self.width, height + 0.05), _WHITE)
        self.panel((0, 0, self.width, 0.10), shaded(_WHITE, 0.95))

    def window(self, area: Rectangle, curtain: Colour) -> None:
        """Set in a window onto trees and sky, with curtains at its sides."""
        left, bottom, right, top = area
        self.panel((left - 0.06, bottom - 0.08, right + 0.06, top + 0.06), shaded(_WHITE, 0.93))
        (x1, y1), (x2, y2) = self._pixel(left, top), self._pixel(right, bottom)
        self.texture[y1:y2, x1:x2] = _outside(x2 - x1, y2 - y1)
        panes = max(2, round((right - left) / 0.8))
        for i in range(panes + 1):
            x = left + (right - left) * i / panes
            self.panel((x - 0.025, bottom, x + 0.025, top), _WHITE)
        self.panel((left, top - 0.5, right, top - 0.46), _WHITE)
        for side in (left - 0.12, right - 0.16):
            for i in range(4):
                x = side + 0.07 * i
                tone = shaded(curtain, 1.0 - 0.06 * (i % 2))
                self.panel((x, bottom - 0.2, x + 0.07, top + 0.1), tone)
        self.panel((left - 0.2, top + 0.08, right + 0.2, top + 0.12), (150, 165, 180))

    def door(self, left: float, colour: Colour, width: float = 1.0, height: float = 2.05) -> None:
        """Set in a door with a glass pane, closed."""
        self.panel((left - 0.08, 0, left + width + 0.08, height + 0.08), shaded(_WHITE, 0.97))
        self.panel((left, 0, left + width, height), colour)
        self.panel((left + 0.2, 1.05, left + width - 0.2, 1.8), (222, 214, 204))
        self.panel((left + 0.2, 0.25, left + width - 0.2, 0.85), shaded(colour, 0.95))
        cv2.circle(
            self.texture,
            self._pixel(left + width - 0.09, 0.98),
            round(0.035 * PPM),
            (120, 130, 140),
            -1,
            cv2.LINE_AA,
        )

    def glass_door(self, left: float, width: float, height: float = 2.2) -> None:
        """Set in a double door of glass, daylight behind it."""
        self.panel((left - 0.1, 0, left + width + 0.1, height + 0.1), (150, 160, 168))
        (x1, y1), (x2, y2) = self._pixel(left, height), self._pixel(left + width, 0.0)
        self.texture[y1:y2, x1:x2] = _outside(x2 - x1, y2 - y1)
        for x in (left, left + width / 2, left + width):
            self.panel((x - 0.04, 0, x + 0.04, height), (172, 182, 188))
        self.panel((left, 0, left + width, 0.16), (172, 182, 188))
        self.panel((left, 1.0, left + width, 1.05), (200, 208, 212))

    def sky(self) -> None:
        """Paint the whole wall as sky and distant trees."""
        rows, columns = self.texture.shape[:2]
        self.texture[:] = _outside(columns, rows)

    def opening(self, left: float, width: float = 1.1, height: float = 2.1) -> None:
        """Leave a doorway open to the room beyond."""
        self.panel((left - 0.09, 0, left + width + 0.09, height + 0.09), shaded(_WHITE, 0.93))
        self.panel((left, 0, left + width, height), (196, 206, 210))
        self.panel((left, 0, left + width, 0.5), (164, 180, 190))

    def pictures(self, left: float, bottom: float, count: int, seed: int) -> None:
        """Hang a row of children's drawings."""
        rng = np.random.default_rng(seed)
        for i in range(count):
            x = left + 0.52 * i
            self.panel((x, bottom, x + 0.42, bottom + 0.32), (170, 195, 215))
            self.panel((x + 0.02, bottom + 0.02, x + 0.40, bottom + 0.30), (240, 244, 246))
            for _ in range(4):
                centre = self._pixel(
                    x + float(rng.uniform(0.09, 0.33)), bottom + float(rng.uniform(0.09, 0.23))
                )
                colour = _CRAYONS[int(rng.integers(len(_CRAYONS)))]
                cv2.circle(self.texture, centre, int(rng.integers(4, 11)), colour, -1, cv2.LINE_AA)

    def rainbow(self, x: float, y: float, radius: float) -> None:
        """Paint a rainbow, its feet at height ``y``."""
        for i, colour in enumerate(_CRAYONS):
            size = round((radius - 0.09 * i) * PPM)
            cv2.ellipse(
                self.texture,
                self._pixel(x, y),
                (size, size),
                0,
                180,
                360,
                colour,
                round(0.08 * PPM),
                cv2.LINE_AA,
            )

    def hills(self, colours: tuple[Colour, ...], height: float) -> None:
        """Paint soft hills along the whole wall."""
        for i, colour in enumerate(colours):
            x = np.linspace(0, self.width, 80)
            y = height * (1 - 0.28 * i) * (0.8 + 0.2 * np.sin(1.3 * x + 2.1 * i))
            ridge = [self._pixel(float(a), float(b)) for a, b in zip(x, y, strict=True)]
            outline = [self._pixel(0, 0), *ridge, self._pixel(self.width, 0)]
            cv2.fillPoly(self.texture, [np.array(outline, np.int32)], colour, cv2.LINE_AA)

    def clock(self, x: float, y: float) -> None:
        """Hang a clock."""
        centre = self._pixel(x, y)
        cv2.circle(self.texture, centre, round(0.17 * PPM), (120, 150, 190), -1, cv2.LINE_AA)
        cv2.circle(self.texture, centre, round(0.145 * PPM), _WHITE, -1, cv2.LINE_AA)
        for dx, dy in ((0.0, 0.10), (0.07, -0.03)):
            cv2.line(
                self.texture, centre, self._pixel(x + dx, y + dy), (70, 70, 70), 3, cv2.LINE_AA
            )


def _outside(width: int, height: int) -> Picture:
    """Return sky and blurred trees."""
    sky = np.linspace(1, 0, height, dtype=np.float32)[:, None, None]
    picture = np.array((244, 226, 200), np.float32) * sky + np.array(
        (238, 240, 236), np.float32
    ) * (1 - sky)
    picture = np.repeat(picture, width, axis=1)
    rng = np.random.default_rng(width * 31 + height)
    for crowns, green in (
        (0.60, (172, 208, 182)),
        (0.74, (146, 192, 158)),
        (0.90, (124, 174, 138)),
    ):
        for _ in range(round(22 * width / height)):
            centre = (int(rng.integers(0, width)), int(height * rng.normal(crowns + 0.16, 0.06)))
            radius = int(height * rng.uniform(0.06, 0.15))
            tone = shaded(green, float(rng.uniform(0.94, 1.04)))
            cv2.circle(picture, centre, radius, tone, -1)
    return np.asarray(
        np.clip(cv2.GaussianBlur(picture, (0, 0), 4 + 0.008 * height), 0, 255), np.uint8
    )


def around_opening(
    a: tuple[float, float],
    b: tuple[float, float],
    opening: tuple[float, float],
    top: float,
    height: float = 2.9,
) -> list[Face]:
    """Return a wall from floor point ``a`` to ``b`` but for its opening, to hide what is behind.

    ``opening`` is where the doorway starts and ends, metres from ``a``, ``top`` its height.
    """
    start, end = np.array(a), np.array(b)
    way = (end - start) / np.linalg.norm(end - start)

    def part(first: float, last: float, low: float) -> Face:
        (x1, z1), (x2, z2) = start + way * first, start + way * last
        corners = ((x1, height, z1), (x2, height, z2), (x2, low, z2), (x1, low, z1))
        return Face(corners, (0, 0, 0), two_sided=True)

    length = float(np.linalg.norm(end - start))
    return [
        part(0.0, opening[0], 0.0),
        part(opening[1], length, 0.0),
        part(opening[0], opening[1], top),
    ]


def enclose(
    x: tuple[float, float],
    z: tuple[float, float],
    north: Wall | None = None,
    east: Wall | None = None,
    south: Wall | None = None,
    west: Wall | None = None,
) -> list[Face]:
    """Return the inner faces of the walls around a floor; north is at the greatest z."""
    (x1, x2), (z1, z2) = x, z
    ends = (
        (north, (x1, z2), (x2, z2)),
        (east, (x2, z2), (x2, z1)),
        (south, (x2, z1), (x1, z1)),
        (west, (x1, z1), (x1, z2)),
    )
    faces: list[Face] = []
    for wall, (ax, az), (bx, bz) in ends:
        if wall is not None:
            h = wall.height
            corners = ((ax, h, az), (bx, h, bz), (bx, 0.0, bz), (ax, 0.0, az))
            faces.append(Face(corners, wall.texture))
    return faces
