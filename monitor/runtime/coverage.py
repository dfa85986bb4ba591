"""How far a district is connected: from its places, how cameras stand now, and the last trial."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from monitor.domain.connections import (
    NOTHING,
    CameraCoverage,
    Connected,
    ConnectionTrial,
    InstitutionCoverage,
    RoomCoverage,
    StreamKind,
    worst,
)
from monitor.domain.places import PRIVATE_ROOMS
from monitor.domain.text import Text
from monitor.store.camera_status import SILENCE, CameraState
from monitor.store.place_repository import CameraPlace, InstitutionPlace, RoomPlace


def coverage(
    tree: Sequence[InstitutionPlace], trials: Iterable[ConnectionTrial], now: datetime
) -> tuple[InstitutionCoverage, ...]:
    """Return how every institution, room and camera stands, in configuration order.

    What the service sees just now counts; a camera that it does not vouch for goes by its trial.
    """
    tried: dict[str, list[ConnectionTrial]] = {}
    for trial in trials:
        tried.setdefault(trial.camera_id, []).append(trial)
    return tuple(
        InstitutionCoverage(
            place.institution.id,
            place.institution.name,
            place.institution.community,
            tuple(_room(room, tried, now) for room in place.rooms),
        )
        for place in tree
    )


def _room(place: RoomPlace, tried: dict[str, list[ConnectionTrial]], now: datetime) -> RoomCoverage:
    cameras = tuple(_camera(camera, tried.get(camera.id, []), now) for camera in place.cameras)
    room = place.room
    private = room.type in PRIVATE_ROOMS
    state = Connected.NOT_NEEDED if private else _together(cameras)
    return RoomCoverage(room.id, room.name, room.type.value, state, cameras)


def _together(cameras: Sequence[CameraCoverage]) -> Connected:
    counted = [camera.state for camera in cameras if camera.state is not Connected.OFF]
    if not cameras:
        return Connected.NO_CAMERA
    if not counted:
        return Connected.OFF
    if all(state is Connected.YES for state in counted):
        return Connected.YES
    return Connected.PARTLY if Connected.YES in counted else worst(counted)


def _camera(place: CameraPlace, trials: Sequence[ConnectionTrial], now: datetime) -> CameraCoverage:
    main = next((trial for trial in trials if trial.stream is StreamKind.MAIN), None)
    state, reason = _state(place, trials, main, now)
    return CameraCoverage(place.id, place.name, state, reason, main)


def _state(
    place: CameraPlace,
    trials: Sequence[ConnectionTrial],
    main: ConnectionTrial | None,
    now: datetime,
) -> tuple[Connected, Text]:
    if not place.enabled:
        return Connected.OFF, NOTHING
    status = place.status
    if status is not None and now - status.updated <= SILENCE:
        if status.report.state is CameraState.ONLINE:
            return Connected.YES, NOTHING
        if status.report.state is CameraState.OFFLINE:
            return Connected.UNREADABLE, status.report.message
    if main is None:
        return Connected.UNTRIED, NOTHING
    failed = next((trial for trial in trials if not trial.readable), None)
    if failed is None:
        return Connected.YES, NOTHING
    return Connected.UNREADABLE, failed.fault
