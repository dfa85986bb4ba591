"""C2 ``local_density``: people press together at a door, on stairs or at a slide.

Counted on the floor, in circles of four square metres around each person, for zones of the kinds
``door``, ``stairs`` and ``slide`` (and doorways by name) of calibrated cameras. Mats are left out:
circle time brings 2–3 to a square metre quite normally. Without calibration there is no density,
only counts, and the rule does not run.

Defaults: above 2.2 to a square metre for 10 s, high; over at 80 % of that for 10 s.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from monitor.detectors.rules.evidence import base_evidence, busiest_camera
from monitor.detectors.rules.parameters import TIMING, Parameter, Values
from monitor.detectors.rules.rule import Assessment, RuleKind, Timing
from monitor.detectors.rules.wording import lasting
from monitor.detectors.rules.zones import cameras_of_zones
from monitor.domain.events import Severity
from monitor.domain.places import Camera, Room, Zone, ZoneKind
from monitor.domain.room_state import RoomState
from monitor.domain.text import Text

NAME = "local_density"
VERSION = "1"
SOURCE = "Fruin and HCM level-of-service scales, scaled down for children; project defaults"

CELL_M2 = 4.0
"""Area of the circle in which people are counted."""

_RADIUS_M = math.sqrt(CELL_M2 / math.pi)
_WATCHED = (ZoneKind.STAIRS, ZoneKind.SLIDE)

PARAMETERS = (
    *TIMING,
    Parameter(
        "most_per_m2",
        "share",
        Text(zh="每平方米最多人数", en="Most people to a square metre"),
        0.25,
        10,
    ),
    Parameter(
        "clear_share",
        "share",
        Text(zh="降到限值的此比例以下才解除", en="Over at or below this share of the limit"),
        0.1,
        1,
    ),
)


def defaults(_room: Room) -> Values:
    """Return the parameter values where the configuration says nothing."""
    return {
        "enabled": True,
        "after": 10.0,
        "clear_after": 10.0,
        "tolerance": 2.0,
        "blink": 4.0,
        "gap": 30.0,
        "cool_down": 0.0,
        "min_confidence": 0.2,
        "most_per_m2": 2.2,
        "clear_share": 0.8,
    }


class LocalDensity:
    """The rule for the doors, stairs and slides of one room."""

    name = NAME
    version = VERSION
    severities: tuple[Severity, ...] = (Severity.HIGH,)

    def __init__(self, room: Room, zones: Mapping[str, frozenset[str]], values: Values) -> None:
        """``zones`` maps the id of each zone to the calibrated cameras that see it."""
        self.timing = Timing.of(values)
        self.thresholds: Mapping[str, Any] = dict(values)
        self._room = room
        self._zones = zones
        self._most = float(values["most_per_m2"])
        self._clear = float(values["clear_share"]) * self._most
        self._min_confidence = float(values["min_confidence"])

    def assess(self, state: RoomState) -> Sequence[Assessment]:
        """Say for each zone whether people stand too close together."""
        good = {view.camera_id for view in state.cameras if view.fault is None}
        return [
            self._of(zone_id, state, cameras <= good) for zone_id, cameras in self._zones.items()
        ]

    def _of(self, zone_id: str, state: RoomState, seen: bool) -> Assessment:
        together = max(
            (_most_together(state, zone_id, camera) for camera in self._zones[zone_id]), default=0
        )
        density = together / CELL_M2
        holds: bool | None = density > self._most
        if (holds and state.confidence < self._min_confidence) or (not holds and not seen):
            holds = None
        return Assessment(
            holds=holds,
            clears=seen and density <= self._clear,
            severity=Severity.HIGH,
            confidence=state.confidence,
            explain=partial(_explain, self._room.name, zone_id, together),
            evidence={**base_evidence(state), "count": together, "density": round(density, 2)}
            if holds
            else {},
            zone_id=zone_id,
            camera_id=busiest_camera(state, zone_id=zone_id) if holds else None,
        )


def _most_together(state: RoomState, zone_id: str, camera_id: str) -> int:
    """Return the most people of the zone within one circle of four square metres."""
    floor = [
        track.floor
        for track in state.tracks
        if track.camera_id == camera_id and track.floor is not None and zone_id in track.zones
    ]
    return max(
        (sum(math.dist(centre, other) <= _RADIUS_M for other in floor) for centre in floor),
        default=0,
    )


def _explain(room: Text, zone_id: str, count: int, seconds: float) -> Text:
    zh, en = lasting(seconds)
    return Text(
        zh=f"{room.zh}“{zone_id}”处 {CELL_M2:g} 平方米内聚集 {count} 人，已持续 {zh}。",
        en=f"{count} people within {CELL_M2:g} m² at '{zone_id}' of {room.en} for {en}.",
    )


def build(room: Room, cameras: Sequence[Camera], values: Values) -> LocalDensity | None:
    """Return the rule for ``room``, or ``None`` when no calibrated camera sees such a zone."""
    calibrated = [camera for camera in cameras if camera.calibration or camera.floor_marks]
    zones = cameras_of_zones(calibrated, _is_watched)
    return LocalDensity(room, zones, values) if zones else None


def _is_watched(zone: Zone) -> bool:
    return zone.is_doorway or zone.kind in _WATCHED


KIND = RuleKind(NAME, VERSION, SOURCE, PARAMETERS, defaults, build)
