"""Which account at an identity provider belongs to which person here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.base import Base, Database, UtcDateTime
from monitor.store.users import User, UserRow, stored_user


class OidcIdentityRow(Base):
    """One account at one provider: the provider never gives a ``subject`` to anybody else."""

    __tablename__ = "oidc_identity"

    issuer: Mapped[str] = mapped_column(String(300), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id", ondelete="CASCADE"), unique=True)
    linked: Mapped[datetime] = mapped_column(UtcDateTime)


class OidcIdentities:
    """Finds people by their account at the provider, and ties the two at the first sign-in."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def person(self, issuer: str, subject: str, name: str, now: datetime) -> User | None:
        """Return the active person behind an account, or ``None`` if nobody here is meant.

        An account that is not known yet is tied to the person whose sign-in name is ``name``,
        unless that person is tied to another account already: a name that the provider gives to
        somebody else later opens nothing.
        """
        with self._database.transaction() as session:
            known = session.get(OidcIdentityRow, (issuer, subject))
            if known is not None:
                user = session.get(UserRow, known.user_id)
                return stored_user(user) if user is not None and user.active else None
            user = session.query(UserRow).filter_by(name=name.strip().lower()).one_or_none()
            if user is None or not user.active:
                return None
            tied = session.query(OidcIdentityRow).filter_by(user_id=user.id).one_or_none()
            if tied is not None:
                return None
            session.add(
                OidcIdentityRow(issuer=issuer, subject=subject, user_id=user.id, linked=now)
            )
            return stored_user(user)

    def forget(self, user_id: int) -> None:
        """Untie a person from their account."""
        with self._database.transaction() as session:
            session.query(OidcIdentityRow).filter_by(user_id=user_id).delete()
