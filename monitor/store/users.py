"""People who may sign in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from monitor.domain.access import Role, Scope, ScopeKind
from monitor.domain.text import Language
from monitor.store.base import Base, BigId, UtcDateTime


class UserRow(Base):
    """One person with a role in a part of the district."""

    __tablename__ = "app_user"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    display_name: Mapped[str] = mapped_column(String(200))
    unit: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(16))
    scope_kind: Mapped[str] = mapped_column(String(16))
    scope_id: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(500))
    active: Mapped[bool]
    language: Mapped[str] = mapped_column(String(2))
    must_change_password: Mapped[bool]
    failed_sign_ins: Mapped[int]
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True, slots=True)
class NewUser:
    """A person to be entered. ``name`` is what they type to sign in."""

    name: str
    display_name: str
    role: Role
    scope: Scope
    unit: str = ""
    language: Language = "zh"
    must_change_password: bool = False


@dataclass(frozen=True, slots=True)
class User:
    """A person who may sign in, as far as ``active``; ``scope`` is all they ever see."""

    id: int
    name: str
    display_name: str
    unit: str
    role: Role
    scope: Scope
    active: bool
    language: Language
    must_change_password: bool
    locked_until: datetime | None
    created: datetime


def stored_user(row: UserRow) -> User:
    """Return the plain value of a row."""
    return User(
        id=row.id,
        name=row.name,
        display_name=row.display_name,
        unit=row.unit,
        role=Role(row.role),
        scope=Scope(ScopeKind(row.scope_kind), row.scope_id),
        active=row.active,
        language="en" if row.language == "en" else "zh",
        must_change_password=row.must_change_password,
        locked_until=row.locked_until,
        created=row.created,
    )
