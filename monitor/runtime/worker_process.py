"""The worker as a process: builds everything, reports to the database, stops on SIGTERM."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.exc import SQLAlchemyError

from monitor.domain.clock import Clock, SystemClock, to_datetime
from monitor.domain.errors import KanhuError
from monitor.domain.hours import Calendar
from monitor.domain.places import Camera, Room
from monitor.domain.room_state import RoomState, ViewFault
from monitor.domain.text import Text
from monitor.runtime.attention import GateMode
from monitor.runtime.config_follow import ConfigFollower
from monitor.runtime.environment import Environment
from monitor.runtime.event_recorder import ClipTimes, EventRecorder
from monitor.runtime.finder_choice import ChoiceWatch, open_finder
from monitor.runtime.finder_swap import SwappableFinder
from monitor.runtime.label_sampler import LabelSampler
from monitor.runtime.logs import configure_logs
from monitor.runtime.notices import decide_with, ladder_of
from monitor.runtime.opening import open_store
from monitor.runtime.opening_days import OpeningDays
from monitor.runtime.placement import place
from monitor.runtime.recording.policy import pause_bytes
from monitor.runtime.recording.shelf import Shelf
from monitor.runtime.roll import Roll
from monitor.runtime.spare_memory import SpareMemory, keep_little_spare
from monitor.runtime.spool import Spool
from monitor.runtime.tracks.recorder import TrackRecorder
from monitor.runtime.worker import Worker, reason_of
from monitor.runtime.worker_api import WorkerServer
from monitor.settings import Settings
from monitor.settings.escalation import life_of
from monitor.store.base import Database
from monitor.store.camera_status import CameraReport, CameraState, CameraStatusRepository
from monitor.store.event_repository import EventRepository
from monitor.store.files import FileStore
from monitor.store.labels import LabelStore
from monitor.store.place_repository import PlaceRepository
from monitor.store.recorder_problems import RecorderProblemRepository
from monitor.store.recordings import RecordingRepository
from monitor.store.room_status import RoomStatusRepository
from monitor.store.workers import WorkerRepository
from monitor.streams.failures import StreamError
from monitor.streams.live import IceServer, LiveServer
from monitor.streams.reader import CameraReader
from monitor.streams.recorder import Recorder
from monitor.streams.whip import IngestServer

log = structlog.get_logger(__name__)

_REPORT_EVERY = 1.0
_TOUCH_EVERY = 20.0
_HEARTBEAT_EVERY = 5.0
_DAYS_EVERY = 300.0
_ROLL_EVERY = 10.0


def worker_name(number: int) -> str:
    """Return the name of a worker of this machine, the same after a restart."""
    return f"worker-{number}"


def run_worker(config: Path, number: int, workers: int, log_file: Path | None) -> None:
    """Run worker ``number`` of ``workers`` until SIGTERM; the target of a process."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    configure_logs(log_file)
    keep_little_spare()
    try:
        with ExitStack() as whole:
            environment = Environment.load(config)
            database = open_store(environment)
            whole.callback(database.close)
            follower = ConfigFollower(environment, database, worker_name(number), SystemClock())
            following: Environment | None = environment
            while following is not None:
                with ExitStack() as stack:
                    process = _WorkerProcess(following, database, number, workers, stack)
                    following = process.run(stop, follower)
    except KanhuError as error:
        log.error("worker_cannot_start", error=str(error))
        raise SystemExit(2) from None


