"""Work that must never stop, done over and over, with a sign of life after each time it worked."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from monitor.domain.clock import Clock, utc_now
from monitor.store.pulses import PulseRepository

log = structlog.get_logger(__name__)

_EVERY = 0.5
_AFTER_FAILURE = 5.0
_BEAT_EVERY = timedelta(seconds=10)


class RepeatedWork:
    """One loop. Only work that succeeded gives a sign of life."""

    def __init__(
        self,
        name: str,
        work: Callable[[], object],
        pulses: PulseRepository,
        owner: str,
        clock: Clock,
    ) -> None:
        self._name = name
        self._work = work
        self._pulses = pulses
        self._owner = owner
        self._clock = clock
        self._beaten: datetime | None = None

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop`` is set; a failure is logged and tried again."""
        wait = _EVERY
        while not stop.wait(wait):
            try:
                self.once()
                wait = _EVERY
            except SQLAlchemyError as error:
                log.warning(
                    "database_away",
                    work=self._name,
                    error=type(error).__name__,
                    again_in=_AFTER_FAILURE,
                )
                wait = _AFTER_FAILURE
            except Exception:
                log.exception("work_failed", work=self._name)
                wait = _AFTER_FAILURE

    def once(self) -> None:
        """Work once, and put down that it worked unless that was done a moment ago."""
        self._work()
        now = utc_now(self._clock)
        if self._beaten is None or abs(now - self._beaten) >= _BEAT_EVERY:
            self._pulses.beat(self._name, self._owner, now)
            self._beaten = now
