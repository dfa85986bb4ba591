"""From an event to a row, a message and a clip, whatever dies in between.

:meth:`EventRecorder.take` is called where the decision fell: it stores the snapshot, puts the event
into the spool and returns within milliseconds. A thread of its own then records what is in the
spool, in order, until the database has it, and cuts each clip once its last second has passed.
While the spool cannot be written, because the disk is full or away, events wait in memory.
"""

from __future__ import annotations

import tempfile
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError

from monitor.domain.clock import Clock, to_datetime
from monitor.domain.errors import KanhuError
from monitor.domain.events import Event
from monitor.domain.evidence import EvidenceKind, NewEvidence
from monitor.runtime.event_messages import from_message, to_message
from monitor.runtime.metrics import EVENTS_IN_MEMORY
from monitor.runtime.spool import Spool
from monitor.store.event_repository import EventRepository
from monitor.store.files import FileStore
from monitor.streams.clip import cut_clip
from monitor.streams.reader import CameraReader

log = structlog.get_logger(__name__)

_IDLE = 1.0
_FIRST_WAIT = 0.5
_LONGEST_WAIT = 15.0
_CLIPS_AT_ONCE = 4
_MOST_WAITING_CLIPS = 200


class Readers(Protocol):
    """Finds the reader of a camera."""

    def __call__(self, camera_id: str) -> CameraReader | None:
        """Return the camera's reader, or ``None`` if it is not read here."""


@dataclass(frozen=True, slots=True)
class ClipTimes:
    """Seconds of video kept before an event's onset and after its raise."""

    before: float = 10.0
    after: float = 5.0
    longest: float = 120.0


