"""What each room must know of the rest of its institution: children signed in and counted.

All cameras of an institution are watched by one worker, so the rooms' last states are of the same
half second. What comes out goes through the rooms' tapes and is replayed, not counted again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from monitor.detectors.headcount import counted_in, private_rooms_behind
from monitor.domain.headcount import Counted, Headcount
from monitor.domain.places import TRANSIENT_ROOMS, Camera, Room
from monitor.domain.room_state import RoomState, View
from monitor.runtime.roll import RollOf


class Headcounts:
    """The headcounts of all rooms that have a class of their own."""

    def __init__(self, rooms: Iterable[Room], cameras: Iterable[Camera], roll_of: RollOf) -> None:
        """``rooms`` are all of some institutions, with cameras or without."""
        cameras = [camera for camera in cameras if camera.enabled]
        self._roll_of = roll_of
        by_institution: dict[str, list[Room]] = {}
        for room in rooms:
            by_institution.setdefault(room.institution_id, []).append(room)
        self._institutions = [
            _Institution(name, here, cameras) for name, here in sorted(by_institution.items())
        ]

    def of(self, states: Mapping[str, RoomState], time: float) -> dict[str, Headcount | None]:
        """Return for each watched room with a class what is known; ``states`` are by room."""
        found: dict[str, Headcount | None] = {}
        for institution in self._institutions:
            found.update(institution.headcounts(states, time, self._roll_of))
        return found


class _Institution:
    def __init__(self, name: str, rooms: Sequence[Room], cameras: Sequence[Camera]) -> None:
        self._name = name
        watched = {camera.room_id for camera in cameras}
        self._private = {
            room.id: private_rooms_behind(c for c in cameras if c.room_id == room.id)
            for room in rooms
            if room.id in watched
        }
        self._with_class = frozenset(room.id for room in rooms if room.class_type is not None)
        self._all_watched = all(
            room.id in watched or room.type in TRANSIENT_ROOMS for room in rooms
        )

    def headcounts(
        self, states: Mapping[str, RoomState], time: float, roll_of: RollOf
    ) -> dict[str, Headcount | None]:
        asking = [room_id for room_id in self._private if room_id in self._with_class]
        roll = roll_of(self._name, time) if asking else None
        if roll is None:
            return dict.fromkeys(asking)
        counted = {
            room_id: _counted(states.get(room_id), private)
            for room_id, private in self._private.items()
        }
        return {
            room_id: Headcount(
                roll.by_room[room_id],
                roll.children,
                elsewhere,
                self._all_watched,
                self._with_class <= roll.by_room.keys(),
            )
            if room_id in roll.by_room and (elsewhere := _elsewhere(counted, room_id)) is not None
            else None
            for room_id in asking
        }


def _counted(state: RoomState | None, private: Collection[str]) -> Counted | None:
    """Return the children of a room, or ``None`` while they cannot be told."""
    if state is None or state.view is not View.FULL:
        return None
    napping = state.day is not None and state.day.nap
    return None if napping else counted_in(state, private)


def _elsewhere(counted: Mapping[str, Counted | None], room_id: str) -> Counted | None:
    total = Counted()
    for other, children in counted.items():
        if other == room_id:
            continue
        if children is None:
            return None
        total += children
    return total
