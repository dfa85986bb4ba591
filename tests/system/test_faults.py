"""Nothing is lost and nothing is doubled while processes are killed at random.

Each round has a victim at a random moment, while events arrive, what is told refuses a share of
it, and people acknowledge. With SIGKILL: the worker, one of two service processes (the schedule,
the escalations, the notifier), what the notifier talks to and, on PostgreSQL, a process of the
database, which takes the whole server down. Besides: all connections of the database, and the
disk, which takes nothing for a while from any of them, on SQLite from the database neither, while
somebody else may be killed.
``KANHU_FAULT_ROUNDS`` sets the number of rounds (200 before a release), ``KANHU_FAULT_SEED`` the
seed; with ``-s`` it says how often each was hit.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import multiprocessing
import os
import random
import signal
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from monitor.alerts.notifier import Notifier
from monitor.domain.access import DISTRICT
from monitor.domain.alerts import Actor, AlertAction
from monitor.domain.clock import ManualClock, SystemClock, utc_now
from monitor.domain.errors import ConflictError
from monitor.domain.events import Event, Provenance, Severity, event_id
from monitor.domain.text import Text
from monitor.runtime.environment import Environment
from monitor.runtime.event_recorder import EventRecorder
from monitor.runtime.logs import configure_logs
from monitor.runtime.notices import decide_with, ladder_of, open_channels
from monitor.runtime.service_process import run_scheduled
from monitor.runtime.spool import Spool
from monitor.settings.escalation import life_of
from monitor.store import migrate
from monitor.store.alert_repository import AlertRepository
from monitor.store.alerts import AlertRow, AlertStepRow
from monitor.store.base import Database
from monitor.store.escalation_repository import EscalationRepository
from monitor.store.escalations import EscalationRow
from monitor.store.event_repository import EventRepository
from monitor.store.events import EventRow
from monitor.store.evidence import EvidenceRow
from monitor.store.evidence_chain import EvidenceChain
from monitor.store.files import FileStore
from monitor.store.outbox import OutboxRow
from monitor.store.outbox_repository import OutboxRepository
from monitor.store.place_repository import PlaceRepository
from tests.system.full_disk import Disk

pytestmark = [pytest.mark.system, pytest.mark.timeout(3600)]

ROUNDS = int(os.environ.get("KANHU_FAULT_ROUNDS", "4"))
SEED = int(os.environ.get("KANHU_FAULT_SEED", "1"))
REMINDERS = 3
SECRET = "a-secret-of-32-characters-or-more"
WANG = Actor(7, "Wang", "10.0.0.7", "api")
PICTURE = b"picture" * 3000
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["monitor.runtime.service_process", __name__])


def receive(port: int, taken: Path, refuses: float) -> None:
    """Be a webhook: refuse a share of what comes, put the rest down, and only then say so."""
    rng = random.Random(SEED)
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with lock:
                status = 503 if rng.random() < refuses else 200
                if status == 200:
                    with taken.open("a") as file:
                        file.write(self.headers["Kanhu-Delivery"] + "\n")
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_details: Any) -> None:
            return

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_details: Any) -> None:
            return  # whoever asked was killed

    with Server(("127.0.0.1", port), Handler) as server:
        server.serve_forever(poll_interval=0.02)


class Receiver:
    """What is told: a process of its own, started again at the same port whenever it was killed."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._file = folder / "taken"
        self._file.touch()
        self._start(refuses=0.2)

    @property
    def taken(self) -> set[str]:
        """Which deliveries it took; one that it was killed over may be cut short."""
        return set(self._file.read_text("utf-8").split())

    def kill(self, refuses: float = 0.2) -> None:
        """Kill it, whatever it is just taking, and start it again."""
        end(self._process)
        self._start(refuses)

    def be_calm(self) -> None:
        """Refuse nothing any more."""
        self.kill(refuses=0.0)
        patience_ends = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                assert time.monotonic() < patience_ends
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """End it."""
        end(self._process)

    def _start(self, refuses: float) -> None:
        self._process = CONTEXT.Process(target=receive, args=(self.port, self._file, refuses))
        self._process.start()


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    kept = Receiver(tmp_path)
    yield kept
    kept.stop()


def work(config: Path, orders: Connection) -> None:
    """Do as a worker does with what it decides: spool, acknowledge, record."""
    environment = Environment.load(config)
    configure_logs(environment.data / "worker.log")
    database = environment.database()
    recorder = recorder_of(environment, database)
    recorder.start()
    while True:
        event = orders.recv()
        recorder.take(event, lambda: PICTURE)
        while recorder.in_memory:  # nobody has it yet: a camera would go on showing it
            time.sleep(0.02)
        orders.send(event.id)


