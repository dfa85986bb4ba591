"""A small district served by a real server: people of every role, rooms, cameras, alerts."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import ssl
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import httpx
import numpy as np
import pytest
import structlog
import uvicorn
from fastapi import FastAPI
from starlette.types import Receive, Send
from starlette.types import Scope as Asgi

from monitor.documents import parse_document
from monitor.domain.access import DISTRICT, Role, Scope, ScopeKind
from monitor.domain.clock import Clock, ManualClock, to_datetime, utc_now
from monitor.domain.errors import SourceError
from monitor.domain.events import Event, Provenance, Severity, event_id
from monitor.domain.evidence import EvidenceKind, NewEvidence
from monitor.domain.labels import LabelBox, LabelFrame
from monitor.domain.notices import (
    AlertChange,
    ChangeKind,
    Decision,
    NoticeKind,
    Reason,
)
from monitor.domain.people import AgeClass, Box
from monitor.domain.places import District
from monitor.domain.room_state import RoomState, View, ViewFault
from monitor.domain.text import Language, Text
from monitor.inspections.template import Template, packaged_templates
from monitor.runtime.backtest.desk import BacktestDesk
from monitor.runtime.config_desk import ConfigDesk
from monitor.runtime.desk import StoreDesk
from monitor.runtime.onsite_desk import OnsiteDesk
from monitor.runtime.privacy.keeper import PrivacyKeeper, Stores
from monitor.runtime.recording.desk import RecordingDesk
from monitor.runtime.risk_desk import RiskDesk
from monitor.settings import Settings, parse_settings
from monitor.settings.district import district_of
from monitor.store.alert_repository import AlertFilter, AlertRepository
from monitor.store.base import Database
from monitor.store.camera_status import CameraReport, CameraState, CameraStatusRepository
from monitor.store.event_repository import EventRepository
from monitor.store.files import FileStore
from monitor.store.jobs import JobRunRepository
from monitor.store.labels import LabelStore
from monitor.store.place_repository import PlaceRepository
from monitor.store.room_status import RoomStatusRepository
from monitor.store.session_repository import SessionRepository
from monitor.store.user_repository import UserRepository
from monitor.store.users import NewUser, User
from monitor.store.workers import WorkerRepository
from monitor.web import WebContext, create_app
from monitor.web.context import ModelFact
from monitor.web.gateway import LiveAnswer, Still
from monitor.web.site import Site
from tests.runtime.recording.conftest import record

if TYPE_CHECKING:
    from tests.conftest import Postgres

_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # made once: httpx makes a dear one each time
START = datetime(2026, 11, 2, 1, 30, tzinfo=UTC).timestamp()
PASSWORD = "a fine long password"
DEMO_TOKEN = "secret-of-the-inbox"
SECRET = "secret-of-the-installation"
_CONFIGURATION = """
version: 1
demo: true
service: {language: zh}
sources: {networks: [127.0.0.0/8]}
district:
  id: meiyuan
  name: {zh: 梅园区托育服务指导中心, en: Meiyuan Child Care Guidance Centre}
