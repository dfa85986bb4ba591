"""A worker: the cameras of some institutions, from packets to events.

Threads: two for each camera (reading, gating) and one that looks at frames and steps the rooms.
What a room decides depends only on what that one thread saw, in order.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
from monitor.runtime.inbox import Inbox
from monitor.runtime.label_sampler import LabelSampler
from monitor.runtime.looking import Looks
from monitor.runtime.metrics import FRAMES, INFERENCE, ROOM_EVENTS, SHED
from monitor.runtime.roll import RollOf, no_roll
from monitor.runtime.room_watch import RoomWatch
from monitor.runtime.slots import FrameSlots
from monitor.runtime.tracks.recorder import RoomTape, TrackRecorder
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
_UNNOTICED = 10.0  # seconds for which an empty room may not be looked at

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
        adapt_input: bool = True,
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
        self._looks = Looks(finder, cameras, adapt=adapt_input, closely=self._is_critical)
        self._take_event = take_event
        self._clock = clock
        self._zone = zone
        self._sampler = sampler
        self._origin = Origin(finder.name, finder.sha256, config_version)
        self._slots = FrameSlots()
        self._tapes = tapes
        self._tape_of: dict[str, RoomTape] = {}
        self._calendar_of = calendar_of
        self._roll_of = roll_of
        self._memory = clip_before + _MARGIN
        self._inbox = Inbox()
        self._open_watch = partial(
            CameraWatch,
            slots=self._slots,
            listener=self._inbox,
            clock=clock,
            calm_fps=calm_fps,
            gate=gate,
            reach=reach,
            recorder=recorder,
        )
        self._sights: dict[str, _Sight] = {}
        self._unchanged: dict[str, float] = {}
        self._rooms = dict(self._opened(rooms, cameras, frozenset()))
        self._room_of = _by_camera(self._rooms)
        self._headcounts = Headcounts(rooms, cameras, roll_of)
        self._watches = {camera.id: self._watch(camera, self._room_of) for camera in cameras}
        self._swap: Callable[[], None] | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="look", daemon=True)

    def resume(self, events: Iterable[Event]) -> None:
        """Take over events that were open before; call when nothing is looked at."""
        for event in events:
            watch = self._rooms.get(event.room_id)
            if watch is not None:
                watch.resume([event])

    def change(
        self,
        rooms: Iterable[Room],
        cameras: Iterable[Camera],
        config_version: str,
        going_on: Callable[[list[str]], Iterable[Event]],
    ) -> frozenset[str]:
        """Watch these rooms and cameras from now on; return the ids of the rooms that begin anew.

        What is the same as before goes on undisturbed. ``going_on`` returns the events of rooms
        that were open; call while the worker runs.
        """
        rooms = tuple(rooms)
        cameras = tuple(camera for camera in cameras if camera.enabled)
        kept = self._same(rooms, cameras)
        leaving = [item for item in self._watches.values() if item.camera.room_id not in kept]
        open_events = tuple(going_on([room.id for room in rooms if room.id not in kept]))
        _stop_all(leaving)

        def exchange() -> None:
            self._origin = replace(self._origin, config_version=config_version)
            self._forget([item.camera.id for item in leaving], kept)
            self._exchange(rooms, cameras, kept)
            self.resume(event for event in open_events if event.room_id not in kept)

        self._between_looks(exchange)
        for camera in cameras:
            if camera.room_id not in kept:
                self._watches[camera.id].start()
        return frozenset(self._rooms) - kept

    def _same(self, rooms: Iterable[Room], cameras: Sequence[Camera]) -> frozenset[str]:
        """Return the ids of the rooms that are watched already just as they are to be."""
        return frozenset(
            room.id
            for room in rooms
            if room.id in self._rooms
            and self._rooms[room.id].room == room
            and self._rooms[room.id].cameras == tuple(c for c in cameras if c.room_id == room.id)
        )

    def _exchange(
        self, rooms: Sequence[Room], cameras: Sequence[Camera], kept: Collection[str]
    ) -> None:
        fresh = dict(self._opened(rooms, cameras, kept))
        self._rooms = {item: self._rooms[item] for item in kept} | fresh
        for watch in self._rooms.values():
            watch.found_by(self._origin)
        self._room_of = _by_camera(self._rooms)
        self._headcounts = Headcounts(rooms, cameras, self._roll_of)
        self._looks.change(cameras)
        self._watches = {
            camera.id: self._watches[camera.id]
            if camera.room_id in kept
            else self._watch(camera, self._room_of)
            for camera in cameras
        }

    def _between_looks(self, work: Callable[[], None]) -> None:
        """Let the thread that looks do something between two looks, and wait for it."""
        done = threading.Event()

        def once() -> None:
            try:
                work()
            finally:
                done.set()

        self._swap = once
        while not done.wait(_STEP_EVERY) and self._thread.is_alive():
            pass

    def _opened(
        self, rooms: Sequence[Room], cameras: Sequence[Camera], kept: Collection[str]
    ) -> Iterator[tuple[str, RoomWatch]]:
        for room in rooms:
            here = [camera for camera in cameras if camera.room_id == room.id]
            if not here or room.id in kept:
                continue
            tape = self._tapes.tape(room.id, [c.id for c in here]) if self._tapes else None
            if tape is not None:
                self._tape_of[room.id] = tape
            yield room.id, RoomWatch(room, here, self._origin, self._calendar_of(room), tape)

    def _watch(self, camera: Camera, rooms: Mapping[str, RoomWatch]) -> CameraWatch:
        room = rooms[camera.id]
        return self._open_watch(
            camera,
            attention=_attention_of(room),
            remember=room.longest_wait + self._memory,
            remember_quiet=self._memory + _UNNOTICED,
        )

    def _forget(self, camera_ids: Sequence[str], kept: Collection[str]) -> None:
        self._inbox.forget(camera_ids)
        for camera_id in camera_ids:
            self._slots.forget(camera_id)
            self._sights.pop(camera_id, None)
            self._unchanged.pop(camera_id, None)
        for room_id in [item for item in self._tape_of if item not in kept]:
            if self._tapes is not None:
                self._tapes.end(self._tape_of.pop(room_id))

    def start(self) -> None:
        """Begin to read and to look."""
        for watch in self._watches.values():
            watch.start()
        self._thread.start()

    def stop(self) -> None:
        """End all threads."""
        self._stopping.set()
        self._slots.close()
        _stop_all(self._watches.values())
        self._thread.join(5)

    def reader(self, camera_id: str) -> CameraReader | None:
        """Return the reader of a camera, or ``None`` if it is not read here."""
        watch = self._watches.get(camera_id)
        return watch.reader if watch is not None else None

    def small_reader(self, camera_id: str) -> CameraReader | None:
        """Return the reader of a camera's substream, or ``None`` while it has none."""
        watch = self._watches.get(camera_id)
        return watch.small if watch is not None else None

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

    def _run(self) -> None:
        stepped = counted = 0.0
        while not self._stopping.is_set():
            try:
                if self._swap is not None:
                    work, self._swap = self._swap, None
                    work()
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

    def _is_critical(self, camera_id: str) -> bool:
        return self._room_of[camera_id].critical

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


def _attention_of(room: RoomWatch) -> Callable[[], Attention]:
    def attention() -> Attention:
        if room.pressing:
            return Attention.PRESSING
        return Attention.OCCUPIED if room.urgent else Attention.QUIET

    return attention


def _by_camera(rooms: Mapping[str, RoomWatch]) -> dict[str, RoomWatch]:
    return {camera.id: watch for watch in rooms.values() for camera in watch.cameras}


def _stop_all(watches: Iterable[CameraWatch]) -> None:
    stops = [threading.Thread(target=watch.stop) for watch in watches]
    for stop in stops:
        stop.start()
    for stop in stops:
        stop.join()


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
