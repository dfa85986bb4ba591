"""Secret addresses of calendars, one a person; only a hash of each is stored."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.base import Base, Database, UtcDateTime
from monitor.store.tokens import new_token, token_hash
from monitor.store.upsert import upsert
from monitor.store.users import User, UserRow, stored_user


class CalendarFeedRow(Base):
    """The calendar of one person."""

    __tablename__ = "calendar_feed"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("app_user.id", ondelete="CASCADE"), primary_key=True
    )
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created: Mapped[datetime] = mapped_column(UtcDateTime)


class CalendarFeeds:
    """Gives out and recognises the secrets of calendars."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def issue(self, user_id: int, now: datetime) -> str:
        """Return a new secret for a person; the one before stops working."""
        token = new_token()
        values = {"user_id": user_id, "token_hash": token_hash(token), "created": now}
        with self._database.transaction() as session:
            upsert(session, CalendarFeedRow, [values], "user_id")
        return token

    def user_of(self, token: str) -> User | None:
        """Return whose calendar a secret opens, if they may still sign in."""
        statement = (
            select(UserRow)
            .join(CalendarFeedRow, CalendarFeedRow.user_id == UserRow.id)
            .where(CalendarFeedRow.token_hash == token_hash(token), UserRow.active)
        )
        with self._database.reading() as session:
            row = session.scalar(statement)
            return None if row is None else stored_user(row)

    def has(self, user_id: int) -> bool:
        """Say whether a person has a calendar."""
        with self._database.reading() as session:
            return session.get(CalendarFeedRow, user_id) is not None
