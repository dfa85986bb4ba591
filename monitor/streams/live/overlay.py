"""What is told to a browser beside the picture: who is seen, the room's state, the picture's age.

Messages are JSON objects::

    {"t": 12.4, "wall": 1794000000.1,             of the analysed picture, wall of the last one
                                                  found to be as that was; null before the first
     "now": 1794000000.4, "picture": 1794000000.3, server's clock; wall time of the newest picture
     "tracks": [{"id": 3, "box": [x1, y1, x2, y2], "age": "child", "score": 0.81}],
     "room": {"adults": 1, "children": 4, "unknown": 0, "view": "full"},     or null
     "camera": {"state": "online", "fault": null, "reason": null}}    reason: {"zh": …, "en": …}

``now - picture`` is the age of the picture by one clock, so a browser needs no agreement of clocks
to know how old what it shows is.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from monitor.domain.people import Track
from monitor.domain.room_state import RoomState, ViewFault
from monitor.domain.text import Text


@dataclass(frozen=True, slots=True)
class Overlay:
    """What is known about one camera now.

    ``time`` is that of the analysed picture and ``wall`` that of the last picture found unchanged
    since, ``None`` before the first. ``tracks``
    are this camera's; ``room`` is fused over all cameras of its room. ``state`` is ``connecting``,
    ``online`` or ``offline``; ``reason`` says in words what is wrong, if anything is.
    """

    state: str
    time: float | None = None
    wall: float | None = None
    tracks: tuple[Track, ...] = ()
    room: RoomState | None = None
    fault: ViewFault | None = None
    reason: Text | None = None


OverlaySource = Callable[[str], Overlay | None]
"""Tells what is known about a camera; called often, on the event loop, so it must be quick."""


def message_of(overlay: Overlay, *, now: float, picture: float | None) -> str:
    """Return the JSON message; ``picture`` is the wall time of the newest picture sent."""
    return json.dumps(
        {
            "t": _rounded(overlay.time),
            "wall": _rounded(overlay.wall),
            "now": _rounded(now),
            "picture": _rounded(picture),
            "tracks": [_track(track) for track in overlay.tracks],
            "room": None if overlay.room is None else _room(overlay.room),
            "camera": {
                "state": overlay.state,
                "fault": None if overlay.fault is None else overlay.fault.value,
                "reason": None if overlay.reason is None else overlay.reason.as_dict(),
            },
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def _track(track: Track) -> dict[str, Any]:
    box = track.box
    return {
        "id": track.id,
        "box": [round(value, 4) for value in (box.x1, box.y1, box.x2, box.y2)],
        "age": track.age.value,
        "score": round(track.score, 2),
    }


def _room(room: RoomState) -> dict[str, Any]:
    return {
        "adults": room.adults,
        "children": room.children,
        "unknown": room.unknown,
        "view": room.view.value,
    }


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
