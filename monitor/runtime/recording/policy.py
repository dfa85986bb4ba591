"""How long footage is kept, by the type of room."""

from __future__ import annotations

from monitor.domain.places import RoomType
from monitor.settings.schema import Recording

GIB = 1 << 30
ROOMS_OF_CHILDREN = frozenset({RoomType.ACTIVITY, RoomType.NAP, RoomType.DINING, RoomType.OUTDOOR})
"""Rooms whose footage goes last when the disk is full."""

_PAUSE_SHARE = 0.4


def keep_of(policy: Recording, room_type: RoomType) -> float:
    """Return for how many seconds the footage of a type of room is kept."""
    return policy.rooms.get(room_type, policy.keep)


def groups(policy: Recording) -> dict[float, tuple[RoomType, ...]]:
    """Return the types of room by the seconds for which their footage is kept."""
    found: dict[float, tuple[RoomType, ...]] = {}
    for room_type in RoomType:
        keep = keep_of(policy, room_type)
        found[keep] = (*found.get(keep, ()), room_type)
    return found


def reserve_bytes(policy: Recording) -> int:
    """Return the free bytes below which old footage is removed to make room."""
    return round(policy.reserve * GIB)


def pause_bytes(policy: Recording) -> int:
    """Return the free bytes below which recording pauses, so that alerts and evidence go on."""
    return round(policy.reserve * _PAUSE_SHARE * GIB)
