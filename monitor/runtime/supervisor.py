"""Keeps the processes of ``monitor run`` alive, each failing and restarting on its own.

Life cycle: :meth:`Supervisor.run` starts every process, restarts one that dies (waiting longer each
time it dies young), and on SIGINT or SIGTERM asks all to stop, waits, then kills what is left.
"""

from __future__ import annotations

import multiprocessing
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import Any

import structlog

log = structlog.get_logger(__name__)

_LOOK_EVERY = 0.2
_STOP_WITHIN = 8.0
_FIRST_WAIT = 1.0
_LONGEST_WAIT = 30.0
_HEALTHY_AFTER = 60.0


@dataclass(slots=True)
class Child:
    """One process to keep alive: ``target(*arguments)``."""

    name: str
    target: Callable[..., None]
    arguments: tuple[Any, ...] = ()
    process: BaseProcess | None = field(default=None, init=False)
    started: float = field(default=0.0, init=False)
    wait: float = field(default=_FIRST_WAIT, init=False)
    due: float = field(default=0.0, init=False)
    restarts: int = field(default=0, init=False)


class Supervisor:
    """Runs children until told to stop."""

    def __init__(self, children: list[Child]) -> None:
        self._children = children
        # The server imports the program once; every process begins as a copy of it, so that a
        # restart takes no time. It runs no threads that a copy could lose.
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(sorted({c.target.__module__ for c in children}))
        self._stop = threading.Event()

    def stop(self) -> None:
        """Ask :meth:`run` to end; may be called from any thread or signal handler."""
        self._stop.set()

    @property
    def stopping(self) -> bool:
        """Whether it was told to stop."""
        return self._stop.is_set()

    def run(self, ready: Callable[[], None] | None = None) -> None:
        """Start everything and return once :meth:`stop` was called and all have ended."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        for child in self._children:
            self._start(child)
        if ready is not None:
            ready()
        try:
            while not self._stop.wait(_LOOK_EVERY):
                for child in self._children:
                    self._look_after(child)
        finally:
            self._end_all()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stop.set()

    def _start(self, child: Child) -> None:
        child.process = self._context.Process(
            target=child.target, args=child.arguments, name=child.name, daemon=False
        )
        child.process.start()
        child.started = time.monotonic()
        log.info("process_started", process=child.name, pid=child.process.pid)

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is None:
            if now >= child.due:
                child.restarts += 1
                self._start(child)
            return
        if child.process.is_alive():
            return
        code = child.process.exitcode
        child.process.close()
        child.process = None
        if now - child.started >= _HEALTHY_AFTER:
            child.wait = _FIRST_WAIT
        child.due = now + child.wait
        log.error("process_died", process=child.name, exit_code=code, restart_in=child.wait)
        child.wait = min(child.wait * 2, _LONGEST_WAIT)

    def _end_all(self) -> None:
        running = [child.process for child in self._children if child.process is not None]
        for process in running:
            if process.is_alive():
                process.terminate()
        deadline = time.monotonic() + _STOP_WITHIN
        for process in running:
            process.join(max(0.0, deadline - time.monotonic()))
            if process.is_alive():
                log.warning("process_killed", process=process.name)
                process.kill()
                process.join()
            process.close()
