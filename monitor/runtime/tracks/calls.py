"""What the deciding code of a room is told, call by call, and how finely.

:func:`coarse` rounds tracks to what is kept. The live path decides on rounded tracks too, so that a
replay sees the very same numbers and comes to the very same events.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.domain.events import Event
from monitor.domain.headcount import Headcount
from monitor.domain.people import Box, Track
from monitor.domain.room_state import CameraView

POSITION_STEPS = 8192
SCORE_STEPS = 255
ODDS_STEPS = 32
METRE_STEPS = 100


@dataclass(frozen=True, slots=True)
class Look:
    """A frame of ``time`` was looked at; ``tracks`` are judged and rounded, without zones."""

    camera_id: str
    time: float
    tracks: tuple[Track, ...]


@dataclass(frozen=True, slots=True)
class Still:
    """The picture at ``time`` was as it was when last looked at."""

    camera_id: str
    time: float


@dataclass(frozen=True, slots=True)
class Sight:
    """How far a camera's view can be trusted from now on."""

    view: CameraView


@dataclass(frozen=True, slots=True)
class Step:
    """The rules were asked at ``time``."""

    time: float


@dataclass(frozen=True, slots=True)
class Heads:
    """What was known at ``time`` of those signed in and of the institution's other rooms."""

    time: float
    headcount: Headcount | None


Call = Look | Still | Sight | Step | Heads


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some seconds of one room.

    ``session`` names one life of the deciding code, ``number`` counts its chunks from 0: where one
    is missing, something was lost. ``cameras`` are those the room was watched by. ``open`` are the
    events that were open when the chunk began. ``start`` and ``end`` are its first and last step.
    """

    room_id: str
    session: str
    number: int
    cameras: tuple[str, ...]
    open: tuple[Event, ...]
    calls: tuple[Call, ...]
    start: float
    end: float


def coarse(tracks: Sequence[Track]) -> tuple[Track, ...]:
    """Return ``tracks`` as finely as they are kept; doing so again changes nothing.

    Positions to 1/8192 of the picture, scores to 1/255, log-odds to 1/32, metres to 1 cm. Times are
    kept as they are. Zones follow from the position and are left out.
    """
    return tuple(
        Track(
            track.id,
            track.camera_id,
            _coarse_box(track.box),
            round(track.score * SCORE_STEPS) / SCORE_STEPS,
            track.first_seen,
            track.seen,
            track.hits,
            track.age,
            round(track.adult_log_odds * ODDS_STEPS) / ODDS_STEPS,
            None if track.height_m is None else _centimetres(track.height_m),
            None
            if track.floor is None
            else (_centimetres(track.floor[0]), _centimetres(track.floor[1])),
        )
        for track in tracks
    )


def _coarse_box(box: Box) -> Box:
    return Box(
        round(box.x1 * POSITION_STEPS) / POSITION_STEPS,
        round(box.y1 * POSITION_STEPS) / POSITION_STEPS,
        round(box.x2 * POSITION_STEPS) / POSITION_STEPS,
        round(box.y2 * POSITION_STEPS) / POSITION_STEPS,
    )


def _centimetres(metres: float) -> float:
    return round(metres * METRE_STEPS) / METRE_STEPS
