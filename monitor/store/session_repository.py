"""Starts, finds and ends sessions, and hands out one-time sign-in links."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from monitor.domain.errors import NotFoundError
from monitor.domain.text import Text
from monitor.store.base import Database
from monitor.store.second_factors import SecondFactorRow
from monitor.store.sessions import SessionRow, SignInLinkRow
from monitor.store.text import clean_line
from monitor.store.tokens import new_token, token_hash
from monitor.store.upsert import affected
from monitor.store.users import User, UserRow, stored_user

IDLE = timedelta(hours=8)
LONGEST = timedelta(hours=24)
_SEEN_EVERY = timedelta(minutes=1)


class SignInMethod(StrEnum):
    """How somebody signed in."""

    PASSWORD = "password"  # noqa: S105 (a way, not a secret)
    LINK = "link"
    OIDC = "oidc"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is behind a session, and until when it lasts at the longest.

    ``second_factor`` says whether the person has one in use.
    """

    user: User
    created: datetime
    seen: datetime
    expires: datetime
    address: str
    agent: str
    method: SignInMethod
    second_factor: bool


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One browser in which somebody is signed in; ``id`` names it without opening anything."""

    id: str
    created: datetime
    seen: datetime
    expires: datetime
    address: str
    agent: str
    method: SignInMethod


class SessionRepository:
    """Sessions end after 8 h without a request, after 24 h in any case, or when revoked."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def start(
        self,
        user_id: int,
        now: datetime,
        address: str = "",
        agent: str = "",
        method: SignInMethod = SignInMethod.PASSWORD,
    ) -> str:
        """Sign somebody in and return the token for the browser's cookie.

        Raises:
            NotFoundError: there is no such active user.
        """
        with self._database.transaction() as session:
            user = session.get(UserRow, user_id)
            if user is None or not user.active:
                raise NotFoundError(
                    Text("没有这个启用的用户", "there is no such active user"),
                    where=f"user {user_id}",
                )
            return _begin(session, user_id, now, now + LONGEST, address, agent, method)

    def find(self, token: str, now: datetime) -> SignedIn | None:
        """Return who is behind a token and note that they were seen, or ``None``."""
        with self._database.reading() as session:
            found = _living(session, token, now)
            if found is None:
                return None
            row, user = found
            signed_in = SignedIn(
                user=stored_user(user),
                created=row.created,
                seen=row.seen,
                expires=row.expires,
                address=row.address,
                agent=row.agent,
                method=SignInMethod(row.method),
                second_factor=bool(session.scalar(select(_has_second_factor(user.id)))),
            )
        if now - signed_in.seen >= _SEEN_EVERY:  # a write on every request would be too dear
            with self._database.transaction() as session:
                session.execute(
                    update(SessionRow)
                    .where(SessionRow.token_hash == token_hash(token))
                    .values(seen=now)
                )
        return signed_in

    def rotate(self, token: str, now: datetime) -> str | None:
        """Replace a token, as after a change of rights; ``None`` if it is not valid.

        The new one does not last longer than the old one would have.
        """
        with self._database.transaction() as session:
            found = _living(session, token, now)
            if found is None:
                return None
            row, _user = found
            session.delete(row)
            session.flush()
            method = SignInMethod(row.method)
            return _begin(session, row.user_id, now, row.expires, row.address, row.agent, method)

    def revoke(self, token: str) -> None:
        """End a session."""
        with self._database.transaction() as session:
            session.execute(delete(SessionRow).where(SessionRow.token_hash == token_hash(token)))

    def revoke_all(self, user_id: int, but: str | None = None) -> int:
        """End every session of somebody, perhaps except the one with token ``but``."""
        statement = delete(SessionRow).where(SessionRow.user_id == user_id)
        if but is not None:
            statement = statement.where(SessionRow.token_hash != token_hash(but))
        with self._database.transaction() as session:
            return affected(session.execute(statement))

    def list(self, user_id: int, now: datetime) -> tuple[OpenSession, ...]:
        """Return the browsers in which somebody is signed in, last used first."""
        statement = (
            select(SessionRow)
            .where(SessionRow.user_id == user_id, *_lasting(now))
            .order_by(SessionRow.seen.desc(), SessionRow.token_hash)
        )
        with self._database.reading() as session:
            return tuple(
                OpenSession(
                    id=session_id(row.token_hash),
                    created=row.created,
                    seen=row.seen,
                    expires=row.expires,
                    address=row.address,
                    agent=row.agent,
                    method=SignInMethod(row.method),
                )
                for row in session.scalars(statement)
            )

    def end(self, user_id: int, wanted: str) -> bool:
        """End one of somebody's sessions by its id; say whether there was one."""
        with self._database.transaction() as session:
            rows = session.scalars(select(SessionRow).where(SessionRow.user_id == user_id))
            for row in rows:
                if session_id(row.token_hash) == wanted:
                    session.delete(row)
                    return True
        return False

    def new_link(self, user_id: int, now: datetime, valid: timedelta = timedelta(hours=1)) -> str:
        """Return a token that signs somebody in once, within ``valid``."""
        token = new_token()
        with self._database.transaction() as session:
            session.add(
                SignInLinkRow(
                    token_hash=token_hash(token), user_id=user_id, created=now, expires=now + valid
                )
            )
        return token

    def redeem_link(
        self, token: str, now: datetime, address: str = "", agent: str = ""
    ) -> str | None:
        """Exchange a sign-in link for a session token; ``None`` if used, expired or unknown."""
        claim = (
            update(SignInLinkRow)
            .where(
                SignInLinkRow.token_hash == token_hash(token),
                SignInLinkRow.used.is_(None),
                SignInLinkRow.expires > now,
            )
            .values(used=now)
        )
        with self._database.transaction() as session:
            if affected(session.execute(claim)) == 0:
                return None
            link = session.get_one(SignInLinkRow, token_hash(token))
            user = session.get(UserRow, link.user_id)
            if user is None or not user.active:
                return None
            return _begin(
                session, link.user_id, now, now + LONGEST, address, agent, SignInMethod.LINK
            )

    def count_over(self, now: datetime) -> int:
        """Return how many sessions and links are over."""
        sessions = select(func.count()).select_from(SessionRow).where(_over(now))
        links = select(func.count()).select_from(SignInLinkRow).where(SignInLinkRow.expires <= now)
        with self._database.reading() as session:
            return (session.scalar(sessions) or 0) + (session.scalar(links) or 0)

    def prune(self, now: datetime) -> int:
        """Forget sessions and links that are over; return how many."""
        over = _over(now)
        with self._database.transaction() as session:
            sessions = affected(session.execute(delete(SessionRow).where(over)))
            links = delete(SignInLinkRow).where(SignInLinkRow.expires <= now)
            return sessions + affected(session.execute(links))


