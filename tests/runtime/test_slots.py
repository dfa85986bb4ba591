from __future__ import annotations

import threading

import numpy as np

from monitor.domain.media import Frame
from monitor.runtime.slots import FrameSlots


def frame(camera_id: str, time: float = 0.0) -> Frame:
    return Frame(camera_id, 0, time, time, np.zeros((4, 4, 3), np.uint8))


def test_only_the_newest_frame_of_a_camera_waits() -> None:
    slots = FrameSlots()
    slots.put([frame("a", 1)], urgency=0)
    slots.put([frame("a", 2)], urgency=0)
    assert [item.time for item in slots.take(8, 0)] == [2]
    assert slots.replaced["a"] == 1
    assert slots.take(8, 0) == []


def test_urgent_cameras_go_first_and_nobody_starves() -> None:
    slots = FrameSlots()
    seen: list[str] = []
    for _ in range(6):
        for name in ("a", "b", "c"):
            slots.put([frame(name)], urgency=int(name == "c"))
        seen.extend(item.camera_id for item in slots.take(2, 0))
    assert seen.count("c") == 6
    assert seen.count("a") == 3
    assert seen.count("b") == 3


def test_take_wakes_up_when_a_frame_comes_or_it_is_closed() -> None:
    slots = FrameSlots()
    threading.Timer(0.05, slots.put, ([frame("a")],), {"urgency": 0}).start()
    assert [item.camera_id for item in slots.take(4, 10)] == ["a"]
    threading.Timer(0.05, slots.close).start()
    assert slots.take(4, 10) == []


def test_a_camera_that_is_gone_leaves_nothing_behind() -> None:
    slots = FrameSlots()
    slots.put([frame("a")], urgency=1)
    slots.forget("a")
    assert slots.take(4, 0) == []


def test_a_burst_waits_in_order_before_the_newest() -> None:
    slots = FrameSlots()
    slots.put([frame("a", 1), frame("a", 2), frame("a", 3)], urgency=0)
    slots.put([frame("a", 4)], urgency=0)
    slots.put([frame("b", 9)], urgency=0)
    assert slots.waits("a")
    assert [item.time for item in slots.take(2, 0)] == [1, 2]
    assert [(item.camera_id, item.time) for item in slots.take(9, 0)] == [("b", 9), ("a", 4)]
    assert not slots.waits("a")
    assert slots.replaced["a"] == 1


def test_bursts_are_bounded() -> None:
    slots = FrameSlots()
    for start in range(0, 100, 10):
        slots.put([frame("a", start + n) for n in range(10)], urgency=0)
    taken = [item.time for item in slots.take(1000, 0)]
    assert taken == sorted(taken)
    assert len(taken) == 17
    assert taken[-1] == 99
