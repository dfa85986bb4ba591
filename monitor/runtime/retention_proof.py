"""The newest audit of recordings, as a report shows it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.domain.access import Scope
from monitor.domain.places import District
from monitor.inspections.rollup.facts import RetentionChannel, RetentionProof
from monitor.store.base import Database
from monitor.store.retention_audits import RetentionAuditRepository, Verdict


class RetentionProofs:
    """Finds audits of recordings for the roll-ups of one district."""

    def __init__(self, database: Database, district: District) -> None:
        self._audits = RetentionAuditRepository(database)
        self._zone = ZoneInfo(district.timezone)
        of_room = {room.id: room.institution_id for room in district.rooms}
        self._institutions = {camera.id: of_room[camera.room_id] for camera in district.cameras}

    def __call__(self, scope: Scope, before: datetime) -> RetentionProof | None:
        """Return the newest audit of the days ``before`` then, or ``None`` where there is none.

        The audit of a month's last day is made in the night after it, and counts.
        """
        audit = self._audits.latest(scope, before=before.astimezone(self._zone).date())
        if audit is None:
            return None
        return RetentionProof(
            audit.at,
            audit.through,
            tuple(
                RetentionChannel(
                    self._institutions.get(channel.camera_id, ""),
                    channel.camera_id,
                    channel.required_days,
                    channel.unbroken_days,
                    channel.verdict is Verdict.MET,
                )
                for channel in audit.channels
            ),
        )
