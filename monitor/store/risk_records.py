"""What the risk score counts, for many institutions with one query each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import func, select

from monitor.domain.alerts import AlertState
from monitor.domain.events import Severity
from monitor.domain.registers import PaperKind
from monitor.store.alerts import AlertRow
from monitor.store.base import Database
from monitor.store.registers import PaperRow


class RiskRecords:
    """Reads figures about institutions; for the system itself, so without a scope."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def alerts(
        self, start: datetime, end: datetime, without: Collection[AlertState]
    ) -> dict[str, Counter[Severity]]:
        """Count the alerts raised from ``start`` to ``end`` by institution and severity.

        Those whose state is in ``without`` are left out.
        """
        statement = (
            select(AlertRow.institution_id, AlertRow.severity, func.count())
            .where(
                AlertRow.raised >= start,
                AlertRow.raised < end,
                AlertRow.state.not_in([state.value for state in without]),
            )
            .group_by(AlertRow.institution_id, AlertRow.severity)
        )
        counts: dict[str, Counter[Severity]] = {}
        with self._database.reading() as session:
            for institution_id, severity, count in session.execute(statement):
                counts.setdefault(institution_id, Counter())[Severity(severity)] = count
        return counts

    def papers(self) -> dict[str, dict[PaperKind, date]]:
        """Return until when each kind of paper holds, by institution.

        A renewal counts; a kind of which one paper has no end is left out.
        """
        statement = (
            select(PaperRow.institution_id, PaperRow.kind, func.max(PaperRow.expires))
            .group_by(PaperRow.institution_id, PaperRow.kind)
            .having(func.count() == func.count(PaperRow.expires))
        )
        found: dict[str, dict[PaperKind, date]] = {}
        with self._database.reading() as session:
            for institution_id, kind, expires in session.execute(statement):
                if expires is not None:
                    found.setdefault(institution_id, {})[PaperKind(kind)] = expires
        return found