class _WorkerProcess:
    def __init__(
        self,
        environment: Environment,
        database: Database,
        number: int,
        workers: int,
        stack: ExitStack,
    ) -> None:
        self._environment = environment
        self._database = database
        self._name = worker_name(number)
        self._names = [worker_name(index) for index in range(workers)]
        self._clock: Clock = SystemClock()
        mine, self._rooms, self._cameras = self._share(environment)
        self._workers = WorkerRepository(database)
        self._reports = _Reports(database, self._name, self._clock)
        self._problems = RecorderProblemRepository(database)
        self._shelf = self._open_shelf(database, stack)
        self._zone = ZoneInfo(environment.district.timezone)
        self._days = OpeningDays(database, mine)
        self._roll = Roll(database, mine, self._zone, self._clock)
        self._days_read = self._roll_read = -_DAYS_EVERY
        self._spare = SpareMemory()
        self._build(environment, database, stack)

    def _share(self, environment: Environment) -> tuple[set[str], list[Room], list[Camera]]:
        """Return the institutions that this worker watches, with their rooms and cameras."""
        district = environment.district
        mine = set(place([item.id for item in district.institutions], self._names)[self._name])
        rooms = [room for room in district.rooms if room.institution_id in mine]
        room_ids = {room.id for room in rooms}
        return mine, rooms, [camera for camera in district.cameras if camera.room_id in room_ids]

    def _build(self, environment: Environment, database: Database, stack: ExitStack) -> None:
        settings = environment.settings
        finder = SwappableFinder(open_finder(settings.model, environment.models_folder))
        self._choice = ChoiceWatch(environment, finder)
        tapes = self._tapes(stack)
        self.worker: Worker
        events = self._events = EventRepository(
            database, decide_with(environment), ladder_of(environment, database), life_of(settings)
        )
        recorder = EventRecorder(
            Spool(environment.data / "spool" / self._name),
            events,
            FileStore(environment.evidence_folder),
            lambda camera_id: self.worker.reader(camera_id),
            clock=self._clock,
            clips=ClipTimes(settings.evidence.before, settings.evidence.after),
        )
        self.worker = Worker(
            self._rooms,
            self._cameras,
            finder,
            recorder.take,
            clock=self._clock,
            config_version=environment.config_version,
            calm_fps=settings.model.calm_fps,
            adapt_input=settings.model.adapt_input,
            gate=GateMode(settings.model.gate),
            reach=settings.sources.reach(),
            clip_before=settings.evidence.before,
            zone=self._zone,
            recorder=self._recorder if settings.recording.enabled else None,
            tapes=tapes,
            calendar_of=self._calendar,
            roll_of=self._roll.of,
            sampler=LabelSampler(LabelStore(environment.labels_folder), settings.labels)
            if settings.labels.enabled
            else None,
        )
        self.worker.resume(events.going_on([room.id for room in self._rooms]))
        self._ingest = IngestServer(self._cameras, clock=self._clock, ice_servers=self._ice_servers)
        self._server = WorkerServer(
            settings.service.worker_host,
            environment.secret(),
            LiveServer(
                self.worker.reader,
                self.worker.overlay,
                clock=self._clock,
                small_feeds=self.worker.small_reader,
                ice_servers=self._ice_servers,
            ),
            self.worker.still,
            self._ingest,
        )
        recorder.start()
        stack.callback(recorder.stop)
        self._server.start()
        stack.callback(self._server.stop)

    def _ice_servers(self) -> tuple[IceServer, ...]:
        return self._environment.settings.live.servers(self._clock.now())

    def _tapes(self, stack: ExitStack) -> TrackRecorder | None:
        if not self._environment.settings.tracks.keep:
            return None
        tapes = TrackRecorder(self._environment.tracks_folder)
        tapes.start()
        stack.callback(tapes.stop)
        return tapes

    def run(self, stop: threading.Event, follower: ConfigFollower) -> Environment | None:
        """Watch until told to stop, or until what is saved needs the worker to be built anew."""
        cameras = self.worker.camera_ids
        self._register(cameras)
        self.worker.start()
        log.info("worker_started", worker=self._name, cameras=len(cameras), rooms=len(self._rooms))
        beat = touched = time.monotonic()
        while not stop.wait(_REPORT_EVERY):
            try:
                self._reports.send(self.worker)
                if time.monotonic() - beat >= _HEARTBEAT_EVERY:
                    beat = time.monotonic()
                    self._heartbeat(cameras)
                    self._choice.look()
                    found = follower.look()
                    if found is not None and not self._take_over(found):
                        follower.taken(found)
                        self._leave()
                        return found
                    if found is not None:
                        follower.taken(found)
                        cameras = self.worker.camera_ids
                        self._register(cameras)
                self._read_registers()
                self._spare.give_back()
                if time.monotonic() - touched >= _TOUCH_EVERY:
                    touched = time.monotonic()
                    self._reports.vouch(cameras)
            except SQLAlchemyError as error:
                log.warning("report_not_sent", error=type(error).__name__)
        self._leave()
        return None

    def _register(self, cameras: tuple[str, ...]) -> None:
        now = to_datetime(self._clock.now())
        self._workers.register(self._name, self._server.url, os.getpid(), cameras, now)

    def _take_over(self, found: Environment) -> bool:
        """Go on with other institutions, rooms, cameras, unless more has to be built anew."""
        if _built_from(found.settings) != _built_from(self._environment.settings):
            return False
        mine, rooms, cameras = self._share(found)
        # The pages do the same, perhaps later: of cameras unknown there nothing can be reported.
        PlaceRepository(self._database).sync(found.district, to_datetime(self._clock.now()))
        self._events.tell_with(
            decide_with(found), ladder_of(found, self._database), life_of(found.settings)
        )
        self._days.expect(mine)
        self._roll.expect(mine)
        self._days_read = self._roll_read = -_DAYS_EVERY
        self._recover(self._shelf, {c.id for c in cameras} - {c.id for c in self._cameras})
        anew = self.worker.change(rooms, cameras, found.config_version, self._events.going_on)
        self._rooms, self._cameras = rooms, cameras
        self._environment = found
        self._ingest.expect(cameras)
        log.info("rooms_begin_anew", worker=self._name, rooms=sorted(anew))
        return True

    def _read_registers(self) -> None:
        """Read again what institutions enter: days off and who is signed in."""
        if time.monotonic() - self._days_read >= _DAYS_EVERY:
            self._days.read()
            self._days_read = time.monotonic()
        if time.monotonic() - self._roll_read >= _ROLL_EVERY:
            self._roll.read()
            self._roll_read = time.monotonic()

    def _calendar(self, room: Room) -> Calendar:
        """Return what the district's data say of the room's days; exceptions are read again."""

        def exception(day: date) -> bool | None:
            return self._days.exception(room.institution_id, day)

        return Calendar(room.opening_hours, room.nap_times, self._zone, exception)

    def _heartbeat(self, cameras: tuple[str, ...]) -> None:
        now = to_datetime(self._clock.now())
        if not self._workers.heartbeat(self._name, now):
            self._register(cameras)

    def _leave(self) -> None:
        self.worker.stop()
        try:
            self._workers.remove(self._name)
        except SQLAlchemyError as error:
            log.warning("report_not_sent", error=type(error).__name__)
        log.info("worker_stopped", worker=self._name)

    def _recorder(self, reader: CameraReader) -> Recorder:
        def tell(problem: StreamError | None) -> None:
            text = problem.text if problem is not None else None
            try:
                now = to_datetime(self._clock.now())
                self._problems.report(reader.camera.id, text, now)
            except SQLAlchemyError as error:
                log.warning("problem_not_reported", error=type(error).__name__)

        policy = self._environment.settings.recording
        return Recorder(
            reader.camera.id,
            reader.subscribe("recorder", patient=True),
            lambda: reader.info,
            self._environment.recordings_folder,
            on_segment=self._shelf.take,
            on_problem=tell,
            seconds=policy.segment,
            keep_free=pause_bytes(policy),
            clock=self._clock,
        )

    def _open_shelf(self, database: Database, stack: ExitStack) -> Shelf:
        environment = self._environment
        shelf = Shelf(
            environment.recording_store(),
            environment.recordings_folder,
            RecordingRepository(database),
            self._clock,
        )
        self._recover(shelf, {camera.id for camera in self._cameras})
        shelf.start()
        stack.callback(shelf.stop)
        return shelf

    def _recover(self, shelf: Shelf, cameras: Collection[str]) -> None:
        """File what an earlier worker left of these cameras, before anybody records them."""
        self._problems.clear(sorted(cameras))
        if cameras and self._environment.settings.recording.enabled:
            shelf.recover(cameras)


