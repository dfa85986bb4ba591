"""Trying cameras one by one at a bounded rate: what each sends, or why it cannot be read."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

from monitor.domain.errors import KanhuError
from monitor.domain.media import Packet
from monitor.domain.places import Camera, District
from monitor.streams.catalogue import make_source
from monitor.streams.source import Source, SourceRequest
from monitor.streams.url import parse_url

_AT_ONCE = 8
_LONGEST = 12.0
_PACKETS = 50


@dataclass(frozen=True, slots=True)
class ConnectionReport:
    """What came of trying one camera; ``first_picture_s`` is seconds until its first keyframe."""

    institution: str
    camera: str
    readable: bool
    codec: str = ""
    size: str = ""
    fps: float | None = None
    kbit_s: int | None = None
    first_picture_s: float | None = None
    fault: str = ""

    def as_dict(self) -> dict[str, object]:
        """Return the report as a row of a table."""
        return {
            "institution": self.institution,
            "camera": self.camera,
            "state": "readable" if self.readable else "not readable",
            "codec": self.codec,
            "size": self.size,
            "fps": self.fps,
            "kbit_s": self.kbit_s,
            "first_picture_s": self.first_picture_s,
            "fault": self.fault,
        }


def try_cameras(district: District) -> Iterator[ConnectionReport]:
    """Yield a report on every enabled camera, in the order of the configuration."""
    owner = {room.id: room.institution_id for room in district.rooms}
    cameras = [camera for camera in district.cameras if camera.enabled]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        yield from pool.map(lambda camera: _try(camera, owner[camera.room_id]), cameras)


def _try(camera: Camera, institution: str) -> ConnectionReport:
    try:
        source = make_source(SourceRequest(camera.id, parse_url(camera.url)))
        limit = threading.Timer(_LONGEST, source.interrupt)
        limit.start()
        try:
            return _read(source, camera, institution)
        finally:
            limit.cancel()
            source.close()
    except KanhuError as error:
        fault = f"{error.message} ({error.hint})" if error.hint else error.message
        return ConnectionReport(institution, camera.id, readable=False, fault=fault)


def _read(source: Source, camera: Camera, institution: str) -> ConnectionReport:
    started = time.monotonic()
    info = source.open()
    packets: list[Packet] = []
    first: float | None = None
    for packet in islice(source.packets(), _PACKETS):
        first = time.monotonic() - started if first is None else first
        packets.append(packet)
    if not packets:
        return ConnectionReport(
            institution, camera.id, readable=False, fault="connected, but sent no picture"
        )
    seconds = packets[-1].time - packets[0].time + packets[-1].duration
    size = sum(len(packet.data) for packet in packets)
    return ConnectionReport(
        institution,
        camera.id,
        readable=True,
        codec=info.codec,
        size=f"{info.width}×{info.height}",
        fps=round(len(packets) / seconds, 1) if seconds > 0 else info.fps,
        kbit_s=round(size * 8 / seconds / 1000) if seconds > 0 else None,
        first_picture_s=None if first is None else round(first, 2),
    )
