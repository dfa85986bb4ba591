"""A district with a store of really recorded files, made from one short video."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import yaml

from monitor.domain.clock import ManualClock, to_datetime
from monitor.runtime.environment import Environment
from monitor.store.base import Database
from monitor.store.files import FileStore
from monitor.store.place_repository import PlaceRepository
from monitor.store.recordings import Recording, RecordingRepository
from monitor.streams.catalogue import make_source
from monitor.streams.mux import PacketWriter
from monitor.streams.source import SourceRequest
from monitor.streams.url import file_url

CAMERAS = {"hall-1": "activity", "door-1": "corridor"}
FPS = 10


def configuration(**recording: Any) -> dict[str, Any]:
    """Return a district with a hall and a corridor, a camera each."""
    rooms = [
        {
            "id": camera.partition("-")[0],
            "name": {"zh": camera, "en": camera},
            "type": kind,
            "cameras": [{"id": camera, "name": "东", "url": "rtsp://127.0.0.1/1"}],
        }
        for camera, kind in CAMERAS.items()
    ]
    return {
        "version": 1,
        "service": {"data_dir": "data"},
        "sources": {"networks": ["127.0.0.0/8"]},
        "recording": recording,
        "district": {"id": "d", "name": {"zh": "区", "en": "District"}},
        "institutions": [
            {"id": "sun", "name": {"zh": "阳光", "en": "Sun"}, "community": "梅园", "rooms": rooms}
        ],
    }


@dataclass
class Archive:
    """A district, its recordings on disk and in the index."""

    environment: Environment
    database: Database
    clock: ManualClock
    files: FileStore
    content: bytes

    @property
    def recordings(self) -> RecordingRepository:
        """The index."""
        return RecordingRepository(self.database)

    @property
    def now(self) -> datetime:
        """The present."""
        return to_datetime(self.clock.now())

    def add(
        self, start: datetime, seconds: float = 8.0, camera: str = "hall-1", *, indexed: bool = True
    ) -> str:
        """Record a file that really shows something; ``seconds`` are what the index says."""
        key = key_of(camera, start)
        stored = self.files.write(key, self.content)
        if indexed:
            end = start + timedelta(seconds=seconds)
            piece = Recording(camera, start, end, key, stored.size, stored.sha256)
            self.recordings.add(piece)
        return key

    def keys(self, camera: str = "hall-1") -> list[str]:
        """Return the indexed files of a camera."""
        long = timedelta(days=1000)
        found = self.recordings.paths(camera, self.now - long, self.now + long)
        return sorted(found)


def key_of(camera: str, start: datetime) -> str:
    """Return the name that the recorder gives a file."""
    at = start.astimezone(UTC)
    return f"{camera}/{at:%Y-%m-%d}/{at:%H%M%S}.{at.microsecond // 1000:03}.mp4"


@pytest.fixture(scope="session")
def segment(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return eight seconds as the recorder writes them, a keyframe every two."""
    return record(tmp_path_factory.mktemp("segment"), (192, 108))


def record(folder: Path, size: tuple[int, int], codec: str = "libx264") -> bytes:
    """Return a recorded file of a moving picture of ``size``."""
    video, path = folder / "video.mp4", folder / "segment.mp4"
    options = {"g": str(2 * FPS), "bf": "0", "preset": "ultrafast"}
    if codec == "libx265":
        options["x265-params"] = f"log-level=none:keyint={2 * FPS}:bframes=0"
    with av.open(str(video), "w") as container:
        stream = container.add_stream(codec, rate=FPS, options=options)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for number in range(8 * FPS):
            picture = np.full((size[1], size[0], 3), 90, np.uint8)
            picture[20:60, number : number + 30] = (0, 0, 255)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "bgr24")))
        container.mux(stream.encode())
    source = make_source(SourceRequest("camera", file_url(video), realtime=False))
    writer = PacketWriter(path, source.open(), "recording")
    for packet in source.packets():
        writer.write(packet, packet.time)
    writer.close()
    source.close()
    return path.read_bytes()


@pytest.fixture(scope="session")
def day_of_footage(tmp_path_factory: pytest.TempPathFactory, segment: bytes) -> bytes:
    """Return a file that shows one picture every 50 seconds of a day."""
    folder = tmp_path_factory.mktemp("day")
    (folder / "segment.mp4").write_bytes(segment)
    source = make_source(SourceRequest("camera", file_url(folder / "segment.mp4"), realtime=False))
    writer = PacketWriter(folder / "day.mp4", source.open(), "recording")
    first = replace(next(iter(source.packets())), duration=50.0)
    for number in range(86400 // 50):
        writer.write(first, number * 50.0)
    writer.close()
    source.close()
    return (folder / "day.mp4").read_bytes()


@pytest.fixture
def open_archive(
    tmp_path: Path, database: Database, clock: ManualClock, segment: bytes
) -> Callable[..., Archive]:
    """Return a maker of archives; what it is given becomes the part `recording` of the file."""

    def make(**recording: Any) -> Archive:
        path = tmp_path / "district.yaml"
        path.write_text(yaml.safe_dump(configuration(**recording), allow_unicode=True), "utf-8")
        environment = Environment.load(path)
        PlaceRepository(database).sync(environment.district, to_datetime(clock.now()))
        return Archive(environment, database, clock, environment.recording_store(), segment)

    return make


@pytest.fixture
def archive(open_archive: Callable[..., Archive]) -> Archive:
    """Return an archive with the usual policy."""
    return open_archive(enabled=True)
