"""From people seen, or points marked, to a camera's ground plane with its error and its YAML."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitor.detectors.ground import (
    Agreement,
    GroundPlane,
    PlaneFit,
    fit_plane,
    ground_plane_of,
)
from monitor.detectors.ground.agreement import agreement_of, objection
from monitor.detectors.ground.fit import LEAST_PEOPLE, STATURES
from monitor.detectors.ground.plane import plane_from_marks
from monitor.domain.people import Box
from monitor.domain.places import Camera, FloorMark
from monitor.runtime.people_watch import Sightings

_TOLERANCE = 0.225
_MOST_MARK_ERROR_M = 0.15


@dataclass(frozen=True, slots=True)
class Given:
    """What is known beforehand; ``focal_px`` is for the stream's own width."""

    person_m: float | None = None
    height_m: float | None = None
    focal_px: float | None = None
    marks: tuple[FloorMark, ...] = ()


@dataclass(frozen=True, slots=True)
class CalibrationResult:
    """What :func:`calibrate` came to.

    ``plane`` is the new plane, ``None`` if there were too few people; ``mounting`` is how the
    camera hangs (height in metres, pitch in degrees, focal length in pixels), ``None`` where
    points were marked. ``agreement`` is that of the people seen with the plane, ``configured``
    that with the plane of the configuration; ``marks_error_m`` that of the marks.
    """

    plane: GroundPlane | None
    mounting: tuple[float, float, float] | None
    agreement: Agreement | None
    configured: Agreement | None
    marks_error_m: float | None
    usable: bool
    reason: str
    snippet: str


def calibrate(camera: Camera, sightings: Sightings, given: Given) -> CalibrationResult:
    """Fit, or measure, the ground plane of ``camera`` by what was seen.

    Raises:
        ConfigError: the marked points, or the configured plane, are impossible.
    """
    statures = STATURES if given.person_m is None else (given.person_m,)
    present = ground_plane_of(camera, sightings.aspect)
    configured = None if present is None else measured(present, sightings.boxes, statures)
    if given.marks:
        return _by_marks(sightings, given, statures, configured)
    fit = fit_plane(
        sightings.people,
        sightings.aspect,
        focal=None if given.focal_px is None else given.focal_px / sightings.width,
        height_m=given.height_m,
        person_m=given.person_m,
    )
    if fit is None:
        return CalibrationResult(
            plane=None,
            mounting=None,
            agreement=None,
            configured=configured,
            marks_error_m=None,
            usable=False,
            reason=f"only {len(sightings.people)} sightings of people who stand upright and whole; "
            f"at least {LEAST_PEOPLE} are needed",
            snippet="",
        )
    return _by_people(fit, sightings, configured)


def measured(
    plane: GroundPlane, boxes: Sequence[Box], statures: Sequence[float] = STATURES
) -> Agreement | None:
    """Compare the heights that ``plane`` gives to people with those they may have."""
    heights = [plane.height(box) for box in boxes]
    if not heights or not plane.tells_heights:
        return None
    metres = np.array([math.nan if height is None else height for height in heights])
    feet = np.array([box.y2 for box in boxes])
    return agreement_of(np.nan_to_num(metres, nan=1e-3), feet, statures, _TOLERANCE)


def _by_people(
    fit: PlaneFit, sightings: Sightings, configured: Agreement | None
) -> CalibrationResult:
    mounting = (fit.height_m, fit.pitch_deg, fit.focal * sightings.width)
    snippet = (
        f"calibration: {{height_m: {mounting[0]:.2f}, pitch_deg: {mounting[1]:.1f}, "
        f"focal_px: {mounting[2]:.0f}, width_px: {sightings.width}, "
        f"height_px: {sightings.height}}}\n"
    )
    return CalibrationResult(
        plane=fit.plane,
        mounting=mounting,
        agreement=fit.agreement,
        configured=configured,
        marks_error_m=None,
        usable=fit.usable,
        reason=fit.reason,
        snippet=snippet,
    )


def _by_marks(
    sightings: Sightings,
    given: Given,
    statures: Sequence[float],
    configured: Agreement | None,
) -> CalibrationResult:
    plane = plane_from_marks(given.marks, sightings.aspect)
    agreement = measured(plane, sightings.boxes, statures)
    reason = ""
    if plane.error_m > _MOST_MARK_ERROR_M:
        reason = "the points do not lie where they were measured"
    elif not plane.tells_heights:
        reason = "these points tell places but no heights: the camera looks straight down"
    elif agreement is not None and agreement.people >= LEAST_PEOPLE:
        reason = objection(agreement)
    points = "".join(
        f"    - {{pixel: [{mark.pixel[0]:g}, {mark.pixel[1]:g}], "
        f"floor: [{mark.floor[0]:g}, {mark.floor[1]:g}]}}\n"
        for mark in given.marks
    )
    return CalibrationResult(
        plane=plane,
        mounting=None,
        agreement=agreement,
        configured=configured,
        marks_error_m=plane.error_m,
        usable=not reason,
        reason=reason,
        snippet=f"calibration:\n  points:\n{points}",
    )


def as_dict(result: CalibrationResult, sightings: Sightings) -> dict[str, object]:
    """Return a result as plain values; centimetres, degrees, pixels and shares."""
    mounting = result.mounting
    return {
        "usable": result.usable,
        "reason": result.reason,
        "height_m": None if mounting is None else round(mounting[0], 3),
        "pitch_deg": None if mounting is None else round(mounting[1], 2),
        "focal_px": None if mounting is None else round(mounting[2], 1),
        "width_px": sightings.width,
        "height_px": sightings.height,
        "marks_error_cm": _cm(result.marks_error_m),
        "people": _plain(result.agreement),
        "configured": _plain(result.configured),
        "sightings": sightings.seen,
        "seconds": round(sightings.seconds, 1),
        "yaml": result.snippet,
    }


def _plain(agreement: Agreement | None) -> dict[str, object] | None:
    if agreement is None:
        return None
    return {
        "people": agreement.people,
        "error_cm": _cm(agreement.error_m),
        "error_p90_cm": _cm(agreement.error_p90_m),
        "inliers": round(agreement.inliers, 3),
        "adults": round(agreement.adults, 3),
        "rows": [round(row, 3) for row in agreement.rows],
    }


def _cm(metres: float | None) -> float | None:
    return None if metres is None or not math.isfinite(metres) else round(metres * 100, 1)
