"""A ground plane from the people who walked through the picture.

Standing people are adults of about 1.65 m or children of about 0.9 m. Whatever the camera's
height, pitch and focal length, the right ones make everybody fall on one of the two. The search is
exhaustive over pitch, focal length and height with a loss that outliers (people who sit, boxes cut
off) cannot dominate, then refined around the best. It is honest about what it cannot know: with
only one of the two heights seen, children near the camera look like adults farther away, and the
fit is not usable unless the camera's height is given. With one person of a known height walking
about there is no such doubt: the scale is hers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.detectors.ground.agreement import Agreement, agreement_of, objection
from monitor.detectors.ground.plane import GroundPlane, projection
from monitor.domain.people import Box

Floats = NDArray[np.float64]

ADULT_M = 1.65
CHILD_M = 0.9
STATURES = (ADULT_M, CHILD_M)
_SPREAD = 0.09  # of the logarithm of a height: people differ, and so do boxes
_SPREAD_OF_ONE = 0.05  # boxes only
_CUT = 2.5
LEAST_PEOPLE = 40
_MOST_PEOPLE = 600
_LEAST_ADULTS, _MOST_ADULTS = 0.1, 0.7
_PITCHES = np.radians(np.arange(4, 64, 3.0))
_FOCALS = np.array([0.42, 0.5, 0.6, 0.72, 0.86, 1.05, 1.3])
_HEIGHTS = np.geomspace(1.9, 4.2, 22)
_HIGHEST = 4.0


@dataclass(frozen=True, slots=True)
class Stature:
    """Somebody who stood upright: ``foot`` and ``head`` (x, y) in normalised coordinates."""

    foot: tuple[float, float]
    head: tuple[float, float]

    @classmethod
    def of(cls, box: Box) -> Stature:
        """Take foot and head from the middle of the box's lower and upper edges."""
        return cls(box.foot, (box.foot[0], box.y1))


@dataclass(frozen=True, slots=True)
class PlaneFit:
    """What came out of :func:`fit_plane`.

    ``height_m``, ``pitch_deg`` and ``focal`` (share of the picture's width) describe the camera.
    ``agreement`` says how well the people fit. ``usable`` is False, with the ``reason``, when the
    plane must not be relied on.
    """

    plane: GroundPlane
    height_m: float
    pitch_deg: float
    focal: float
    agreement: Agreement
    usable: bool
    reason: str = ""

    @property
    def error_m(self) -> float:
        """The median distance of a fitted person from the nearest expected height."""
        return self.agreement.error_m


@dataclass(frozen=True, slots=True)
class _Known:
    """What need not be searched for; ``statures`` are the heights that people may have."""

    aspect: float
    focal: float | None
    height_m: float | None
    statures: tuple[float, ...]

    @property
    def spread(self) -> float:
        return _SPREAD if len(self.statures) > 1 else _SPREAD_OF_ONE


@dataclass(frozen=True, slots=True)
class _Search:
    pitches: Floats
    focals: Floats
    heights: Floats


def fit_plane(
    people: Sequence[Stature],
    aspect: float = 16 / 9,
    *,
    focal: float | None = None,
    height_m: float | None = None,
    person_m: float | None = None,
) -> PlaneFit | None:
    """Fit camera height, pitch and focal length to ``people``, at least 40 of them.

    ``focal`` (share of the picture's width) and ``height_m`` are taken as given if known;
    ``person_m`` says that all of ``people`` are one person of that height. Returns ``None`` when
    there are too few people to try. Deterministic.
    """
    if len(people) < LEAST_PEOPLE:
        return None
    statures = STATURES if person_m is None else (person_m,)
    known = _Known(aspect, focal, height_m, statures)
    rows = _thinned(people)
    search = _Search(
        _PITCHES,
        _FOCALS if focal is None else np.array([focal]),
        _HEIGHTS if height_m is None else np.array([height_m]),
    )
    best = _best(rows, known, search)
    for step in (1.0, 0.3, 0.1):
        best = _best(rows, known, _around(best, step, known))
    return _report(rows, known, best)


