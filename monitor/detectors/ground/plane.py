"""A flat floor seen by one camera: where a foot stands, how tall and how wide somebody is.

A plane is one 3×4 projection from the room's metres (right, forward, up) to normalised picture
coordinates. It comes either from how the camera hangs (height, pitch, focal length, no roll) or
from marked floor points, whose homography is completed to a projection by the camera's own
geometry: square pixels and a principal point in the middle of the picture. Lens distortion is not
modelled. Immutable.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from statistics import median

import numpy as np
from numpy.typing import NDArray

from monitor.detectors.ground.marks import floor_homography, reprojection_error, upright_column
from monitor.domain.errors import ConfigError
from monitor.domain.geometry import Point
from monitor.domain.people import Box
from monitor.domain.places import Calibration, Camera, FloorMark

Floats = NDArray[np.float64]

_FARTHEST_M = 60.0
_LOWER_EDGE = 0.99
_TALLEST_M = 4.0
_LEAN_STEPS = 2
_MOST_LEAN = 0.7


@dataclass(frozen=True, slots=True)
class Body:
    """Somebody upright on the floor: ``place`` in metres, height and width in metres.

    ``lying_m`` is how long she would be if she were not upright but lay along the view, infinite
    where that cannot be.
    """

    place: Point
    height_m: float
    width_m: float
    lying_m: float


class GroundPlane:
    """The floor of one camera.

    ``projection`` (3×4) maps (right, forward, up, 1) in metres to homogeneous picture
    coordinates; its up column is zero where heights cannot be told. ``error_m`` is the root mean
    square reprojection error of the marks on the floor, 0 for a given mounting.
    """

    def __init__(self, projection: Floats, error_m: float = 0.0) -> None:
        self.projection = projection
        self.error_m = error_m
        ground = projection[:, [0, 1, 3]]
        # Plain numbers: a few of them are looked up for every person of every frame.
        self._back: list[list[float]] = np.linalg.inv(ground).tolist()
        self._ground: list[list[float]] = ground.tolist()
        self._up: list[float] = projection[:, 2].tolist()

    @property
    def tells_heights(self) -> bool:
        """Say whether :meth:`height` can answer at all."""
        return any(self._up)

    def floor(self, foot: Point) -> Point | None:
        """Return where ``foot`` (normalised picture position) stands, in metres.

        ``None`` when it lies above the horizon or farther away than any room reaches.
        """
        u, v = foot
        first, second, third = self._back
        right = first[0] * u + first[1] * v + first[2]
        forward = second[0] * u + second[1] * v + second[2]
        scale = third[0] * u + third[1] * v + third[2]
        if abs(scale) < 1e-12:
            return None
        x, z = right / scale, forward / scale
        depth = self._depth(x, z)
        return (x, z) if depth > 0 and math.hypot(x, z) <= _FARTHEST_M else None

    def height(self, box: Box) -> float | None:
        """Return the height in metres of a person who stands upright in ``box``.

        ``None`` when the feet are not in the picture (the box ends at its lower edge), when they
        are not on the floor, or when the plane cannot tell heights.
        """
        if box.y2 >= _LOWER_EDGE or not self.tells_heights:
            return None
        place = self.floor(box.foot)
        if place is None:
            return None
        row = self._ground[1]
        down = row[0] * place[0] + row[1] * place[1] + row[2]
        slope = self._up[1] - box.y1 * self._up[2]
        if abs(slope) < 1e-9:
            return None
        height = (box.y1 * self._depth(*place) - down) / slope
        return height if 0 < height < _TALLEST_M else None

    def width_m(self, box: Box) -> float | None:
        """Return the width in metres of whoever stands in ``box``, or ``None`` as for height."""
        if box.y2 >= _LOWER_EDGE:
            return None
        left, right = self.floor((box.x1, box.y2)), self.floor((box.x2, box.y2))
        return None if left is None or right is None else math.dist(left, right)

    def body(self, box: Box) -> Body | None:
        """Return where whoever stands upright in ``box`` stands, how tall and how wide she is.

        People away from the picture's middle lean outwards in it, which widens their boxes and
        moves their feet off the boxes' middle; both are undone. Heads and feet are narrow, so the
        box is as wide as that of a leaning ellipse. ``None`` as for :meth:`height`.
        """
        height, below = self.height(box), self.floor(box.foot)
        if height is None or below is None:
            return None
        foot, lean, place = box.foot[0], 0.0, below
        for _ in range(_LEAN_STEPS):
            lean = self._lean(place, height)
            lean = math.copysign(min(abs(lean), _MOST_LEAN * box.width), lean)
            foot = box.foot[0] - lean / 2
            stands = self.floor((foot, box.y2))
            if stands is None:
                return None
            place = stands
        half = math.sqrt(box.width**2 - lean**2) / 2
        left, right = self.floor((foot - half, box.y2)), self.floor((foot + half, box.y2))
        upright = self.height(Box(foot - half, box.y1, foot + half, box.y2))
        if left is None or right is None or upright is None:
            return None
        behind = self.floor((box.foot[0], box.y1))
        lying = math.inf if behind is None else math.dist(below, behind)
        return Body(place, upright, math.dist(left, right), lying)

    def _lean(self, place: Point, height: float) -> float:
        """Return how far the head of somebody at ``place`` is to the right of the feet."""
        ground, up = self._ground, self._up
        foot = [row[0] * place[0] + row[1] * place[1] + row[2] for row in ground]
        depth = foot[2] + height * up[2]
        if depth <= 0 or foot[2] <= 0:
            return 0.0
        return (foot[0] + height * up[0]) / depth - foot[0] / foot[2]

    def _depth(self, x: float, z: float) -> float:
        row = self._ground[2]
        return row[0] * x + row[1] * z + row[2]


def ground_plane_of(camera: Camera, aspect: float = 16 / 9) -> GroundPlane | None:
    """Return the plane that ``camera`` is configured with, or ``None`` if with none.

    ``aspect`` is width over height of the picture, used with marked points.

    Raises:
        ConfigError: the mounting or the marked points are impossible; names the camera.
    """
    where = f"camera {camera.id}: calibration"
    if camera.calibration is not None:
        return plane_from_mounting(camera.calibration, where)
    if camera.floor_marks:
        return plane_from_marks(camera.floor_marks, aspect, where)
    return None


def plane_from_mounting(mounting: Calibration, where: str = "calibration") -> GroundPlane:
    """Return the plane of a camera that hangs as ``mounting`` says.

    Raises:
        ConfigError: a length that is not positive, or a pitch outside 0–90°.
    """
    lengths = (mounting.height_m, mounting.focal_px, mounting.width_px, mounting.height_px)
    if not all(math.isfinite(value) and value > 0 for value in lengths):
        raise ConfigError(
            "height_m, focal_px, width_px and height_px must be positive",
            where=where,
            hint="measure the camera's height above the floor; focal_px is about 0.8 × width_px",
        )
    if not 0 <= mounting.pitch_deg <= 90:
        raise ConfigError(
            f"pitch_deg is {mounting.pitch_deg}, not between 0 and 90",
            where=where,
            hint="pitch is the tilt downwards: 0 looks at the horizon, 90 straight down",
        )
    return GroundPlane(
        projection(
            mounting.height_m,
            math.radians(mounting.pitch_deg),
            mounting.focal_px / mounting.width_px,
            mounting.width_px / mounting.height_px,
        )
    )


def projection(height_m: float, pitch: float, focal: float, aspect: float) -> Floats:
    """Return the 3×4 projection of a camera without roll.

    ``pitch`` in radians downwards, ``focal`` as a share of the picture's width, ``aspect`` its
    width over its height.
    """
    sin, cos = math.sin(pitch), math.cos(pitch)
    inner = np.array([[focal, 0, 0.5], [0, focal * aspect, 0.5], [0, 0, 1]])
    outer = np.array(
        [
            [1, 0, 0, 0],
            [0, -sin, -cos, height_m * cos],
            [0, cos, -sin, height_m * sin],
        ]
    )
    return np.asarray(inner @ outer)


def plane_from_marks(
    marks: tuple[FloorMark, ...], aspect: float = 16 / 9, where: str = "calibration"
) -> GroundPlane:
    """Return the plane on which all ``marks`` (at least four) lie where they were measured.

    Raises:
        ConfigError: too few marks, marks on one line, or marks that no flat floor fits.
    """
    homography = floor_homography(marks, where)
    error = reprojection_error(homography, marks)
    apart = median(math.dist(a.floor, b.floor) for a, b in combinations(marks, 2))
    if error > 0.1 * apart:
        raise ConfigError(
            f"no flat floor fits the points: they are {error:.2f} m off",
            where=where,
            hint="look for a swapped or mistyped point; pixel and floor must be in the same order",
        )
    up = upright_column(homography, aspect)
    matrix = np.column_stack((homography[:, 0], homography[:, 1], up, homography[:, 2]))
    return GroundPlane(matrix, error)