institutions:
  - id: sunshine
    name: {zh: 阳光托育园, en: Sunshine Nursery}
    community: 梅园街道
    address: 梅园路 18 号
    contact_name: 王园长
    contact_phone: "021-55550118"
    notice_number: 沪托备 2025-0118
    notice_state: granted
    notice_expires: 2027-12-31
    approved_capacity: 60
    rooms:
      - id: sunshine-toddler
        name: {zh: 托小班, en: Toddler room}
        type: activity
        class: toddler
        capacity: 15
        person_capacity: 18
        cameras:
          - id: sunshine-toddler-1
            name: {zh: 东角, en: East corner}
            url: rtsp://viewer:hunter2@127.0.0.1:8554/toddler
            zones: [{id: mat, polygon: [[0.1, 0.5], [0.9, 0.5], [0.9, 0.95]], capacity: 8}]
          - {id: sunshine-toddler-2, name: {zh: 西角, en: West corner}, url: "whip://phone?token=the-right-token-of-it"}
      - id: sunshine-nap
        name: {zh: 睡眠室, en: Nap room}
        type: nap
        class: toddler
        capacity: 15
        cameras:
          - {id: sunshine-nap-1, name: {zh: 门上方, en: Above the door}, url: "rtsp://127.0.0.1/3"}
  - id: bamboo
    name: {zh: 竹林托育中心, en: Bamboo Grove Child Care Centre}
    community: 竹园街道
    contact_name: 李园长
    contact_phone: "021-55550226"
    notice_state: expiring
    rooms:
      - id: bamboo-hall
        name: {zh: 活动大厅, en: Activity hall}
        type: activity
        person_capacity: 20
        cameras:
          - id: bamboo-hall-1
            name: {zh: 北墙, en: North wall}
            url: rtsp://127.0.0.1/4
            zones: [{id: mat, polygon: [[0.3, 0.42], [0.7, 0.42], [0.8, 0.9], [0.25, 0.9]]}]
            lines: [{id: door, from: [0.75, 0.6], to: [0.95, 0.75], kind: exit, inward: left}]
            calibration: {height_m: 2.7, pitch_deg: 24, focal_px: 860}
      - id: bamboo-yard
        name: {zh: 户外场地, en: Yard}
        type: outdoor
        cameras:
          - {id: bamboo-yard-1, name: {zh: 围墙, en: Fence}, url: "rtsp://127.0.0.1/5"}
