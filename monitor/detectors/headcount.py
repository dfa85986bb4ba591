"""How many children a room holds, as a headcount of the institution asks it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from monitor.domain.headcount import Counted
from monitor.domain.places import PRIVATE_ROOMS, Camera
from monitor.domain.room_state import RoomState


def counted_in(state: RoomState, private: Collection[str]) -> Counted:
    """Return the children of a room and of the ``private`` rooms behind its doors.

    Whoever is undecided, or inside by the book at the door, may be a child and may be none.
    """
    behind = sum(beyond.children for beyond in state.beyond if beyond.room_id in private)
    possible = state.children + state.entered_children + state.unknown + behind
    return Counted(state.children, possible)


def private_rooms_behind(cameras: Iterable[Camera]) -> frozenset[str]:
    """Return the rooms without cameras by law that the lines of ``cameras`` lead to."""
    return frozenset(
        line.leads_to
        for camera in cameras
        if camera.enabled
        for line in camera.lines
        if line.leads_to is not None and line.beyond in PRIVATE_ROOMS
    )
