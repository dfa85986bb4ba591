"""Cameras: uptime, connection, faults, who looked at footage."""

from __future__ import annotations

from datetime import timedelta

from monitor.domain.checklists import Auto, Unit
from monitor.domain.places import RoomType
from monitor.domain.room_state import ViewFault
from monitor.domain.text import Text
from monitor.inspections.facts import CameraFact, CameraState, Facts
from monitor.inspections.metrics.base import (
    Finding,
    Known,
    Unknown,
    metric,
    named_texts,
    parameter,
    some,
)
from monitor.inspections.metrics.put_aside import EVERY_RULE

_NO_CAMERAS = Text(zh="没有接入摄像机", en="no camera is connected")
_FAULTS = {
    ViewFault.OFFLINE: Text(zh="离线", en="offline"),
    ViewFault.STALLED: Text(zh="断流", en="stalled"),
    ViewFault.FROZEN: Text(zh="画面冻结", en="frozen"),
    ViewFault.DARK: Text(zh="画面过暗", en="dark"),
    ViewFault.OVEREXPOSED: Text(zh="画面过曝", en="over-exposed"),
    ViewFault.COVERED: Text(zh="被遮挡", en="covered"),
    ViewFault.DEFOCUSED: Text(zh="画面失焦", en="out of focus"),
    ViewFault.UNREADABLE: Text(zh="无法解码", en="unreadable"),
    ViewFault.MOVED: Text(zh="被移动", en="moved"),
    ViewFault.BITRATE: Text(zh="码率骤降", en="sends hardly any data"),
    ViewFault.FRAME_RATE: Text(zh="帧率骤降", en="sends too few pictures"),
    ViewFault.CLOCK: Text(zh="时钟不准", en="has a wrong clock"),
    ViewFault.MISCALIBRATED: Text(zh="与标定不符", en="at odds with its calibration"),
    ViewFault.UNWATCHED: Text(zh="未能及时分析", en="not analysed in time"),
}


@metric(
    "camera_online_ratio_month",
    Unit.SHARE,
    Text(
        zh="摄像机在线记录：本期各摄像机在线时长÷观测时长的平均值，及最长连续离线",
        en="camera log: mean of time online ÷ time observed in the period, and longest outage",
    ),
    max_outage_hours=24,
    min_observed_hours=24,
)
def online_ratio(facts: Facts, target: Auto) -> Finding:
    """Mean share of the observed time that the cameras were online."""
    return _online(facts, target, tuple(camera for camera in facts.cameras if camera.enabled))


@metric(
    "kitchen_camera_online_ratio_month",
    Unit.SHARE,
    Text(
        zh="摄像机在线记录：本期厨房摄像机在线时长÷观测时长",
        en="camera log: time online ÷ time observed of the kitchen cameras in the period",
    ),
    max_outage_hours=24 * 31,
    min_observed_hours=24,
)
def kitchen_online_ratio(facts: Facts, target: Auto) -> Finding:
    """Mean share of the observed time that the kitchen's cameras were online."""
    kitchens = {room.id for room in facts.rooms if room.type is RoomType.KITCHEN}
    cameras = tuple(item for item in facts.cameras if item.enabled and item.room_id in kitchens)
    if not cameras:
        return Unknown(Text(zh="未接入厨房摄像机", en="no kitchen camera is connected"))
    return _online(facts, target, cameras)


def _online(facts: Facts, target: Auto, cameras: tuple[CameraFact, ...]) -> Finding:
    if not cameras:
        return Unknown(_NO_CAMERAS)
    wanted = {camera.id: camera for camera in cameras}
    uptimes = [item for item in facts.uptimes() or () if item.camera_id in wanted]
    observed = [item for item in uptimes if item.observed > 0]
    if len(observed) < len(cameras):
        count = len(cameras) - len(observed)
        return Unknown(
            Text(
                zh=f"{count}台摄像机没有在线记录",
                en=f"{some(count, 'camera')} without a record yet",
            )
        )
    share = sum(item.online / item.observed for item in observed) / len(observed)
    worst = max(observed, key=lambda item: (item.longest_outage, item.camera_id))
    hours = worst.longest_outage / 3600
    seen = min(item.observed for item in observed) / 3600
    inputs = {
        "cameras": len(observed),
        "longest_outage_hours": round(hours, 2),
        "observed_hours_min": round(seen, 1),
    }
    name = wanted[worst.camera_id].name
    explain = Text(
        zh=f"{len(observed)}台平均在线{share:.1%}；最长离线{hours:.1f}小时（{name.zh}）",
        en=f"{some(len(observed), 'camera')} online {share:.1%};"
        f" longest outage {hours:.1f} h ({name.en})",
    )
    if seen < parameter(target, "min_observed_hours"):
        return Unknown(
            Text(
                zh=f"观测仅{seen:.1f}小时，不足以判定；{explain.zh}",
                en=f"only {seen:.1f} h observed, too little to judge; {explain.en}",
            ),
            round(share, 4),
            inputs,
        )
    too_long = hours > parameter(target, "max_outage_hours")
    return Known(round(share, 4), explain, inputs, broken=too_long)


