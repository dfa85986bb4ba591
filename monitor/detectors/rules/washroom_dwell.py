"""U5 ``washroom_dwell``: a child went into a washroom, and no adult is with her.

No camera may be in a washroom; it is watched from outside, by the crossings of door lines that lead
to it (``leads_to``). Who goes in and comes out again is all that is known. Whoever is undecided
counts as an adult unless she leans to a child. A crossing that was missed leaves an entry behind
that is wrong; it is forgotten after twenty minutes.

Runs in the room from which the door is seen. Defaults: raised after 120 s, medium; over when the
child comes out or an adult goes in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from monitor.detectors.rules.evidence import base_evidence
from monitor.detectors.rules.parameters import TIMING, Values
from monitor.detectors.rules.rule import Assessment, RuleKind, Timing
from monitor.detectors.rules.wording import lasting, plural
from monitor.domain.events import Severity
from monitor.domain.places import Camera, Room, RoomType
from monitor.domain.room_state import Beyond, RoomState
from monitor.domain.text import Text

NAME = "washroom_dwell"
VERSION = "1"
SOURCE = "project defaults; State Council Order 799, article 8: no camera in a washroom"


def defaults(_room: Room) -> Values:
    """Return the parameter values where the configuration says nothing."""
    return {
        "enabled": True,
        "after": 120.0,
        "clear_after": 1.0,
        "tolerance": 2.0,
        "blink": 6.0,
        "gap": 30.0,
        "cool_down": 0.0,
        "min_confidence": 0.0,
    }


class WashroomDwell:
    """The rule for the washrooms whose doors one room's cameras see."""

    name = NAME
    version = VERSION
    severities: tuple[Severity, ...] = (Severity.MEDIUM,)

    def __init__(self, room: Room, washrooms: Sequence[str], values: Values) -> None:
        """``washrooms`` are the ids that the lines lead to."""
        self.timing = Timing.of(values)
        self.thresholds: Mapping[str, Any] = dict(values)
        self._room = room
        self._washrooms = frozenset(washrooms)

    def assess(self, state: RoomState) -> Sequence[Assessment]:
        """Say for each washroom whether a child is in it without an adult."""
        good = {view.camera_id for view in state.cameras if view.fault is None}
        return [
            self._of(state, beyond, good.issuperset(beyond.camera_ids))
            for beyond in state.beyond
            if beyond.room_id in self._washrooms
        ]

    def _of(self, state: RoomState, beyond: Beyond, seen: bool) -> Assessment:
        alone = beyond.children > 0 and not beyond.adults
        return Assessment(
            holds=alone if seen else None,
            clears=seen and not alone,
            severity=Severity.MEDIUM,
            confidence=state.confidence,
            explain=partial(_explain, self._room.name, beyond),
            evidence=_evidence(state, beyond) if alone else {},
            zone_id=beyond.room_id,
            camera_id=beyond.camera_ids[0] if alone else None,
        )


def _evidence(state: RoomState, beyond: Beyond) -> dict[str, Any]:
    return {
        **base_evidence(state),
        "washroom": beyond.room_id,
        "children_inside": beyond.children,
        "since": round(beyond.since, 3),
    }


def _explain(room: Text, beyond: Beyond, seconds: float) -> Text:
    zh, en = lasting(seconds)
    count, place = beyond.children, beyond.room_id
    return Text(
        zh=f"{count} 名儿童从{room.zh}进入盥洗室“{place}”，已 {zh}没有成人陪同。",
        en=(
            f"{plural(count, 'child', 'children')} went from {room.en} into washroom '{place}' "
            f"and no adult has been there for {en}."
        ),
    )


def build(room: Room, cameras: Sequence[Camera], values: Values) -> WashroomDwell | None:
    """Return the rule for ``room``, or ``None`` when none of its lines leads to a washroom."""
    washrooms = {
        line.leads_to
        for camera in cameras
        if camera.enabled
        for line in camera.lines
        if line.leads_to is not None and line.beyond is RoomType.WASHROOM
    }
    return WashroomDwell(room, sorted(washrooms), values) if washrooms else None


KIND = RuleKind(NAME, VERSION, SOURCE, TIMING, defaults, build)
