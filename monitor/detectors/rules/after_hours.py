"""U8 ``after_hours``: a child is in a room while the institution is closed.

Opening hours are those in which children may be there, late collection included; days off and
working weekends come from the institution's registers. Adults do not matter: a child who is still
there with a carer after closing time is told of as well. Without opening hours, or where the time
of day is not known, the rule does not run.

Defaults: raised after 30 s, critical; over when no child was there for five minutes or the doors
open. The alert stays open until somebody closes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from monitor.detectors.rules.evidence import base_evidence, busiest_camera
from monitor.detectors.rules.parameters import TIMING, Values
from monitor.detectors.rules.rule import Assessment, RuleKind, Timing
from monitor.detectors.rules.wording import lasting, plural
from monitor.domain.events import Severity
from monitor.domain.people import AgeClass
from monitor.domain.places import Camera, Room
from monitor.domain.room_state import RoomState, View
from monitor.domain.text import Text

NAME = "after_hours"
VERSION = "1"
SOURCE = "project defaults; opening hours of the institution"


def defaults(_room: Room) -> Values:
    """Return the parameter values where the configuration says nothing."""
    return {
        "enabled": True,
        "after": 30.0,
        "clear_after": 300.0,
        "tolerance": 2.0,
        "blink": 6.0,
        "gap": 30.0,
        "cool_down": 0.0,
        "min_confidence": 0.25,
    }


class AfterHours:
    """The rule in one room."""

    name = NAME
    version = VERSION
    severities: tuple[Severity, ...] = (Severity.CRITICAL,)

    def __init__(self, room: Room, values: Values) -> None:
        self.timing = Timing.of(values)
        self.thresholds: Mapping[str, Any] = dict(values)
        self._room = room
        self._min_confidence = float(values["min_confidence"])

    def assess(self, state: RoomState) -> Sequence[Assessment]:
        """Say whether a child is there outside the opening hours."""
        is_open = None if state.day is None else state.day.open
        holds = None if is_open is None else not is_open and self._children(state)
        nobody = state.view is View.FULL and not state.children
        return (
            Assessment(
                holds=holds,
                clears=is_open is True or (is_open is False and nobody),
                severity=Severity.CRITICAL,
                confidence=state.confidence,
                explain=partial(_explain, self._room.name, state.children),
                evidence=base_evidence(state) if holds else {},
                camera_id=busiest_camera(state, AgeClass.CHILD) if holds else None,
            ),
        )

    def _children(self, state: RoomState) -> bool | None:
        """Say whether a child is there, as far as that can be known."""
        if state.children:
            return True if state.confidence >= self._min_confidence else None
        return False if state.view is View.FULL else None


def _explain(room: Text, children: int, seconds: float) -> Text:
    zh, en = lasting(seconds)
    return Text(
        zh=f"非开放时间{room.zh}有 {children} 名儿童，已持续 {zh}。",
        en=f"{plural(children, 'child', 'children')} in {room.en} outside opening hours for {en}.",
    )


def build(room: Room, _cameras: Sequence[Camera], values: Values) -> AfterHours | None:
    """Return the rule for ``room``, or ``None`` where no opening hours are known."""
    return AfterHours(room, values) if room.opening_hours is not None else None


KIND = RuleKind(NAME, VERSION, SOURCE, TIMING, defaults, build)