@metric(
    "required_channels_registered_share",
    Unit.SHARE,
    Text(
        zh="生成时的摄像机状态：已连接通道÷应接通道",
        en="camera states when the checklist was made: channels connected ÷ channels required",
    ),
    max_age_seconds=600,
)
def channels_connected(facts: Facts, target: Auto) -> Finding:
    """Share of the institution's channels that are connected now."""
    cameras = [camera for camera in facts.cameras if camera.enabled]
    states = _fresh_states(facts, target)
    if not cameras or states is None:
        return Unknown(_NO_CAMERAS if not cameras else _no_states())
    away = [item.name for item in cameras if item.id not in states or not states[item.id].online]
    share = 1 - len(away) / len(cameras)
    inputs = {"required": len(cameras), "connected": len(cameras) - len(away)}
    if not away:
        explain = Text(
            zh=f"应接{len(cameras)}路，全部在线",
            en=f"{some(len(cameras), 'channel')}, all connected",
        )
        return Known(1.0, explain, inputs)
    names = named_texts(away)
    explain = Text(
        zh=f"应接{len(cameras)}路，未连接：{names.zh}",
        en=f"of {some(len(cameras), 'channel')} not connected: {names.en}",
    )
    return Known(round(share, 4), explain, inputs)


@metric(
    "camera_health_open_faults",
    Unit.COUNT,
    Text(
        zh="生成时的画面诊断：冻结、遮挡、过暗、断流等未恢复故障",
        en="picture checks when the checklist was made: frozen, covered, dark, stalled",
    ),
    hushed_by=EVERY_RULE,
    max_age_seconds=600,
)
def open_faults(facts: Facts, target: Auto) -> Finding:
    """How many cameras show a faulty picture now."""
    cameras = {camera.id: camera for camera in facts.cameras if camera.enabled}
    states = _fresh_states(facts, target)
    if not cameras or states is None:
        return Unknown(_NO_CAMERAS if not cameras else _no_states())
    faulty = [
        _faulty(cameras[key], state.fault)
        for key, state in sorted(states.items())
        if key in cameras and state.fault is not None
    ]
    inputs = {"cameras": len(cameras), "faults": [name.en for name in faulty]}
    if faulty:
        names = named_texts(faulty)
        return Known(len(faulty), Text(zh=f"故障：{names.zh}", en=f"faults: {names.en}"), inputs)
    if len(states.keys() & cameras.keys()) < len(cameras):
        return Unknown(_no_states(), None, inputs)
    explain = Text(
        zh=f"{len(cameras)}台画面正常；校时误差须现场核对",
        en=f"{some(len(cameras), 'camera')} with a sound picture; check the clock on site",
    )
    return Known(0, explain, inputs)


def _faulty(camera: CameraFact, fault: ViewFault) -> Text:
    name = _FAULTS[fault]
    return Text(zh=f"{camera.name.zh}{name.zh}", en=f"{camera.name.en} {name.en}")


def _fresh_states(facts: Facts, target: Auto) -> dict[str, CameraState] | None:
    states = facts.camera_states()
    if states is None:
        return None
    oldest = facts.now - timedelta(seconds=parameter(target, "max_age_seconds"))
    return {state.camera_id: state for state in states if state.updated >= oldest} or None


def _no_states() -> Text:
    return Text(zh="摄像机当前状态未知", en="the present state of the cameras is not known")


@metric(
    "access_without_reason_count",
    Unit.COUNT,
    Text(
        zh="调阅登记：本期回放、导出中缺少事由或未经批准的次数",
        en="access register: playbacks and exports in the period without reason or approval",
    ),
)
def viewings_without_reason(facts: Facts, _target: Auto) -> Finding:
    """How many times somebody saw footage without a reason or approval on record."""
    viewings = facts.viewings()
    if viewings is None:
        return Unknown(Text(zh="系统尚无调阅登记", en="the system keeps no access register yet"))
    bare = [item for item in viewings if not item.reason.strip() or not item.approved]
    inputs = {"viewings": len(viewings), "without": len(bare)}
    explain = Text(
        zh=f"本期调阅{len(viewings)}次，其中{len(bare)}次无事由或未批准",
        en=f"{some(len(viewings), 'viewing')}, {len(bare)} without reason or approval",
    )
    return Known(len(bare), explain, inputs)
