"""What a camera could see at best: true boxes, and how far furniture and people hide them.

All arrays are over ``t`` moments and ``n`` people. The projection is that of the demo's optics, not
of the product's ground plane, so that the two check one another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.scenarios.floor import Furniture
from benchmarks.scenarios.people import (
    ADULT_TALL,
    ADULT_WIDE,
    CHILD_TALL,
    CHILD_WIDE,
    LYING_TALL_M,
    Course,
    Floats,
    Posture,
)
from benchmarks.scenarios.routine import Carry
from benchmarks.scenarios.shade import concealed_m
from monitor.demo.footage.optics import Optics

Flags = NDArray[np.bool_]

_LEAST_INSIDE = 0.25
_AT_EDGE = 0.008
_FRONT, _SIDE = 0.80, 1.12  # of the usual width of somebody who sits
_LIE_HEADING = 1.2
_NEAREST_M = 0.3


@dataclass(frozen=True, slots=True)
class Crowd:
    """Everybody at ``t`` moments: floor metres, posture, whether moving; ages and heights (n)."""

    x: Floats
    z: Floats
    posture: NDArray[np.int8]
    moving: Flags
    adult: Flags
    tall: Floats

    @property
    def inside(self) -> Flags:
        """Who is in the room."""
        return np.asarray(self.posture != Posture.AWAY)


@dataclass(frozen=True, slots=True)
class Sight:
    """What one camera could see.

    ``boxes`` (t, n, 4) are whole bodies, cut off only by the picture's edge, ``cut`` what
    furniture leaves of them. ``in_view`` are those of whom enough is in the picture; ``hidden``
    (0–1) is the share of the box behind furniture or people, ``screened`` behind furniture alone.
    ``distance`` in metres along the floor, ``edge`` whether the picture's edge cuts the box.
    """

    boxes: Floats
    cut: Floats
    in_view: Flags
    hidden: Floats
    screened: Floats
    distance: Floats
    edge: Flags


def crowd_at(courses: tuple[Course, ...], carries: tuple[Carry, ...], times: Floats) -> Crowd:
    """Return where everybody is at ``times``, carried children with their carers."""
    places = [course.at(times) for course in courses]
    x = np.column_stack([p.x for p in places])
    z = np.column_stack([p.z for p in places])
    posture = np.column_stack([p.posture for p in places])
    moving = np.column_stack([p.moving for p in places])
    for carry in carries:
        during = (times >= carry.start) & (times < carry.end)
        if during.any():
            for table in (x, z, moving):
                table[during, carry.child] = table[during, carry.carer]
            posture[during, carry.child] = Posture.CARRIED
            posture[during, carry.carer] = Posture.STANDING
    adult = np.array([course.adult for course in courses])
    return Crowd(x, z, posture, moving, adult, np.array([c.tall for c in courses]))


def look(crowd: Crowd, optics: Optics, furniture: tuple[Furniture, ...]) -> Sight:
    """Return what the camera could see of everybody."""
    tall, wide = _sizes(crowd)
    wide = _turned(crowd, optics, wide)
    whole, ahead = _project(crowd, optics, tall, wide)
    clipped = np.clip(whole, 0, 1)
    size = whole[..., 2:] - whole[..., :2]
    inside = (clipped[..., 2:] - clipped[..., :2]) > _LEAST_INSIDE * size
    in_view = inside.all(axis=-1) & ahead & crowd.inside
    concealed = _concealed(crowd, optics, furniture, wide)
    screened = np.clip(concealed / tall, 0, 1).mean(axis=0)
    cut = clipped.copy()
    share = np.clip(concealed.min(axis=0) / tall, 0, 1)
    cut[..., 3] -= share * (clipped[..., 3] - clipped[..., 1])
    covered = _covered(clipped, in_view)
    distance = np.hypot(crowd.x - optics.x, crowd.z - optics.z)
    at_edge = (clipped[..., :2].min(axis=-1) <= _AT_EDGE) | (
        clipped[..., 2:].max(axis=-1) >= 1 - _AT_EDGE
    )
    hidden = 1 - (1 - screened) * (1 - covered)
    return Sight(clipped, cut, in_view, hidden, screened, distance, at_edge & in_view)


def _sizes(crowd: Crowd) -> tuple[Floats, Floats]:
    """Return how high and how wide the bodies are as they are held, metres."""
    index = np.minimum(crowd.posture, Posture.CARRIED)
    tall = np.where(crowd.adult, np.array(ADULT_TALL)[index], np.array(CHILD_TALL)[index])
    wide = np.where(crowd.adult, np.array(ADULT_WIDE)[index], np.array(CHILD_WIDE)[index])
    height = np.where(crowd.posture == Posture.LYING, LYING_TALL_M, tall * crowd.tall)
    return height, wide * crowd.tall


def _turned(crowd: Crowd, optics: Optics, wide: Floats) -> Floats:
    """Return how wide bodies look from the camera: who sits is narrower from the front.

    Where somebody sits decides which way she looks.
    """
    heading = _LIE_HEADING * np.arange(len(crowd.tall)) + 2.7 * crowd.x + 4.1 * crowd.z
    bearing = np.arctan2(crowd.z - optics.z, crowd.x - optics.x)
    front, side = np.cos(heading - bearing) * _FRONT, np.sin(heading - bearing) * _SIDE
    return np.where(crowd.posture == Posture.SITTING, wide * np.hypot(front, side), wide)


def _project(crowd: Crowd, optics: Optics, tall: Floats, wide: Floats) -> tuple[Floats, Flags]:
    """Return the boxes of all bodies and who is ahead of the camera.

    Who is upright is as wide as an ellipse; who lies is a block as long as she is tall.
    """
    lying = crowd.posture == Posture.LYING
    right, ahead = optics.axes[0], optics.axes[2]
    forward = ahead[[0, 2]] / np.hypot(*ahead[[0, 2]])
    turn = np.broadcast_to(_LIE_HEADING + np.arange(len(crowd.tall)) % 2, crowd.x.shape)
    along_x = np.where(lying, np.cos(turn) * crowd.tall / 2, 0.1 * forward[0] * crowd.tall / 2)
    along_z = np.where(lying, np.sin(turn) * crowd.tall / 2, 0.1 * forward[1] * crowd.tall / 2)
    across_x = np.where(lying, -np.sin(turn) * wide / 2, right[0] * wide / 2)
    across_z = np.where(lying, np.cos(turn) * wide / 2, right[2] * wide / 2)
    lift = np.where(crowd.posture == Posture.CARRIED, 0.75, 0.0)
    low, high = np.full((2, *crowd.x.shape), np.inf), np.full((2, *crowd.x.shape), -np.inf)
    nearest = np.full(crowd.x.shape, np.inf)
    for a, b in ((-1, -1), (-1, 1), (1, -1), (1, 1)):
        x = crowd.x + a * along_x + b * across_x
        z = crowd.z + a * along_z + b * across_z
        for up in (lift, lift + tall):
            u, v, depth = _seen_at(x, up, z, optics)
            for axis, place in enumerate((u, v)):
                np.minimum(low[axis], place, out=low[axis])
                np.maximum(high[axis], place, out=high[axis])
            np.minimum(nearest, depth, out=nearest)
    middle, half = _ellipse(crowd, optics, (lift, tall), (across_x, across_z))
    left = np.where(lying, low[0], middle - half)
    right_end = np.where(lying, high[0], middle + half)
    return np.stack([left, low[1], right_end, high[1]], -1), nearest > _NEAREST_M


def _ellipse(
    crowd: Crowd, optics: Optics, up: tuple[Floats, Floats], across: tuple[Floats, Floats]
) -> tuple[Floats, Floats]:
    """Return where the middles of upright bodies are, and their half widths, in the picture.

    ``up`` is how high they begin and how tall they are, ``across`` half their width in x and z.
    """
    lift, tall = up
    feet, head = (_seen_at(crowd.x, y, crowd.z, optics)[0] for y in (lift, lift + tall))
    first, last = (
        _seen_at(crowd.x + side * across[0], lift + tall / 2, crowd.z + side * across[1], optics)[0]
        for side in (-1, 1)
    )
    return (feet + head) / 2, np.hypot(head - feet, last - first) / 2


def _seen_at(x: Floats, y: Floats, z: Floats, optics: Optics) -> tuple[Floats, Floats, Floats]:
    """Return normalised picture position and depth of room points, without stacking them."""
    dx, dy, dz = x - optics.x, y - optics.height_m, z - optics.z
    right, down, ahead = (r[0] * dx + r[1] * dy + r[2] * dz for r in optics.axes.tolist())
    scale = optics.focal_px / np.maximum(ahead, _NEAREST_M)
    u, v = 0.5 + right * scale / optics.width, 0.5 + down * scale / optics.height
    return u, v, ahead


def _concealed(
    crowd: Crowd, optics: Optics, furniture: tuple[Furniture, ...], wide: Floats
) -> Floats:
    """Return up to which height furniture conceals left, middle and right of a body, (3, t, n)."""
    right = optics.axes[0]
    offset = np.array([-0.4, 0.0, 0.4])[:, None, None] * wide
    x, z = crowd.x + right[0] * offset, crowd.z + right[2] * offset
    return concealed_m(x, z, optics, furniture)


def _covered(boxes: Floats, in_view: Flags) -> Floats:
    """Return which share of each box the boxes of people nearer to the camera cover, (t, n)."""
    count = boxes.shape[1]
    area = np.maximum((boxes[..., 2:] - boxes[..., :2]).prod(axis=-1), 1e-9)
    open_share = np.ones(area.shape)
    for other in range(count):
        front = boxes[:, other : other + 1]
        size = np.minimum(front[..., 2:], boxes[..., 2:]) - np.maximum(
            front[..., :2], boxes[..., :2]
        )
        shared = np.maximum(size, 0).prod(axis=-1) / area
        nearer = (front[..., 3] > boxes[..., 3] + 1e-6) & in_view[:, other : other + 1]
        # A body fills about two thirds of its box.
        open_share *= np.where(nearer, 1 - 0.67 * shared, 1.0)
    return 1 - open_share
