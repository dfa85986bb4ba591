"""Tracks for back-tests: what they take on disk, and how fast they are written and replayed.

``python -m benchmarks.tracks`` lets ten people walk and sit in a room, missed now and then, with
boxes as noisy as a detector's, through tracking, adult or child, room state and rules; at two and
at five looks a second, with the rules asked twice a second besides, as the service does.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import dataclass
from random import Random
from typing import Any

from rich.console import Console
from rich.table import Table

from monitor.detectors.rules import Origin
from monitor.domain.people import AgeClass, Box, Person
from monitor.domain.places import Camera, Room, RoomType
from monitor.domain.room_state import CameraView
from monitor.domain.text import Text
from monitor.runtime.backtest.replay import RoomReplay
from monitor.runtime.room_watch import RoomWatch
from monitor.runtime.tracks.calls import Chunk
from monitor.runtime.tracks.packing import pack_chunk, unpack_chunk
from monitor.runtime.tracks.recorder import RoomTape

_START = 1_793_000_000.123456
_ROOM = Room("room", "sun", Text("室", "Room"), RoomType.ACTIVITY, person_capacity=20)
_CAMERA = Camera("east", "room", Text("东", "East"), "file:none.mp4")
_RULE = "unattended_child"
_HOUR = 3600.0


@dataclass
class _Walker:
    adult: bool
    x: float
    y: float
    goal: float
    missed: bool = False

    def walk(self, seconds: float, random: Random) -> None:
        if abs(self.goal - self.x) < 0.01 and random.random() < 0.05 * seconds:
            self.goal = random.uniform(0.05, 0.9)
        step = 0.04 * seconds
        self.x += min(max(self.goal - self.x, -step), step)
        if random.random() < seconds:  # missed, or seen again, about once a second
            self.missed = random.random() < (0.1 if self.adult else 0.35)

    def person(self, random: Random) -> Person:
        tall, wide = (0.34, 0.07) if self.adult else (0.19, 0.05)
        sides = [random.gauss(0, 0.03 * tall) for _ in range(4)]
        box = Box(
            self.x + 0.4 * sides[0],
            self.y - tall + sides[1],
            self.x + wide + 0.4 * sides[2],
            self.y + sides[3],
        )
        age = AgeClass.ADULT if self.adult else AgeClass.CHILD
        return Person(box, random.uniform(0.15, 0.9), age, 0.8)


def _lived(seconds: float, fps: float) -> tuple[list[Chunk], int]:
    """Return the chunks of a room's tape and how many tracks it was told of."""
    random = Random(4)
    walkers = [
        _Walker(n < 2, random.uniform(0.1, 0.9), random.uniform(0.5, 0.95), 0.5) for n in range(10)
    ]
    chunks: list[Chunk] = []
    watch = RoomWatch(_ROOM, [_CAMERA], Origin(), RoomTape(_ROOM.id, [_CAMERA.id], chunks.append))
    watch.view(CameraView(_CAMERA.id))
    tracks, stepped = 0, 0.0
    for look in range(round(seconds * fps)):
        at = look / fps + random.uniform(0, 0.02)
        for walker in walkers:
            walker.walk(1 / fps, random)
        people = [walker.person(random) for walker in walkers if not walker.missed]
        tracks += len(watch.observe(_CAMERA.id, people, _START + at - 0.2, 16 / 9))
        watch.step(_START + at)
        if at - stepped >= 0.5:
            stepped = at
            watch.step(_START + at + 0.013)
    watch.step(_START + seconds + 60)  # begins a new chunk, so that the last one is handed over
    return chunks, tracks


def measure(seconds: float, fps: float) -> dict[str, Any]:
    """Return sizes and speeds at ``fps`` looks a second."""
    chunks, tracks = _lived(seconds, fps)
    begun = time.process_time()
    packed = [pack_chunk(chunk) for chunk in chunks]
    written = time.process_time()
    replay = RoomReplay(_ROOM, [_CAMERA], _RULE)
    for data in packed:
        replay.feed(unpack_chunk(data))
    replayed = time.process_time()
    size = sum(map(len, packed))
    return {
        "looks_per_second": fps,
        "tracks_per_look": round(tracks / seconds / fps, 2),
        "bytes_per_track": round(size / tracks, 2),
        "mb_per_hour": round(size / seconds * _HOUR / 1e6, 3),
        "mb_per_ten_hours": round(10 * size / seconds * _HOUR / 1e6, 1),
        "packing_ms_per_second": round(1000 * (written - begun) / seconds, 3),
        "replayed_hours_per_second": round(seconds / _HOUR / (replayed - written), 2),
    }


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0, help="length of the simulated time")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    rows = [measure(60 * options.minutes, fps) for fps in (2.0, 5.0)]
    if options.json:
        print(json.dumps(rows, indent=1))
        return 0
    table = Table("", *(f"{row['looks_per_second']:g} looks a second" for row in rows))
    for key in list(rows[0])[1:]:
        table.add_row(key.replace("_", " "), *(str(row[key]) for row in rows))
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
