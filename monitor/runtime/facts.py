"""What the system knows about an institution, read from the store for its checklist."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.alerts.templates import RULE_NAMES
from monitor.detectors.rules import rules_for
from monitor.domain.access import DISTRICT, Scope, ScopeKind
from monitor.domain.access_register import AccessKind
from monitor.domain.findings import FindingState
from monitor.domain.places import District, Institution, Room
from monitor.domain.registers import Register
from monitor.domain.text import Text
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
from monitor.store.access_register import AccessRegister
from monitor.store.alert_history import AlertHistory
from monitor.store.base import Database
from monitor.store.camera_status import CameraState as Connection
from monitor.store.camera_status import CameraStatusRepository
from monitor.store.finding_repository import FindingFilter, FindingRepository
from monitor.store.place_repository import InstitutionPlace, PlaceRepository
from monitor.store.recordings import RecordingRepository
from monitor.store.retention_audits import RetentionAuditRepository, Verdict
from monitor.store.room_status import RoomStatusRepository
from monitor.store.shelves import Shelf, shelves_of

_FRESH = timedelta(minutes=2)
_ALL_RULES = Text(zh="全部告警", en="every alert")
_LONGEST_RETENTION = timedelta(days=120)
_MOST_FINDINGS = 10_000

RegisterOf = Callable[[str, Period], Register | None]
"""Finds what an institution reports, with its logs of a period."""


class StoreFacts:
    """Facts about one institution; implements :class:`monitor.inspections.facts.Facts`."""

    def __init__(
        self,
        database: Database,
        district: District,
        institution_id: str,
        period: Period,
        now: datetime,
        register_of: RegisterOf,
    ) -> None:
        """Raises :class:`~monitor.domain.errors.NotFoundError` for an unknown institution."""
        self._database = database
        self._district = district
        self._period = period
        self._now = now
        self._register_of = register_of
        self._place: InstitutionPlace = PlaceRepository(database).institution(
            DISTRICT, institution_id
        )
        self._scope = Scope(ScopeKind.INSTITUTION, institution_id)

    @property
    def institution(self) -> Institution:
        """The institution."""
        return self._place.institution

    @property
    def period(self) -> Period:
        """The period looked at."""
        return self._period

    @property
    def now(self) -> datetime:
        """When the facts were gathered."""
        return self._now

    @property
    def rooms(self) -> tuple[Room, ...]:
        """Its rooms in use."""
        return tuple(place.room for place in self._place.rooms)

    @property
    def cameras(self) -> tuple[CameraFact, ...]:
        """Its cameras in use."""
        return tuple(
            CameraFact(
                camera.id,
                camera.room_id,
                camera.name,
                camera.enabled,
                camera.status.since if camera.status is not None else None,
            )
            for place in self._place.rooms
            for camera in place.cameras
        )

    def camera_states(self) -> tuple[CameraState, ...] | None:
        """Return how each camera stands now; ``None`` where no worker reports."""
        states = CameraStatusRepository(self._database).all(self._scope)
        fresh = [item for item in states.values() if self._now - item.updated <= _FRESH]
        if not fresh:
            return None
        return tuple(
            CameraState(
                item.report.camera_id,
                item.report.state is Connection.ONLINE,
                item.report.fault,
                item.updated,
            )
            for item in fresh
        )

    def uptimes(self) -> tuple[Uptime, ...] | None:
        """Return each camera's time online in the period."""
        known = CameraStatusRepository(self._database).uptime(
            self._camera_ids(), self._period.start, self._period.end, self._now
        )
        return tuple(
            Uptime(
                camera_id,
                observed=uptime.online_seconds + uptime.offline_seconds,
                online=uptime.online_seconds,
                longest_outage=max(
                    ((gap.end - gap.start).total_seconds() for gap in uptime.gaps if gap.known),
                    default=0.0,
                ),
            )
            for camera_id, uptime in known.items()
        )

    def recordings(self) -> tuple[Recordings, ...] | None:
        """Return each camera's recorded days; ``None`` where nothing is recorded here."""
        repository = RecordingRepository(self._database)
        spans = repository.first_and_last(self._camera_ids())
        if not spans:
            return None
        start = self._now - _LONGEST_RETENTION
        days = repository.recorded_days(
            self._camera_ids(), start, self._now, ZoneInfo(self._period.timezone)
        )
        return tuple(
            Recordings(camera_id, frozenset(days.get(camera_id, ())))
            for camera_id in self._camera_ids()
        )

    def recording_audit(self) -> tuple[ChannelAudit, ...] | None:
        """Return what the last retention audit found; ``None`` where there was none."""
        audit = RetentionAuditRepository(self._database).latest(self._scope)
        if audit is None:
            return None
        return tuple(
            ChannelAudit(
                channel.camera_id,
                audit.at,
                channel.required_days,
                channel.unbroken_days,
                reachable=channel.verdict is not Verdict.UNREACHABLE,
                playable=channel.verdict is not Verdict.UNPLAYABLE,
                young=channel.verdict is Verdict.YOUNG,
            )
            for channel in audit.channels
        )

    def room_counts(self) -> tuple[RoomCount, ...] | None:
        """Return who is in each room now; ``None`` where no worker reports."""
        counts = RoomStatusRepository(self._database).all(self._scope)
        fresh = [item for item in counts.values() if self._now - item.updated <= _FRESH]
        if not fresh:
            return None
        return tuple(
            RoomCount(
                item.room_id, item.view, item.adults, item.children, item.unknown, item.updated
            )
            for item in fresh
        )

    def watched_rules(self) -> Mapping[str, frozenset[str]]:
        """Return the ids of the rooms in which each rule runs, by the rule's name."""
        watched: dict[str, set[str]] = {}
        for room in self._district.rooms_of(self.institution.id):
            cameras = [c for c in self._district.cameras_of(room.id) if c.enabled]
            for rule in rules_for(room, cameras) if cameras else ():
                watched.setdefault(rule.name, set()).add(room.id)
        return {name: frozenset(rooms) for name, rooms in watched.items()}

    def alerts(self) -> tuple[AlertFact, ...] | None:
        """Return the alerts raised in the period, and older ones that have not ended."""
        lives = AlertHistory(self._database).of_institution(
            self.institution.id, self._period.start, self._period.end
        )
        return tuple(
            AlertFact(
                life.alert.id,
                life.alert.rule,
                life.alert.room_id,
                life.alert.zone_id,
                life.alert.severity,
                life.alert.state,
                life.alert.raised,
                life.acknowledged,
            )
            for life in lives
        )

    def shelves(self) -> tuple[ShelfFact, ...]:
        """Return what was put aside for some of the period, the latest first."""
        with self._database.reading() as session:
            found = shelves_of(session, self.institution.id, self._period.start, self._period.end)
        return tuple(
            ShelfFact(
                shelf.rule,
                self._put_aside(shelf),
                shelf.created,
                shelf.ended or shelf.expires,
                shelf.reason,
            )
            for shelf in found
        )

    def viewings(self) -> tuple[Viewing, ...] | None:
        """Return who looked at footage in the period, or took it away.

        Nobody gets there without a reason, and nothing is taken away without approval. Where no
        camera is connected, footage is elsewhere and this register says nothing of it.
        """
        if not self.cameras:
            return None
        kinds = (AccessKind.VIEWED, AccessKind.EXPORT_DOWNLOADED)
        entries = AccessRegister(self._database).between(
            self._scope, self._period.start, self._period.end
        )
        return tuple(
            Viewing(entry.at, entry.access.who.person, entry.access.reason, approved=True)
            for entry in entries
            if entry.access.kind in kinds
        )

    def findings(self) -> tuple[FindingFact, ...] | None:
        """Return the findings that are not closed, as they stand now."""
        zone = ZoneInfo(self._period.timezone)
        unclosed = FindingFilter(states=frozenset({FindingState.OPEN, FindingState.CORRECTED}))
        return tuple(
            FindingFact(
                item.id,
                item.item_id,
                item.text,
                item.raised.astimezone(zone).date(),
                item.due,
                item.state is FindingState.OPEN,
            )
            for item in FindingRepository(self._database).list(
                self._scope, unclosed, _MOST_FINDINGS
            )
        )

    def register(self) -> Register | None:
        """Return what the institution reports; ``None`` where it has reported nothing."""
        return self._register_of(self.institution.id, self._period)

    def _put_aside(self, shelf: Shelf) -> Text:
        """Return the names of a shelf's rule and place; what is not in use any more has its id."""
        rooms = {room.id: room.name for room in self.rooms}
        cameras = {camera.id: camera.name for camera in self.cameras}
        plain = Text(zh=shelf.rule, en=shelf.rule.replace("_", " "))
        parts = [RULE_NAMES.get(shelf.rule, plain) if shelf.rule else _ALL_RULES]
        if shelf.room_id:
            parts.append(rooms.get(shelf.room_id, Text(shelf.room_id, shelf.room_id)))
        if shelf.camera_id:
            parts.append(cameras.get(shelf.camera_id, Text(shelf.camera_id, shelf.camera_id)))
        return Text(zh=" ".join(x.zh for x in parts), en=", ".join(x.en for x in parts))

    def _camera_ids(self) -> Collection[str]:
        return [camera.id for camera in self.cameras if camera.enabled]
