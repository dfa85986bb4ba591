"""What would make a loud rule quieter: how long a condition should last before it is told.

Read off the alarms themselves: whoever waits longer than a condition lasted is not told of it. It
is an estimate; a back-test on the kept tracks proves it before anything is changed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from monitor.domain.alarm_quality import Alarm, AlarmQuality
from monitor.domain.alerts import AlertState

FEWEST = 6
"""Of fewer alarms nothing is concluded."""
_STEP = 5.0
_MOST_TIMES = 4
_USUAL_WAIT = 60.0


@dataclass(frozen=True, slots=True)
class Relief:
    """A longer wait for a rule in a room. ``lost`` are confirmed alarms that it would have cost.

    ``after`` in seconds; ``None`` where not even four times the present wait would have halved
    the ``alarms``.
    """

    rule: str
    institution_id: str
    room_id: str
    alarms: int
    after: float | None
    avoided: int = 0
    lost: int = 0
    false: int = 0


def reliefs(
    quality: AlarmQuality, alarms: Iterable[Alarm], adjustable: frozenset[str]
) -> tuple[Relief, ...]:
    """Return what would have halved each of the loudest sources, the loudest first.

    ``adjustable`` are the rules that can be told to wait.
    """
    groups: dict[tuple[str, str], list[Alarm]] = {}
    for alarm in alarms:
        if alarm.announced and quality.start <= alarm.raised < quality.end:
            groups.setdefault((alarm.rule, alarm.room_id), []).append(alarm)
    return tuple(
        _relief(groups[source.rule, source.room_id])
        for source in quality.top
        if source.count >= FEWEST and source.rule in adjustable
    )


def _relief(alarms: list[Alarm]) -> Relief:
    lasted = [_lasted(alarm) for alarm in alarms]
    middle = sorted(lasted)[math.ceil(len(lasted) / 2) - 1]
    after = _next_step(middle)
    first = alarms[0]
    false = sum(alarm.state is AlertState.FALSE for alarm in alarms)
    if after > _MOST_TIMES * max(alarm.wait or _USUAL_WAIT for alarm in alarms):
        return Relief(
            first.rule, first.institution_id, first.room_id, len(alarms), None, false=false
        )
    avoided = [alarm for alarm, seconds in zip(alarms, lasted, strict=True) if seconds < after]
    lost = sum(alarm.state is AlertState.RESOLVED for alarm in avoided)
    return Relief(
        first.rule,
        first.institution_id,
        first.room_id,
        len(alarms),
        after,
        avoided=len(avoided),
        lost=lost,
        false=false,
    )


def _lasted(alarm: Alarm) -> float:
    return math.inf if alarm.cleared is None else (alarm.cleared - alarm.onset).total_seconds()


def _next_step(seconds: float) -> float:
    """Return the next round value above: such conditions must no longer be told."""
    return math.inf if math.isinf(seconds) else (math.floor(seconds / _STEP) + 1) * _STEP
