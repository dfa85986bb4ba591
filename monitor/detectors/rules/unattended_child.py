"""U1–U3 ``unattended_child``: a child is in the room and no adult is.

The unit is the room, not a distance: the carer must be physically present in the room or area
(Utah R381-100-11; the Chinese texts give no number). Unknown is not unattended: with part of the
room out of sight, with somebody who may be an adult, or with an adult who went behind something
and did not leave, the rule cannot know. Strangers count as adults: staff and visitors cannot be
told apart without identity. Outdoors, where a room's walls are missing, a child more than 15 m from
the nearest adult is alone as well, if the camera is calibrated and shows every adult there is.

Defaults: activity and dining rooms 60 s, infant classes 30 s, nap rooms 120 s (high); outdoors
30 s (critical); cleared by an adult in the room for 5 s, or when no child is left. Where nap times
are known, an activity or nap room is given ``nap_after`` (120 s) in them and the time of an
activity room outside them. Other rooms: off, unless switched on. What was seen before an outage of
up to ``gap`` (60 s) still counts, the outage itself does not. The time starts anew once an adult
was seen for ``tolerance`` (5 s), for two fifths of it if she is one beyond doubt: she may be seen
only while she walks from behind a shelf to the door.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from monitor.detectors.rules.company import apart
from monitor.detectors.rules.evidence import base_evidence, busiest_camera
from monitor.detectors.rules.parameters import DAY, TIMING, Parameter, Values
from monitor.detectors.rules.rule import Assessment, RuleKind, Timing
from monitor.detectors.rules.wording import lasting, plural
from monitor.domain.events import Severity
from monitor.domain.people import AgeClass
from monitor.domain.places import Camera, ClassType, Room, RoomType
from monitor.domain.room_state import RoomState, View
from monitor.domain.text import Text

NAME = "unattended_child"
VERSION = "4"
SOURCE = "Utah R381-100-11; default durations of this project"

_WATCHED = (RoomType.ACTIVITY, RoomType.NAP, RoomType.DINING, RoomType.OUTDOOR)
_NAP_AFTER = 120.0
_FORGIVING = 0.1  # a carer seen for a tenth of the time may be a thing taken for one; not for more
_MISSED = 1.0  # seconds
_SURELY = 2.5  # seconds for which one counts in which an adult beyond doubt is seen
_NAPPED_IN = (RoomType.ACTIVITY, RoomType.NAP)

PARAMETERS = (
    *TIMING,
    Parameter(
        "nap_after",
        "duration",
        Text(zh="午睡时段持续多久后告警", en="Raise after, in nap time"),
        0,
        DAY,
    ),
    Parameter(
        "reach",
        "length",
        Text(
            zh="户外距最近成人超过多少米视为无人看护",
            en="Outdoors, farther than this from the nearest adult is alone",
        ),
        1,
        60,
    ),
)


def defaults(room: Room) -> Values:
    """Return the parameter values of ``room`` where its configuration says nothing."""
    after = 60.0
    if room.type is RoomType.OUTDOOR:
        after = 30.0
    elif room.type is RoomType.NAP and not room.nap_times:
        after = _NAP_AFTER
    elif room.class_type is ClassType.INFANT:
        after = 30.0
    return {
        "enabled": room.type in _WATCHED,
        "after": after,
        "clear_after": 5.0,
        "tolerance": 5.0,
        "blink": 6.0,
        "gap": 60.0,
        "cool_down": 0.0,
        "min_confidence": 0.25,
        "nap_after": _NAP_AFTER,
        "reach": 15.0,
    }


class UnattendedChild:
    """The rule in one room."""

    name = NAME
    version = VERSION

    def __init__(self, room: Room, values: Values) -> None:
        self._room = room
        self._severity = Severity.CRITICAL if room.type is RoomType.OUTDOOR else Severity.HIGH
        self.timing = replace(Timing.of(values), forgiving=_FORGIVING)
        self.severities: tuple[Severity, ...] = (self._severity,)
        self._min_confidence = float(values["min_confidence"])
        self._reach = float(values["reach"]) if room.type is RoomType.OUTDOOR else None
        self._nap_after: float | None = None
        if room.nap_times and room.type in _NAPPED_IN:
            self._nap_after = float(values["nap_after"])
        unused = {"reach"} if self._reach is None else set()
        unused |= {"nap_after"} if self._nap_after is None else set()
        self.thresholds: Mapping[str, Any] = {
            name: value for name, value in values.items() if name not in unused
        }

    def assess(self, state: RoomState) -> Sequence[Assessment]:
        """Say whether children are alone in the room."""
        far = self._far(state)
        holds = self._holds(state, bool(far))
        seen = state.view is View.FULL and state.confidence >= self._min_confidence
        return (
            Assessment(
                holds=holds,
                clears=self._clears(state, bool(far)),
                severity=self._severity,
                confidence=state.confidence,
                explain=partial(_explain, self._room.name, state.children, far),
                evidence=self._evidence(state, far) if holds else {},
                camera_id=busiest_camera(state, AgeClass.CHILD) if holds else None,
                after=self._after(state),
                doubted=seen and self._doubted(state, holds),
                against=_SURELY if state.surely_attended else 1.0,
            ),
        )

    def _after(self, state: RoomState) -> float | None:
        if self._nap_after is None:
            return None
        if state.day is None:  # without the time of day, as patient as a nap would need
            return self._nap_after if self._room.type is RoomType.NAP else None
        return self._nap_after if state.day.nap else None

    def _far(self, state: RoomState) -> float | None:
        """Return how far the loneliest child outdoors is from every adult, if it is too far."""
        if self._reach is None or not state.adults or state.unknown or state.entered_adults:
            return None
        children = [t for t in state.tracks if t.age is AgeClass.CHILD and t.floor is not None]
        adults = [t for t in state.tracks if t.age is not AgeClass.CHILD and t.floor is not None]
        farthest = 0.0
        for child in children:
            here = [adult for adult in adults if adult.camera_id == child.camera_id]
            if len(here) >= state.adults:
                farthest = max(farthest, min(apart(child, adult) for adult in here))
        return farthest if farthest > self._reach else None

    @staticmethod
    def _evidence(state: RoomState, far: float | None) -> dict[str, Any]:
        evidence = base_evidence(state)
        return evidence if far is None else {**evidence, "metres": round(far, 1)}

    def _holds(self, state: RoomState, far: bool) -> bool | None:
        if state.adults and not far:
            return False
        if state.view is not View.FULL or state.confidence < self._min_confidence:
            return None
        if far:
            return True
        if not state.children:
            return None if state.entered_children else False
        # Whoever may be an adult is taken for one until it is known.
        possible = state.unknown - state.unlikely_adults
        return None if possible > 0 or state.entered_adults else True

    @staticmethod
    def _doubted(state: RoomState, holds: bool | None) -> bool:
        """Say whether children may be alone though it does not look so, and nothing hides it.

        An adult who is missed counts as there for some seconds; if she has gone, she had then.
        """
        if holds is None:
            return state.entered_adults <= state.missed_adults
        return not holds and bool(state.children) and state.no_adult_seen >= _MISSED

    def _clears(self, state: RoomState, far: bool) -> bool:
        if state.adults:
            return not far
        nobody = not state.people and not state.entered_children
        return state.view is View.FULL and nobody


def _explain(room: Text, children: int, far: float | None, seconds: float) -> Text:
    zh, en = lasting(seconds)
    if far is not None:
        return Text(
            zh=f"{room.zh}有儿童距最近的成人 {far:.0f} 米，已持续 {zh}。",
            en=f"A child in {room.en} has been {far:.0f} m from the nearest adult for {en}.",
        )
    return Text(
        zh=f"{room.zh}有 {children} 名儿童，已 {zh}没有成人在场。",
        en=f"{plural(children, 'child', 'children')} in {room.en} with no adult present for {en}.",
    )


def build(room: Room, _cameras: Sequence[Camera], values: Values) -> UnattendedChild:
    """Return the rule for ``room``."""
    return UnattendedChild(room, values)


KIND = RuleKind(NAME, VERSION, SOURCE, PARAMETERS, defaults, build)
