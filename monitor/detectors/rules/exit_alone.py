"""U6 ``exit_alone``: a child crosses an exit outward and no adult goes along.

Along goes an adult who crosses the same line outward within 3 s before or after the child and
within 2 m of her. The rule is told of a crossing once the child was seen twice beyond the line, and
waits one second more for an adult close behind. Here an undecided person counts as a child unless
she leans clearly to an adult; the confidence is lowered then. A crossing that was seen is certain
even with part of the room out of sight.

Runs where a camera has a line of kind ``exit``. Defaults: raised after 1 s, critical. The event
ends half a minute after the last such crossing, so that the next child is told of anew; the alert
stays open until somebody closes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from monitor.detectors.rules.company import apart, may_be_child
from monitor.detectors.rules.evidence import base_evidence
from monitor.detectors.rules.parameters import TIMING, Parameter, Values
from monitor.detectors.rules.rule import Assessment, RuleKind, Timing
from monitor.domain.events import Severity
from monitor.domain.people import AgeClass
from monitor.domain.places import Camera, LineKind, Room
from monitor.domain.room_state import Crossing, RoomState
from monitor.domain.text import Text

NAME = "exit_alone"
VERSION = "1"
SOURCE = "project defaults"

_FRESH = 8.0
_UNDECIDED = 0.6

PARAMETERS = (
    *TIMING,
    Parameter(
        "together",
        "duration",
        Text(
            zh="成人前后多久内通过视为同行", en="An adult who crosses within this time goes along"
        ),
        0,
        10,
    ),
    Parameter(
        "reach",
        "length",
        Text(zh="成人在多少米内视为同行", en="An adult within so many metres goes along"),
        0,
        20,
    ),
)


def defaults(_room: Room) -> Values:
    """Return the parameter values where the configuration says nothing."""
    return {
        "enabled": True,
        "after": 1.0,
        "clear_after": 30.0,
        "tolerance": 2.0,
        "blink": 6.0,
        "gap": 30.0,
        "cool_down": 0.0,
        "min_confidence": 0.0,
        "together": 3.0,
        "reach": 2.0,
    }


class ExitAlone:
    """The rule for the exit lines of one room."""

    name = NAME
    version = VERSION
    severities: tuple[Severity, ...] = (Severity.CRITICAL,)

    def __init__(self, room: Room, lines: Sequence[str], values: Values) -> None:
        self.timing = Timing.of(values)
        self.thresholds: Mapping[str, Any] = dict(values)
        self._room = room
        self._lines = tuple(lines)
        self._together = float(values["together"])
        self._reach = float(values["reach"])
        self._min_confidence = float(values["min_confidence"])

    def assess(self, state: RoomState) -> Sequence[Assessment]:
        """Say for each exit whether a child has just gone out alone."""
        return [self._of(line_id, state) for line_id in self._lines]

    def _of(self, line_id: str, state: RoomState) -> Assessment:
        out = [c for c in state.crossings if c.line.id == line_id and not c.inward]
        adults = [c for c in out if not may_be_child(c.track)]
        alone = [
            c
            for c in out
            if state.time - c.time <= _FRESH
            and may_be_child(c.track)
            and not any(self._along(c, adult) for adult in adults)
        ]
        first = alone[0] if alone else None
        confidence = 1.0 if first is None else _confidence(first)
        holds: bool | None = first is not None
        if holds and confidence < self._min_confidence:
            holds = None
        return Assessment(
            holds=holds,
            clears=first is None,
            severity=Severity.CRITICAL,
            confidence=confidence,
            explain=partial(_explain, self._room.name, line_id, len(alone)),
            evidence={} if first is None else _evidence(state, alone),
            zone_id=line_id,
            camera_id=None if first is None else first.track.camera_id,
        )

    def _along(self, child: Crossing, adult: Crossing) -> bool:
        if abs(child.time - adult.time) > self._together:
            return False
        if child.track.camera_id != adult.track.camera_id:
            return True
        return apart(child.track, adult.track) <= self._reach


def _confidence(crossing: Crossing) -> float:
    track = crossing.track
    known = 1.0 if track.age is AgeClass.CHILD else _UNDECIDED
    return round(known * (0.6 + 0.4 * min(max(track.score, 0.0), 1.0)), 3)


def _evidence(state: RoomState, alone: Sequence[Crossing]) -> dict[str, Any]:
    return {
        **base_evidence(state),
        "crossed": [
            {
                "camera": c.track.camera_id,
                "id": c.track.id,
                "age": c.track.age.value,
                "adult_log_odds": round(c.track.adult_log_odds, 2),
                "time": round(c.time, 3),
            }
            for c in alone
        ],
        "count": len(alone),
    }


def _explain(room: Text, line_id: str, count: int, _seconds: float) -> Text:
    who = "A child" if count < 2 else f"{count} children"
    return Text(
        zh=f"{max(count, 1)} 名儿童独自越过{room.zh}的出口“{line_id}”，没有成人同行。",
        en=f"{who} crossed exit '{line_id}' of {room.en} with no adult going along.",
    )


def build(room: Room, cameras: Sequence[Camera], values: Values) -> ExitAlone | None:
    """Return the rule for ``room``, or ``None`` when no exit line is drawn there."""
    lines = {
        line.id
        for camera in cameras
        if camera.enabled
        for line in camera.lines
        if line.kind is LineKind.EXIT
    }
    return ExitAlone(room, sorted(lines), values) if lines else None


KIND = RuleKind(NAME, VERSION, SOURCE, PARAMETERS, defaults, build)
