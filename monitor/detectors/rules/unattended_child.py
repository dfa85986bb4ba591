"""U1–U3 ``unattended_child``: a child is in the room and no adult is.

The unit is the room, not a distance: the carer must be physically present in the room or area
(Utah R381-100-11; the Chinese texts give no number). Unknown is not unattended: with part of the
room out of sight, with somebody who may be an adult, or with an adult who went behind something
and did not leave, the rule cannot know. Strangers count as adults: staff and visitors cannot be
told apart without identity.

Defaults: activity and dining rooms 60 s, infant classes 30 s, nap rooms 120 s (high); outdoors
30 s (critical); cleared by an adult in the room for 5 s, or when no child is left. Other rooms:
off, unless switched on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from monitor.detectors.rules.evidence import base_evidence, busiest_camera
from monitor.detectors.rules.parameters import TIMING, Values
from monitor.detectors.rules.rule import Assessment, RuleKind, Timing
from monitor.detectors.rules.wording import lasting, plural
from monitor.domain.events import Severity
from monitor.domain.people import AgeClass
from monitor.domain.places import Camera, ClassType, Room, RoomType
from monitor.domain.room_state import RoomState, View
from monitor.domain.text import Text

NAME = "unattended_child"
VERSION = "1"
SOURCE = "Utah R381-100-11; default durations of this project"

_WATCHED = (RoomType.ACTIVITY, RoomType.NAP, RoomType.DINING, RoomType.OUTDOOR)


def defaults(room: Room) -> Values:
    """Return the parameter values of ``room`` where its configuration says nothing."""
    after = 60.0
    if room.type is RoomType.OUTDOOR:
        after = 30.0
    elif room.type is RoomType.NAP:
        after = 120.0
    elif room.class_type is ClassType.INFANT:
        after = 30.0
    return {
        "enabled": room.type in _WATCHED,
        "after": after,
        "clear_after": 5.0,
        "tolerance": 2.0,
        "blink": 6.0,
        "gap": 30.0,
        "cool_down": 0.0,
        "min_confidence": 0.25,
    }


class UnattendedChild:
    """The rule in one room."""

    name = NAME
    version = VERSION

    def __init__(self, room: Room, values: Values) -> None:
        self._room = room
        self._severity = Severity.CRITICAL if room.type is RoomType.OUTDOOR else Severity.HIGH
        self.timing = Timing.of(values)
        self.severities: tuple[Severity, ...] = (self._severity,)
        self.thresholds: Mapping[str, Any] = dict(values)
        self._min_confidence = float(values["min_confidence"])

    def assess(self, state: RoomState) -> Sequence[Assessment]:
        """Say whether children are alone in the room."""
        children = state.children
        room = self._room.name

        def explain(seconds: float) -> Text:
            zh, en = lasting(seconds)
            return Text(
                zh=f"{room.zh}有 {children} 名儿童，已 {zh}没有成人在场。",
                en=(
                    f"{plural(children, 'child', 'children')} in {room.en} "
                    f"with no adult present for {en}."
                ),
            )

        holds = self._holds(state)
        return (
            Assessment(
                holds=holds,
                clears=self._clears(state),
                severity=self._severity,
                confidence=state.confidence,
                explain=explain,
                evidence=base_evidence(state) if holds else {},
                camera_id=busiest_camera(state, AgeClass.CHILD) if holds else None,
            ),
        )

    def _holds(self, state: RoomState) -> bool | None:
        if state.adults:
            return False
        if state.view is not View.FULL or state.confidence < self._min_confidence:
            return None
        if not state.children:
            return None if state.entered_children else False
        # Whoever may be an adult is taken for one until it is known.
        possible = state.unknown - state.unlikely_adults
        return None if possible > 0 or state.entered_adults else True

    def _clears(self, state: RoomState) -> bool:
        if state.adults:
            return True
        nobody = not state.people and not state.entered_children
        return state.view is View.FULL and nobody


def build(room: Room, _cameras: Sequence[Camera], values: Values) -> UnattendedChild:
    """Return the rule for ``room``."""
    return UnattendedChild(room, values)


KIND = RuleKind(NAME, VERSION, SOURCE, TIMING, defaults, build)