def recorder_of(environment: Environment, database: Database) -> EventRecorder:
    return EventRecorder(
        Spool(environment.data / "spool" / "worker-0"),
        EventRepository(database, decide_with(environment), ladder_of(environment, database)),
        FileStore(environment.evidence_folder),
        lambda _camera: None,
        clock=SystemClock(),
    )


class Worker:
    """A worker process that is started again whenever it was killed."""

    def __init__(self, config: Path, disk: Disk) -> None:
        self._config = config
        self._disk = disk
        self.start()

    def start(self) -> None:
        self._pipe, theirs = CONTEXT.Pipe()
        self.process = CONTEXT.Process(target=work, args=(self._config, theirs))
        self.process.start()
        self.pid = pid_of(self.process)
        self._disk.holds_for(self.pid)
        theirs.close()

    def take(self, event: Event) -> None:
        """Hand an event over until a worker has answered for it, as a camera goes on showing."""
        while True:
            try:
                self._pipe.send(event)
                if self._pipe.poll(20) and self._pipe.recv() == event.id:
                    return
            except (EOFError, OSError):
                pass
            self.kill()
            self.start()

    def kill(self) -> None:
        end(self.process)
        self._pipe.close()


def pid_of(process: BaseProcess) -> int:
    assert process.pid is not None
    return process.pid


def kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):  # it ended by itself a moment ago
        os.kill(pid, signal.SIGKILL)


def end(process: BaseProcess) -> None:
    process.kill()
    process.join()
    process.close()


class Fate(threading.Thread):
    """Something that happens after some seconds; what goes wrong with it is told when joined."""

    def __init__(self, seconds: float, strike: Callable[[], None]) -> None:
        super().__init__(name="fate")
        self._seconds = seconds
        self._strike = strike
        self._failure: Exception | None = None

    def run(self) -> None:
        time.sleep(self._seconds)
        try:
            self._strike()
        except Exception as failure:
            self._failure = failure

    def join(self, timeout: float | None = None) -> None:
        super().join(timeout)
        if self._failure is not None:
            raise self._failure