def _thinned(people: Sequence[Stature]) -> Floats:
    """Return ``(n, 4)`` foot and head, spread evenly over the picture's rows and over time."""
    rows = np.array([(*p.foot, *p.head) for p in people], dtype=np.float64)
    rows = rows[np.isfinite(rows).all(axis=1) & (rows[:, 1] > rows[:, 3])]
    order = np.argsort(rows[:, 1], kind="stable")
    if len(order) > _MOST_PEOPLE:
        order = order[np.linspace(0, len(order) - 1, _MOST_PEOPLE).astype(int)]
    return rows[order]


def _around(best: tuple[float, float, float], step: float, known: _Known) -> _Search:
    pitch, length, height = best
    turn = np.linspace(-1, 1, 7) * step
    return _Search(
        np.clip(pitch + np.radians(3) * turn, 0.01, 1.4),
        length * np.exp(0.19 * turn) if known.focal is None else np.array([known.focal]),
        height * np.exp(0.05 * turn) if known.height_m is None else np.array([known.height_m]),
    )


def _best(rows: Floats, known: _Known, search: _Search) -> tuple[float, float, float]:
    best = (math.inf, 0.0, 0.0, 0.0)
    for pitch in search.pitches.tolist():
        for focal in search.focals.tolist():
            relative = _relative_heights(rows, known.aspect, pitch, focal)
            logs = np.log(relative)[None, :] + np.log(search.heights)[:, None]
            losses = _losses(logs, known) + _unusual(focal, search.heights)
            index = int(losses.argmin())
            if losses[index] < best[0]:
                best = (float(losses[index]), pitch, focal, float(search.heights[index]))
    return best[1:]


def _relative_heights(rows: Floats, aspect: float, pitch: float, focal: float) -> Floats:
    """Return heights as shares of the camera's height; tiny where the foot is not on the floor."""
    sin, cos = math.sin(pitch), math.cos(pitch)
    foot = (rows[:, 1] - 0.5) / (focal * aspect)
    head = (rows[:, 3] - 0.5) / (focal * aspect)
    down = foot * cos + sin
    ahead = np.maximum(cos - foot * sin, 1e-6)
    head_ahead = np.maximum(cos - head * sin, 1e-6)
    share = 1 - (ahead / np.maximum(down, 1e-6)) * (head * cos + sin) / head_ahead
    return np.asarray(np.where(down > 1e-3, np.clip(share, 1e-3, 10.0), 1e-3))


def _losses(log_heights: Floats, known: _Known) -> Floats:
    off = np.full_like(log_heights, _CUT)
    for stature in known.statures:
        off = np.minimum(off, np.abs(log_heights - math.log(stature)) / known.spread)
    return np.asarray((off**2).mean(axis=1))


def _unusual(focal: float, heights: Floats) -> Floats:
    """Lean a little towards the lenses and heights that are common in rooms."""
    lens = math.log(focal / 0.72) / 0.45
    return np.asarray(0.03 * (lens**2 + (np.log(heights / 2.8) / 0.25) ** 2))


def _report(rows: Floats, known: _Known, best: tuple[float, float, float]) -> PlaneFit:
    pitch, focal, height = best
    heights = height * _relative_heights(rows, known.aspect, pitch, focal)
    agreement = agreement_of(heights, rows[:, 1], known.statures, _CUT * known.spread)
    reason = objection(agreement)
    if not reason and known.height_m is None and len(known.statures) > 1:
        reason = _ambiguity(agreement.adults, height)
    return PlaneFit(
        plane=GroundPlane(projection(height, pitch, focal, known.aspect)),
        height_m=height,
        pitch_deg=math.degrees(pitch),
        focal=focal,
        agreement=agreement,
        usable=not reason,
        reason=reason,
    )


def _ambiguity(adults: float, height_m: float) -> str:
    """Say why children may have been taken for adults, or the other way round.

    Children standing and sitting look like adults and children seen from nearly twice as high, and
    most people in a nursery are children.
    """
    if not _LEAST_ADULTS <= adults <= _MOST_ADULTS:
        return "adults and children must both have been seen, or the camera's height be given"
    return "" if height_m <= _HIGHEST else "the camera would hang higher than rooms are"
