from __future__ import annotations

import threading

import numpy as np

from monitor.domain.media import Frame
from monitor.runtime.slots import FrameSlots


def frame(camera_id: str, time: float = 0.0) -> Frame:
    return Frame(camera_id, 0, time, time, np.zeros((4, 4, 3), np.uint8))


def test_only_the_newest_frame_of_a_camera_waits() -> None:
    slots = FrameSlots()
    slots.put(frame("a", 1), urgent=False)
    slots.put(frame("a", 2), urgent=False)
    assert [item.time for item in slots.take(8, 0)] == [2]
    assert slots.replaced["a"] == 1
    assert slots.take(8, 0) == []


def test_urgent_cameras_go_first_and_nobody_starves() -> None:
    slots = FrameSlots()
    seen: list[str] = []
    for _ in range(6):
        for name in ("a", "b", "c"):
            slots.put(frame(name), urgent=name == "c")
        seen.extend(item.camera_id for item in slots.take(2, 0))
    assert seen.count("c") == 6
    assert seen.count("a") == 3
    assert seen.count("b") == 3


def test_take_wakes_up_when_a_frame_comes_or_it_is_closed() -> None:
    slots = FrameSlots()
    threading.Timer(0.05, slots.put, (frame("a"),), {"urgent": False}).start()
    assert [item.camera_id for item in slots.take(4, 10)] == ["a"]
    threading.Timer(0.05, slots.close).start()
    assert slots.take(4, 10) == []


def test_a_camera_that_is_gone_leaves_nothing_behind() -> None:
    slots = FrameSlots()
    slots.put(frame("a"), urgent=True)
    slots.forget("a")
    assert slots.take(4, 0) == []
