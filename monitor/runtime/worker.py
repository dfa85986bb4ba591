"""A worker: the cameras of some institutions, from packets to events.

Threads: two for each camera (reading, gating) and one that looks at frames and steps the rooms.
What a room decides depends only on what that one thread saw, in order.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from functools import partial

import cv2
import structlog

from monitor.alerts.evidence import snapshot_jpeg
from monitor.detectors.finder import Finder
from monitor.detectors.rules import Origin
from monitor.domain.clock import Clock
from monitor.domain.events import Event
from monitor.domain.hours import Calendar
from monitor.domain.media import Frame
from monitor.domain.people import Track
from monitor.domain.places import Camera, Room
from monitor.domain.room_state import CameraView, RoomState, ViewFault
from monitor.domain.text import Text
from monitor.runtime.attention import Attention, GateMode
from monitor.runtime.camera_watch import CameraWatch
from monitor.runtime.headcounts import Headcounts
from monitor.runtime.label_sampler import LabelSampler
from monitor.runtime.looking import Looks
from monitor.runtime.metrics import FRAMES, INFERENCE, ROOM_EVENTS, SHED
from monitor.runtime.roll import RollOf, no_roll
from monitor.runtime.room_watch import RoomWatch
from monitor.runtime.slots import FrameSlots
from monitor.runtime.tracks.recorder import TrackRecorder
from monitor.streams.live.overlay import Overlay
from monitor.streams.reach import Reach
from monitor.streams.reader import CameraReader, ReaderStatus
from monitor.streams.recorder import Recorder

log = structlog.get_logger(__name__)

_BATCH = 4
_STEP_EVERY = 0.5
_HEADS_EVERY = 2.0
_STILL_QUALITY = 80
_MARGIN = 15.0  # seconds between an event's raise and the moment its clip is begun, at the worst

TakeEvent = Callable[[Event, Callable[[], bytes | None]], None]
"""Takes an event over, with a function that gives its snapshot as JPEG."""


@dataclass(frozen=True, slots=True)
class _Sight:
    """The last analysed frame of a camera and what was seen on it."""

    frame: Frame
    tracks: tuple[Track, ...]


class Worker:
    """Watches ``rooms`` with their ``cameras`` until stopped."""

    def __init__(
        self,
        rooms: Iterable[Room],
        cameras: Iterable[Camera],
        finder: Finder,
        take_event: TakeEvent,
        *,
        clock: Clock,
        config_version: str = "",
        calm_fps: float = 2.0,
        clip_before: float = 10.0,
        zone: tzinfo = UTC,
        gate: GateMode = GateMode.ON,
        reach: Reach | None = None,
        recorder: Callable[[CameraReader], Recorder] | None = None,
        tapes: TrackRecorder | None = None,
        calendar_of: Callable[[Room], Calendar | None] = lambda _room: None,
        sampler: LabelSampler | None = None,
        roll_of: RollOf = no_roll,
    ) -> None:
        """``rooms`` are all of their institutions, those without cameras too."""
        rooms = tuple(rooms)
        cameras = tuple(camera for camera in cameras if camera.enabled)
        self._finder = finder
        self._looks = Looks(finder, cameras)
        self._take_event = take_event
        self._clock = clock
        self._zone = zone
        self._sampler = sampler
        self._origin = Origin(finder.name, finder.sha256, config_version)
        self._slots = FrameSlots()
        self._rooms: dict[str, RoomWatch] = {}
        for room in rooms:
            here = [camera for camera in cameras if camera.room_id == room.id]
            if here:
                tape = tapes.tape(room.id, [c.id for c in here]) if tapes else None
                self._rooms[room.id] = RoomWatch(room, here, self._origin, calendar_of(room), tape)
        self._room_of = {
            camera.id: watch for watch in self._rooms.values() for camera in watch.cameras
        }
        self._headcounts = Headcounts(rooms, cameras, roll_of)
        self._inbox = _Inbox()
        self._sights: dict[str, _Sight] = {}
        self._unchanged: dict[str, float] = {}
        self._watches = {
            camera.id: CameraWatch(
                camera,
                self._slots,
                self._inbox,
                clock=clock,
                attention=self._attention_of(camera.id),
                calm_fps=calm_fps,
                remember=self._room_of[camera.id].longest_wait + clip_before + _MARGIN,
                gate=gate,
                reach=reach,
                recorder=recorder,
            )
            for camera in cameras
        }
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="look", daemon=True)

    def resume(self, events: Iterable[Event]) -> None:
        """Take over events that were open before a restart; call before :meth:`start`."""
        for event in events:
            watch = self._rooms.get(event.room_id)
            if watch is not None:
                watch.resume([event])

    def start(self) -> None:
        """Begin to read and to look."""
        for watch in self._watches.values():
            watch.start()
        self._thread.start()

    def stop(self) -> None:
        """End all threads."""
        self._stopping.set()
        self._slots.close()
        stops = [threading.Thread(target=watch.stop) for watch in self._watches.values()]
        for stop in stops:
            stop.start()
        for stop in stops:
            stop.join()
        self._thread.join(5)

    def reader(self, camera_id: str) -> CameraReader | None:
        """Return the reader of a camera, or ``None`` if it is not read here."""
        watch = self._watches.get(camera_id)
        return watch.reader if watch is not None else None

    @property
    def camera_ids(self) -> tuple[str, ...]:
        """The cameras that are read here."""
        return tuple(self._watches)

    def room_states(self) -> list[RoomState]:
        """Return the last state of every room."""
        states = [watch.state for watch in self._rooms.values()]
        return [state for state in states if state is not None]

    def views(self) -> dict[str, CameraView]:
        """Return how far each camera's view can be trusted, as last judged."""
        views = dict(self._inbox.latest)
        for view in (view for state in self.room_states() for view in state.cameras):
            told = views.get(view.camera_id)
            if view.fault is ViewFault.MISCALIBRATED and told is not None and told.fault is None:
                views[view.camera_id] = view
        return views

    def overlay(self, camera_id: str) -> Overlay | None:
        """Return what is known about a camera now, for live view."""
        watch = self._watches.get(camera_id)
        if watch is None:
            return None
        status = watch.reader.status
        sight = self._sights.get(camera_id)
        view = self._inbox.latest.get(camera_id)
        room = self._room_of[camera_id].state
        return Overlay(
            state=status.state.value,
            time=sight.frame.time if sight else None,
            wall=max(sight.frame.wall, self._unchanged.get(camera_id, 0.0)) if sight else None,
            tracks=_shown(sight),
            room=room,
            fault=view.fault if view else None,
            reason=reason_of(status),
        )

    def still(self, camera_id: str) -> tuple[bytes, float] | None:
        """Return the last analysed picture of a camera as JPEG, and its wall time."""
        sight = self._sights.get(camera_id)
        if sight is None:
            return None
        done, data = cv2.imencode(
            ".jpg", sight.frame.image, [cv2.IMWRITE_JPEG_QUALITY, _STILL_QUALITY]
        )
        return (data.tobytes(), sight.frame.wall) if done else None

    def _attention_of(self, camera_id: str) -> Callable[[], Attention]:
        room = self._room_of[camera_id]

        def attention() -> Attention:
            if room.pressing:
                return Attention.PRESSING
            return Attention.OCCUPIED if room.urgent else Attention.QUIET

        return attention

    def _run(self) -> None:
        stepped = counted = 0.0
        while not self._stopping.is_set():
            try:
                touched = self._look()
                now = self._clock.now()
                if now - stepped >= _STEP_EVERY:
                    stepped = now
                    touched = set(self._rooms)
                if abs(now - counted) >= _HEADS_EVERY:
                    counted = now
                    self._count_heads(now)
                for room_id in touched:
                    self._step(self._rooms[room_id], now)
            except Exception:
                log.exception("looking_failed")
                self._stopping.wait(0.5)

    def _count_heads(self, now: float) -> None:
        """Tell each room what the others count, as all of them were at their last step."""
        states = {state.room_id: state for state in self.room_states()}
        for room_id, headcount in self._headcounts.of(states, now).items():
            self._rooms[room_id].headcount(now, headcount)

    def _look(self) -> set[str]:
        """Find the people of the frames that wait; return the rooms that this concerns."""
        frames = self._slots.take(_BATCH, _STEP_EVERY / 2)
        for view in self._inbox.take_views():
            self._room_of[view.camera_id].view(view)
        touched = self._find(frames) if frames else set()
        # Only now: a picture found unchanged since is newer than every frame taken above.
        for camera_id, wall in self._inbox.take_stills():
            # What waits is older, and must be looked at first; another word of it will come.
            if not self._slots.waits(camera_id):
                self._unchanged[camera_id] = wall
                self._room_of[camera_id].still(camera_id, wall)
        return touched

    def _find(self, frames: Sequence[Frame]) -> set[str]:
        with INFERENCE.time():
            found = self._looks.find(frames)
        self._take_note_of_the_model()
        FRAMES.inc(len(frames))
        SHED.set(sum(self._slots.replaced.values()))
        touched = set()
        for frame, people in zip(frames, found, strict=True):
            room = self._room_of[frame.camera_id]
            tracks = room.observe(frame.camera_id, people, frame.wall, frame.width / frame.height)
            sight = self._sights[frame.camera_id] = _Sight(frame, tracks)
            self._watches[frame.camera_id].found(frame, people)
            if self._sampler is not None:
                self._sampler.consider(frame, people, _shown(sight))
            touched.add(room.room.id)
        return touched

    def _take_note_of_the_model(self) -> None:
        """Let later events name the model that finds people now; it may have been exchanged."""
        now = Origin(self._finder.name, self._finder.sha256, self._origin.config_version)
        if now != self._origin:
            self._origin = now
            for room in self._rooms.values():
                room.found_by(now)

    def _step(self, room: RoomWatch, now: float) -> None:
        for event in room.step(now):
            ROOM_EVENTS.labels(event.rule).inc()
            self._take_event(event, partial(self._snapshot, event))

    def _snapshot(self, event: Event) -> bytes | None:
        sight = self._sights.get(event.camera_id or "")
        if sight is None:
            return None
        return snapshot_jpeg(sight.frame, _shown(sight), self._zone)


