"""Alerts: events not closed, crowding that recurs, how fast alerts are acknowledged.

No alert is proof of nothing unless somebody was looking: with too little of the period watched a
clean record is called unknown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from monitor.domain.alerts import AlertState
from monitor.domain.checklists import Auto, Unit
from monitor.domain.events import Severity
from monitor.domain.places import Room, RoomType
from monitor.domain.text import Text
from monitor.inspections.facts import AlertFact, Facts
from monitor.inspections.metrics.base import Finding, Known, Unknown, metric, parameter, some
from monitor.inspections.metrics.put_aside import EVERY_RULE

_OPEN = (AlertState.OPEN, AlertState.ACKNOWLEDGED)
_CONFIRMED = (AlertState.ACKNOWLEDGED, AlertState.RESOLVED)
_URGENT = (Severity.CRITICAL, Severity.HIGH)
_NO_ALERTS = Text(zh="系统没有告警记录", en="no alerts are kept")


@metric(
    "unattended_confirmed_open",
    Unit.COUNT,
    Text(
        zh="告警：本期“无人看护”告警中未关闭的数量",
        en="alerts: unattended-child alerts of the period that are not closed",
    ),
    hushed_by=frozenset({"unattended_child"}),
    min_watched=0.5,
)
def unattended_open(facts: Facts, target: Auto) -> Finding:
    """How many unattended-child alerts are not closed."""
    return _not_closed(facts, target, "unattended_child")


@metric(
    "nap_unattended_confirmed_open",
    Unit.COUNT,
    Text(
        zh="告警：本期午睡室“无人看护”告警中未关闭的数量",
        en="alerts: unattended-child alerts in nap rooms that are not closed",
    ),
    hushed_by=frozenset({"unattended_child"}),
    min_watched=0.5,
)
def nap_unattended_open(facts: Facts, target: Auto) -> Finding:
    """How many unattended-child alerts of nap rooms are not closed."""
    return _not_closed(facts, target, "unattended_child", lambda room: room.type is RoomType.NAP)


@metric(
    "ratio_breach_confirmed_open",
    Unit.COUNT,
    Text(
        zh="告警：本期师幼比不达标告警中未关闭的数量",
        en="alerts: ratio-breach alerts of the period that are not closed",
    ),
    hushed_by=frozenset({"ratio_breach"}),
    min_watched=0.5,
)
def ratio_breach_open(facts: Facts, target: Auto) -> Finding:
    """How many ratio-breach alerts are not closed."""
    return _not_closed(facts, target, "ratio_breach")


@metric(
    "exit_alone_confirmed_open",
    Unit.COUNT,
    Text(
        zh="告警：本期儿童独自越界告警中未关闭的数量",
        en="alerts: alerts of a child crossing an exit alone that are not closed",
    ),
    hushed_by=frozenset({"exit_alone"}),
    min_watched=0.5,
)
def exit_alone_open(facts: Facts, target: Auto) -> Finding:
    """How many alerts of a child crossing an exit alone are not closed."""
    return _not_closed(facts, target, "exit_alone")


@metric(
    "attendance_headcount_mismatch_open",
    Unit.COUNT,
    Text(
        zh="告警：本期签到与清点人数不一致告警中未关闭的数量",
        en="alerts: headcount-mismatch alerts of the period that are not closed",
    ),
    hushed_by=frozenset({"headcount_mismatch"}),
    min_watched=0.5,
)
def headcount_mismatch_open(facts: Facts, target: Auto) -> Finding:
    """How many headcount mismatches are not closed."""
    return _not_closed(facts, target, "headcount_mismatch")


@metric(
    "crowding_confirmed_same_zone_max",
    Unit.COUNT,
    Text(
        zh="告警：本期同一区域已核实的聚集、超员告警次数的最大值",
        en="alerts: most verified crowding alerts of the period in one and the same place",
    ),
    hushed_by=frozenset({"crowding"}),
    min_watched=0.5,
)
def crowding_same_place(facts: Facts, target: Auto) -> Finding:
    """How often crowding was verified in the place where it was verified most."""
    gathered = _gathered(facts, "crowding", _every)
    if isinstance(gathered, Unknown):
        return gathered
    rooms, alerts = gathered
    verified = _most(alerts, _CONFIRMED)
    possible = _most(alerts, (*_CONFIRMED, AlertState.OPEN))
    waiting = sum(alert.state is AlertState.OPEN for alert in alerts)
    inputs = {"alerts": len(alerts), "verified_max": verified, "unverified": waiting}
    explain = Text(
        zh=f"本期{len(alerts)}起，同一区域核实最多{verified}次，待核实{waiting}起",
        en=f"{some(len(alerts), 'alert')}; at most {verified} verified in one place,"
        f" {waiting} unverified",
    )
    fits = target.op.holds(verified, target.threshold)
    if fits and not target.op.holds(possible, target.threshold):
        return Unknown(explain, verified, inputs)
    if fits and (doubt := _too_little_watched(facts, target, rooms, explain)):
        return Unknown(doubt, verified, inputs)
    return Known(verified, explain, inputs)


@metric(
    "critical_ack_within_120s_share",
    Unit.SHARE,
    Text(
        zh="告警：本期紧急与重要告警中按时限确认的比例",
        en="alerts: critical and high alerts of the period acknowledged within the target",
    ),
    hushed_by=EVERY_RULE,
    seconds=120,
)
def acknowledged_in_time(facts: Facts, target: Auto) -> Finding:
    """Share of critical and high alerts that were acknowledged within the target."""
    alerts = facts.alerts()
    if alerts is None:
        return Unknown(_NO_ALERTS)
    limit = parameter(target, "seconds")
    started = facts.period.start
    urgent = [alert for alert in alerts if alert.severity in _URGENT and alert.raised >= started]
    # An alert younger than the target is neither in time nor late yet.
    ripe = [
        alert
        for alert in urgent
        if alert.acknowledged or (facts.now - alert.raised).total_seconds() > limit
    ]
    if not ripe:
        return Unknown(
            Text(zh="本期没有紧急或重要告警", en="no critical or high alert in the period")
        )
    in_time = sum(
        alert.acknowledged is not None
        and (alert.acknowledged - alert.raised).total_seconds() <= limit
        for alert in ripe
    )
    share = in_time / len(ripe)
    explain = Text(
        zh=f"{len(ripe)}起中{in_time}起在{limit:.0f}秒内确认（{share:.0%}）",
        en=f"{in_time} of {len(ripe)} acknowledged within {limit:.0f} s ({share:.0%})",
    )
    return Known(round(share, 4), explain, {"alerts": len(ripe), "in_time": in_time})


def _every(_room: Room) -> bool:
    return True


def _gathered(
    facts: Facts, rule: str, wanted: Callable[[Room], bool]
) -> tuple[frozenset[str], list[AlertFact]] | Unknown:
    alerts = facts.alerts()
    if alerts is None:
        return Unknown(_NO_ALERTS)
    rooms = frozenset(room.id for room in facts.rooms if wanted(room))
    if not rooms:
        return Unknown(Text(zh="没有登记此类区域", en="no such room is listed"))
    found = [alert for alert in alerts if alert.rule == rule and alert.room_id in rooms]
    watched = facts.watched_rules().get(rule, frozenset()) & rooms
    if not watched and not found:
        return Unknown(Text(zh="系统尚未监测此类事件", en="the system does not watch for this yet"))
    return watched, found


def _not_closed(
    facts: Facts, target: Auto, rule: str, wanted: Callable[[Room], bool] = _every
) -> Finding:
    gathered = _gathered(facts, rule, wanted)
    if isinstance(gathered, Unknown):
        return gathered
    rooms, alerts = gathered
    states = Counter(alert.state for alert in alerts)
    still = sum(states[state] for state in _OPEN)
    inputs = {"alerts": len(alerts), **{state.value: states[state] for state in AlertState}}
    dismissed = states[AlertState.FALSE] + states[AlertState.DRILL]
    resolved = states[AlertState.RESOLVED]
    explain = Text(
        zh=f"本期{len(alerts)}起：未关闭{still}，已处置{resolved}，误报或演练{dismissed}",
        en=f"{some(len(alerts), 'alert')}: {still} not closed, {resolved} resolved,"
        f" {dismissed} false or drill",
    )
    if still == 0 and (doubt := _too_little_watched(facts, target, rooms, explain)):
        return Unknown(doubt, 0, inputs)
    return Known(still, explain, inputs)


def _most(alerts: list[AlertFact], states: tuple[AlertState, ...]) -> int:
    places = Counter((alert.room_id, alert.zone_id) for alert in alerts if alert.state in states)
    return max(places.values(), default=0)


def _too_little_watched(
    facts: Facts, target: Auto, rooms: frozenset[str], explain: Text
) -> Text | None:
    cameras = {camera.id for camera in facts.cameras if camera.enabled and camera.room_id in rooms}
    online = sum(item.online for item in facts.uptimes() or () if item.camera_id in cameras)
    whole = facts.period.seconds * len(cameras)
    share = online / whole if whole else 0.0
    if share >= parameter(target, "min_watched"):
        return None
    return Text(
        zh=f"{explain.zh}；本期仅{share:.1%}的时间有画面，不足以判定",
        en=f"{explain.en}; only {share:.1%} of the period was seen, too little to judge",
    )