def _built_from(settings: Settings) -> tuple[object, ...]:
    """Return what a worker cannot exchange while it runs."""
    recording, evidence = settings.recording, settings.evidence
    return (
        settings.service,
        settings.district.timezone,
        (settings.model.calm_fps, settings.model.gate, settings.model.adapt_input),
        (recording.enabled, recording.store, recording.reserve, recording.segment),
        (evidence.before, evidence.after),
        bool(settings.tracks.keep),
        settings.labels,
        settings.sources,
    )


class _Reports:
    """Sends the state of cameras and rooms to the database when it has changed."""

    def __init__(self, database: Database, worker: str, clock: Clock) -> None:
        self._cameras = CameraStatusRepository(database)
        self._rooms = RoomStatusRepository(database)
        self._worker = worker
        self._clock = clock
        self._sent: dict[str, CameraReport] = {}
        self._unwatched: tuple[str, ...] = ()

    def send(self, worker: Worker) -> None:
        """Write what has changed since the last time."""
        now = to_datetime(self._clock.now())
        views = worker.views()
        self._sent = {name: self._sent[name] for name in worker.camera_ids if name in self._sent}
        for camera_id in worker.camera_ids:
            reader = worker.reader(camera_id)
            if reader is None:
                continue
            view = views.get(camera_id)
            report = self._report(reader, view.fault if view else None)
            if self._sent.get(camera_id) != report:
                self._cameras.report(report, now)
                self._sent[camera_id] = report
        states = worker.room_states()
        if states:
            self._rooms.report(states, now)
        self._say_what_is_unwatched(states)

    def _say_what_is_unwatched(self, states: Sequence[RoomState]) -> None:
        views = [view for state in states for view in state.cameras]
        unwatched = tuple(v.camera_id for v in views if v.fault is ViewFault.UNWATCHED)
        if unwatched != self._unwatched:
            self._unwatched = unwatched
            tell = log.warning if unwatched else log.info
            tell("cameras_not_analysed_in_time", cameras=unwatched, of=len(views))

    def vouch(self, camera_ids: tuple[str, ...]) -> None:
        """Say that what was reported still holds."""
        self._cameras.touch(camera_ids, to_datetime(self._clock.now()))

    def _report(self, reader: CameraReader, fault: ViewFault | None) -> CameraReport:
        status, info = reader.status, reader.info
        return CameraReport(
            camera_id=reader.camera.id,
            state=CameraState(status.state.value),
            worker_id=self._worker,
            fault=fault,
            message=reason_of(status) or Text(zh="", en=""),
            codec=info.codec if info else "",
            width=info.width if info else 0,
            height=info.height if info else 0,
            fps=round(info.fps, 2) if info and info.fps else None,
        )
