"""Names and whereabouts for ids, within one person's sight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from monitor.domain.places import Institution
from monitor.domain.text import Text
from monitor.store.place_repository import CameraPlace, InstitutionPlace, RoomPlace


@dataclass(frozen=True, slots=True)
class Spot:
    """A camera with the room and the institution it belongs to."""

    institution: Institution
    room: RoomPlace
    camera: CameraPlace


@dataclass(frozen=True, slots=True)
class Directory:
    """The tree of places, to be asked by id. What is not (or no longer) there goes by its id."""

    tree: Sequence[InstitutionPlace]
    institutions: dict[str, InstitutionPlace] = field(init=False)
    rooms: dict[str, RoomPlace] = field(init=False)
    spots: dict[str, Spot] = field(init=False)

    def __post_init__(self) -> None:
        institutions = {place.institution.id: place for place in self.tree}
        rooms = {room.room.id: room for place in self.tree for room in place.rooms}
        spots = {
            camera.id: Spot(place.institution, room, camera)
            for place in self.tree
            for room in place.rooms
            for camera in room.cameras
        }
        object.__setattr__(self, "institutions", institutions)
        object.__setattr__(self, "rooms", rooms)
        object.__setattr__(self, "spots", spots)

    def institution_name(self, institution_id: str) -> Text:
        """Return the name of an institution."""
        place = self.institutions.get(institution_id)
        return place.institution.name if place else Text(institution_id, institution_id)

    def room_name(self, room_id: str) -> Text:
        """Return the name of a room."""
        place = self.rooms.get(room_id)
        return place.room.name if place else Text(room_id, room_id)

    def camera_name(self, camera_id: str) -> Text:
        """Return the name of a camera."""
        spot = self.spots.get(camera_id)
        return spot.camera.name if spot else Text(camera_id, camera_id)