class EventRecorder:
    """Records the events of one worker."""

    def __init__(
        self,
        spool: Spool,
        events: EventRepository,
        files: FileStore,
        readers: Readers,
        *,
        clock: Clock,
        clips: ClipTimes | None = None,
    ) -> None:
        self._spool = spool
        self._events = events
        self._files = files
        self._readers = readers
        self._clock = clock
        self._clips = clips or ClipTimes()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._cutting = ThreadPoolExecutor(_CLIPS_AT_ONCE, thread_name_prefix="clip")
        self._clips_waiting = 0
        # An event that worsens comes again, but the clip of its onset is one.
        self._clipped: deque[str] = deque(maxlen=_MOST_WAITING_CLIPS)
        self._lock = threading.Lock()
        self._spool_lock = threading.Lock()
        # What the spool would not take yet: always newer than what is in it.
        self._held: deque[dict[str, Any]] = deque()
        self._thread = threading.Thread(target=self._run, name="event-recorder", daemon=True)

    def start(self) -> None:
        """Begin to record, first what an earlier process left in the spool."""
        self._thread.start()

    def stop(self) -> None:
        """Record what is in the spool if the database allows, and end."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(5)
        self._cutting.shutdown(wait=False, cancel_futures=True)

    def take(self, event: Event, snapshot: Callable[[], bytes | None]) -> None:
        """Take over a new, worsened or ended event; ``snapshot`` gives its JPEG."""
        evidence: list[NewEvidence] = []
        fresh = event.cleared is None
        if fresh and (piece := self._keep_snapshot(event, snapshot)) is not None:
            evidence.append(piece)
        with self._spool_lock:
            self._held.append(to_message(event, evidence))
            self._spool_held()
        self._wake.set()
        if fresh and event.camera_id is not None and event.id not in self._clipped:
            self._clipped.append(event.id)
            self._cut_later(event)

    @property
    def in_memory(self) -> int:
        """Return how many messages would be lost with this process: no disk has taken them yet."""
        return len(self._held)

    def _spool_held(self) -> None:
        try:
            while self._held:
                self._spool.put(self._held[0])
                self._held.popleft()
        except OSError as error:
            log.error("spool_not_written", waiting=len(self._held), error=str(error))
        EVENTS_IN_MEMORY.set(len(self._held))

    def _keep_snapshot(
        self, event: Event, snapshot: Callable[[], bytes | None]
    ) -> NewEvidence | None:
        try:
            picture = snapshot()
            if picture is None:
                return None
            stored = self._files.write(evidence_key(event, "jpg"), picture)
        except Exception:
            # An alert without a picture is better than no alert, whatever went wrong.
            log.exception("snapshot_failed", event_id=event.id)
            return None
        return NewEvidence(
            EvidenceKind.SNAPSHOT,
            stored.key,
            "image/jpeg",
            stored.sha256,
            stored.size,
            event.raised,
            event.raised,
        )

    def _run(self) -> None:
        wait = _FIRST_WAIT
        while True:
            stopping = self._stopping.is_set()
            try:
                self._record_waiting()
                wait = _FIRST_WAIT
            except SQLAlchemyError as error:
                log.warning("database_away", error=type(error).__name__, again_in=wait)
                if not stopping:
                    self._stopping.wait(wait)
                wait = min(wait * 2, _LONGEST_WAIT)
            except Exception:
                log.exception("recording_failed")
                self._stopping.wait(wait)
                wait = min(wait * 2, _LONGEST_WAIT)
            if stopping:
                return
            self._wake.wait(_IDLE)
            self._wake.clear()

    def _record_waiting(self) -> None:
        with self._spool_lock:
            self._spool_held()
            waiting = list(self._spool.waiting())
            held = list(self._held)
        for path, message in waiting:
            self._record(message)
            self._spool.remove(path)
        for message in held:
            if not self._holds(message):
                return  # the spool has taken it meanwhile
            self._record(message)
            with self._spool_lock:
                if self._holds(message):
                    self._held.popleft()
                    EVENTS_IN_MEMORY.set(len(self._held))

    def _holds(self, message: dict[str, Any]) -> bool:
        return bool(self._held) and self._held[0] is message

    def _record(self, message: dict[str, Any]) -> None:
        event, evidence = from_message(message)
        change = self._events.record(event, to_datetime(self._clock.now()), evidence)
        log.info(
            "event_recorded",
            event_id=event.id,
            rule=event.rule,
            room=event.room_id,
            alert=change.alert_id,
            change=change.kind.value,
        )

    def _cut_later(self, event: Event) -> None:
        with self._lock:
            if self._clips_waiting >= _MOST_WAITING_CLIPS:
                log.warning("clip_not_cut", event_id=event.id, reason="too many are waiting")
                return
            self._clips_waiting += 1
        self._cutting.submit(self._cut, event)

    def _cut(self, event: Event) -> None:
        try:
            reader = self._readers(event.camera_id or "")
            if reader is not None:
                self._keep_clip(event, reader)
        except KanhuError as error:
            log.warning("clip_not_cut", event_id=event.id, reason=error.message)
        except Exception:
            log.exception("clip_failed", event_id=event.id)
        finally:
            with self._lock:
                self._clips_waiting -= 1

    def _keep_clip(self, event: Event, reader: CameraReader) -> None:
        end = event.raised + self._clips.after
        start = max(event.onset - self._clips.before, end - self._clips.longest)
        with tempfile.TemporaryDirectory(prefix="kanhu-clip-") as folder:
            clip = cut_clip(reader, start, end, Path(folder) / "clip.mp4", clock=self._clock)
            stored = self._files.adopt(clip.path, evidence_key(event, "mp4"))
        piece = NewEvidence(
            EvidenceKind.CLIP,
            stored.key,
            "video/mp4",
            stored.sha256,
            stored.size,
            clip.start,
            clip.end,
        )
        self._attach(event, [piece])

    def _attach(self, event: Event, evidence: Sequence[NewEvidence]) -> None:
        wait = _FIRST_WAIT
        while not self._stopping.is_set():
            try:
                self._events.attach(event.id, evidence, to_datetime(self._clock.now()))
            except (SQLAlchemyError, KanhuError):
                # The event itself may still be waiting in the spool.
                self._stopping.wait(wait)
                wait = min(wait * 2, _LONGEST_WAIT)
            else:
                return


def evidence_key(event: Event, suffix: str) -> str:
    """Return the key under which a file of ``event`` is stored."""
    day = to_datetime(event.raised).strftime("%Y/%m/%d")
    severity = event.severity.value
    return f"{day}/{event.institution_id}/{event.id}-{severity}.{suffix}"
