"""The wall of live pictures: which cameras it shows, in which order."""

from __future__ import annotations

from monitor.domain.events import Severity
from monitor.web.directory import Directory, Spot
from monitor.web.queue import Queue

Tile = tuple[int, Spot, Severity | None]
"""Its usual place (from 1), the camera, and the most urgent alert in its room, if any."""


def tiles(directory: Directory, queue: Queue) -> tuple[Tile, ...]:
    """Return the tiles: rooms with alerts first, in the queue's order, then as configured."""
    urgent: dict[str, Severity] = {}
    for alert in (*queue.open, *queue.acknowledged):
        urgent.setdefault(alert.room_id, alert.severity)
    rooms = list(urgent)
    shown = [spot for spot in directory.spots.values() if spot.camera.enabled]
    wall = [
        (order, spot, urgent.get(spot.room.room.id)) for order, spot in enumerate(shown, start=1)
    ]
    last = len(rooms)
    return tuple(
        sorted(
            wall,
            key=lambda tile: rooms.index(tile[1].room.room.id) if tile[2] is not None else last,
        )
    )