def _living(session: Session, token: str, now: datetime) -> tuple[SessionRow, UserRow] | None:
    found = session.execute(
        select(SessionRow, UserRow)
        .join(UserRow, UserRow.id == SessionRow.user_id)
        .where(SessionRow.token_hash == token_hash(token), *_lasting(now), UserRow.active)
    ).one_or_none()
    return None if found is None else (found[0], found[1])


def session_id(hashed_token: str) -> str:
    """Return what names a session in pages; neither the token nor its hash follows from it."""
    return token_hash(f"session {hashed_token}")[:24]


def _lasting(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return SessionRow.expires > now, SessionRow.seen > now - IDLE


def _over(now: datetime) -> ColumnElement[bool]:
    return or_(SessionRow.expires <= now, SessionRow.seen <= now - IDLE)


def _has_second_factor(user_id: int) -> ColumnElement[bool]:
    return exists().where(
        SecondFactorRow.user_id == user_id, SecondFactorRow.confirmed.is_not(None)
    )


def _begin(
    session: Session,
    user_id: int,
    now: datetime,
    expires: datetime,
    address: str,
    agent: str,
    method: SignInMethod,
) -> str:
    token = new_token()
    session.add(
        SessionRow(
            token_hash=token_hash(token),
            user_id=user_id,
            created=now,
            seen=now,
            expires=expires,
            address=clean_line(address, 64),
            agent=clean_line(agent, 300),
            method=method.value,
        )
    )
    return token
