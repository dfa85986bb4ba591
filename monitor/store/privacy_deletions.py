"""Which personal data were erased, by what rule and when: a log that is only added to, chained.

It holds counts and rules, and nothing of what was erased.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from monitor.domain.chain import ChainVerdict, look_through
from monitor.domain.personal_data import DataKind, Erased, Treatment
from monitor.store.append_only import append_only
from monitor.store.base import Base, Database, UtcDateTime
from monitor.store.chains import ChainedRow, append, links, written


class PrivacyDeletionRow(ChainedRow, Base):
    """One kind in one run; ``content`` is what counts, the rest is for searching."""

    __tablename__ = "privacy_deletion"

    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    kind: Mapped[str] = mapped_column(String(32))


append_only(PrivacyDeletionRow.__table__)


@dataclass(frozen=True, slots=True)
class PrivacyDeletion:
    """One entry: ``count`` things older than ``before`` went; ``problem`` says what hindered."""

    position: int
    at: datetime
    kind: DataKind
    treatment: Treatment
    seconds: float | None
    before: datetime | None
    count: int
    problem: str
    hash: str


class PrivacyDeletionLog:
    """Writes and reads the log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        erased: Erased,
        treatment: Treatment,
        seconds: float | None,
        before: datetime | None,
        now: datetime,
    ) -> None:
        """Put down what a run did to one kind."""
        content = {
            "v": 1,
            "at": written(now),
            "kind": erased.kind.value,
            "treatment": treatment.value,
            "seconds": seconds,
            "before": None if before is None else written(before),
            "count": erased.count,
            "problem": erased.problem,
        }
        with self._database.transaction() as session:
            append(session, PrivacyDeletionRow, content, at=now, kind=erased.kind.value)

    def list(self, limit: int = 100) -> tuple[PrivacyDeletion, ...]:
        """Return the latest entries, newest first."""
        newest = PrivacyDeletionRow.position.desc()
        statement = select(PrivacyDeletionRow).order_by(newest).limit(limit)
        with self._database.reading() as session:
            return tuple(_entry(row) for row in session.scalars(statement))

    def verify(self, known: str | None = None) -> ChainVerdict:
        """Look through the whole log; ``known`` is a hash written down earlier."""
        with self._database.reading() as session:
            return look_through((link for link, _ in links(session, PrivacyDeletionRow)), known)


def _entry(row: PrivacyDeletionRow) -> PrivacyDeletion:
    content = json.loads(row.content)
    before = content["before"]
    return PrivacyDeletion(
        position=row.position,
        at=row.at,
        kind=DataKind(content["kind"]),
        treatment=Treatment(content["treatment"]),
        seconds=content["seconds"],
        before=None if before is None else datetime.fromisoformat(before),
        count=content["count"],
        problem=content["problem"],
        hash=row.hash,
    )
