"""A process that takes over what is saved of the configuration while it runs.

Every process asks the database now and then which version is in force. It starts from the file, and
goes by the versions from then on: what somebody is just writing into the file by hand does not
reach it before that is put in force.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import structlog
from sqlalchemy.exc import SQLAlchemyError

from monitor.domain.clock import Clock, utc_now
from monitor.domain.errors import KanhuError
from monitor.runtime.environment import Environment
from monitor.settings import Settings
from monitor.settings.district import district_of
from monitor.store.base import Database
from monitor.store.config_running import Running, RunningConfigs
from monitor.store.config_versions import ConfigVersions

_LONGEST_PROBLEM = 900  # characters of either language
log = structlog.get_logger(__name__)

AT_NEXT_START = ("service", "gb28181", "demo")
"""Sections that hold ports, folders and processes: they are taken over at the next start."""


class ConfigFollower:
    """Says when another version is in force, and takes down which one this process runs with."""

    def __init__(
        self, environment: Environment, database: Database, process: str, clock: Clock
    ) -> None:
        self._started = environment.settings
        self._current = environment
        self._versions = ConfigVersions(database, environment.secret())
        self._running = RunningConfigs(database)
        self._process = process
        self._clock = clock
        self._refused: int | None = None
        self._wanted = environment.settings
        self._report(environment.settings)

    def look(self) -> Environment | None:
        """Return what to run with from now on, or ``None`` if that is what runs already.

        What cannot be taken over as a whole keeps its sections of :data:`AT_NEXT_START`.
        """
        try:
            newest = self._versions.newest(in_force=True)
            if newest is None or newest.position == self._refused:
                return None
            if newest.config_version == self._current.config_version:
                return None
            return self._usable(newest.position)
        except SQLAlchemyError as error:
            log.warning("configuration_not_asked_for", error=type(error).__name__)
            return None

    def _usable(self, position: int) -> Environment | None:
        try:
            text = self._versions.text(position)
            return self._ready(Environment.of(self._current.config, text))
        except KanhuError as error:
            self._refused = position
            log.error("configuration_not_taken_over", process=self._process, error=str(error))
            self._report(self._current.settings, error.brief().kept(_LONGEST_PROBLEM))
            return None

    def taken(self, environment: Environment) -> None:
        """Note that the process runs with what :meth:`look` returned."""
        self._current = environment
        self._refused = None
        self._report(self._wanted)
        log.info(
            "configuration_taken_over",
            process=self._process,
            config_version=environment.config_version,
        )

    def _ready(self, found: Environment) -> Environment:
        self._wanted = found.settings
        same = {name: getattr(self._started, name) for name in AT_NEXT_START}
        settings = found.settings.model_copy(update=same)
        district = district_of(settings, found.config.parent)
        return replace(found, settings=settings, district=district)

    def _report(self, wanted: Settings, problem: str = "") -> None:
        waits = tuple(
            name for name in AT_NEXT_START if getattr(wanted, name) != getattr(self._started, name)
        )
        running = Running(
            self._process,
            self._current.config_version,
            utc_now(self._clock),
            waits,
            problem,
        )
        self._running.report(running)


def until_changed(
    follower: ConfigFollower, stop: Callable[[float], bool], every: float
) -> Environment | None:
    """Wait until another version is in force and return it, or ``None`` when told to stop.

    ``stop`` waits for so many seconds and says whether to stop.
    """
    while not stop(every):
        found = follower.look()
        if found is not None:
            return found
    return None
