"""Facts of a composed month, for checklists that are made without a database.

How cameras and rooms stood at the moment, and who looked at footage, is not known of the past.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from benchmarks.district_year.year import CameraYear, DistrictYear, PlaceYear
from monitor.detectors.rules import rules_for
from monitor.domain.places import Institution, Room
from monitor.domain.registers import Register
from monitor.inspections.facts import (
    AlertFact,
    CameraFact,
    CameraState,
    ChannelAudit,
    FindingFact,
    Recordings,
    RoomCount,
    ShelfFact,
    Uptime,
    Viewing,
)
from monitor.inspections.period import Period


class PastFacts:
    """Facts about one institution; implements :class:`monitor.inspections.facts.Facts`."""

    def __init__(self, year: DistrictYear, place: PlaceYear, period: Period) -> None:
        self._place = place
        self._period = period
        self._institution = next(
            one for one in year.district.institutions if one.id == place.institution_id
        )
        self._rooms = year.district.rooms_of(place.institution_id)
        self._cameras = tuple(
            camera for room in self._rooms for camera in year.district.cameras_of(room.id)
        )

    @property
    def institution(self) -> Institution:
        """The institution."""
        return self._institution

    @property
    def period(self) -> Period:
        """The month."""
        return self._period

    @property
    def now(self) -> datetime:
        """The end of the month."""
        return self._period.end

    @property
    def rooms(self) -> tuple[Room, ...]:
        """All rooms."""
        return self._rooms

    @property
    def cameras(self) -> tuple[CameraFact, ...]:
        """All cameras."""
        return tuple(
            CameraFact(camera.id, camera.room_id, camera.name, camera.enabled, None)
            for camera in self._cameras
        )

    def camera_states(self) -> tuple[CameraState, ...] | None:
        """Return ``None``."""
        return None

    def uptimes(self) -> tuple[Uptime, ...] | None:
        """Return each camera's time on line in the month."""
        return tuple(self._uptime(camera) for camera in self._place.cameras)

    def recordings(self) -> tuple[Recordings, ...] | None:
        """Return ``None``."""
        return None

    def recording_audit(self) -> tuple[ChannelAudit, ...] | None:
        """Not known of the past."""
        return None

    def room_counts(self) -> tuple[RoomCount, ...] | None:
        """Return ``None``."""
        return None

    def watched_rules(self) -> Mapping[str, frozenset[str]]:
        """Return the rooms in which each rule runs."""
        watched: dict[str, set[str]] = {}
        for room in self._rooms:
            cameras = [one for one in self._cameras if one.room_id == room.id and one.enabled]
            for rule in rules_for(room, cameras) if cameras else ():
                watched.setdefault(rule.name, set()).add(room.id)
        return {name: frozenset(rooms) for name, rooms in watched.items()}

    def alerts(self) -> tuple[AlertFact, ...] | None:
        """Return the alerts of the month."""
        return tuple(
            AlertFact(
                number,
                line.rule,
                line.room_id,
                line.zone_id,
                line.severity,
                line.state,
                line.raised,
                line.acknowledged,
            )
            for number, line in enumerate(self._place.alerts)
            if self._period.start <= line.raised < self._period.end
        )

    def shelves(self) -> tuple[ShelfFact, ...]:
        """Return none."""
        return ()

    def viewings(self) -> tuple[Viewing, ...] | None:
        """Return ``None``."""
        return None

    def findings(self) -> tuple[FindingFact, ...] | None:
        """Return ``None``."""
        return None

    def register(self) -> Register | None:
        """Return the register with the logs of the month."""
        register = self._place.register
        if register is None:
            return None
        first, last = self._period.first_day, self._period.last_day
        return replace(
            register, logs=tuple(log for log in register.logs if first <= log.day <= last)
        )

    def _uptime(self, camera: CameraYear) -> Uptime:
        online = observed = longest = 0.0
        for stretch in camera.stretches:
            begin = max(stretch.start, self._period.start)
            seconds = max(timedelta(), min(stretch.end, self._period.end) - begin).total_seconds()
            observed += seconds
            if stretch.online:
                online += seconds
            else:
                longest = max(longest, seconds)
        return Uptime(camera.id, observed, online, longest)