"""


@cache
def _templates() -> tuple[Template, ...]:
    return packaged_templates()


EXPLAIN = {
    "unattended_child": Text(
        zh="托小班有 2 名儿童，已 60 秒没有成人在场。",
        en="2 children in Toddler room with no adult present for 60 s.",
    ),
    "crowding": Text(
        zh="活动大厅有 23 人，超过核定的 20 人，已持续 60 秒。",
        en="23 people in Activity hall, over its limit of 20, for 60 s.",
    ),
    "view_lost": Text(
        zh="户外场地的摄像机“围墙”被遮挡，已持续 30 秒。",
        en="Camera 'Fence' of Yard has been covered for 30 s.",
    ),
}


@cache
def settings_of() -> Settings:
    """Return the configuration of the test district."""
    return parse_settings(parse_document(_CONFIGURATION, "district.yaml"), Path("/"))


def picture(label: str = "", width: int = 640, height: int = 360) -> bytes:
    """Return a JPEG of a plain room with a caption."""
    image = np.full((height, width, 3), (78, 84, 70), np.uint8)
    cv2.rectangle(image, (0, height * 6 // 10), (width, height), (92, 120, 140), -1)
    cv2.rectangle(
        image, (width // 3, height // 3), (width // 2, height * 9 // 10), (46, 181, 255), 3
    )
    cv2.putText(image, label, (12, 32), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (255, 255, 255), 2)
    done, encoded = cv2.imencode(".jpg", image)
    assert done
    return bytes(encoded.tobytes())


class Workers:
    """Workers that answer from memory: what the web hands over is recorded."""

    def __init__(self) -> None:
        self.offers: list[tuple[str, str, str]] = []
        self.small: list[bool] = []
        self.closed: list[tuple[str, str]] = []
        self.away = False

    async def offer(
        self, camera_id: str, sdp: str, viewer: str, *, small: bool = False
    ) -> LiveAnswer:
        """Answer every offer with a session of its own."""
        if self.away:
            raise SourceError("no worker reads this camera now", where=camera_id)
        self.offers.append((camera_id, sdp, viewer))
        self.small.append(small)
        return LiveAnswer(sdp="v=0\r\nanswer\r\n", session_id=f"session-{len(self.offers)}")

    async def close(self, camera_id: str, session_id: str) -> None:
        """Note the end of a session."""
        self.closed.append((camera_id, session_id))

    async def ingest(self, camera_id: str, sdp: str, token: str | None) -> LiveAnswer:
        """Answer every offer, unless it brings a wrong token."""
        if token not in (None, "the-right-token-of-it"):
            raise SourceError("no camera waits for this sender", where=camera_id)
        self.offers.append((camera_id, sdp, token or ""))
        return LiveAnswer(sdp="v=0\r\nanswer\r\n", session_id=f"session-{len(self.offers)}")

    async def end_ingest(self, camera_id: str, session_id: str) -> None:
        """Note the end of a session."""
        self.closed.append((camera_id, session_id))

    async def still(self, camera_id: str) -> Still | None:
        """Return a picture of every camera but the covered one."""
        if camera_id == "bamboo-yard-1":
            return None
        return Still(picture(camera_id), to_datetime(0))


def _decide(change: AlertChange) -> list[Decision]:
    if change.kind is not ChangeKind.RAISED:
        return []
    duty = Decision("duty", NoticeKind.RAISE, Reason.TOLD, title="t", body="b")
    return [duty, Decision("maintainer", NoticeKind.RAISE, Reason.SEVERITY)]


@dataclass
class World:
    """The district in the store, and ways to make things happen in it."""

    database: Database
    clock: Clock
    files: FileStore
    settings: Settings
    district: District
    tracks_folder: Path
    labels: LabelStore
    workers: Workers = field(default_factory=Workers)
    config: Path | None = None

    @property
    def now(self) -> datetime:
        """Return the present moment."""
        return utc_now(self.clock)

    @property
    def backtests(self) -> BacktestDesk:
        """Return what tries rules on the kept tracks."""
        return BacktestDesk(self.database, self.district, self.tracks_folder, self.clock)

    @property
    def recordings(self) -> RecordingDesk:
        """Return what plays and exports recordings."""
        return RecordingDesk(
            self.database,
            self.settings.recording,
            self.footage,
            FileStore(self.tracks_folder.parent / "exports"),
            self.clock,
        )

    @property
    def footage(self) -> FileStore:
        """Return where recordings lie."""
        return FileStore(self.tracks_folder.parent / "recordings")

    @property
    def context(self) -> WebContext:
        """Return what the application is built from."""
        return WebContext(
            database=self.database,
            settings=self.settings,
            clock=self.clock,
            workers=self.workers,
            files=self.files,
            inspections=StoreDesk(
                self.database,
                self.district,
                self.clock,
                _templates(),
                self.files,
                "https://kanhu.example.org",
            ),
            onsite=OnsiteDesk(self.database, self.files, self.district.timezone, self.clock),
            risk=RiskDesk(
                self.database, self.district.timezone, self.settings.risk.policy(), self.clock
            ),
            backtests=self.backtests,
            recordings=self.recordings,
            privacy=PrivacyKeeper(
                self.settings,
                self.database,
                self.clock,
                Stores(
                    evidence=self.files,
                    exports=FileStore(self.tracks_folder.parent / "exports"),
                    recordings=self.footage,
                    labels=self.labels,
                    tracks=self.tracks_folder,
                ),
            ),
            models=lambda: [ModelFact("yolov8n", "ab" * 32, "AGPL-3.0")],
            labels=self.labels,
            config=self.config,
            demo_token=DEMO_TOKEN,
            secret=SECRET,
        )

    def write_config(self) -> Path:
        """Write the district's file, as if the service had been started from it."""
        self.config = self.tracks_folder.parent / "district.yaml"
        self.config.write_text(_CONFIGURATION, "utf-8")
        ConfigDesk(self.database, self.config, self.context.secret, self.clock).begin()
        return self.config

    def user(
        self,
        name: str,
        role: Role = Role.OPERATOR,
        scope: Scope = DISTRICT,
        *,
        language: Language = "zh",
        must_change: bool = False,
    ) -> User:
        """Enter a person."""
        new = NewUser(
            name=name,
            display_name=name.capitalize(),
            role=role,
            scope=scope,
            unit="指导中心" if scope == DISTRICT else "街道",
            language=language,
            must_change_password=must_change,
        )
        return UserRepository(self.database).create(new, PASSWORD, self.now)

    def session(self, user: User) -> str:
        """Sign somebody in and return the cookie's value."""
        return SessionRepository(self.database).start(user.id, self.now)

    def raise_alert(
        self,
        room_id: str = "sunshine-toddler",
        rule: str = "unattended_child",
        severity: Severity = Severity.HIGH,
        *,
        ago: float = 90.0,
        snapshot: bool = True,
    ) -> int:
        """Record an event and return the id of its alert."""
        event = self.event(room_id, rule, severity, ago=ago)
        evidence = [self._file(EvidenceKind.SNAPSHOT, event)] if snapshot else []
        change = EventRepository(self.database, _decide).record(event, self.now, evidence)
        return change.alert_id

    def event(
        self,
        room_id: str = "sunshine-toddler",
        rule: str = "unattended_child",
        severity: Severity = Severity.HIGH,
        *,
        ago: float = 90.0,
    ) -> Event:
        """Return an event whose condition began ``ago`` seconds before now."""
        onset = self.clock.now() - ago
        return Event(
            id=event_id(rule, room_id, None, onset),
            rule=rule,
            institution_id=room_id.split("-")[0],
            room_id=room_id,
            zone_id=None,
            camera_id=f"{room_id}-1",
            onset=onset,
            raised=onset + 60,
            cleared=None,
            severity=severity,
            confidence=0.87,
            evidence={
                "adults": 0,
                "children": 2,
                "unknown": 0,
                "entered_adults": 0,
                "view": "full",
                "confidence": 0.87,
                "tracks": [
                    {
                        "camera": f"{room_id}-1",
                        "id": number,
                        "age": "child",
                        "adult_log_odds": -3.2,
                        "height_m": height,
                        "score": 0.81,
                        "floor": floor,
                    }
                    for number, height, floor in ((4, 0.91, [-0.8, 4.2]), (7, None, None))
                ],
            },
            explain=EXPLAIN[rule],
            provenance=Provenance(
                rule_version="1",
                thresholds={"after": 60.0, "clear_after": 5.0, "min_confidence": 0.25},
                model="yolov8n",
                model_sha256="ab" * 32,
                config_version="0f3a9c21b7de",
            ),
        )

    def clear(self, event: Event) -> None:
        """Record that an event is over."""
        over = replace(event, cleared=self.clock.now())
        EventRepository(self.database, _decide).record(over, self.now)

    def add_clip(self, alert_id: int, content: bytes) -> None:
        """File a clip with an alert, as the worker does when its last second has passed."""
        event = EventRepository(self.database).of_alert(alert_id)[-1]
        clip = self._file(EvidenceKind.CLIP, event, content)
        EventRepository(self.database, _decide).record(event, self.now, [clip])

    def report_camera(
        self,
        camera_id: str,
        state: CameraState = CameraState.ONLINE,
        fault: ViewFault | None = None,
        message: Text | None = None,
    ) -> None:
        """Report a camera as its worker does."""
        report = CameraReport(
            camera_id=camera_id,
            state=state,
            worker_id="worker-0",
            fault=fault,
            message=message or Text("", ""),
            codec="h264",
            width=1280,
            height=720,
            fps=25.0,
        )
        CameraStatusRepository(self.database).report(report, self.now)

    def report_room(self, room_id: str, adults: int, children: int, unknown: int = 0) -> None:
        """Report a room as its worker does."""
        state = RoomState(room_id, self.clock.now(), View.FULL, adults, children, unknown)
        RoomStatusRepository(self.database).report([state], self.now)

    def add_frame(self, camera_id: str = "sunshine-toddler-1", ago: float = 60.0) -> LabelFrame:
        """Keep a frame with a box that a model proposes and one of unknown age."""
        boxes = [
            LabelBox(Box(0.2, 0.2, 0.3, 0.6), AgeClass.ADULT, 0.8),
            LabelBox(Box(0.6, 0.5, 0.7, 0.8), AgeClass.UNKNOWN, 0.3),
        ]
        taken = to_datetime(self.clock.now() - ago)
        return self.labels.add(camera_id, taken, picture(camera_id), (640, 360), boxes)

    def alert_state(self, alert_id: int) -> str:
        """Return the state of an alert."""
        return AlertRepository(self.database).get(DISTRICT, alert_id).alert.state.value

    def alert_ids(self) -> list[int]:
        """Return the ids of all alerts."""
        page = AlertRepository(self.database).list(DISTRICT, AlertFilter())
        return [alert.id for alert in page.alerts]

    def _file(self, kind: EvidenceKind, event: Event, content: bytes | None = None) -> NewEvidence:
        clip = kind is EvidenceKind.CLIP
        body = content if content is not None else picture(event.rule)
        key = f"{event.id}-{kind.value}.{'mp4' if clip else 'jpg'}"
        stored = self.files.write(key, body)
        return NewEvidence(
            kind=kind,
            path=key,
            media_type="video/mp4" if clip else "image/jpeg",
            sha256=stored.sha256,
            size=stored.size,
            start=event.onset,
            end=event.raised if clip else event.onset,
        )


