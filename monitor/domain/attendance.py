"""Arrivals and departures: how many children are signed in, by class, never who they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Direction(StrEnum):
    """Which way children went."""

    ARRIVAL = "arrival"
    DEPARTURE = "departure"


@dataclass(frozen=True, slots=True)
class Movement:
    """Some children of a class came or went at ``at``.

    ``place`` is the number of the place that a child holds in its class, where one was collected
    with a pick-up code; ``verified`` says that the code fitted.
    """

    class_id: str
    at: datetime
    direction: Direction
    children: int
    place: str = ""
    verified: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """How many children of a class are signed in; ``room_id`` is where the class usually is."""

    institution_id: str
    class_id: str
    room_id: str | None
    children: int
    last: datetime


@dataclass(frozen=True, slots=True)
class RollCall:
    """How many children of an institution are signed in: in all, and to the classes of each room.

    Rooms without any movement of the day are left out: of their classes nothing is known.
    """

    children: int
    by_room: Mapping[str, int]
