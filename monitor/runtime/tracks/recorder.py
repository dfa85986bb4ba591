"""Writes down what rooms decide from, beside the deciding and never in its way.

Each room has a tape that gathers its calls for some seconds and hands them over as a chunk. One
thread packs and writes the chunks. If it cannot keep up, chunks are dropped and counted; the gap is
seen when they are read.
"""

from __future__ import annotations

import queue
import secrets
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog

from monitor.domain.events import Event
from monitor.domain.headcount import Headcount
from monitor.domain.room_state import CameraView
from monitor.runtime.metrics import TRACK_BYTES, TRACK_CHUNKS_LOST
from monitor.runtime.tracks.calls import Call, Chunk, Heads, Look, Sight, Step, Still
from monitor.runtime.tracks.files import HOUR, append_chunk

log = structlog.get_logger(__name__)

CHUNK_SECONDS = 20.0
MOST_WAITING = 256
_LONGEST_STOP = 10.0


class RoomTape:
    """The tape of one room; used by the thread that decides. Lasts one session."""

    def __init__(
        self, room_id: str, cameras: Sequence[str], hand_over: Callable[[Chunk], None]
    ) -> None:
        self._room_id = room_id
        self._cameras = tuple(cameras)
        self._hand_over = hand_over
        self._session = secrets.token_hex(8)
        self._number = 0
        self._calls: list[Call] = []
        self._views: dict[str, CameraView] = {}
        self._heads: Heads | None = None
        self._open: tuple[Event, ...] = ()
        self._open_now: tuple[Event, ...] = ()
        self._start: float | None = None
        self._end = 0.0

    def look(self, look: Look) -> None:
        """Note a look and the rounded tracks that came of it."""
        self._calls.append(look)

    def still(self, camera_id: str, time: float) -> None:
        """Note that a picture had not changed."""
        self._calls.append(Still(camera_id, time))

    def view(self, view: CameraView) -> None:
        """Note how far a view can be trusted, if that is new; each chunk begins with all views."""
        if self._views.get(view.camera_id) != view:
            self._views[view.camera_id] = view
            self._calls.append(Sight(view))

    def headcount(self, time: float, headcount: Headcount | None) -> None:
        """Note who is signed in and counted elsewhere, if new; each chunk begins with it."""
        if headcount != (self._heads.headcount if self._heads else None):
            self._heads = Heads(time, headcount)
            self._calls.append(self._heads)

    def resume(self, events: Sequence[Event]) -> None:
        """Note the events that are open at the start."""
        self._open = self._open_now = tuple(events)

    def step(self, time: float, open_events: tuple[Event, ...]) -> None:
        """Note that the rules were asked, and which events are open since."""
        if self._start is None:
            self._start = time
        elif not 0 <= time - self._start < CHUNK_SECONDS or time // HOUR > self._start // HOUR:
            self.flush()
            self._start = time
        self._calls.append(Step(time))
        self._end = time
        self._open_now = open_events

    def flush(self) -> None:
        """Hand over what was gathered up to the last step."""
        if self._start is None:
            return
        chunk = Chunk(
            self._room_id,
            self._session,
            self._number,
            self._cameras,
            self._open,
            tuple(self._calls),
            self._start,
            self._end,
        )
        self._number += 1
        self._calls = [Sight(view) for view in self._views.values()]
        if self._heads is not None:
            self._calls.append(self._heads)
        self._open = self._open_now
        self._start = None
        self._hand_over(chunk)


class TrackRecorder:
    """Writes the tapes of one worker into ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tapes: list[RoomTape] = []
        self._waiting: queue.Queue[Chunk | None] = queue.Queue(MOST_WAITING)
        self._failing = False
        self._thread = threading.Thread(target=self._run, name="track-recorder", daemon=True)

    def tape(self, room_id: str, cameras: Sequence[str]) -> RoomTape:
        """Return a tape for a new session of a room; call before anything is decided in it."""
        tape = RoomTape(room_id, cameras, self.hand_over)
        self._tapes.append(tape)
        return tape

    def end(self, tape: RoomTape) -> None:
        """Write what is left of a room that is watched no more, or begins anew."""
        tape.flush()
        self._tapes.remove(tape)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Write what is left and end; call when nothing is decided any more."""
        for tape in self._tapes:
            tape.flush()
        try:
            self._waiting.put(None, timeout=_LONGEST_STOP)
        except queue.Full:
            log.warning("tracks_lost", reason="the disk is too slow", chunks=MOST_WAITING)
            return
        self._thread.join(_LONGEST_STOP)

    def hand_over(self, chunk: Chunk) -> None:
        """Take a chunk to be written, or drop and count it if too many wait."""
        try:
            self._waiting.put_nowait(chunk)
        except queue.Full:
            self._lose(chunk, "too many are waiting")

    def _run(self) -> None:
        while (chunk := self._waiting.get()) is not None:
            try:
                TRACK_BYTES.inc(append_chunk(self._folder, chunk))
                self._failing = False
            except OSError as error:
                self._lose(chunk, error.strerror or type(error).__name__)
            except Exception:
                TRACK_CHUNKS_LOST.inc()
                log.exception("tracks_not_packed", room=chunk.room_id)

    def _lose(self, chunk: Chunk, reason: str) -> None:
        TRACK_CHUNKS_LOST.inc()
        if not self._failing:  # once, not for every chunk while it lasts
            log.warning("tracks_lost", room=chunk.room_id, reason=reason)
        self._failing = True
