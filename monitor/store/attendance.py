"""Arrivals and departures as institutions report them, and the codes with which to collect.

Movements are only ever added: a mistake is put right by a movement the other way. The count of a
class starts at nought each day.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, String, case, func, select, update
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped, Session, mapped_column

from monitor.domain.access import Scope
from monitor.domain.alerts import Actor
from monitor.domain.attendance import Direction, Movement, RollCall, SignedIn
from monitor.domain.errors import ConflictError, InputError, NotFoundError, PermissionDeniedError
from monitor.domain.text import Text
from monitor.store.base import Base, BigId, Database, UtcDateTime
from monitor.store.locks import take_turn
from monitor.store.registers import ClassRow
from monitor.store.scope import within
from monitor.store.text import clean_line, clean_text
from monitor.store.tokens import token_hash
from monitor.store.upsert import affected

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_CODE_LENGTH = 10
_MOST_CHILDREN = 500


class MovementRow(Base):
    """One :class:`~monitor.domain.attendance.Movement`."""

    __tablename__ = "attendance_movement"
    __table_args__ = (Index(None, "institution_id", "at"), Index(None, "room_id", "at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    institution_id: Mapped[str] = mapped_column(ForeignKey("institution.id"))
    class_key: Mapped[str] = mapped_column(String(200))
    room_id: Mapped[str | None] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    direction: Mapped[str] = mapped_column(String(16))
    children: Mapped[int]
    place: Mapped[str] = mapped_column(String(32))
    verified: Mapped[bool]
    note: Mapped[str] = mapped_column(SqlText)
    by_user: Mapped[int | None] = mapped_column(BigId)
    by_name: Mapped[str] = mapped_column(String(300))
    recorded: Mapped[datetime] = mapped_column(UtcDateTime)


class PickUpCodeRow(Base):
    """A code with which somebody may collect the child that holds a place in a class."""

    __tablename__ = "pick_up_code"
    __table_args__ = (Index(None, "institution_id", "class_key", "place"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    institution_id: Mapped[str] = mapped_column(ForeignKey("institution.id"))
    class_key: Mapped[str] = mapped_column(String(200))
    place: Mapped[str] = mapped_column(String(32))
    code_hash: Mapped[str] = mapped_column(String(64))
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    by_name: Mapped[str] = mapped_column(String(300))
    withdrawn: Mapped[datetime | None] = mapped_column(UtcDateTime)


@dataclass(frozen=True, slots=True)
class MovementView:
    """A movement with who recorded it."""

    id: int
    movement: Movement
    by: str
    recorded: datetime


@dataclass(frozen=True, slots=True)
class PickUpCode:
    """A code that is in force, without the code itself."""

    id: int
    class_id: str
    place: str
    created: datetime
    by: str


class AttendanceRepository:
    """Writes and counts arrivals and departures."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(
        self,
        institution_id: str,
        movement: Movement,
        day_start: datetime,
        now: datetime,
        by: Actor,
        code: str = "",
    ) -> int:
        """Write a movement down and return how many of the class are signed in then.

        ``day_start`` is local midnight before the movement. A ``code`` must fit its place.

        Raises:
            NotFoundError: the institution has no such class.
            InputError: the number is out of range, or the time lies in the future.
            ConflictError: more would leave than are signed in.
            PermissionDeniedError: the code does not fit.
        """
        if not 1 <= movement.children <= _MOST_CHILDREN:
            raise InputError(
                Text("这不是儿童人数", "this is not a number of children"), where="children"
            )
        if not day_start <= movement.at <= now:
            raise InputError(
                Text("时间不是今天，或还没有到", "the time is not of today, or has not come yet"),
                where="at",
            )
        with self._database.transaction() as session:
            take_turn(session, f"attendance {institution_id}")
            group = _class(session, institution_id, movement.class_id)
            if code and not _fits(session, institution_id, movement, code):
                raise PermissionDeniedError(
                    Text("接送码不符", "the pick-up code does not fit"), where="code"
                )
            present = _present(session, institution_id, movement.class_id, day_start)
            leaving = movement.direction is Direction.DEPARTURE
            after = present + (-movement.children if leaving else movement.children)
            if after < 0:
                raise ConflictError(
                    Text(
                        f"不能有 {movement.children} 人离园：签到的只有 {present} 人",
                        f"{movement.children} cannot leave: {present} are signed in",
                    ),
                    hint=Text("请先登记入园", "record the arrivals first"),
                )
            session.add(
                MovementRow(
                    institution_id=institution_id,
                    class_key=movement.class_id,
                    room_id=group.room_id,
                    at=movement.at,
                    direction=movement.direction.value,
                    children=movement.children,
                    place=clean_line(movement.place, 32),
                    verified=bool(code),
                    note=clean_text(movement.note, 500),
                    by_user=by.user_id,
                    by_name=clean_line(by.name, 300),
                    recorded=now,
                )
            )
            return after

    def signed_in(self, scope: Scope, since: datetime, at: datetime) -> tuple[SignedIn, ...]:
        """Return how many are signed in at ``at``, by class; ``since`` is the local midnight."""
        return self._signed_in(within(scope, MovementRow.institution_id), since, at)

    def roll_calls(
        self, institution_ids: Collection[str], since: datetime, at: datetime
    ) -> dict[str, RollCall]:
        """Return how many are signed in at ``at`` to each institution, in all and by room.

        Institutions without any movement since the local midnight ``since`` are left out: of them
        nothing is known. Fit to be asked every few seconds.
        """
        among = MovementRow.institution_id.in_(institution_ids)
        children: dict[str, int] = {}
        rooms: dict[str, dict[str, int]] = {}
        for group in self._signed_in(among, since, at):
            name = group.institution_id
            children[name] = children.get(name, 0) + group.children
            by_room = rooms.setdefault(name, {})
            if group.room_id is not None:
                by_room[group.room_id] = by_room.get(group.room_id, 0) + group.children
        return {name: RollCall(total, rooms[name]) for name, total in children.items()}

    def _signed_in(
        self, among: ColumnElement[bool], since: datetime, at: datetime
    ) -> tuple[SignedIn, ...]:
        statement = (
            select(
                MovementRow.institution_id,
                MovementRow.class_key,
                func.max(MovementRow.room_id),
                func.sum(_signed()),
                func.max(MovementRow.at),
            )
            .where(among, MovementRow.at >= since, MovementRow.at <= at)
            .group_by(MovementRow.institution_id, MovementRow.class_key)
            .order_by(MovementRow.institution_id, MovementRow.class_key)
        )
        with self._database.reading() as session:
            return tuple(
                SignedIn(institution, group, room, int(children), last)
                for institution, group, room, children, last in session.execute(statement)
            )

    def movements(
        self, scope: Scope, institution_id: str, since: datetime, until: datetime
    ) -> tuple[MovementView, ...]:
        """Return the movements of a day, newest first."""
        statement = (
            select(MovementRow)
            .where(
                MovementRow.institution_id == institution_id,
                within(scope, MovementRow.institution_id),
                MovementRow.at >= since,
                MovementRow.at < until,
            )
            .order_by(MovementRow.at.desc(), MovementRow.id.desc())
        )
        with self._database.reading() as session:
            return tuple(_view(row) for row in session.scalars(statement))

    def issue_code(
        self, institution_id: str, class_id: str, place: str, now: datetime, by: Actor
    ) -> str:
        """Make a new pick-up code for a place and return it; it is shown this once only.

        Raises:
            NotFoundError: the institution has no such class.
            InputError: the place is empty.
        """
        place = clean_line(place, 32)
        if not place:
            raise InputError(Text("缺少座号", "the number of the place is missing"), where="place")
        code = "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH))
        with self._database.transaction() as session:
            _class(session, institution_id, class_id)
            session.add(
                PickUpCodeRow(
                    institution_id=institution_id,
                    class_key=class_id,
                    place=place,
                    code_hash=_hash(institution_id, class_id, place, code),
                    created=now,
                    by_name=clean_line(by.name, 300),
                )
            )
        return code

    def codes(self, scope: Scope, institution_id: str) -> tuple[PickUpCode, ...]:
        """Return the codes in force."""
        statement = (
            select(PickUpCodeRow)
            .where(
                PickUpCodeRow.institution_id == institution_id,
                within(scope, PickUpCodeRow.institution_id),
                PickUpCodeRow.withdrawn.is_(None),
            )
            .order_by(PickUpCodeRow.class_key, PickUpCodeRow.place, PickUpCodeRow.id)
        )
        with self._database.reading() as session:
            return tuple(
                PickUpCode(row.id, row.class_key, row.place, row.created, row.by_name)
                for row in session.scalars(statement)
            )

    def withdraw_code(self, institution_id: str, code_id: int, now: datetime) -> None:
        """Take a code out of force.

        Raises:
            NotFoundError: no such code is in force.
        """
        statement = (
            update(PickUpCodeRow)
            .where(
                PickUpCodeRow.id == code_id,
                PickUpCodeRow.institution_id == institution_id,
                PickUpCodeRow.withdrawn.is_(None),
            )
            .values(withdrawn=now)
        )
        with self._database.transaction() as session:
            if affected(session.execute(statement)) == 0:
                raise NotFoundError(
                    Text("没有这个有效的接送码", "no such code is in force"),
                    where=f"code {code_id}",
                )


