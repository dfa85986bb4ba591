"""The access register in the database: append-only, chained, searchable, never deleted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Index, String, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from monitor.domain.access import Scope
from monitor.domain.access_register import AccessEntry, AccessKind, Accessor, NewAccess
from monitor.domain.chain import ChainVerdict, Link, look_through
from monitor.domain.errors import InputError
from monitor.domain.text import Text
from monitor.store.append_only import append_only
from monitor.store.base import Base, Database, UtcDateTime
from monitor.store.chains import ChainedRow, append, links, written
from monitor.store.scope import within
from monitor.store.text import clean_line, clean_text, plain

LONGEST_REASON = 1000
_MOST = 500


class AccessRow(ChainedRow, Base):
    """One row of the register; ``content`` is what counts, the rest is for searching."""

    __tablename__ = "access_entry"
    __table_args__ = (Index(None, "user_id", "alert_id", "at"),)

    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    kind: Mapped[str] = mapped_column(String(24))
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    account: Mapped[str] = mapped_column(String(64))
    person: Mapped[str] = mapped_column(String(200))
    unit: Mapped[str] = mapped_column(String(200))
    institution_id: Mapped[str | None] = mapped_column(String(64), index=True)
    alert_id: Mapped[int | None] = mapped_column(BigInteger)


append_only(AccessRow.__table__)


@dataclass(frozen=True, slots=True)
class AccessFilter:
    """Which rows to find; empty means any. ``person`` is part of a name, account or unit."""

    kinds: frozenset[AccessKind] = frozenset()
    person: str = ""
    institution_id: str = ""
    alert_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


EVERY_ACCESS = AccessFilter()


@dataclass(frozen=True, slots=True)
class AccessPage:
    """Rows, newest first; ``next`` is the position to go on before, ``None`` at the end."""

    entries: tuple[AccessEntry, ...]
    next: int | None


class AccessRegister:
    """Puts down who looked at what, and finds it again. Nothing is ever changed or removed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put_down(self, access: NewAccess, now: datetime) -> AccessEntry:
        """Add a row.

        Raises:
            InputError: no reason is given.
        """
        with self._database.transaction() as session:
            return put_down(session, access, now)

    def search(
        self,
        scope: Scope,
        wanted: AccessFilter = EVERY_ACCESS,
        before: int | None = None,
        limit: int = 50,
    ) -> AccessPage:
        """Return rows about institutions within ``scope``, newest first."""
        limit = min(limit, _MOST)
        statement = (
            select(AccessRow)
            .where(within(scope, AccessRow.institution_id), *_conditions(wanted))
            .order_by(AccessRow.position.desc())
            .limit(limit + 1)
        )
        if before is not None:
            statement = statement.where(AccessRow.position < before)
        with self._database.reading() as session:
            found = [entry_of(row) for row in session.scalars(statement)]
        more = len(found) > limit
        return AccessPage(tuple(found[:limit]), found[limit - 1].position if more else None)

    def between(self, scope: Scope, start: datetime, end: datetime) -> Iterator[AccessEntry]:
        """Yield the rows of ``start`` until before ``end``, oldest first, as for a year."""
        after: int | None = 0
        while after is not None:
            statement = (
                select(AccessRow)
                .where(within(scope, AccessRow.institution_id), AccessRow.position > after)
                .where(AccessRow.at >= start, AccessRow.at < end)
                .order_by(AccessRow.position)
                .limit(_MOST)
            )
            with self._database.reading() as session:
                batch = [entry_of(row) for row in session.scalars(statement)]
            yield from batch
            after = batch[-1].position if batch else None

    def last_viewing(self, user_id: int, alert_id: int) -> datetime | None:
        """Return when somebody last gave a reason for looking at the footage of an alert."""
        statement = (
            select(AccessRow.at)
            .where(
                AccessRow.user_id == user_id,
                AccessRow.alert_id == alert_id,
                AccessRow.kind == AccessKind.VIEWED.value,
            )
            .order_by(AccessRow.at.desc())
            .limit(1)
        )
        with self._database.reading() as session:
            return session.scalar(statement)

    def verify(self, known: str | None = None) -> ChainVerdict:
        """Look through the whole register; ``known`` is a hash written down earlier."""
        with self._database.reading() as session:
            return look_through(_checked(session), known)


def put_down(session: Session, access: NewAccess, now: datetime) -> AccessEntry:
    """Add a row within a transaction that does what it tells.

    Raises:
        InputError: no reason is given.
    """
    reason = clean_text(access.reason, LONGEST_REASON)
    if not reason:
        raise InputError(
            Text(
                "请写明原因：每次调阅都连同原因登记",
                "say why: every access is put down with its reason",
            ),
            where="reason",
        )
    who = access.who
    columns: dict[str, Any] = {
        "kind": access.kind.value,
        "user_id": who.user_id,
        "account": clean_line(who.account, 64),
        "person": clean_line(who.person, 200),
        "unit": clean_line(who.unit, 200),
        "institution_id": access.institution_id,
        "alert_id": access.alert_id,
    }
    content = {
        "v": 1,
        "at": written(now),
        **columns,
        "address": clean_line(who.address, 64),
        "reason": reason,
        "what": plain(access.what),
    }
    return entry_of(append(session, AccessRow, content, at=now, **columns))


def entry_of(row: AccessRow) -> AccessEntry:
    """Return the plain value of a row, read from what was hashed."""
    content = json.loads(row.content)
    who = Accessor(
        content["user_id"],
        content["account"],
        content["person"],
        content["unit"],
        content["address"],
    )
    access = NewAccess(
        kind=AccessKind(content["kind"]),
        who=who,
        reason=content["reason"],
        institution_id=content["institution_id"],
        alert_id=content["alert_id"],
        what=content["what"],
    )
    at = datetime.fromisoformat(content["at"])
    return AccessEntry(row.position, at, access, row.former, row.hash)


def _checked(session: Session) -> Iterator[Link]:
    for link, row in links(session, AccessRow):
        content = json.loads(link.content)
        same = content.get("position") == link.position and all(
            content.get(name) == getattr(row, name)
            for name in ("kind", "user_id", "account", "person", "unit", "alert_id")
        )
        same = same and content.get("institution_id") == row.institution_id
        same = same and content.get("at") == written(row.at)
        # What is searched by has to be what was hashed, or a search could be made to miss a row.
        yield link if same else Link(link.position, link.content + " ", link.former, link.hash)


def _conditions(wanted: AccessFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.kinds:
        conditions.append(AccessRow.kind.in_(kind.value for kind in wanted.kinds))
    if wanted.person:
        columns = (AccessRow.person, AccessRow.account, AccessRow.unit)
        conditions.append(
            or_(*(column.icontains(wanted.person, autoescape=True) for column in columns))
        )
    if wanted.institution_id:
        conditions.append(AccessRow.institution_id == wanted.institution_id)
    if wanted.alert_id is not None:
        conditions.append(AccessRow.alert_id == wanted.alert_id)
    if wanted.since is not None:
        conditions.append(AccessRow.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(AccessRow.at < wanted.until)
    return conditions
