"""U7 ``restricted_zone``: a child is where no child may be without an adult at her side.

Kitchen corners, gates, stairs: zones of kind ``restricted``. An adult within 2 m of the child, or
in the zone itself on any camera, makes it lawful. Distances are metres on the floor with a
calibrated camera, and estimated from people's sizes without. Here an undecided person counts as a
child unless she leans clearly to an adult; the confidence is lowered then.

Defaults: raised after 5 s, cleared after 3 s, critical.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from monitor.detectors.rules.company import may_be_child, nearest
from monitor.detectors.rules.evidence import base_evidence
from monitor.detectors.rules.parameters import TIMING, Parameter, Values
from monitor.detectors.rules.rule import Assessment, RuleKind, Timing
from monitor.detectors.rules.wording import lasting, plural
from monitor.detectors.rules.zones import cameras_of_zones
from monitor.domain.events import Severity
from monitor.domain.people import AgeClass, Track
from monitor.domain.places import Camera, Room, ZoneKind
from monitor.domain.room_state import RoomState
from monitor.domain.text import Text

NAME = "restricted_zone"
VERSION = "1"
SOURCE = "project defaults"

_UNDECIDED = 0.6

PARAMETERS = (
    *TIMING,
    Parameter(
        "reach",
        "length",
        Text(zh="成人在多少米内视为陪同", en="An adult within so many metres is at her side"),
        0,
        20,
    ),
)


def defaults(_room: Room) -> Values:
    """Return the parameter values where the configuration says nothing."""
    return {
        "enabled": True,
        "after": 5.0,
        "clear_after": 3.0,
        "tolerance": 1.0,
        "blink": 2.0,
        "gap": 30.0,
        "cool_down": 0.0,
        "min_confidence": 0.15,
        "reach": 2.0,
    }


class RestrictedZone:
    """The rule for the restricted zones of one room."""

    name = NAME
    version = VERSION
    severities: tuple[Severity, ...] = (Severity.CRITICAL,)

    def __init__(self, room: Room, zones: Mapping[str, frozenset[str]], values: Values) -> None:
        """``zones`` maps the id of each restricted zone to the cameras that see it."""
        self.timing = Timing.of(values)
        self.thresholds: Mapping[str, Any] = dict(values)
        self._room = room
        self._zones = zones
        self._reach = float(values["reach"])
        self._min_confidence = float(values["min_confidence"])

    def assess(self, state: RoomState) -> Sequence[Assessment]:
        """Say for each restricted zone whether a child is in it unaccompanied."""
        good = {view.camera_id for view in state.cameras if view.fault is None}
        adults = [track for track in state.tracks if not may_be_child(track)]
        return [
            self._of(zone_id, state, adults, cameras <= good)
            for zone_id, cameras in self._zones.items()
        ]

    def _of(
        self, zone_id: str, state: RoomState, adults: Sequence[Track], seen: bool
    ) -> Assessment:
        children = [t for t in state.tracks if zone_id in t.zones and may_be_child(t)]
        if any(zone_id in adult.zones for adult in adults):
            children = []
        alone = [child for child in children if nearest(child, adults) > self._reach]
        sure = any(child.age is AgeClass.CHILD for child in alone)
        confidence = round(state.confidence * (1.0 if sure or not alone else _UNDECIDED), 4)
        holds: bool | None = bool(alone)
        if (alone and confidence < self._min_confidence) or (not alone and not seen):
            holds = None
        return Assessment(
            holds=holds,
            clears=seen and not alone,
            severity=Severity.CRITICAL,
            confidence=confidence,
            explain=partial(_explain, self._room.name, zone_id, len(alone)),
            evidence={**base_evidence(state), "count": len(alone)} if holds else {},
            zone_id=zone_id,
            camera_id=alone[0].camera_id if holds else None,
        )


def _explain(room: Text, zone_id: str, count: int, seconds: float) -> Text:
    zh, en = lasting(seconds)
    return Text(
        zh=f"{room.zh}的禁入区域“{zone_id}”内有 {count} 名儿童，身边没有成人，已持续 {zh}。",
        en=(
            f"{plural(count, 'child', 'children')} in restricted zone '{zone_id}' of {room.en} "
            f"with no adult near for {en}."
        ),
    )


def build(room: Room, cameras: Sequence[Camera], values: Values) -> RestrictedZone | None:
    """Return the rule for ``room``, or ``None`` when it has no restricted zone."""
    zones = cameras_of_zones(cameras, lambda zone: zone.kind is ZoneKind.RESTRICTED)
    return RestrictedZone(room, zones, values) if zones else None


KIND = RuleKind(NAME, VERSION, SOURCE, PARAMETERS, defaults, build)
