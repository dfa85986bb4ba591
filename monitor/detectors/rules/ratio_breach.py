"""R1 ``ratio_breach``: more children to one adult than the class allows.

One carer may look after at most 3 children of an infant class, 5 toddlers, 7 older children
(national setup standard, article 20); for mixed classes the text names no number, so there the rule
runs only with ``children_per_carer``. Judged by the median of the last ten seconds. Whoever may be
an adult counts as one, seen or not, and strangers do: the rule reports only what is certain. With
no adult at all it is ``unattended_child``'s business and this rule does not judge.

Defaults: raised after 120 s, cleared after 30 s, medium.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from monitor.detectors.rules.evidence import base_evidence, busiest_camera
from monitor.detectors.rules.parameters import TIMING, Parameter, Values
from monitor.detectors.rules.rule import Assessment, RuleKind, Timing
from monitor.detectors.rules.wording import lasting
from monitor.domain.events import Severity
from monitor.domain.people import AgeClass
from monitor.domain.places import CHILDREN_PER_CARER, Camera, Room
from monitor.domain.room_state import RoomState, View
from monitor.domain.text import Text

NAME = "ratio_breach"
VERSION = "1"
SOURCE = "national setup standard for childcare institutions, article 20"

_SLACK = 1e-9

PARAMETERS = (
    *TIMING,
    Parameter(
        "children_per_carer",
        "share",
        Text(
            zh="每名保育人员最多照护的儿童数；0 为按班级",
            en="Most children to one carer; 0 for what the class allows",
        ),
        0,
        30,
    ),
)


def defaults(_room: Room) -> Values:
    """Return the parameter values where the configuration says nothing."""
    return {
        "enabled": True,
        "after": 120.0,
        "clear_after": 30.0,
        "tolerance": 5.0,
        "blink": 10.0,
        "gap": 60.0,
        "cool_down": 0.0,
        "min_confidence": 0.25,
        "children_per_carer": 0.0,
    }


class RatioBreach:
    """The rule in one room."""

    name = NAME
    version = VERSION
    severities: tuple[Severity, ...] = (Severity.MEDIUM,)

    def __init__(self, room: Room, most: float, values: Values) -> None:
        """``most`` is how many children one adult may look after."""
        self.timing = Timing.of(values)
        self.thresholds: Mapping[str, Any] = {**values, "children_per_carer": most}
        self._room = room
        self._most = most
        self._min_confidence = float(values["min_confidence"])

    def assess(self, state: RoomState) -> Sequence[Assessment]:
        """Compare the ratio of the last seconds with the one allowed."""
        holds = self._holds(state)
        ratio = state.children_per_adult or 0.0
        return (
            Assessment(
                holds=holds,
                clears=holds is False,
                severity=Severity.MEDIUM,
                confidence=state.confidence,
                explain=partial(_explain, self._room.name, ratio, self._most),
                evidence=self._evidence(state) if holds else {},
                camera_id=busiest_camera(state, AgeClass.CHILD) if holds else None,
            ),
        )

    def _holds(self, state: RoomState) -> bool | None:
        ratio = state.children_per_adult
        if ratio is None or state.view is not View.FULL:
            return None
        if state.confidence < self._min_confidence:
            return None
        return ratio > self._most + _SLACK

    def _evidence(self, state: RoomState) -> dict[str, Any]:
        return {
            **base_evidence(state),
            "children_per_adult": round(state.children_per_adult or 0.0, 2),
            "limit": self._most,
        }


def _explain(room: Text, ratio: float, most: float, seconds: float) -> Text:
    zh, en = lasting(seconds)
    return Text(
        zh=f"{room.zh}每名成人照护 {ratio:.1f} 名儿童，超过规定的 {most:g} 名，已持续 {zh}。",
        en=(
            f"{ratio:.1f} children to each adult in {room.en}, "
            f"more than the {most:g} allowed, for {en}."
        ),
    )


def build(room: Room, _cameras: Sequence[Camera], values: Values) -> RatioBreach | None:
    """Return the rule for ``room``, or ``None`` where no ratio is known."""
    lawful = CHILDREN_PER_CARER[room.class_type] if room.class_type is not None else None
    most = float(values["children_per_carer"]) or float(lawful or 0)
    return RatioBreach(room, most, values) if most else None


KIND = RuleKind(NAME, VERSION, SOURCE, PARAMETERS, defaults, build)
