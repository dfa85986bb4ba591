"""Exports of evidence: who asked, who decided, and the package that was made.

Each step is put down in the access register within the same transaction.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, and_, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from monitor.domain.access import DISTRICT, Scope
from monitor.domain.access_register import SYSTEM_ACCESSOR, AccessKind, Accessor, NewAccess
from monitor.domain.errors import ConflictError, NotFoundError, PermissionDeniedError
from monitor.domain.exports import KEPT, MOST_ATTEMPTS, Export, ExportState, Faces
from monitor.domain.text import Text
from monitor.store.access_register import put_down
from monitor.store.alerts import AlertRow
from monitor.store.base import Base, BigId, Database, UtcDateTime
from monitor.store.data_requests import DataRequestRow, note_use
from monitor.store.files import StoredFile
from monitor.store.scope import within
from monitor.store.text import clean_line, clean_text

_MAKING_TAKES = timedelta(minutes=30)
_LONGEST = 1000


class ExportRow(Base):
    """One request to take evidence of an alert out of the house."""

    __tablename__ = "export_request"
    __table_args__ = (Index(None, "state", "requested"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id"), index=True)
    institution_id: Mapped[str] = mapped_column(String(64), index=True)
    state: Mapped[str] = mapped_column(String(16))
    faces: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(_LONGEST))
    requested: Mapped[datetime] = mapped_column(UtcDateTime)
    requester_id: Mapped[int] = mapped_column(BigInteger, index=True)
    requester: Mapped[str] = mapped_column(String(420))
    decided: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decider: Mapped[str] = mapped_column(String(420))
    decision: Mapped[str] = mapped_column(String(_LONGEST))
    claimed: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int]
    made: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires: Mapped[datetime | None] = mapped_column(UtcDateTime)
    path: Mapped[str] = mapped_column(String(500))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    failure: Mapped[str] = mapped_column(String(500))
    data_request_id: Mapped[int | None] = mapped_column(BigId, index=True)


class ExportRepository:
    """Exports within a scope; what lies outside does not exist for the caller."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def request(
        self,
        scope: Scope,
        alert_id: int,
        who: Accessor,
        reason: str,
        faces: Faces,
        now: datetime,
        data_request: int | None = None,
    ) -> Export:
        """Ask for the evidence of an alert, perhaps for a request about personal data.

        Raises:
            NotFoundError: there is no such alert within ``scope``.
            InputError: no reason is given.
            ConflictError: the same person waits for the same already.
        """
        with self._database.transaction() as session:
            alert = session.scalar(
                select(AlertRow)
                .where(AlertRow.id == alert_id, within(scope, AlertRow.institution_id))
                .with_for_update()
            )
            if alert is None or who.user_id is None:
                raise NotFoundError(
                    Text("没有这条告警", "there is no such alert"), where=f"alert {alert_id}"
                )
            _refuse_twice(session, alert_id, who.user_id, faces)
            row = ExportRow(
                alert_id=alert_id,
                institution_id=alert.institution_id,
                state=ExportState.REQUESTED.value,
                faces=faces.value,
                reason=clean_text(reason, _LONGEST),
                requested=now,
                requester_id=who.user_id,
                requester=_named(who),
                decider="",
                decision="",
                attempts=0,
                path="",
                sha256="",
                size=0,
                failure="",
                data_request_id=data_request,
            )
            session.add(row)
            session.flush()
            _put_down(session, AccessKind.EXPORT_REQUESTED, row, who, reason, now)
            return _export(row)

    def decide(
        self,
        scope: Scope,
        export_id: int,
        who: Accessor,
        *,
        approve: bool,
        reason: str,
        now: datetime,
    ) -> Export:
        """Approve or deny what somebody else asked for.

        Raises:
            NotFoundError: there is none within ``scope``.
            PermissionDeniedError: nobody decides about what they asked for themselves.
            ConflictError: it was decided already.
            InputError: no reason is given.
        """
        with self._database.transaction() as session:
            row = _one(session, scope, export_id)
            if row.requester_id == who.user_id:
                raise PermissionDeniedError(
                    Text("您的申请须由他人决定", "somebody else has to decide about your request")
                )
            if row.state != ExportState.REQUESTED.value:
                raise ConflictError(
                    Text("已经决定", "this was decided already"), where=f"export {export_id}"
                )
            row.state = (ExportState.APPROVED if approve else ExportState.DENIED).value
            row.decided, row.decider = now, _named(who)
            row.decision = clean_text(reason, _LONGEST)
            kind = AccessKind.EXPORT_APPROVED if approve else AccessKind.EXPORT_DENIED
            _put_down(session, kind, row, who, reason, now)
            return _export(row)

    def get(self, scope: Scope, export_id: int) -> Export:
        """Return one export.

        Raises:
            NotFoundError: there is none within ``scope``.
        """
        with self._database.reading() as session:
            return _export(_one(session, scope, export_id, lock=False))

    def list(
        self, scope: Scope, requester_id: int | None = None, limit: int = 100
    ) -> tuple[Export, ...]:
        """Return exports, those that wait for a decision first, then the newest."""
        waiting = ExportRow.state == ExportState.REQUESTED.value
        statement = (
            select(ExportRow)
            .where(within(scope, ExportRow.institution_id))
            .order_by(waiting.desc(), ExportRow.id.desc())
            .limit(limit)
        )
        if requester_id is not None:
            statement = statement.where(ExportRow.requester_id == requester_id)
        with self._database.reading() as session:
            return tuple(_export(row) for row in session.scalars(statement))

    def waiting(self, scope: Scope) -> int:
        """Return how many wait for a decision."""
        statement = select(func.count(ExportRow.id)).where(
            within(scope, ExportRow.institution_id),
            ExportRow.state == ExportState.REQUESTED.value,
        )
        with self._database.reading() as session:
            return session.scalar(statement) or 0

    def fetched(self, scope: Scope, export_id: int, who: Accessor, now: datetime) -> Export:
        """Put down that somebody fetches a package, and return it.

        Raises:
            NotFoundError: there is none within ``scope``, or it is not theirs.
            ConflictError: it is not ready, or gone already.
        """
        with self._database.transaction() as session:
            row = _one(session, scope, export_id)
            if row.requester_id != who.user_id:
                raise NotFoundError(
                    Text("没有这个导出", "there is no such export"), where=f"export {export_id}"
                )
            if row.state != ExportState.READY.value or row.expires is None or row.expires <= now:
                raise ConflictError(
                    Text("文件包不在", "the package is not there"), where=f"export {export_id}"
                )
            _put_down(session, AccessKind.EXPORT_DOWNLOADED, row, who, row.reason, now)
            return _export(row)

    def claim(self, now: datetime) -> Export | None:
        """Take the oldest package that is due to be made, so that nobody else makes it too.

        One that was taken long ago and never finished, because its maker died, is due again.
        """
        due = or_(
            ExportRow.state == ExportState.APPROVED.value,
            and_(
                ExportRow.state == ExportState.MAKING.value,
                ExportRow.claimed < now - _MAKING_TAKES,
            ),
        )
        statement = (
            select(ExportRow)
            .where(due)
            .order_by(ExportRow.decided, ExportRow.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        with self._database.transaction() as session:
            row = session.scalar(statement)
            if row is None:
                return None
            row.state, row.claimed = ExportState.MAKING.value, now
            row.attempts += 1
            return _export(row)

    def any_due(self, now: datetime) -> bool:
        """Say, without waiting for writers, whether :meth:`claim` would find something."""
        statement = select(ExportRow.id).where(
            or_(
                ExportRow.state == ExportState.APPROVED.value,
                and_(
                    ExportRow.state == ExportState.MAKING.value,
                    ExportRow.claimed < now - _MAKING_TAKES,
                ),
            )
        )
        with self._database.reading() as session:
            return session.scalar(statement.limit(1)) is not None

    def finish(self, export_id: int, stored: StoredFile, now: datetime) -> None:
        """Put down that a package was made."""
        with self._database.transaction() as session:
            row = _one(session, DISTRICT, export_id)
            row.state = ExportState.READY.value
            row.made, row.expires = now, now + KEPT
            row.path, row.sha256, row.size = stored.key, stored.sha256, stored.size
            row.failure = ""
            _put_down(session, AccessKind.EXPORT_MADE, row, SYSTEM_ACCESSOR, row.reason, now)

    def fail(self, export_id: int, why: str, *, again: bool) -> None:
        """Put down that a package could not be made; ``again`` says that it may be tried again."""
        with self._database.transaction() as session:
            row = _one(session, DISTRICT, export_id)
            again = again and row.attempts < MOST_ATTEMPTS
            row.state = (ExportState.APPROVED if again else ExportState.FAILED).value
            row.failure = clean_line(why, 500)

    def outdated(self, now: datetime) -> tuple[Export, ...]:
        """Return packages that nobody may fetch any more."""
        statement = select(ExportRow).where(
            ExportRow.state == ExportState.READY.value, ExportRow.expires <= now
        )
        with self._database.reading() as session:
            return tuple(_export(row) for row in session.scalars(statement))

    def expire(self, ids: Collection[int]) -> None:
        """Put down that packages are gone."""
        with self._database.transaction() as session:
            for row in session.scalars(select(ExportRow).where(ExportRow.id.in_(ids))):
                row.state = ExportState.EXPIRED.value


def _one(session: Session, scope: Scope, export_id: int, *, lock: bool = True) -> ExportRow:
    statement = select(ExportRow).where(
        ExportRow.id == export_id, within(scope, ExportRow.institution_id)
    )
    row = session.scalar(statement.with_for_update() if lock else statement)
    if row is None:
        raise NotFoundError(
            Text("没有这个导出", "there is no such export"), where=f"export {export_id}"
        )
    return row


def _refuse_twice(session: Session, alert_id: int, user_id: int, faces: Faces) -> None:
    unfinished = (ExportState.REQUESTED, ExportState.APPROVED, ExportState.MAKING)
    statement = select(ExportRow.id).where(
        ExportRow.alert_id == alert_id,
        ExportRow.requester_id == user_id,
        ExportRow.faces == faces.value,
        ExportRow.state.in_([state.value for state in unfinished]),
    )
    if session.scalar(statement.limit(1)) is not None:
        raise ConflictError(
            Text("您已经申请过", "you have asked for this already"), where=f"alert {alert_id}"
        )


def _put_down(
    session: Session,
    kind: AccessKind,
    row: ExportRow,
    who: Accessor,
    reason: str,
    now: datetime,
) -> None:
    what: dict[str, Any] = {"export": row.id, "faces": row.faces, "requester": row.requester}
    if row.sha256:
        what["sha256"] = row.sha256
    if row.data_request_id is not None:
        what["request"] = session.scalar(
            select(DataRequestRow.number).where(DataRequestRow.id == row.data_request_id)
        )
    access = NewAccess(kind, who, reason, row.institution_id, row.alert_id, what)
    note_use(session, row.data_request_id, put_down(session, access, now).position)


def _named(who: Accessor) -> str:
    return clean_line(f"{who.person} ({who.unit})" if who.unit else who.person, 420)


def _export(row: ExportRow) -> Export:
    return Export(
        id=row.id,
        alert_id=row.alert_id,
        institution_id=row.institution_id,
        state=ExportState(row.state),
        faces=Faces(row.faces),
        reason=row.reason,
        requested=row.requested,
        requester_id=row.requester_id,
        requester=row.requester,
        decided=row.decided,
        decider=row.decider,
        decision=row.decision,
        made=row.made,
        expires=row.expires,
        path=row.path,
        sha256=row.sha256,
        size=row.size,
        failure=row.failure,
        attempts=row.attempts,
    )
