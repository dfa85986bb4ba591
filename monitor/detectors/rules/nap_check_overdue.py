"""U4 ``nap_check_overdue``: nobody looked at the sleeping children for too long.

Sleeping infants are within sight and hearing or are checked every 15 minutes (Utah R430-50-11; New
York 18 NYCRR 417.8 likewise). A check is an adult in a zone of kind ``cots``, or anywhere in the
room where no such zone is drawn, for at least ten seconds. Children under blankets are found
seldom; one found within the last ``remember`` shows that the room is slept in. Whoever may be an
adult counts as one.

Runs where nap times are known, in nap rooms and where cots are drawn, in nap time only. Defaults:
raised after 15 minutes, cleared by an adult of ten seconds or when nap time is over, medium.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from monitor.detectors.rules.evidence import base_evidence, busiest_camera
from monitor.detectors.rules.parameters import DAY, TIMING, Parameter, Values
from monitor.detectors.rules.rule import Assessment, RuleKind, Timing
from monitor.detectors.rules.wording import lasting
from monitor.detectors.rules.zones import cameras_of_zones
from monitor.domain.events import Severity
from monitor.domain.people import AgeClass
from monitor.domain.places import Camera, Room, RoomType, ZoneKind
from monitor.domain.room_state import RoomState, View
from monitor.domain.text import Text

NAME = "nap_check_overdue"
VERSION = "1"
SOURCE = "Utah R430-50-11; New York 18 NYCRR 417.8"

PARAMETERS = (
    *TIMING,
    Parameter(
        "remember",
        "duration",
        Text(
            zh="多久之内见过儿童视为有人午睡",
            en="A child found within this time shows that the room is slept in",
        ),
        0,
        DAY,
    ),
)


def defaults(_room: Room) -> Values:
    """Return the parameter values where the configuration says nothing."""
    return {
        "enabled": True,
        "after": 900.0,
        "clear_after": 10.0,
        "tolerance": 10.0,
        "blink": 30.0,
        "gap": 120.0,
        "cool_down": 0.0,
        "min_confidence": 0.2,
        "remember": 600.0,
    }


class NapCheckOverdue:
    """The rule in one room."""

    name = NAME
    version = VERSION
    severities: tuple[Severity, ...] = (Severity.MEDIUM,)

    def __init__(self, room: Room, cots: Sequence[str], values: Values) -> None:
        """``cots`` are the ids of the zones with cots; empty for the whole room."""
        self.timing = Timing.of(values)
        self.thresholds: Mapping[str, Any] = dict(values)
        self._room = room
        self._cots = frozenset(cots)
        self._remember = float(values["remember"])
        self._min_confidence = float(values["min_confidence"])

    def assess(self, state: RoomState) -> Sequence[Assessment]:
        """Say whether children nap without anybody near them."""
        holds = self._holds(state)
        return (
            Assessment(
                holds=holds,
                clears=holds is False,
                severity=Severity.MEDIUM,
                confidence=state.confidence,
                explain=partial(_explain, self._room.name),
                evidence=base_evidence(state) if holds else {},
                camera_id=busiest_camera(state, AgeClass.CHILD) if holds else None,
            ),
        )

    def _holds(self, state: RoomState) -> bool | None:
        if state.day is None:
            return None
        if not state.day.nap or self._checked(state):
            return False
        if state.view is not View.FULL or state.confidence < self._min_confidence:
            return None
        if state.entered_adults and not self._cots:
            return None
        seen = state.child_seen
        return seen is not None and state.time - seen <= self._remember

    def _checked(self, state: RoomState) -> bool:
        if not self._cots:
            return bool(state.adults or state.unknown)
        return any(
            track.age is not AgeClass.CHILD and not self._cots.isdisjoint(track.zones)
            for track in state.tracks
        )


def _explain(room: Text, seconds: float) -> Text:
    zh, en = lasting(seconds)
    return Text(
        zh=f"{room.zh}有儿童午睡，已 {zh}没有成人到床边查看。",
        en=f"Children nap in {room.en} and no adult has looked at them for {en}.",
    )


def build(room: Room, cameras: Sequence[Camera], values: Values) -> NapCheckOverdue | None:
    """Return the rule for ``room``, or ``None`` where nobody naps or nap times are not known."""
    cots = cameras_of_zones(cameras, lambda zone: zone.kind is ZoneKind.COTS)
    if not room.nap_times or not (cots or room.type is RoomType.NAP):
        return None
    return NapCheckOverdue(room, list(cots), values)


KIND = RuleKind(NAME, VERSION, SOURCE, PARAMETERS, defaults, build)
