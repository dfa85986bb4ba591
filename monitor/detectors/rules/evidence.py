"""What is kept with an event: counts, tracks, view; plain values that JSON can hold."""

from __future__ import annotations

from collections import Counter
from typing import Any

from monitor.domain.people import AgeClass
from monitor.domain.room_state import RoomState

_MOST_TRACKS = 64


def base_evidence(state: RoomState) -> dict[str, Any]:
    """Return the counts and tracks on which a decision about ``state`` rests.

    ``floor`` is where somebody stands on the floor of her camera: metres right and forward.
    """
    return {
        "adults": state.adults,
        "children": state.children,
        "unknown": state.unknown,
        "entered_adults": state.entered_adults,
        "view": state.view.value,
        "confidence": round(state.confidence, 3),
        "tracks": [
            {
                "camera": track.camera_id,
                "id": track.id,
                "age": track.age.value,
                "adult_log_odds": round(track.adult_log_odds, 2),
                "height_m": None if track.height_m is None else round(track.height_m, 2),
                "score": round(track.score, 3),
                "floor": None if track.floor is None else [round(at, 2) for at in track.floor],
            }
            for track in state.tracks[:_MOST_TRACKS]
        ],
    }


def busiest_camera(
    state: RoomState, age: AgeClass | None = None, zone_id: str | None = None
) -> str | None:
    """Return the camera that shows most of those meant; the room's first one if none does."""
    shown = Counter(
        track.camera_id
        for track in state.tracks
        if (age is None or track.age is age) and (zone_id is None or zone_id in track.zones)
    )
    if shown:
        return min(shown, key=lambda camera_id: (-shown[camera_id], camera_id))
    return state.cameras[0].camera_id if state.cameras else None