def settle(world: World) -> None:
    """Let everything in the district be well: workers alive, cameras on line, rooms attended."""
    cameras = [camera.id for camera in world.district.cameras]
    WorkerRepository(world.database).register(
        "worker-0", "http://127.0.0.1:1", 4321, cameras, world.now
    )
    for camera_id in cameras:
        world.report_camera(camera_id)
    world.report_room("sunshine-toddler", 2, 9)
    world.report_room("sunshine-nap", 1, 7)
    world.report_room("bamboo-hall", 3, 12, 1)
    jobs = JobRunRepository(world.database)
    jobs.claim("monthly-checklists", "2026-11", world.now)
    jobs.finish("monthly-checklists", "2026-11", world.now, message="2 checklists made")


def open_world(database: Database, clock: Clock, folder: Path) -> World:
    """Return the district in a database that knows it already."""
    settings = settings_of()
    service = settings.service.model_copy(update={"data_dir": folder})
    settings = settings.model_copy(update={"service": service})
    district = district_of(settings, Path("/"))
    files, labels = FileStore(folder / "evidence"), LabelStore(folder / "labels")
    return World(database, clock, files, settings, district, folder / "tracks", labels)


def found_world(database: Database, clock: Clock, folder: Path) -> World:
    """Enter the district into an empty database, with everything well."""
    world = open_world(database, clock, folder)
    PlaceRepository(database).sync(world.district, world.now)
    settle(world)
    return world


