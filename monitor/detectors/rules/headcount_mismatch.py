"""H1 ``headcount_mismatch``: fewer, or more, children are there than are signed in.

Runs in a room with a class of its own and judges only where arrivals and departures of the day are
recorded, in opening hours and outside nap time. A room is *short* when even with everybody who may
be a child, those inside by the books at the doors included, more than the slack are missing in it
*and* in all rooms of its institution together: classes change rooms. There are *too many* when the
children recognised as such alone exceed those signed in by more than the slack, in the room and in
the institution. The slack is ``slack`` children or ``slack_share`` of those signed in, whichever is
more, because person models miss children who sit.

Unknown is no mismatch: nothing is judged while any watched room of the institution is not fully
seen or takes its nap, or the record of arrivals cannot be read. A room without a camera in which
children stay makes a shortage unknowable, a class that has recorded nothing today a surplus.

Defaults: raised after 300 s, cleared after 60 s, high.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from monitor.detectors.headcount import counted_in, private_rooms_behind
from monitor.detectors.rules.evidence import base_evidence, busiest_camera
from monitor.detectors.rules.parameters import TIMING, Parameter, Values
from monitor.detectors.rules.rule import Assessment, RuleKind, Timing
from monitor.detectors.rules.wording import lasting
from monitor.domain.events import Severity
from monitor.domain.people import AgeClass
from monitor.domain.places import Camera, Room
from monitor.domain.room_state import RoomState, View
from monitor.domain.text import Text

NAME = "headcount_mismatch"
VERSION = "1"
SOURCE = "product default"

PARAMETERS = (
    *TIMING,
    Parameter(
        "slack",
        "count",
        Text(
            zh="差额不超过此人数不告警",
            en="Differences of up to this many children are no mismatch",
        ),
        0,
        100,
    ),
    Parameter(
        "slack_share",
        "share",
        Text(
            zh="差额不超过签到人数的此比例不告警",
            en="Nor are differences of up to this share of those signed in",
        ),
        0,
        1,
    ),
)


def defaults(_room: Room) -> Values:
    """Return the parameter values where the configuration says nothing."""
    return {
        "enabled": True,
        "after": 300.0,
        "clear_after": 60.0,
        "tolerance": 0.0,
        "blink": 10.0,
        "gap": 120.0,
        "cool_down": 600.0,
        "min_confidence": 0.25,
        "slack": 2.0,
        "slack_share": 0.25,
    }


@dataclass(frozen=True, slots=True)
class _Numbers:
    """Signed in and counted, in the room and in all rooms; ``short`` if fewer were counted."""

    short: bool = True
    signed_in: int = 0
    counted: int = 0
    all_signed_in: int = 0
    all_counted: int = 0


class HeadcountMismatch:
    """The rule in one room."""

    name = NAME
    version = VERSION
    severities: tuple[Severity, ...] = (Severity.HIGH,)

    def __init__(self, room: Room, private: Collection[str], values: Values) -> None:
        """``private`` are the rooms without cameras by law that the room's lines lead to."""
        self.timing = Timing.of(values)
        self.thresholds: Mapping[str, Any] = dict(values)
        self._room = room
        self._private = private
        self._slack = float(values["slack"])
        self._share = float(values["slack_share"])
        self._min_confidence = float(values["min_confidence"])

    def assess(self, state: RoomState) -> Sequence[Assessment]:
        """Compare those signed in with those counted, here and in the whole institution."""
        holds, numbers = self._judge(state)
        return (
            Assessment(
                holds=holds,
                clears=holds is False,
                severity=Severity.HIGH,
                confidence=state.confidence,
                explain=partial(_explain, self._room.name, numbers),
                evidence=_evidence(state, numbers) if holds else {},
                camera_id=busiest_camera(state, AgeClass.CHILD) if holds else None,
            ),
        )

    def _judge(self, state: RoomState) -> tuple[bool | None, _Numbers]:
        heads = state.headcount
        if heads is None or not self._can_tell(state):
            return None, _Numbers()
        here = counted_in(state, self._private)
        everywhere = here + heads.elsewhere
        fewer = _Numbers(
            True, heads.signed_in, here.at_most, heads.all_signed_in, everywhere.at_most
        )
        if self._differs(fewer):
            return heads.all_watched or None, fewer
        more = _Numbers(False, heads.signed_in, here.surely, heads.all_signed_in, everywhere.surely)
        # Where a class reports nothing more than are signed in are no news, and nobody is missing.
        return heads.all_reported and self._differs(more), more

    def _can_tell(self, state: RoomState) -> bool:
        if state.view is not View.FULL or state.confidence < self._min_confidence:
            return False
        return state.day is not None and state.day.open is True and not state.day.nap

    def _differs(self, numbers: _Numbers) -> bool:
        sign = 1 if numbers.short else -1
        here = sign * (numbers.signed_in - numbers.counted)
        everywhere = sign * (numbers.all_signed_in - numbers.all_counted)
        return here > self._allowed(numbers.signed_in) and everywhere > self._allowed(
            numbers.all_signed_in
        )

    def _allowed(self, signed_in: int) -> float:
        return max(self._slack, self._share * signed_in)


def _evidence(state: RoomState, numbers: _Numbers) -> dict[str, Any]:
    return {
        **base_evidence(state),
        "entered_children": state.entered_children,
        "signed_in": numbers.signed_in,
        "counted": numbers.counted,
        "all_signed_in": numbers.all_signed_in,
        "all_counted": numbers.all_counted,
    }


def _explain(room: Text, numbers: _Numbers, seconds: float) -> Text:
    zh, en = lasting(seconds)
    at_zh, at_en = ("至多", "at most") if numbers.short else ("至少", "at least")
    why_zh, why_en = (
        ("可能有儿童不在看护范围内", "Children may be missing")
        if numbers.short
        else ("有儿童未签到", "Children are there who were not signed in")
    )
    return Text(
        zh=(
            f"{why_zh}：{room.zh}签到 {numbers.signed_in} 名儿童，清点到{at_zh} {numbers.counted} "
            f"名；全机构签到 {numbers.all_signed_in} 名，清点到{at_zh} {numbers.all_counted} 名，"
            f"已持续 {zh}。"
        ),
        en=(
            f"{why_en}: {numbers.signed_in} signed in to {room.en}, {at_en} {numbers.counted} "
            f"counted there; {numbers.all_signed_in} signed in to the whole institution, {at_en} "
            f"{numbers.all_counted} counted, for {en}."
        ),
    )


def build(room: Room, cameras: Sequence[Camera], values: Values) -> HeadcountMismatch | None:
    """Return the rule for ``room``, or ``None`` where it has no class of its own."""
    if room.class_type is None:
        return None
    return HeadcountMismatch(room, private_rooms_behind(cameras), values)


KIND = RuleKind(NAME, VERSION, SOURCE, PARAMETERS, defaults, build)
