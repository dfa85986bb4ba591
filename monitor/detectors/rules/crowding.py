"""C1 ``crowding``: more people than the room, or a zone of it, is approved for.

The limit is the approved capacity (article 19 of the national setup standard for the children of a
class; ``person_capacity`` for everybody; a zone's own ``capacity`` for everybody in it). It is
crossed above the limit and over only at one less than the limit, so a count that hovers makes one
event. Seeing too many is certain even with part of the room out of sight; seeing few is not.

Defaults: raised after 60 s, cleared after 60 s, medium; from 120 % of the limit on high.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from monitor.detectors.rules.evidence import base_evidence, busiest_camera
from monitor.detectors.rules.parameters import TIMING, Parameter, Values
from monitor.detectors.rules.rule import Assessment, RuleKind, Timing
from monitor.detectors.rules.wording import lasting
from monitor.domain.events import Severity
from monitor.domain.places import Camera, Room
from monitor.domain.room_state import RoomState, View
from monitor.domain.text import Text

NAME = "crowding"
VERSION = "1"
SOURCE = "national setup standard for childcare institutions, article 19; approved capacities"

PARAMETERS = (
    *TIMING,
    Parameter(
        "high_share",
        "share",
        Text(zh="达到限额的此倍数为高级别", en="From this multiple of the limit on it is high"),
        1,
        10,
    ),
)


def defaults(_room: Room) -> Values:
    """Return the parameter values where the configuration says nothing."""
    return {
        "enabled": True,
        "after": 60.0,
        "clear_after": 60.0,
        "tolerance": 2.0,
        "blink": 6.0,
        "gap": 30.0,
        "cool_down": 0.0,
        "min_confidence": 0.2,
        "high_share": 1.2,
    }


@dataclass(frozen=True, slots=True)
class _Limit:
    """How many are allowed where; ``children`` only or everybody."""

    most: int
    name: Text
    zone_id: str | None = None
    cameras: frozenset[str] = frozenset()
    children: bool = False


class Crowding:
    """The rule in one room and its zones."""

    name = NAME
    version = VERSION
    severities: tuple[Severity, ...] = (Severity.MEDIUM, Severity.HIGH)

    def __init__(self, room: Room, cameras: Sequence[Camera], values: Values) -> None:
        self.timing = Timing.of(values)
        self.thresholds: Mapping[str, Any] = {
            **values,
            "capacity": room.capacity,
            "person_capacity": room.person_capacity,
        }
        self._min_confidence = float(values["min_confidence"])
        self._high = float(values["high_share"])
        self._room_limits = _room_limits(room)
        self._zone_limits = _zone_limits(room, cameras)

    @property
    def watches(self) -> bool:
        """Say whether there is any limit to watch."""
        return bool(self._room_limits or self._zone_limits)

    def assess(self, state: RoomState) -> Sequence[Assessment]:
        """Compare the counts with the limits of the room and of each zone."""
        assessments = []
        if self._room_limits:
            assessments.append(self._of_room(state))
        good = {view.camera_id for view in state.cameras if view.measures}
        for limit in self._zone_limits:
            count = state.zone_counts.get(limit.zone_id or "", 0)
            assessments.append(self._of(state, limit, count, limit.cameras <= good))
        return assessments

    def _of_room(self, state: RoomState) -> Assessment:
        """Assess the limit that is exceeded most; it is over only when none is near."""
        counts = [
            (limit, state.children if limit.children else state.people)
            for limit in self._room_limits
        ]
        limit, count = max(counts, key=lambda pair: pair[1] / pair[0].most)
        worst = self._of(state, limit, count, state.view is View.FULL)
        if all(near < other.most for other, near in counts):
            return worst
        return Assessment(
            holds=worst.holds,
            clears=False,
            severity=worst.severity,
            confidence=worst.confidence,
            explain=worst.explain,
            evidence=worst.evidence,
            camera_id=worst.camera_id,
        )

    def _of(self, state: RoomState, limit: _Limit, count: int, seen: bool) -> Assessment:
        unsure = state.confidence < self._min_confidence
        holds: bool | None = count > limit.most
        if (holds and unsure) or (not holds and not seen):
            holds = None
        high = count >= self._high * limit.most
        return Assessment(
            holds=holds,
            clears=seen and count < limit.most,
            severity=Severity.HIGH if high else Severity.MEDIUM,
            confidence=state.confidence,
            explain=partial(_explain, limit, count),
            evidence=_evidence(state, limit, count) if holds else {},
            zone_id=limit.zone_id,
            camera_id=busiest_camera(state, zone_id=limit.zone_id) if holds else None,
        )


def _evidence(state: RoomState, limit: _Limit, count: int) -> dict[str, Any]:
    return {**base_evidence(state), "count": count, "limit": limit.most}


def _room_limits(room: Room) -> tuple[_Limit, ...]:
    limits = []
    if room.person_capacity:
        limits.append(_Limit(room.person_capacity, room.name))
    if room.capacity:
        limits.append(_Limit(room.capacity, room.name, children=True))
    return tuple(limits)


def _zone_limits(room: Room, cameras: Sequence[Camera]) -> tuple[_Limit, ...]:
    """Return one limit a zone; a zone seen by several cameras has the least of its capacities."""
    most: dict[str, int] = {}
    seen_by: dict[str, set[str]] = {}
    for camera in cameras:
        if not camera.enabled:
            continue
        for zone in camera.zones:
            if zone.capacity:
                most[zone.id] = min(zone.capacity, most.get(zone.id, zone.capacity))
                seen_by.setdefault(zone.id, set()).add(camera.id)
    return tuple(
        _Limit(
            most[zone_id],
            Text(zh=f"{room.name.zh}“{zone_id}”区域", en=f"zone '{zone_id}' of {room.name.en}"),
            zone_id,
            frozenset(seen_by[zone_id]),
        )
        for zone_id in sorted(most)
    )


def _explain(limit: _Limit, count: int, seconds: float) -> Text:
    zh, en = lasting(seconds)
    who_zh, who_en = ("名儿童", "children") if limit.children else ("人", "people")
    return Text(
        zh=f"{limit.name.zh}有 {count} {who_zh}，超过核定的 {limit.most} {who_zh}，已持续 {zh}。",
        en=f"{count} {who_en} in {limit.name.en}, over its limit of {limit.most}, for {en}.",
    )


def build(room: Room, cameras: Sequence[Camera], values: Values) -> Crowding | None:
    """Return the rule for ``room``, or ``None`` when neither it nor a zone has a limit."""
    rule = Crowding(room, cameras, values)
    return rule if rule.watches else None


KIND = RuleKind(NAME, VERSION, SOURCE, PARAMETERS, defaults, build)
