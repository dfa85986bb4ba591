"""Makes exports in the background of the service process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack

import structlog
from sqlalchemy.exc import SQLAlchemyError

from monitor.domain.clock import SystemClock
from monitor.runtime.environment import Environment
from monitor.runtime.exports.copies import CopyMaker
from monitor.runtime.exports.maker import ExportMaker, render_apart
from monitor.store.base import Database
from monitor.store.files import FileStore

log = structlog.get_logger(__name__)

_LOOK_EVERY = 2.0
_AFTER_FAILURE = 15.0
_PATIENCE = 5.0


def make_exports_always(environment: Environment, database: Database, stack: ExitStack) -> None:
    """Start a thread that makes what was approved; ``stack`` ends it."""
    stop = threading.Event()
    files, render = FileStore(environment.evidence_folder), render_apart(environment.config)
    clock, district = SystemClock(), environment.district
    maker = ExportMaker(database, files, district, environment.tracks_folder, render, clock)
    recordings = environment.recording_store()
    copies = CopyMaker(database, recordings, files, district, render, clock)
    work = (maker.run, copies.run)
    thread = threading.Thread(target=_run, args=(work, stop), name="exports", daemon=True)
    thread.start()
    stack.callback(thread.join, _PATIENCE)
    stack.callback(stop.set)


def _run(work: Sequence[Callable[[], int]], stop: threading.Event) -> None:
    wait = _LOOK_EVERY
    while not stop.wait(wait):
        try:
            for make in work:
                make()
            wait = _LOOK_EVERY
        except SQLAlchemyError as error:
            log.warning("database_away", error=type(error).__name__, again_in=_AFTER_FAILURE)
            wait = _AFTER_FAILURE
        except Exception:
            log.exception("exports_failed")
            wait = _AFTER_FAILURE
