"""From marked floor points to a homography, and on to the direction that is up."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from monitor.domain.errors import ConfigError
from monitor.domain.places import FloorMark

Floats = NDArray[np.float64]

_LEAST_RANK = 1e-4
_FOCAL_RANGE = (0.25, 6.0)  # shares of the picture's width: 127° to 9.5° of view


def floor_homography(marks: Sequence[FloorMark], where: str) -> Floats:
    """Return the 3×3 matrix from floor metres to normalised picture coordinates.

    Scaled so that every mark lies in front of the camera.

    Raises:
        ConfigError: fewer than four marks, or marks that do not span a floor.
    """
    if len(marks) < 4:
        raise ConfigError(
            f"{len(marks)} marked points are too few",
            where=where,
            hint="mark at least four points of the floor, far apart, no three on one line",
        )
    floor, floor_scale = _conditioned([mark.floor for mark in marks], where)
    pixel, pixel_scale = _conditioned([mark.pixel for mark in marks], where)
    equations = []
    for (x, z), (u, v) in zip(floor.tolist(), pixel.tolist(), strict=True):
        equations.append([x, z, 1, 0, 0, 0, -u * x, -u * z, -u])
        equations.append([0, 0, 0, x, z, 1, -v * x, -v * z, -v])
    _, sizes, vectors = np.linalg.svd(np.array(equations))
    homography = np.linalg.inv(pixel_scale) @ vectors[-1].reshape(3, 3) @ floor_scale
    depths = [homography[2] @ (*mark.floor, 1.0) for mark in marks]
    flat = np.linalg.svd(vectors[-1].reshape(3, 3), compute_uv=False)
    if sizes[7] < _LEAST_RANK * sizes[0] or flat[2] < _LEAST_RANK * flat[0]:
        raise _degenerate(where)
    if min(depths) * max(depths) <= 0:
        raise ConfigError(
            "no camera sees these points like this: some would lie behind it",
            where=where,
            hint="look for a swapped or mistyped point",
        )
    return np.asarray(homography / np.mean(depths))


def reprojection_error(homography: Floats, marks: Sequence[FloorMark]) -> float:
    """Return the root mean square distance, in metres on the floor, by which marks are missed."""
    back = np.linalg.inv(homography)
    total = 0.0
    for mark in marks:
        place = back @ (*mark.pixel, 1.0)
        total += math.dist(place[:2] / place[2], mark.floor) ** 2
    return math.sqrt(total / len(marks))


def upright_column(homography: Floats, aspect: float) -> Floats:
    """Return the projection's column for one metre upwards; zeros when it cannot be known.

    The first two columns of the homography are two perpendicular directions of equal length. That
    gives the focal length, unless the camera looks straight down or along the floor.
    """
    middle = np.array([[1, 0, -0.5], [0, 1 / aspect, -0.5 / aspect], [0, 0, 1]])
    right, forward, origin = (middle @ homography).T
    across = np.array([right[0] * forward[0] + right[1] * forward[1], right[2] * forward[2]])
    length = np.array(
        [
            right[0] ** 2 + right[1] ** 2 - forward[0] ** 2 - forward[1] ** 2,
            right[2] ** 2 - forward[2] ** 2,
        ]
    )
    planar, deep = np.array([across, length]).T
    weight = float(planar @ planar)
    inverse = -float(planar @ deep) / weight if weight > 1e-18 else 0.0
    if not 1 / _FOCAL_RANGE[1] ** 2 < inverse < 1 / _FOCAL_RANGE[0] ** 2:
        return np.zeros(3)
    focal = 1 / math.sqrt(inverse)
    inner = np.diag([focal, focal, 1.0])
    outer = np.linalg.inv(inner) @ np.column_stack((right, forward, origin))
    scale = (np.linalg.norm(outer[:, 0]) + np.linalg.norm(outer[:, 1])) / 2
    up = np.cross(outer[:, 0], outer[:, 1]) / scale
    # The camera hangs above the floor: seen from it, the floor's origin lies downwards.
    if up @ outer[:, 2] > 0:
        up = -up
    return np.asarray(np.linalg.inv(middle) @ inner @ up)


def _conditioned(points: Sequence[tuple[float, float]], where: str) -> tuple[Floats, Floats]:
    """Return points moved to the origin and scaled to unit size, and the 3×3 matrix doing it."""
    array = np.array(points, dtype=np.float64)
    if not np.isfinite(array).all():
        raise ConfigError("a marked point is not a number", where=where, hint="give [x, y]")
    centre = array.mean(axis=0)
    spread = float(np.sqrt(((array - centre) ** 2).sum(axis=1).mean()))
    if spread < 1e-9:
        raise _degenerate(where)
    matrix = np.diag([1 / spread, 1 / spread, 1.0])
    matrix[:2, 2] = -centre / spread
    return (array - centre) / spread, matrix


def _degenerate(where: str) -> ConfigError:
    return ConfigError(
        "the marked points do not span a floor",
        where=where,
        hint="mark points far apart, such as the corners of a mat, no three on one line",
    )
