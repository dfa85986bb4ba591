"""Looks at everything that must be in place, and says what to do where it is not."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from monitor.detectors.models.catalogue import verify_models
from monitor.domain.clock import SystemClock, utc_now
from monitor.domain.errors import KanhuError
from monitor.domain.text import Text
from monitor.runtime.environment import Environment, models_folder
from monitor.store import migrate
from monitor.store.base import Database
from monitor.store.jobs import JobRunRepository, JobState
from monitor.store.outbox_repository import OutboxRepository
from monitor.store.workers import WorkerRepository

_LEAST_FREE = 5 << 30


class State(StrEnum):
    """How a check came out."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was looked at, how it stands, what to do."""

    check: str
    state: State
    detail: str = ""
    remedy: str = ""

    @property
    def bad(self) -> bool:
        """Say whether something must be mended."""
        return self.state is State.BAD


def examine(config: Path | None) -> list[Finding]:
    """Return all findings; never raises for what it finds."""
    findings = [_python(), _processor(), _video()]
    if config is None:
        findings.append(_model(_default_model(), models_folder()))
        findings.append(Finding("configuration", State.NOTE, "not looked at", "give it with -c"))
        return findings
    try:
        environment = Environment.load(config)
    except KanhuError as error:
        findings.append(_model(_default_model(), models_folder()))
        said = f"{error.where}: {error.message}" if error.where else error.message
        findings.append(Finding("configuration", State.BAD, said, error.hint))
        return findings
    findings.append(_model(environment.settings.model.name, environment.models_folder))
    places = environment.district
    findings.append(
        Finding(
            "configuration",
            State.GOOD,
            f"{len(places.institutions)} institutions, {len(places.cameras)} cameras",
        )
    )
    findings.append(_disk(environment.data))
    findings.extend(_guarded("database", lambda: list(_database(environment))))
    return findings


def _default_model() -> str:
    from monitor.settings.schema import Finder

    return str(Finder.model_fields["name"].default)


def _python() -> Finding:
    good = sys.version_info >= (3, 11)
    version = platform.python_version()
    return Finding("python", State.GOOD if good else State.BAD, version, "" if good else "use 3.11")


def _processor() -> Finding:
    flags = ""
    if Path("/proc/cpuinfo").exists():
        flags = Path("/proc/cpuinfo").read_text("utf-8", "replace")
    fast = [name for name in ("avx2", "avx512f", "amx_bf16") if f" {name}" in flags]
    detail = f"{os.cpu_count()} cores, {' '.join(fast) or platform.machine()}"
    if "avx2" in fast or "x86" not in platform.machine():
        return Finding("processor", State.GOOD, detail)
    return Finding("processor", State.NOTE, detail, "finding people is slow without AVX2")


def _video() -> Finding:
    import av

    return Finding("video library", State.GOOD, f"PyAV {av.__version__}")


def _model(name: str, folder: Path) -> Finding:
    try:
        (export,) = (item for item in verify_models(folder, [name]) if item.part == "export")
    except (KanhuError, ValueError) as error:
        return Finding("model", State.BAD, str(error), "run: monitor models fetch")
    if export.good:
        tools = importlib.util.find_spec("ultralytics") is not None
        return Finding("model", State.GOOD, f"{name} in {folder}", "" if tools else "run-time only")
    return Finding("model", State.BAD, export.problem, export.hint)


def _disk(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    detail = f"{free / 2**30:.0f} GiB free in {folder}"
    if free >= _LEAST_FREE:
        return Finding("disk", State.GOOD, detail)
    return Finding("disk", State.BAD, detail, "make room: evidence and recordings need it")


def _database(environment: Environment) -> Iterator[Finding]:
    with closing(environment.database()) as database:
        revision, head = migrate.current(database), migrate.head()
        if revision != head:
            yield Finding(
                "database",
                State.BAD,
                f"schema {revision or 'missing'}, expected {head}",
                f"run: monitor db upgrade -c {environment.config}",
            )
            return
        yield Finding("database", State.GOOD, f"{database.dialect}, schema {head}")
        yield _workers(database)
        yield _outbox(database)
        yield from _jobs(database)


def _workers(database: Database) -> Finding:
    alive = WorkerRepository(database).alive(utc_now(SystemClock()))
    if alive:
        cameras = sum(len(worker.cameras) for worker in alive)
        return Finding("workers", State.GOOD, f"{len(alive)} alive, {cameras} cameras")
    return Finding("workers", State.NOTE, "none alive", "start the service: monitor run")


def _outbox(database: Database) -> Finding:
    backlog = OutboxRepository(database).backlog()
    detail = f"{backlog.pending} waiting, {backlog.dead} undelivered"
    if not backlog.dead:
        return Finding("messages", State.GOOD, detail)
    return Finding("messages", State.NOTE, detail, "the alerts' pages say why")


def _jobs(database: Database) -> Iterator[Finding]:
    now = utc_now(SystemClock())
    for run in JobRunRepository(database).recent(limit=20):
        if run.state is JobState.FAILED and now - run.started < timedelta(days=7):
            yield Finding(
                "job", State.NOTE, f"{run.job} {run.slot} failed: {Text.read_back(run.message).en}"
            )


def _guarded(check: str, look: Callable[[], list[Finding]]) -> list[Finding]:
    try:
        return look()
    except KanhuError as error:
        return [Finding(check, State.BAD, error.message, error.hint)]
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or type(error).__name__).splitlines()[0]
        return [Finding(check, State.BAD, reason, "is the database running and reachable?")]