def reason_of(status: ReaderStatus) -> Text | None:
    """Return why a camera is not online, with what to do about it, in words."""
    if status.text is None:
        return None
    advice = status.advice
    if advice is None:
        return status.text
    return Text(zh=f"{status.text.zh}：{advice.zh}", en=f"{status.text.en}: {advice.en}")


def _shown(sight: _Sight | None) -> tuple[Track, ...]:
    """Return the tracks that were really seen on the last analysed picture."""
    if sight is None:
        return ()
    return tuple(track for track in sight.tracks if track.seen >= sight.frame.wall)


class _Inbox:
    """What camera threads report, until the looking thread takes it in."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._views: dict[str, CameraView] = {}
        self._stills: dict[str, float] = {}
        self.latest: dict[str, CameraView] = {}

    def view(self, view: CameraView) -> None:
        with self._lock:
            self._views[view.camera_id] = view
            self.latest[view.camera_id] = view

    def still(self, camera_id: str, wall: float) -> None:
        with self._lock:
            self._stills[camera_id] = wall

    def take_views(self) -> list[CameraView]:
        with self._lock:
            views, self._views = list(self._views.values()), {}
        return views

    def take_stills(self) -> list[tuple[str, float]]:
        with self._lock:
            stills, self._stills = list(self._stills.items()), {}
        return stills
