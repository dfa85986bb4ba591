"""The watch over the notifier, in a thread of the process that serves the pages."""

from __future__ import annotations

import threading
from datetime import timedelta

from monitor.alerts.channels import open_channel
from monitor.alerts.dead_man import DeadManPolicy, DeadManWatch, Outlet
from monitor.domain.clock import Clock
from monitor.runtime.notices import channel_specs
from monitor.runtime.push import PushDesk
from monitor.settings import Settings
from monitor.store.base import Database
from monitor.store.pulses import PulseRepository

_LOOK_EVERY = 10.0


def dead_man_watch(settings: Settings, database: Database, clock: Clock) -> DeadManWatch:
    """Return the watch that a configuration asks for, with channels of its own.

    Raises:
        ConfigError: the address of a channel cannot be understood.
    """
    part = settings.notify.dead_man
    push = PushDesk(database, settings, clock)
    outlets = {
        spec.id: Outlet(open_channel(spec, push), spec.language)
        for spec in channel_specs(settings)
        if (spec.id in part.channels if part.channels else spec.severities)
    }
    policy = DeadManPolicy(timedelta(seconds=part.after), timedelta(seconds=part.again))
    return DeadManWatch(PulseRepository(database), outlets, clock=clock, policy=policy)


class WatchThread:
    """Looks every few seconds until told to stop."""

    def __init__(self, watch: DeadManWatch) -> None:
        self._watch = watch
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dead-man", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()
        self._thread.join(2)

    def _run(self) -> None:
        while not self._stop.wait(_LOOK_EVERY):
            self._watch.look()
