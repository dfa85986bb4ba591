"""Drawing flat things in perspective: textured walls and floors, plain faces of furniture.

A :class:`Canvas` is drawn at twice the size of the picture and reduced at the end, which smooths
every edge. Whoever draws gives the far parts first; the faces of one box need no order, for those
that look away are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.demo.footage.cutouts import Picture
from monitor.demo.footage.optics import NEAR_M, Optics, Points

Colour = tuple[int, int, int]
Corner = tuple[float, float, float]

_FINER = 2
_SHIFT = 4


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """A flat polygon of the room, corners in metres.

    ``paint`` is a BGR colour, or a picture laid over the parallelogram whose top left, top right
    and bottom left are the first, second and last corner. ``two_sided`` faces are drawn also from
    behind; others show only where their corners run clockwise.
    """

    corners: tuple[Corner, ...]
    paint: Colour | Picture
    two_sided: bool = False


class Canvas:
    """A picture being drawn; :meth:`picture` returns it at the size of the camera's."""

    def __init__(self, optics: Optics, backdrop: Colour = (214, 220, 222)) -> None:
        self.optics = optics
        self._fine = optics.resized(optics.width * _FINER, optics.height * _FINER)
        shape = (self._fine.height, self._fine.width, 3)
        self._pixels: Picture = np.full(shape, backdrop, np.uint8)

    def draw(self, faces: Iterable[Face]) -> None:
        """Draw faces one over the other."""
        for face in faces:
            self._face(face)

    def mask(self, faces: Iterable[Face]) -> Picture:
        """Return how far faces cover each pixel, 0–255."""
        covered: Picture = np.zeros(self._pixels.shape[:2], np.uint8)
        for face in faces:
            outline = self._outline(face)
            if outline is not None:
                cv2.fillPoly(covered, [outline], 255, cv2.LINE_AA, _SHIFT)
        return self._reduced(covered)

    def picture(self) -> Picture:
        """Return what has been drawn, BGR."""
        return self._reduced(self._pixels)

    def _reduced(self, pixels: Picture) -> Picture:
        size = (self.optics.width, self.optics.height)
        return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)

    def _outline(self, face: Face) -> NDArray[np.int32] | None:
        seen = _clip_near(self._fine.see(np.array(face.corners)))
        if len(seen) < 3:
            return None
        scale = self._fine.focal_px / seen[:, 2]
        points = np.column_stack(
            [self._fine.width / 2 + seen[:, 0] * scale, self._fine.height / 2 + seen[:, 1] * scale]
        )
        if not face.two_sided and _signed_area(points) <= 0:
            return None
        limited = np.clip(points, -20_000, 20_000)
        return (limited * (1 << _SHIFT)).round().astype(np.int32)

    def _face(self, face: Face) -> None:
        outline = self._outline(face)
        if outline is None:
            return
        if isinstance(face.paint, tuple):
            cv2.fillPoly(self._pixels, [outline], face.paint, cv2.LINE_AA, _SHIFT)
            return
        x, y, width, height = cv2.boundingRect(outline >> _SHIFT)
        left, top = max(x - 1, 0), max(y - 1, 0)
        right = min(x + width + 2, self._fine.width)
        bottom = min(y + height + 2, self._fine.height)
        if left >= right or top >= bottom:
            return
        self._texture(face, face.paint, outline, (left, top, right, bottom))

    def _texture(
        self,
        face: Face,
        texture: Picture,
        outline: NDArray[np.int32],
        area: tuple[int, int, int, int],
    ) -> None:
        left, top, right, bottom = area
        corners = np.array(face.corners)
        rows, columns = texture.shape[:2]
        to_pixels = self._fine.homography(
            corners[0], (corners[1] - corners[0]) / columns, (corners[-1] - corners[0]) / rows
        )
        to_area = np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1.0]]) @ to_pixels
        size = (right - left, bottom - top)
        laid = cv2.warpPerspective(
            texture, to_area, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        inside = np.zeros((size[1], size[0]), np.uint8)
        offset = np.array([left, top]) << _SHIFT
        cv2.fillPoly(inside, [(outline - offset).astype(np.int32)], 255, cv2.LINE_8, _SHIFT)
        cv2.copyTo(laid, inside, self._pixels[top:bottom, left:right])


def _signed_area(points: Points) -> float:
    x, y = points[:, 0], points[:, 1]
    return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y) / 2)


def _clip_near(seen: Points) -> Points:
    """Cut off what lies behind the camera."""
    kept: list[Points] = []
    for i, point in enumerate(seen):
        before = seen[i - 1]
        if (before[2] >= NEAR_M) != (point[2] >= NEAR_M):
            share = (NEAR_M - before[2]) / (point[2] - before[2])
            kept.append(before + share * (point - before))
        if point[2] >= NEAR_M:
            kept.append(point)
    return np.array(kept).reshape(-1, 3)


def shaded(colour: Colour, factor: float) -> Colour:
    """Return ``colour`` lighter or darker by ``factor``."""
    blue, green, red = (int(min(255, max(0, part * factor))) for part in colour)
    return blue, green, red


def box(
    x: tuple[float, float],
    y: tuple[float, float],
    z: tuple[float, float],
    colour: Colour,
    front: Picture | None = None,
) -> list[Face]:
    """Return the faces of an upright box; ``front`` is laid over the side with the least z."""
    (x1, x2), (y1, y2), (z1, z2) = x, y, z
    return [
        Face(((x1, y2, z2), (x2, y2, z2), (x2, y2, z1), (x1, y2, z1)), shaded(colour, 1.06)),
        Face(
            ((x1, y2, z1), (x2, y2, z1), (x2, y1, z1), (x1, y1, z1)),
            shaded(colour, 0.93) if front is None else front,
        ),
        Face(((x2, y2, z2), (x1, y2, z2), (x1, y1, z2), (x2, y1, z2)), shaded(colour, 0.8)),
        Face(((x1, y2, z2), (x1, y2, z1), (x1, y1, z1), (x1, y1, z2)), shaded(colour, 0.82)),
        Face(((x2, y2, z1), (x2, y2, z2), (x2, y1, z2), (x2, y1, z1)), shaded(colour, 0.86)),
    ]


def drum(
    centre: tuple[float, float], radius: float, y: tuple[float, float], colour: Colour
) -> list[Face]:
    """Return the faces of an upright cylinder."""
    angles = np.linspace(0, 2 * np.pi, 25)
    rim = [(centre[0] + radius * np.cos(a), centre[1] + radius * np.sin(a)) for a in angles]
    faces = [
        Face(tuple((x, y[1], z) for x, z in rim[:-1]), shaded(colour, 1.06), two_sided=True),
    ]
    for (ax, az), (bx, bz), angle in zip(rim[:-1], rim[1:], angles[:-1], strict=True):
        light = 0.86 + 0.12 * float(np.cos(angle + np.pi / 2))
        faces.append(
            Face(
                ((ax, y[1], az), (bx, y[1], bz), (bx, y[0], bz), (ax, y[0], az)),
                shaded(colour, light),
            )
        )
    return faces


def flat(texture: Picture, x: tuple[float, float], z: tuple[float, float], y: float = 0.0) -> Face:
    """Return a level face with ``texture`` on it, its first row at the greatest z."""
    return Face(
        ((x[0], y, z[1]), (x[1], y, z[1]), (x[1], y, z[0]), (x[0], y, z[0])),
        texture,
        two_sided=True,
    )