@dataclass
class Stage:
    """The district of a fault test and everything that runs in it."""

    environment: Environment
    database: Database
    rng: random.Random
    disk: Disk
    worker: Worker
    receiver: Receiver
    services: list[BaseProcess] = field(default_factory=list)
    sent: dict[str, Event] = field(default_factory=dict)
    fell: Counter[str] = field(default_factory=Counter)
    blind: set[str] = field(default_factory=set)
    """Events that came while the disk was full: they may be without a picture."""

    def serve(self) -> BaseProcess:
        log = self.environment.data / "service.log"
        process = CONTEXT.Process(target=run_scheduled, args=(self.environment.config, log))
        process.start()
        self.disk.holds_for(pid_of(process))
        return process

    def strike(self) -> None:
        victims = ["worker", "service", "receiver", "disk"]
        if self.database.dialect == "postgresql":
            victims += ["connections", "database"]
        victim = self.rng.choice(victims)
        if victim == "disk":
            self._fill_disk([other for other in victims if other != "disk"])
        else:
            self._kill(victim)

    def _kill(self, victim: str) -> None:
        self.fell[victim] += 1
        match victim:
            case "worker":
                kill(self.worker.pid)
            case "service":
                self._serve_again(self.rng.randrange(len(self.services)))
            case "receiver":
                self.receiver.kill()
            case "database":
                for pid in self._servers()[:1]:
                    kill(pid)
            case _:
                self._cut_connections()

    def _serve_again(self, number: int) -> None:
        end(self.services[number])
        self.services[number] = self.serve()

    def _fill_disk(self, others: Sequence[str]) -> None:
        """Let the disk take nothing for a while, kill somebody meanwhile or not, free it again."""
        self.fell["disk"] += 1
        self.disk.fill(self._everybody())
        time.sleep(self.rng.uniform(0.1, 0.6))
        if self.rng.random() < 0.5:
            self._kill(self.rng.choice(others))
            time.sleep(self.rng.uniform(0.0, 0.6))
        self.disk.free()
        for number, service in enumerate(self.services):
            if not service.is_alive():  # as the supervisor would
                self._serve_again(number)

    def _everybody(self) -> list[int]:
        # Not the processes of PostgreSQL, which may be another user's: a server whose own disk is
        # full stops as if it were killed. SQLite is in the processes themselves.
        return [self.worker.pid, *(pid_of(process) for process in self.services)]

    def _servers(self) -> list[int]:
        """Return the processes of the database that work for this district."""
        if self.database.dialect != "postgresql":
            return []
        return self._ask_database(
            "SELECT pid FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    def _cut_connections(self) -> None:
        self._ask_database(
            "SELECT pg_terminate_backend(pid)::int FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    def _ask_database(self, question: str) -> list[int]:
        patience_ends = time.monotonic() + 60
        while True:
            try:
                with self.database.engine.connect() as connection:
                    return list(connection.scalars(text(question)))
            except SQLAlchemyError:  # it was killed a moment ago and is on its way back
                if time.monotonic() > patience_ends:
                    raise
                time.sleep(0.1)

    def round(self, number: int) -> None:
        """Let events arrive, and let something happen to somebody meanwhile."""
        fate = Fate(self.rng.uniform(0.0, 0.5), self.strike)
        fate.start()
        for index in range(4):
            event = an_event(number, index, self.rng)
            self.sent[event.id] = event
            full_before, fallen = self.disk.full, self.fell["disk"]
            self.worker.take(event)
            if full_before or self.disk.full or self.fell["disk"] != fallen:
                self.blind.add(event.id)
            if self.rng.random() < 0.3:  # a message that comes twice
                self.worker.take(event)
            time.sleep(self.rng.uniform(0.0, 0.15))
        if self.rng.random() < 0.5:
            self._acknowledge()
        fate.join()

    def _acknowledge(self) -> None:
        life = life_of(self.environment.settings)
        alerts, now = AlertRepository(self.database, life), utc_now(SystemClock())
        try:
            for alert in alerts.queue(DISTRICT)[:1]:
                alerts.act(DISTRICT, alert.id, AlertAction.ACKNOWLEDGE, WANG, now)
        except (ConflictError, SQLAlchemyError):
            return  # acknowledged already, or the connection was cut: they try again later

    def end_all(self) -> None:
        self.worker.kill()
        for process in self.services:
            end(process)

    def drain(self) -> None:
        """Do what is left as the next start would, when every lease has run out."""
        recorder = recorder_of(self.environment, self.database)
        recorder.start()
        recorder.stop()
        self.receiver.be_calm()
        clock = ManualClock(time.time() + 3600)
        ladder = ladder_of(self.environment, self.database)
        life = life_of(self.environment.settings)
        escalations = EscalationRepository(self.database, ladder, life)
        channels = open_channels(self.environment.settings)
        files = FileStore(self.environment.evidence_folder)
        outbox = OutboxRepository(self.database)
        notifier = Notifier(outbox, channels, files, clock=clock)
        for _ in range(10_000):
            taken = escalations.climb_due(utc_now(clock))
            notifier.deliver_due()
            if outbox.backlog().pending == 0 and taken == 0:
                return
            clock.advance(10)
        raise AssertionError("the outbox does not empty")


def an_event(number: int, index: int, rng: random.Random) -> Event:
    """Return an event at a place of its own, or at one where something goes on already."""
    place = f"zone-{number}-{index}" if rng.random() < 0.8 else f"zone-{max(0, number - 1)}-0"
    onset = time.time() - 10
    severity = rng.choice([Severity.CRITICAL, Severity.HIGH])
    return Event(
        id=event_id("unattended_child", "room", place, onset),
        rule="unattended_child",
        institution_id="sun",
        room_id="room",
        zone_id=place,
        camera_id=None,
        onset=onset,
        raised=onset + 5,
        cleared=None,
        severity=severity,
        confidence=0.9,
        evidence={},
        explain=Text(zh="无人看护", en="alone"),
        provenance=Provenance(rule_version="1"),
    )


def a_district(folder: Path, database_url: str, port: int) -> Path:
    hook = f"signed+http://{SECRET}@127.0.0.1:{port}"
    config = folder / "district.yaml"
    tier = {"after": {"critical": 0, "high": 0}, "name": "层"}
    value = {
        "version": 1,
        "service": {"data_dir": "data", "database_url": database_url},
        "district": {"id": "d", "name": "区"},
        "institutions": [
            {
                "id": "sun",
                "name": "阳光",
                "rooms": [{"id": "room", "name": "室", "type": "activity"}],
            }
        ],
        "alerts": {"reminders": {"after": "1s", "most": REMINDERS}},
        "notify": {
            "channels": [
                {"id": name, "url": f"{hook}/{name}", "per_minute": 600}
                for name in ("head", "centre", "boss")
            ],
            "policies": [
                {
                    "id": "usual",
                    "goes_on": ["critical", "high"],
                    "tiers": [
                        {**tier, "id": "institution", "channels": ["head"]},
                        {**tier, "id": "district", "channels": ["centre"], "after": "1s"},
                        {**tier, "id": "supervisor", "channels": ["boss"], "after": "2s"},
                    ],
                }
            ],
        },
    }
    config.write_text(yaml.safe_dump(value, allow_unicode=True), "utf-8")
    return config


@pytest.fixture
def stage(tmp_path: Path, database_url: str, receiver: Receiver) -> Iterator[Stage]:
    config = a_district(tmp_path, database_url, receiver.port)
    environment = Environment.load(config)
    database = environment.database()
    with database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        connection.execute(
            text("INSERT INTO alembic_version VALUES (:head)"), {"head": migrate.head()}
        )
    if database.dialect == "postgresql":
        # Elsewhere tests do without: but then a server that is killed forgets what it confirmed.
        confirm = f"ALTER DATABASE {database.engine.url.database} SET synchronous_commit = on"
        with database.engine.begin() as connection:
            connection.execute(text(confirm))
        database.engine.dispose()
    PlaceRepository(database).sync(environment.district, utc_now(SystemClock()))
    rng = random.Random(SEED)
    disk = Disk(rng)
    built = Stage(environment, database, rng, disk, Worker(config, disk), receiver)
    built.services = [built.serve(), built.serve()]
    yield built
    database.close()


def test_every_event_is_one_alert_and_every_notice_arrives_and_is_marked_once(
    stage: Stage,
) -> None:
    try:
        for number in range(ROUNDS):
            stage.round(number)
    finally:
        stage.end_all()
    stage.drain()
    with stage.database.reading() as session:
        events = {row.id: row for row in session.scalars(select(EventRow))}
        alerts = {row.id: row for row in session.scalars(select(AlertRow))}
        notices = session.scalars(select(OutboxRow)).all()
        steps = session.scalars(select(AlertStepRow)).all()
        rows = session.scalars(select(EscalationRow)).all()
        pictures = Counter(session.scalars(select(EvidenceRow.event_id)))

    assert events.keys() == stage.sent.keys()
    assert Counter(alert.place for alert in alerts.values()) == Counter(
        {event.place for event in stage.sent.values()}
    )
    for name, row in events.items():
        assert alerts[row.alert_id].place == stage.sent[name].place
    assert set(pictures.values()) == {1}
    assert events.keys() - pictures.keys() <= stage.blind
    verdict = EvidenceChain(stage.database).verify(FileStore(stage.environment.evidence_folder))
    assert verdict.problems == ()
    assert verdict.sound
    heard = Counter(step.event_id for step in steps if step.action in ("raise", "repeat"))
    assert heard == Counter(events.keys())

    taken = stage.receiver.taken
    blind = len(events.keys() - pictures.keys())
    figures = f"{len(events)} events, {blind} without a picture, {len(taken)} notices"
    sys.stdout.write(f"\n{ROUNDS} rounds, {dict(stage.fell)}: {figures}\n")

    told = [notice for notice in notices if notice.state != "held"]
    assert {notice.state for notice in told} == {"sent"}
    assert all(notice.sent is not None and notice.lease_owner is None for notice in told)
    assert {hashlib.sha256(notice.dedup_key.encode()).hexdigest() for notice in told} == taken
    by_tier = Counter(
        (notice.alert_id, notice.step)
        for notice in told
        if notice.step and notice.kind != "unresolved"
    )
    assert set(by_tier.values()) == {1}

    tiers = [row for row in rows if row.kind == "tier"]
    for step in tiers:
        reached = by_tier[(step.alert_id, step.tier)]
        assert (step.state, reached) in (("done", 1), ("cancelled", 0)), step.tier
        assert step.state == "done" or step.reason == "alert_was_acknowledged"
        assert step.state == "done" or step.tier != "institution"
    assert len(tiers) == 3 * len(alerts)
    check_reminders(alerts.values(), rows, notices)


def check_reminders(
    alerts: Collection[AlertRow], rows: Sequence[EscalationRow], notices: Sequence[OutboxRow]
) -> None:
    """Each reminder of an acknowledged alert was decided once, and told each channel once."""
    reminded = Counter((row.alert_id, row.position) for row in rows if row.kind == "remind")
    owed = [alert.id for alert in alerts if alert.state == "acknowledged"]
    assert reminded == Counter((alert, number) for alert in owed for number in range(REMINDERS))
    told = Counter(
        (notice.step, notice.channel_id)
        for notice in notices
        if notice.kind == "unresolved" and notice.state != "held"
    )
    assert set(told.values()) <= {1}
    steps = {f"remind-{row.id}" for row in rows if row.kind == "remind"}
    assert {step for step, _channel in told} == steps
    assert {row.state for row in rows if row.kind == "remind"} <= {"done"}
    enough = [notice for notice in notices if notice.reason == "reminded_often_enough"]
    assert {notice.alert_id for notice in enough} == set(owed)
