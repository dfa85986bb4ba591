"""People whose account was switched off: their name goes when their time is over.

The row stays, because what they did is tied to its number; the access register keeps their name,
as the law demands.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from monitor.store.aged_rows import BLANK
from monitor.store.api_tokens import ApiTokenRow
from monitor.store.base import Base, Database, UtcDateTime
from monitor.store.calendar_feeds import CalendarFeedRow
from monitor.store.oidc_identities import OidcIdentityRow
from monitor.store.push_devices import PushDeviceRow
from monitor.store.second_factors import RecoveryCodeRow, SecondFactorRow
from monitor.store.sessions import SessionRow, SignInLinkRow
from monitor.store.users import UserRow

_UNUSABLE = "!"
_TIED = (
    SessionRow,
    SignInLinkRow,
    ApiTokenRow,
    CalendarFeedRow,
    OidcIdentityRow,
    SecondFactorRow,
    RecoveryCodeRow,
    PushDeviceRow,
)


class DepartureRow(Base):
    """Since when a person is seen to have left; ``erased`` once their name is gone."""

    __tablename__ = "user_departure"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("app_user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    seen: Mapped[datetime] = mapped_column(UtcDateTime)
    erased: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Departures:
    """Notes who left and who came back, and erases the names of those who left long ago."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, now: datetime) -> None:
        """Take down who left since; who was let in again and leaves later counts anew."""
        known = select(DepartureRow.user_id)
        with self._database.transaction() as session:
            back = select(UserRow.id).where(UserRow.active)
            session.execute(
                delete(DepartureRow).where(
                    DepartureRow.user_id.in_(back), DepartureRow.erased.is_(None)
                )
            )
            left = select(UserRow.id).where(~UserRow.active, UserRow.id.not_in(known))
            session.add_all(
                DepartureRow(user_id=user_id, seen=now, erased=None)
                for user_id in session.scalars(left)
            )

    def count(self, session: Session, before: datetime) -> int:
        """Return how many names are due."""
        due = select(func.count()).select_from(DepartureRow)
        return session.scalar(due.where(*_due(before))) or 0

    def oldest(self, session: Session) -> datetime | None:
        """Return when the first of those whose name is kept was seen to have left."""
        first = select(func.min(DepartureRow.seen)).where(DepartureRow.erased.is_(None))
        return session.scalar(first)

    def erase(self, before: datetime, now: datetime) -> int:
        """Erase the names that are due and return how many that were."""
        with self._database.transaction() as session:
            rows = session.scalars(select(DepartureRow).where(*_due(before))).all()
            for row in rows:
                user = session.get_one(UserRow, row.user_id)
                user.name, user.display_name = f"left.{user.id}", f"{BLANK} {user.id}"
                user.unit, user.password_hash = "", _UNUSABLE
                for table in _TIED:
                    session.execute(delete(table).where(table.user_id == user.id))
                row.erased = now
            return len(rows)


def _due(before: datetime) -> tuple[ColumnElement[bool], ...]:
    left = select(UserRow.id).where(~UserRow.active)
    return (
        DepartureRow.erased.is_(None),
        DepartureRow.seen < before,
        DepartureRow.user_id.in_(left),
    )