class Cloner:
    """Clones a PostgreSQL database that holds the district, for each test anew."""

    def __init__(self, postgres: Postgres, folder: Path) -> None:
        self._postgres = postgres
        database = Database(postgres.clone())
        found_world(database, ManualClock(START), folder)
        database.close()
        self._template = str(database.engine.url.database)

    def clone(self) -> str:
        """Create a database with the district and return its SQLAlchemy URL."""
        return self._postgres.create(self._template)

    def drop(self, url: str) -> None:
        """Remove a database."""
        self._postgres.drop(url)


@pytest.fixture(scope="session")
def postgres(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Cloner:
    """Found the district on PostgreSQL, once a test run."""
    return Cloner(postgres, tmp_path_factory.mktemp("founded"))


@pytest.fixture(scope="session")
def sqlite_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Found the district on SQLite, once a test run."""
    folder = tmp_path_factory.mktemp("founded")
    path = folder / "district.db"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    found_world(database, ManualClock(START), folder)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture
def world(database: Database, clock: ManualClock, tmp_path: Path) -> World:
    """Return the district on SQLite and on PostgreSQL."""
    return open_world(database, clock, tmp_path)


class Server:
    """One real server on loopback for all tests; each puts its own application behind it."""

    def __init__(self) -> None:
        self._app: FastAPI | None = None
        self._built: FastAPI | None = None
        self._busy = 0
        config = uvicorn.Config(
            self._serve,
            port=0,
            log_config=None,
            access_log=False,
            ws="none",
            lifespan="off",
            interface="asgi3",
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._started = threading.Event()
        self._thread = threading.Thread(target=asyncio.run, args=[self._run()], name="test web")
        self._thread.start()
        assert self._started.wait(20), "the server takes too long to start"
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"

    def application(self, world: World) -> FastAPI:
        """Return an application for a district; the routes, which take long, are built once."""
        if self._built is None:
            self._built = create_app(world.context)
        self._built.state.site = Site.of(world.context)
        return self._built

    @contextlib.contextmanager
    def serving(self, app: FastAPI) -> Iterator[None]:
        """Start an application, serve it, and shut it down."""
        lifespan = app.router.lifespan_context(app)
        self._wait(lifespan.__aenter__())
        self._app = app
        try:
            yield
            deadline = time.monotonic() + 60
            while self._busy:
                assert time.monotonic() < deadline, "requests are still being answered"
                time.sleep(0.01)
        finally:
            self._app = None
            self._wait(lifespan.__aexit__(None, None, None))

    def stop(self) -> None:
        """Stop the server and wait until it is gone."""
        self._server.should_exit = True
        self._thread.join(20)
        assert not self._thread.is_alive()

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        serving = asyncio.create_task(self._server.serve())
        while not self._server.started:
            await asyncio.sleep(0.01)
        self._started.set()
        await serving

    async def _serve(self, scope: Asgi, receive: Receive, send: Send) -> None:
        assert self._app is not None, "a request came outside any test"
        self._busy += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._busy -= 1

    def _wait(self, work: Coroutine[Any, Any, object]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(20)


class Served:
    """The district's application behind the server."""

    def __init__(self, world: World, url: str, app: FastAPI) -> None:
        self.world = world
        self.url = url
        self.app = app

    def client(self, user: User | None = None) -> httpx.Client:
        """Return a browser-like client, signed in as ``user`` if given."""
        client = httpx.Client(
            base_url=self.url, headers={"Origin": self.url}, timeout=60, verify=_NO_TLS
        )
        if user is not None:
            client.cookies.set("kanhu-session", self.world.session(user))
        return client


@pytest.fixture(scope="session", autouse=True)
def _plain_logs() -> Iterator[None]:
    """Log plainly: structlog's own way draws tracebacks with all their values, which is slow."""
    kept = structlog.get_config()
    structlog.configure(
        processors=[
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(),
        ]
    )
    yield
    structlog.configure(**kept)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Start the server, once a test run."""
    server = Server()
    yield server
    server.stop()


Serving = Callable[[World], contextlib.AbstractContextManager[Served]]
Founding = Callable[[Database, Clock, Path], World]


@contextlib.contextmanager
def serve(server: Server, world: World) -> Iterator[Served]:
    """Serve a district and wait until it is well."""
    app = server.application(world)
    with server.serving(app):
        served = Served(world, server.url, app)
        deadline = time.monotonic() + 60
        while httpx.get(f"{served.url}/healthz", verify=_NO_TLS).status_code != 200:
            assert time.monotonic() < deadline, "the application does not get well"
            time.sleep(0.01)
        yield served


@pytest.fixture
def serving(server: Server) -> Serving:
    """Return a way to serve a district of one's own."""
    return partial(serve, server)


@pytest.fixture
def founding() -> Founding:
    """Return a way to found the district in an empty database."""
    return found_world


@pytest.fixture
def served(server: Server, world: World) -> Iterator[Served]:
    """Serve the district on SQLite and on PostgreSQL."""
    with serve(server, world) as served:
        yield served


@pytest.fixture
def operator(world: World) -> User:
    """Return somebody who watches the whole district."""
    return world.user("wang", Role.OPERATOR)


@pytest.fixture
def sunshine_staff(world: World) -> User:
    """Return somebody who sees one institution only."""
    return world.user("staff", Role.INSTITUTION, Scope(ScopeKind.INSTITUTION, "sunshine"))


@pytest.fixture(scope="session")
def recorded_segment(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return eight seconds as the recorder writes them."""
    return record(tmp_path_factory.mktemp("recorded"), (320, 180))
