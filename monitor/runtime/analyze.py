"""The whole detection path over a recording, as fast as it will go (``monitor analyze``)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.detectors.finder import Finder
from monitor.detectors.rules import Origin
from monitor.domain.clock import ManualClock
from monitor.domain.errors import SourceError
from monitor.domain.events import Event
from monitor.domain.hours import Calendar
from monitor.domain.media import Frame, Packet, StreamInfo
from monitor.domain.people import Track
from monitor.domain.places import Room
from monitor.domain.room_state import RoomState
from monitor.domain.text import Text
from monitor.runtime.looking import Looks
from monitor.runtime.masking import MaskedOut
from monitor.runtime.room_watch import RoomWatch
from monitor.settings.camera_file import CameraFile
from monitor.streams.file import FileSource
from monitor.streams.gate import Gate, GateSettings
from monitor.streams.health import CameraHealth
from monitor.streams.sampler import FrameSampler
from monitor.streams.source import SourceRequest
from monitor.streams.url import file_url

_WIDEST = 1280


@dataclass(slots=True)
class Summary:
    """What an analysis came to; times in seconds."""

    duration: float = 0.0
    elapsed: float = 0.0
    frames: int = 0
    events: dict[str, Event] = field(default_factory=dict)

    @property
    def speed(self) -> float:
        """How many times faster than real time it ran."""
        return self.duration / self.elapsed if self.elapsed else 0.0


@dataclass(frozen=True, slots=True)
class Seen:
    """One analysed frame with what was made of it."""

    frame: Frame
    tracks: tuple[Track, ...]
    state: RoomState


class Analysis:
    """One recording. Call :meth:`run` once."""

    def __init__(
        self,
        video: Path,
        camera_file: CameraFile,
        finder: Finder,
        *,
        every_frame: Callable[[Seen], None] | None = None,
        config_version: str = "",
        start: datetime | None = None,
    ) -> None:
        """``start`` is when the recording began, in the camera's time zone if it names none.

        Without it rules that need the time of day judge nothing.
        """
        self._start = start
        self._video = video
        self._file = camera_file
        self._finder = finder
        self._looks = Looks(finder, ())
        self._every_frame = every_frame
        self._origin = Origin(finder.name, finder.sha256, config_version)
        self._clock = ManualClock()
        self._mask = MaskedOut(camera_file.masks)
        self.summary = Summary()

    def run(self, report: Callable[[float], None]) -> Iterator[Event]:
        """Yield events as they begin, worsen and end; ``report`` gets the share done, 0–1.

        Raises:
            SourceError: the recording cannot be read.
        """
        started = time.perf_counter()
        name = self._video.stem
        source = FileSource(SourceRequest(name, file_url(self._video), realtime=False))
        try:
            info = source.open()
            watch, sampler = self._path(name, info)
            for packet in source.packets():
                at = packet.time
                self.summary.duration = max(self.summary.duration, at + packet.duration)
                for event in self._look(packet, watch, sampler):
                    self.summary.events[event.id] = event
                    yield event
                if source.duration:
                    report(min(at / source.duration, 1.0))
        finally:
            source.close()
        self.summary.elapsed = time.perf_counter() - started
        if not self.summary.frames:
            raise SourceError(
                Text("没有能解码的画面", "no picture could be decoded"),
                where=str(self._video),
                hint=Text("是视频吗？请先播放看看", "is it a video? try to play it"),
            )
        report(1.0)

    def _path(self, name: str, info: StreamInfo) -> tuple[RoomWatch, FrameSampler]:
        camera = self._file.camera_of(name, self._video, info.width, info.height)
        self._looks = Looks(self._finder, [camera])
        room = self._file.room_of(name)
        watch = RoomWatch(room, [camera], self._origin, self._calendar(room))
        health = CameraHealth(name, clock=self._clock)
        health.online(True)
        sampler = FrameSampler(
            name,
            lambda: info,
            gate=Gate(GateSettings(fps=camera.analysis_fps)),
            health=health,
            max_width=_WIDEST,
            on_still=lambda packet: watch.still(name, packet.time),
        )
        return watch, sampler

    def _calendar(self, room: Room) -> Calendar | None:
        if self._start is None:
            return None
        zone = ZoneInfo(self._file.timezone)
        start = self._start if self._start.tzinfo else self._start.replace(tzinfo=zone)
        return Calendar(room.opening_hours, room.nap_times, zone, start=start.timestamp())

    def _look(self, packet: Packet, watch: RoomWatch, sampler: FrameSampler) -> list[Event]:
        self._clock.set(packet.time)
        frames = sampler.offer(packet, urgent=watch.urgent)
        watch.view(sampler.health.view())
        if not frames:
            return watch.step(packet.time) if packet.keyframe else []
        return [event for frame in frames for event in self._see(frame, watch)]

    def _see(self, frame: Frame, watch: RoomWatch) -> list[Event]:
        self._mask.apply(frame)
        people = self._looks.find([frame])[0]
        tracks = watch.observe(frame.camera_id, people, frame.time, frame.width / frame.height)
        events = watch.step(frame.time)
        self.summary.frames += 1
        if self._every_frame is not None and watch.state is not None:
            self._every_frame(Seen(frame, tracks, watch.state))
        return events
