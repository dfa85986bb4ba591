"""V1 ``view_lost``: a camera does not show its room.

Offline, stalled, frozen, dark, over-exposed, covered, out of focus, unreadable, moved, short of
data or pictures, wrong in its clock, or at odds with its calibration: one event a camera, for the
maintainer and not for the alarm queue. It is the counterpart of "unknown is not unattended": what
the other rules decline to judge is told here.

Defaults: raised after 30 s, cleared after 60 s of good view, technical.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from monitor.detectors.rules.parameters import TIMING, Values
from monitor.detectors.rules.rule import Assessment, RuleKind, Timing
from monitor.detectors.rules.wording import lasting
from monitor.domain.events import Severity
from monitor.domain.places import Camera, Room
from monitor.domain.room_state import CameraView, RoomState, ViewFault
from monitor.domain.text import Text

NAME = "view_lost"
VERSION = "1"
SOURCE = "Interim Provisions on registration of childcare institutions; project defaults"

FAULTS: dict[ViewFault, Text] = {
    ViewFault.OFFLINE: Text(zh="离线", en="offline"),
    ViewFault.STALLED: Text(zh="没有新画面", en="without new pictures"),
    ViewFault.FROZEN: Text(zh="画面静止", en="frozen"),
    ViewFault.DARK: Text(zh="画面过暗", en="dark"),
    ViewFault.OVEREXPOSED: Text(zh="画面过曝", en="over-exposed"),
    ViewFault.COVERED: Text(zh="被遮挡", en="covered"),
    ViewFault.DEFOCUSED: Text(zh="画面失焦", en="out of focus"),
    ViewFault.UNREADABLE: Text(zh="视频无法读取", en="unreadable"),
    ViewFault.MOVED: Text(zh="朝向已改变", en="moved out of its place"),
    ViewFault.BITRATE: Text(zh="码率骤降，画面粗糙", en="sending hardly any data"),
    ViewFault.FRAME_RATE: Text(zh="帧率骤降", en="sending too few pictures"),
    ViewFault.CLOCK: Text(zh="时钟不准", en="wrong in its clock"),
    ViewFault.MISCALIBRATED: Text(zh="与标定不符", en="at odds with its calibration"),
    ViewFault.UNWATCHED: Text(zh="未能及时分析", en="looked at too rarely"),
}


def defaults(_room: Room) -> Values:
    """Return the parameter values where the configuration says nothing."""
    return {
        "enabled": True,
        "after": 30.0,
        "clear_after": 60.0,
        "tolerance": 2.0,
        "blink": 6.0,
        "gap": 30.0,
        "cool_down": 0.0,
        "min_confidence": 0.0,
    }


class ViewLost:
    """The rule for all cameras of one room."""

    name = NAME
    version = VERSION
    severities: tuple[Severity, ...] = (Severity.TECHNICAL,)

    def __init__(self, room: Room, cameras: Sequence[Camera], values: Values) -> None:
        self.timing = Timing.of(values)
        self.thresholds: Mapping[str, Any] = dict(values)
        self._room = room
        self._names = {camera.id: camera.name for camera in cameras}

    def assess(self, state: RoomState) -> Sequence[Assessment]:
        """Say for each camera whether its view is lost."""
        return [self._of(view, len(state.cameras)) for view in state.cameras]

    def _of(self, view: CameraView, cameras: int) -> Assessment:
        camera_id = view.camera_id
        name = self._names.get(camera_id, Text(zh=camera_id, en=camera_id))
        return Assessment(
            holds=view.fault is not None,
            clears=view.fault is None,
            severity=Severity.TECHNICAL,
            confidence=1.0,
            explain=partial(_explain, self._room.name, name, view.fault),
            evidence={
                "fault": None if view.fault is None else view.fault.value,
                "since": view.since,
                "cameras": cameras,
            },
            camera_id=camera_id,
            part=camera_id,
        )


def _explain(room: Text, camera: Text, fault: ViewFault | None, seconds: float) -> Text:
    zh, en = lasting(seconds)
    words = FAULTS[fault] if fault is not None else Text(zh="画面丢失", en="lost")
    return Text(
        zh=f"{room.zh}的摄像机“{camera.zh}”{words.zh}，已持续 {zh}。",
        en=f"Camera '{camera.en}' of {room.en} has been {words.en} for {en}.",
    )


def build(room: Room, cameras: Sequence[Camera], values: Values) -> ViewLost:
    """Return the rule for the cameras of ``room``."""
    return ViewLost(room, cameras, values)


KIND = RuleKind(NAME, VERSION, SOURCE, TIMING, defaults, build)