def _class(session: Session, institution_id: str, class_id: str) -> ClassRow:
    statement = select(ClassRow).where(
        ClassRow.institution_id == institution_id, ClassRow.class_key == class_id
    )
    row = session.scalar(statement)
    if row is None:
        raise NotFoundError(
            Text("机构没有这个班", "the institution has no such class"), where=class_id
        )
    return row


def _signed() -> ColumnElement[int]:
    going = MovementRow.direction == Direction.DEPARTURE.value
    return case((going, -MovementRow.children), else_=MovementRow.children)


def _present(session: Session, institution_id: str, class_id: str, since: datetime) -> int:
    statement = select(func.sum(_signed())).where(
        MovementRow.institution_id == institution_id,
        MovementRow.class_key == class_id,
        MovementRow.at >= since,
    )
    return int(session.scalar(statement) or 0)


def _fits(session: Session, institution_id: str, movement: Movement, code: str) -> bool:
    digest = _hash(institution_id, movement.class_id, movement.place.strip(), code.strip().upper())
    statement = select(PickUpCodeRow.code_hash).where(
        PickUpCodeRow.institution_id == institution_id,
        PickUpCodeRow.class_key == movement.class_id,
        PickUpCodeRow.place == movement.place.strip(),
        PickUpCodeRow.withdrawn.is_(None),
    )
    return any(secrets.compare_digest(known, digest) for known in session.scalars(statement))


def _hash(institution_id: str, class_id: str, place: str, code: str) -> str:
    return token_hash("\n".join((institution_id, class_id, place, code)))


def _view(row: MovementRow) -> MovementView:
    movement = Movement(
        class_id=row.class_key,
        at=row.at,
        direction=Direction(row.direction),
        children=row.children,
        place=row.place,
        verified=row.verified,
        note=row.note,
    )
    return MovementView(row.id, movement, row.by_name, row.recorded)
