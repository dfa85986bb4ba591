"""Pages that go on with what is saved of the configuration, without a restart."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog
from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError

from monitor.domain.clock import SystemClock, utc_now
from monitor.runtime.backtest.runs import TrialRuns
from monitor.runtime.config_follow import ConfigFollower, until_changed
from monitor.runtime.dead_man import WatchThread, dead_man_watch
from monitor.runtime.environment import Environment
from monitor.store.base import Database
from monitor.store.place_repository import PlaceRepository
from monitor.web.context import WebContext
from monitor.web.site import Site

log = structlog.get_logger(__name__)

_EVERY = 1.0


class Following:
    """Exchanges the state behind the pages; who is signed in or looks on notices nothing.

    ``build`` makes the context of another configuration, with the back-tests that go on.
    """

    def __init__(
        self,
        app: FastAPI,
        environment: Environment,
        database: Database,
        build: Callable[[Environment, TrialRuns], WebContext],
        every: float = _EVERY,
    ) -> None:
        self._app = app
        self._environment = environment
        self._database = database
        self._build = build
        self._every = every
        self._stop = threading.Event()
        self._watch: WatchThread | None = None
        self._follower = ConfigFollower(environment, database, "web", SystemClock())
        self._thread = threading.Thread(target=self._run, name="configuration", daemon=True)

    def start(self) -> None:
        """Begin to watch the notifier, and for another version."""
        self._watch_notifier()
        self._thread.start()

    def stop(self) -> None:
        """End it."""
        self._stop.set()
        self._thread.join(5)
        if self._watch is not None:
            self._watch.stop()

    def _run(self) -> None:
        while found := until_changed(self._follower, self._stop.wait, self._every):
            self._environment = found
            try:
                PlaceRepository(self._database).sync(found.district, utc_now(SystemClock()))
            except SQLAlchemyError as error:
                log.warning("places_not_taken_over", error=type(error).__name__)
            site: Site = self._app.state.site
            self._app.state.site = site.going_on(self._build(found, site.context.backtests.runs))
            self._watch_notifier()
            self._follower.taken(found)

    def _watch_notifier(self) -> None:
        if self._watch is not None:
            self._watch.stop()
        settings = self._environment.settings
        self._watch = WatchThread(dead_man_watch(settings, self._database, SystemClock()))
        self._watch.start()
