"""Enters people, checks their passwords and locks out those who guess."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, func, select, update

from monitor.domain.access import Role, Scope, ScopeKind
from monitor.domain.errors import ConflictError, InputError, NotFoundError
from monitor.domain.text import LANGUAGES, Language, Text
from monitor.store.api_tokens import ApiTokenRow
from monitor.store.base import Database
from monitor.store.passwords import hash_password, password_fits
from monitor.store.places import InstitutionRow
from monitor.store.sessions import SessionRow, SignInLinkRow
from monitor.store.text import clean_line
from monitor.store.upsert import affected, insert_once
from monitor.store.users import NewUser, User, UserRow, stored_user

MOST_FAILURES = 5
FIRST_LOCK_OUT = timedelta(minutes=1)
LOCK_OUT = timedelta(minutes=15)
_FORGIVEN = timedelta(hours=1)
_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")


class SignInFailure(StrEnum):
    """Why a sign-in was refused. Tell the person no more than "wrong, or locked for a while"."""

    WRONG = "wrong"
    LOCKED = "locked"
    INACTIVE = "inactive"


@dataclass(frozen=True, slots=True)
class SignIn:
    """The outcome of a sign-in: either a ``user`` or a ``failure``."""

    user: User | None
    failure: SignInFailure | None = None


class UserRepository:
    """The people of the district."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, new: NewUser, password: str, now: datetime) -> User:
        """Enter a person.

        Raises:
            InputError: the name or the password is not fit, or the language is unknown.
            ConflictError: the name is taken.
        """
        name = _fit_name(new.name)
        if new.language not in LANGUAGES:
            raise InputError(
                Text("语言只能是 zh 或 en", "the language is zh or en"), where="language"
            )
        values: dict[str, Any] = {
            "name": name,
            "display_name": clean_line(new.display_name, 200) or name,
            "unit": clean_line(new.unit, 200),
            "role": new.role.value,
            "scope_kind": new.scope.kind.value,
            "scope_id": new.scope.id,
            "password_hash": hash_password(password),
            "active": True,
            "language": new.language,
            "must_change_password": new.must_change_password,
            "failed_sign_ins": 0,
            "created": now,
        }
        with self._database.transaction() as session:
            if not insert_once(session, UserRow, values):
                raise ConflictError(
                    Text(f"已有用户“{name}”", f"there is a user '{name}' already"), where="name"
                )
            return stored_user(session.scalars(select(UserRow).where(UserRow.name == name)).one())

    def verify(
        self, name: str, password: str, now: datetime, *, known_device: bool = False
    ) -> SignIn:
        """Check a name and a password.

        The attempt is counted *before* the password is checked, so that many guesses at once get
        no further than many in a row; after :data:`MOST_FAILURES` the name is locked for
        :data:`FIRST_LOCK_OUT`, then for twice as long each time, up to :data:`LOCK_OUT`. A right
        password starts the count anew. From a ``known_device``, whose attempts the caller counts,
        the lock does not hold: guesses of strangers do not keep people out where they work.
        """
        if known_device:
            row, failure = self._row(name), None
        else:
            row, failure = self._count_attempt(name, now)
        if failure is not None:
            return SignIn(None, failure)
        fits = password_fits(password, row.password_hash if row else None)
        if row is None or not fits:
            return SignIn(None, SignInFailure.WRONG)
        self._change(row.id, failed_sign_ins=0, locked_until=None)
        if not row.active:
            return SignIn(None, SignInFailure.INACTIVE)
        return SignIn(self.get(row.id))

    def get(self, user_id: int) -> User:
        """Return one person.

        Raises:
            NotFoundError: there is none with this id.
        """
        with self._database.reading() as session:
            row = session.get(UserRow, user_id)
            if row is None:
                raise NotFoundError(
                    Text("没有这个用户", "there is no such user"), where=f"user {user_id}"
                )
            return stored_user(row)

    def find(self, name: str) -> User | None:
        """Return the person with a sign-in name, or ``None``."""
        with self._database.reading() as session:
            row = session.scalar(select(UserRow).where(UserRow.name == _folded(name)))
            return stored_user(row) if row is not None else None

    def list(self, scope: Scope) -> tuple[User, ...]:
        """Return the people whose own scope lies within ``scope``, by name."""
        statement = select(UserRow).order_by(UserRow.name)
        if scope.kind is ScopeKind.INSTITUTION:
            statement = statement.where(
                UserRow.scope_kind == scope.kind.value, UserRow.scope_id == scope.id
            )
        elif scope.kind is ScopeKind.COMMUNITY:
            members = select(InstitutionRow.id).where(InstitutionRow.community == scope.id)
            statement = statement.where(
                ((UserRow.scope_kind == scope.kind.value) & (UserRow.scope_id == scope.id))
                | (
                    (UserRow.scope_kind == ScopeKind.INSTITUTION.value)
                    & UserRow.scope_id.in_(members)
                )
            )
        with self._database.reading() as session:
            return tuple(stored_user(row) for row in session.scalars(statement))

    def count(self) -> int:
        """Return how many people are entered: none means a fresh installation."""
        with self._database.reading() as session:
            return session.scalar(select(func.count()).select_from(UserRow)) or 0

    def set_password(self, user_id: int, password: str, *, must_change: bool = False) -> None:
        """Give somebody a new password; they are signed out everywhere.

        Their programs are too if somebody else chose it, so that they ``must_change`` it.

        Raises:
            InputError: the password is not fit.
            NotFoundError: there is no such user.
        """
        self._change(
            user_id,
            password_hash=hash_password(password),
            must_change_password=must_change,
            failed_sign_ins=0,
            locked_until=None,
        )
        self._sign_out(user_id, programs=must_change)

    def set_active(self, user_id: int, *, active: bool) -> None:
        """Let somebody in again, or keep them out; keeping out signs them and programs out.

        Raises:
            NotFoundError: there is no such user.
        """
        self._change(user_id, active=active)
        if not active:
            self._sign_out(user_id)

    def set_role(self, user_id: int, role: Role, scope: Scope) -> None:
        """Change what somebody may do and see; they are signed out everywhere.

        Raises:
            NotFoundError: there is no such user.
        """
        self._change(user_id, role=role.value, scope_kind=scope.kind.value, scope_id=scope.id)
        self._sign_out(user_id)

    def set_names(self, user_id: int, display_name: str, unit: str) -> None:
        """Change how somebody is shown to others.

        Raises:
            InputError: there is no name to show.
            NotFoundError: there is no such user.
        """
        shown = clean_line(display_name, 200)
        if not shown:
            raise InputError(Text("请写姓名", "a person needs a name"), where="display_name")
        self._change(user_id, display_name=shown, unit=clean_line(unit, 200))

    def set_language(self, user_id: int, language: Language) -> None:
        """Change the language in which somebody reads the pages.

        Raises:
            NotFoundError: there is no such user.
        """
        self._change(user_id, language=language)

    def _count_attempt(
        self, name: str, now: datetime
    ) -> tuple[UserRow | None, SignInFailure | None]:
        statement = select(UserRow).where(UserRow.name == _folded(name)).with_for_update()
        with self._database.transaction() as session:
            row = session.scalar(statement)
            if row is None:
                return None, None
            if row.locked_until is not None:
                if now < row.locked_until:
                    return row, SignInFailure.LOCKED
                if now >= row.locked_until + _FORGIVEN:
                    row.failed_sign_ins = 0
                row.locked_until = None
            row.failed_sign_ins += 1
            row.locked_until = _locked_until(row.failed_sign_ins, now)
            return row, None

    def _row(self, name: str) -> UserRow | None:
        with self._database.reading() as session:
            return session.scalar(select(UserRow).where(UserRow.name == _folded(name)))

    def _change(self, user_id: int, **values: Any) -> None:
        statement = update(UserRow).where(UserRow.id == user_id).values(**values)
        with self._database.transaction() as session:
            if affected(session.execute(statement)) == 0:
                raise NotFoundError(
                    Text("没有这个用户", "there is no such user"), where=f"user {user_id}"
                )

    def _sign_out(self, user_id: int, *, programs: bool = True) -> None:
        with self._database.transaction() as session:
            if programs:
                session.execute(delete(ApiTokenRow).where(ApiTokenRow.user_id == user_id))
            session.execute(delete(SessionRow).where(SessionRow.user_id == user_id))
            session.execute(delete(SignInLinkRow).where(SignInLinkRow.user_id == user_id))


def _locked_until(failures: int, now: datetime) -> datetime | None:
    if failures < MOST_FAILURES:
        return None
    doublings = min(failures - MOST_FAILURES, 10)
    pause: timedelta = min(LOCK_OUT, FIRST_LOCK_OUT * 2**doublings)
    return now + pause


def _folded(name: str) -> str:
    return clean_line(name, 64).lower()


def _fit_name(name: str) -> str:
    folded = _folded(name)
    if not _NAME.fullmatch(folded):
        raise InputError(
            Text(
                "用户名为 2 到 64 个字母、数字、点、连字符、下划线或 @",
                "a user name has 2 to 64 letters, digits, dots, hyphens, underscores or @",
            ),
            where="name",
        )
    return folded
