"""Tokens for programs that act in a person's name: narrower than the person, and for a time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, select, update
from sqlalchemy.orm import Mapped, mapped_column

from monitor.domain.access import Scope, ScopeKind
from monitor.domain.errors import InputError, NotFoundError
from monitor.domain.text import Text
from monitor.store.base import Base, BigId, Database, UtcDateTime
from monitor.store.text import clean_line
from monitor.store.tokens import new_token, token_hash
from monitor.store.upsert import affected
from monitor.store.users import User, UserRow, stored_user

PREFIX = "kanhu_"
"""What every token begins with, so that scanners for leaked secrets know it."""

LONGEST_LIFE = timedelta(days=366)
_MOST = 20
_SEEN_EVERY = timedelta(minutes=1)


class ApiTokenRow(Base):
    """One token. Only its hash is stored; ``hint`` is its end, to tell tokens apart."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    hint: Mapped[str] = mapped_column(String(8))
    grants: Mapped[str] = mapped_column(String(300))
    scope_kind: Mapped[str] = mapped_column(String(16))
    scope_id: Mapped[str] = mapped_column(String(200))
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    expires: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked: Mapped[datetime | None] = mapped_column(UtcDateTime)
    used: Mapped[datetime | None] = mapped_column(UtcDateTime)
    address: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True, slots=True)
class ApiToken:
    """One token: what it may do (``grants``, names of permissions), where, until when."""

    id: int
    user_id: int
    name: str
    hint: str
    grants: frozenset[str]
    scope: Scope
    created: datetime
    expires: datetime
    revoked: datetime | None
    used: datetime | None
    address: str

    def valid(self, now: datetime) -> bool:
        """Say whether it works at ``now``."""
        return self.revoked is None and now < self.expires


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who is behind a token."""

    user: User
    token: ApiToken


class ApiTokenRepository:
    """Makes, finds and revokes tokens."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self,
        user: User,
        name: str,
        grants: Collection[str],
        scope: Scope,
        lasts: timedelta,
        now: datetime,
    ) -> tuple[str, ApiToken]:
        """Make a token and return its text, which is shown this once only.

        Raises:
            InputError: it has no name or grants, lasts too long, or there are too many.
        """
        label = clean_line(name, 100)
        if not label:
            raise InputError(Text("请为令牌取名", "give the token a name"), where="name")
        if not grants:
            raise InputError(
                Text("令牌须有用途", "a token has to be good for something"), where="grants"
            )
        if not timedelta(0) < lasts <= LONGEST_LIFE:
            raise InputError(
                Text("令牌有效期为一天到一年", "a token lasts from one day to one year"),
                where="days",
            )
        text = f"{PREFIX}{new_token()}"
        row = ApiTokenRow(
            user_id=user.id,
            name=label,
            token_hash=token_hash(text),
            hint=text[-4:],
            grants=",".join(sorted(grants)),
            scope_kind=scope.kind.value,
            scope_id=scope.id,
            created=now,
            expires=now + lasts,
            address="",
        )
        with self._database.transaction() as session:
            living = select(ApiTokenRow.id).where(
                ApiTokenRow.user_id == user.id,
                ApiTokenRow.revoked.is_(None),
                ApiTokenRow.expires > now,
            )
            if len(session.scalars(living).all()) >= _MOST:
                raise InputError(
                    Text(f"一个人最多 {_MOST} 个令牌", f"one person has at most {_MOST} tokens"),
                    hint=Text("请撤销一些", "revoke some"),
                )
            session.add(row)
            session.flush()
            return text, _token(row)

    def find(self, text: str, now: datetime, address: str = "") -> Bearer | None:
        """Return who is behind a token and note that it was used, or ``None``."""
        if not text.startswith(PREFIX):
            return None
        statement = (
            select(ApiTokenRow, UserRow)
            .join(UserRow, UserRow.id == ApiTokenRow.user_id)
            .where(ApiTokenRow.token_hash == token_hash(text), UserRow.active)
        )
        with self._database.reading() as session:
            found = session.execute(statement).one_or_none()
            if found is None:
                return None
            bearer = Bearer(stored_user(found[1]), _token(found[0]))
        if not bearer.token.valid(now):
            return None
        used = bearer.token.used
        if used is None or now - used >= _SEEN_EVERY or bearer.token.address != address:
            with self._database.transaction() as session:
                session.execute(
                    update(ApiTokenRow)
                    .where(ApiTokenRow.id == bearer.token.id)
                    .values(used=now, address=clean_line(address, 64))
                )
        return bearer

    def works(self, token_id: int, now: datetime) -> bool:
        """Say whether a token still works, as something that goes on for long has to ask."""
        statement = (
            select(ApiTokenRow)
            .join(UserRow, UserRow.id == ApiTokenRow.user_id)
            .where(ApiTokenRow.id == token_id, UserRow.active)
        )
        with self._database.reading() as session:
            row = session.scalar(statement)
            return row is not None and _token(row).valid(now)

    def of_user(self, user_id: int) -> tuple[ApiToken, ...]:
        """Return somebody's tokens, newest first."""
        statement = (
            select(ApiTokenRow)
            .where(ApiTokenRow.user_id == user_id)
            .order_by(ApiTokenRow.created.desc(), ApiTokenRow.id.desc())
        )
        with self._database.reading() as session:
            return tuple(_token(row) for row in session.scalars(statement))

    def revoke(self, user_id: int, token_id: int, now: datetime) -> None:
        """End one of somebody's tokens; it is no mistake if it has ended already.

        Raises:
            NotFoundError: they have no such token.
        """
        with self._database.transaction() as session:
            row = session.get(ApiTokenRow, token_id)
            if row is None or row.user_id != user_id:
                raise NotFoundError(
                    Text("没有这个令牌", "there is no such token"), where=f"token {token_id}"
                )
            row.revoked = row.revoked or now

    def revoke_all(self, user_id: int, now: datetime) -> int:
        """End all of somebody's tokens; return how many worked until now."""
        statement = (
            update(ApiTokenRow)
            .where(ApiTokenRow.user_id == user_id, ApiTokenRow.revoked.is_(None))
            .values(revoked=now)
        )
        with self._database.transaction() as session:
            return affected(session.execute(statement))


def _token(row: ApiTokenRow) -> ApiToken:
    return ApiToken(
        id=row.id,
        user_id=row.user_id,
        name=row.name,
        hint=row.hint,
        grants=frozenset(filter(None, row.grants.split(","))),
        scope=Scope(ScopeKind(row.scope_kind), row.scope_id),
        created=row.created,
        expires=row.expires,
        revoked=row.revoked,
        used=row.used,
        address=row.address,
    )
