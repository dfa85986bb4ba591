"""Rooms that live by chance: people come and go, are missed, and cameras fail at times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import pytest

from monitor.detectors.rules import Origin
from monitor.domain.events import Event
from monitor.domain.people import AgeClass, Box, Person
from monitor.domain.places import Camera, Room, RoomType
from monitor.domain.room_state import CameraView, ViewFault
from monitor.domain.text import Text
from monitor.runtime.room_watch import RoomWatch
from monitor.runtime.tracks.calls import Chunk
from monitor.runtime.tracks.recorder import RoomTape

START = 1_793_000_000.25
ORIGIN = Origin("model", "ab" * 32, "version")
RULES: dict[str, dict[str, object]] = {
    "unattended_child": {"after": "20s"},
    "crowding": {"after": "15s", "clear_after": "10s"},
    "view_lost": {"after": "10s", "clear_after": "5s"},
}


def room_of(rules: dict[str, dict[str, object]] | None = None) -> Room:
    return Room(
        id="room",
        institution_id="sun",
        name=Text(zh="托小班", en="Toddler room"),
        type=RoomType.ACTIVITY,
        person_capacity=4,
        rules=RULES if rules is None else rules,
    )


def camera_of(camera_id: str = "east") -> Camera:
    return Camera(camera_id, "room", Text(zh=camera_id, en=camera_id), "file:none.mp4")


@dataclass
class Somebody:
    adult: bool
    x: float
    y: float = 0.75
    away_until: float = 0.0

    def person(self, random: Random) -> Person:
        tall, wide = (0.36, 0.07) if self.adult else (0.18, 0.05)
        x, y = self.x + random.gauss(0, 0.004), self.y + random.gauss(0, 0.004)
        age = AgeClass.ADULT if self.adult else AgeClass.CHILD
        return Person(Box(x, y - tall, x + wide, y), random.uniform(0.3, 0.9), age, 0.9)


@dataclass
class Life:
    """One room over some minutes, on tape; ``live`` are the messages that came."""

    seed: int
    cameras: tuple[str, ...] = ("east",)
    chunks: list[Chunk] = field(default_factory=list)
    live: list[Event] = field(default_factory=list)
    now: float = START

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.room = room_of()
        self.people = [Somebody(n < 1, self.random.uniform(0.2, 0.8)) for n in range(5)]

    @property
    def known(self) -> set[str]:
        """Return the ids of the events that came."""
        return {event.id for event in self.live}

    def session(self, seconds: float, resumed: tuple[Event, ...] = ()) -> None:
        """Watch for some time, as a service that starts and stops."""
        tape = RoomTape("room", self.cameras, self.chunks.append)
        watch = RoomWatch(
            self.room, [camera_of(camera_id) for camera_id in self.cameras], ORIGIN, tape
        )
        watch.resume(resumed)
        for camera_id in self.cameras:
            watch.view(CameraView(camera_id))
        until = self.now + seconds
        while self.now < until:
            self._look(watch)
            self.live += watch.step(self.now)
            self.now += self.random.choice((0.2, 0.21, 0.5))
        tape.flush()

    def _look(self, watch: RoomWatch) -> None:
        random = self.random
        for somebody in self.people:
            if self.now >= somebody.away_until and random.random() < 0.004:
                somebody.away_until = self.now + random.uniform(5, 90 if somebody.adult else 20)
        for camera_id in self.cameras:
            if random.random() < 0.003:
                fault = random.choice((ViewFault.FROZEN, ViewFault.DARK, None, None))
                watch.view(CameraView(camera_id, fault, self.now))
            if random.random() < 0.1:
                watch.still(camera_id, self.now)
                continue
            found = [
                somebody.person(random)
                for somebody in self.people
                if self.now >= somebody.away_until and random.random() > 0.1
            ]
            watch.observe(camera_id, found, self.now - random.choice((0.0, 0.04)), 16 / 9)


MakeLife = Callable[..., Life]


@pytest.fixture
def make_life() -> MakeLife:
    """Return a maker of rooms, each with a life of its own by its seed."""
    return Life
