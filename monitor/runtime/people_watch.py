"""Watching a camera or a recording for the people who tell how it looks at the floor."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from monitor.detectors.age.standing import StandingPeople
from monitor.detectors.finder import Finder
from monitor.detectors.ground import Stature
from monitor.detectors.tracking.tracker import Tracker
from monitor.domain.errors import SourceError
from monitor.domain.media import Frame, StreamInfo
from monitor.domain.people import Box
from monitor.domain.places import Camera
from monitor.domain.text import Text
from monitor.runtime.masking import MaskedOut
from monitor.streams.catalogue import make_source
from monitor.streams.failures import StreamError
from monitor.streams.gate import Gate, GateSettings
from monitor.streams.health import CameraHealth
from monitor.streams.sampler import FrameSampler
from monitor.streams.source import Source, SourceRequest
from monitor.streams.url import StreamUrl, parse_url

ENOUGH = 600
"""Sightings after which more of them hardly change the result."""

_WIDEST = 1280
_FPS = 4.0
_ROWS, _COLUMNS = 16, 6
_A_CELL = 25
_PATIENCE = 30.0  # seconds beyond the time asked for that a live camera may keep us waiting


@dataclass(frozen=True, slots=True)
class Sightings:
    """People who stood upright and whole, spread over the picture, and the last picture.

    ``width`` × ``height`` are those of the stream; ``seconds`` is for how long it was watched,
    ``seen`` how many sightings there were before they were thinned out.
    """

    people: tuple[Stature, ...]
    boxes: tuple[Box, ...]
    seen: int
    seconds: float
    width: int
    height: int
    last: Frame

    @property
    def aspect(self) -> float:
        """Width over height of the picture."""
        return self.width / self.height


def watch_people(
    camera: Camera,
    finder: Finder,
    report: Callable[[float], None],
    *,
    minutes: float | None = None,
    enough: int = ENOUGH,
) -> Sightings:
    """Watch ``camera`` until ``enough`` sightings, ``minutes`` or its end; 0–1 to ``report``.

    Recordings are read as fast as possible, and once.

    Raises:
        SourceError: it cannot be read, or no picture came.
    """
    url = _once(parse_url(camera.url))
    source = make_source(SourceRequest(camera.id, url, realtime=url.scheme != "file"))
    limit = None if minutes is None else minutes * 60
    with _opened(source, None if limit is None else limit + _PATIENCE) as info:
        watching = _Watching(camera, finder, info)
        length = getattr(source, "duration", None)
        if length is not None:
            limit = length if limit is None else min(limit, length)
        try:
            _read(source, watching, limit, enough, report)
        except StreamError:
            # A live camera may break off late; what was seen until then is as good as before.
            if not watching.seen:
                raise
    report(1.0)
    return watching.sightings()


def _read(
    source: Source,
    watching: _Watching,
    limit: float | None,
    enough: int,
    report: Callable[[float], None],
) -> None:
    first: float | None = None
    for packet in source.packets():
        first = packet.time if first is None else first
        watching.seconds = packet.time - first
        for frame in watching.sampler.offer(packet, urgent=True):
            watching.look(frame)
        share = max(watching.seconds / limit if limit else 0.0, watching.seen / enough)
        report(min(share, 1.0))
        if share >= 1:
            return


class _Watching:
    """The product's own path from packets to tracks, for one camera."""

    def __init__(self, camera: Camera, finder: Finder, info: StreamInfo) -> None:
        self._camera = camera
        self._finder = finder
        self._info = info
        self._mask = MaskedOut([mask.points for mask in camera.masks])
        self._tracker = Tracker(camera.id)
        self._standing = StandingPeople(info.width / info.height)
        self._cells: dict[tuple[int, int], deque[Box]] = {}
        self._last: Frame | None = None
        self.seconds = 0.0
        self.seen = 0
        self.sampler = FrameSampler(
            camera.id,
            lambda: info,
            gate=Gate(GateSettings(fps=min(camera.analysis_fps, _FPS))),
            health=CameraHealth(camera.id),
            max_width=_WIDEST,
        )

    def look(self, frame: Frame) -> None:
        self._last = self._mask.apply(frame)
        people = self._finder.find([frame.image])[0]
        for box in self._standing.pick(self._tracker.update(people, frame.time), frame.time):
            x, y = box.foot
            cell = (int(y * _ROWS), int(x * _COLUMNS))
            self._cells.setdefault(cell, deque(maxlen=_A_CELL)).append(box)
            self.seen += 1

    def sightings(self) -> Sightings:
        if self._last is None:
            raise SourceError(
                Text("没有能解码的画面", "no picture could be decoded"),
                where=self._camera.id,
                hint=Text(
                    "请先播放看看，或运行 monitor check --connect",
                    "try to play the video, or: monitor check --connect",
                ),
            )
        boxes = tuple(box for _, cell in sorted(self._cells.items()) for box in cell)
        return Sightings(
            people=tuple(Stature.of(box) for box in boxes),
            boxes=boxes,
            seen=self.seen,
            seconds=self.seconds,
            width=self._info.width,
            height=self._info.height,
            last=self._last,
        )


def _once(url: StreamUrl) -> StreamUrl:
    """Return the URL of a recording without its wish to begin again."""
    kept = {name: value for name, value in url.options.items() if name != "loop"}
    return replace(url, options=kept) if url.scheme == "file" else url


@contextmanager
def _opened(source: Source, longest: float | None) -> Iterator[StreamInfo]:
    timer = None if longest is None else threading.Timer(longest, source.interrupt)
    if timer is not None:
        timer.daemon = True
        timer.start()
    try:
        yield source.open()
    finally:
        if timer is not None:
            timer.cancel()
        source.close()
