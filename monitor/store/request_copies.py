"""Copies of recordings for requests that were granted: asked for, made, fetched, gone.

Others in them are unrecognisable unless the decision says otherwise. Each step is put down in the
access register and tied to the request within the same transaction.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, ForeignKey, Index, String, and_, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from monitor.domain.access import Scope
from monitor.domain.access_register import SYSTEM_ACCESSOR, AccessKind, Accessor, NewAccess
from monitor.domain.data_requests import DataRequest, Wish
from monitor.domain.errors import ConflictError, InputError, NotFoundError, PermissionDeniedError
from monitor.domain.exports import KEPT, MOST_ATTEMPTS, ExportState, Faces
from monitor.domain.text import Text
from monitor.store.access_register import put_down
from monitor.store.base import Base, BigId, Database, UtcDateTime
from monitor.store.data_request_repository import DataRequests
from monitor.store.data_requests import DataRequestRow, note_use
from monitor.store.files import StoredFile
from monitor.store.places import CameraRow
from monitor.store.text import clean_line

LONGEST_COPY = timedelta(minutes=15)
"""Of one copy: every picture is looked at for people and written anew, which takes its time."""

_MAKING_TAKES = timedelta(hours=2)
_UNFINISHED = (ExportState.APPROVED.value, ExportState.MAKING.value)


class RequestCopyRow(Base):
    """One stretch of a camera as a file for whoever asked."""

    __tablename__ = "data_request_copy"
    __table_args__ = (Index(None, "state", "asked"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey(DataRequestRow.id), index=True)
    camera_id: Mapped[str] = mapped_column(ForeignKey(CameraRow.id))
    start: Mapped[datetime] = mapped_column(UtcDateTime)
    end: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(16))
    asked: Mapped[datetime] = mapped_column(UtcDateTime)
    claimed: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int]
    expires: Mapped[datetime | None] = mapped_column(UtcDateTime)
    path: Mapped[str] = mapped_column(String(500))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    failure: Mapped[str] = mapped_column(String(500))


@dataclass(frozen=True, slots=True)
class RequestCopy:
    """One copy; ``number`` is that of its request, ``path`` its key in the file store."""

    id: int
    request_id: int
    number: str
    faces: Faces
    camera_id: str
    start: datetime
    end: datetime
    state: ExportState
    expires: datetime | None
    path: str
    sha256: str
    size: int
    failure: str


class RequestCopies:
    """Copies within a scope; what lies outside does not exist for the caller."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._requests = DataRequests(database)

    def ask(
        self,
        scope: Scope,
        request_id: int,
        camera_id: str,
        start: datetime,
        end: datetime,
        who: Accessor,
        now: datetime,
    ) -> None:
        """Have a stretch made into a file.

        Raises:
            NotFoundError: there is no such request or camera within ``scope``.
            PermissionDeniedError: the request does not grant it.
            InputError: the stretch is empty, too long, or not within what was asked.
            ConflictError: the same is being made already.
        """
        with self._database.reading() as session:
            room_id = session.scalar(select(CameraRow.room_id).where(CameraRow.id == camera_id))
        self._requests.get(scope, request_id)
        if room_id is None:
            raise NotFoundError(Text("没有这台摄像机", "there is no such camera"), where=camera_id)
        request = self._requests.opened(scope, request_id, room_id, start, end)
        _check(request, start, end)
        with self._database.transaction() as session:
            _refuse_twice(session, request_id, camera_id, start, end)
            row = RequestCopyRow(
                request_id=request_id,
                camera_id=camera_id,
                start=start,
                end=end,
                state=ExportState.APPROVED.value,
                asked=now,
                attempts=0,
                path="",
                sha256="",
                size=0,
                failure="",
            )
            session.add(row)
            session.flush()
            _put_down(session, AccessKind.EXPORT_REQUESTED, row, who, now)

    def of_request(self, request_id: int) -> tuple[RequestCopy, ...]:
        """Return the copies for a request, newest first."""
        newest = RequestCopyRow.id.desc()
        statement = select(RequestCopyRow).where(RequestCopyRow.request_id == request_id)
        with self._database.reading() as session:
            return tuple(_copy(session, row) for row in session.scalars(statement.order_by(newest)))

    def fetched(self, scope: Scope, copy_id: int, who: Accessor, now: datetime) -> RequestCopy:
        """Put down that somebody fetches a copy, and return it.

        Raises:
            NotFoundError: there is none within ``scope``.
            ConflictError: it is not ready, or gone already.
        """
        with self._database.reading() as session:
            found = session.get(RequestCopyRow, copy_id)
        if found is None:
            raise NotFoundError(
                Text("没有这份副本", "there is no such copy"), where=f"copy {copy_id}"
            )
        self._requests.get(scope, found.request_id)
        with self._database.transaction() as session:
            row = session.get_one(RequestCopyRow, copy_id)
            if row.state != ExportState.READY.value or row.expires is None or row.expires <= now:
                raise ConflictError(
                    Text("副本不在", "the copy is not there"), where=f"copy {copy_id}"
                )
            _put_down(session, AccessKind.EXPORT_DOWNLOADED, row, who, now)
            return _copy(session, row)

    def claim(self, now: datetime) -> RequestCopy | None:
        """Take the oldest copy that is due to be made, so that nobody else makes it too.

        One that was taken long ago and never finished, because its maker died, is due again.
        """
        abandoned = and_(
            RequestCopyRow.state == ExportState.MAKING.value,
            RequestCopyRow.claimed < now - _MAKING_TAKES,
        )
        due = or_(RequestCopyRow.state == ExportState.APPROVED.value, abandoned)
        oldest = select(RequestCopyRow).where(due).order_by(RequestCopyRow.id).limit(1)
        with self._database.reading() as session:
            if session.scalar(oldest) is None:
                return None
        with self._database.transaction() as session:
            row = session.scalar(oldest.with_for_update(skip_locked=True))
            if row is None:
                return None
            row.state, row.claimed = ExportState.MAKING.value, now
            row.attempts += 1
            return _copy(session, row)

    def finish(self, copy_id: int, stored: StoredFile, now: datetime) -> None:
        """Put down that a copy was made."""
        with self._database.transaction() as session:
            row = session.get_one(RequestCopyRow, copy_id)
            row.state, row.expires, row.failure = ExportState.READY.value, now + KEPT, ""
            row.path, row.sha256, row.size = stored.key, stored.sha256, stored.size
            _put_down(session, AccessKind.EXPORT_MADE, row, SYSTEM_ACCESSOR, now)

    def fail(self, copy_id: int, why: str, *, again: bool) -> None:
        """Put down that a copy could not be made; ``again`` says that it may be tried again."""
        with self._database.transaction() as session:
            row = session.get_one(RequestCopyRow, copy_id)
            again = again and row.attempts < MOST_ATTEMPTS
            row.state = (ExportState.APPROVED if again else ExportState.FAILED).value
            row.failure = clean_line(why, 500)

    def outdated(self, now: datetime) -> tuple[RequestCopy, ...]:
        """Return copies that nobody may fetch any more."""
        statement = select(RequestCopyRow).where(
            RequestCopyRow.state == ExportState.READY.value, RequestCopyRow.expires <= now
        )
        with self._database.reading() as session:
            return tuple(_copy(session, row) for row in session.scalars(statement))

    def expire(self, ids: Collection[int]) -> None:
        """Put down that copies are gone."""
        with self._database.transaction() as session:
            for row in session.scalars(select(RequestCopyRow).where(RequestCopyRow.id.in_(ids))):
                row.state = ExportState.EXPIRED.value


def _check(request: DataRequest, start: datetime, end: datetime) -> None:
    if request.wish is not Wish.COPY:
        raise PermissionDeniedError(
            Text("请求的只是查看录像", "only to see the recordings was asked for"), where="wish"
        )
    if not timedelta(0) < end - start <= LONGEST_COPY:
        raise InputError(
            Text("一份副本最长 15 分钟", "a copy is of at most 15 minutes"),
            where="copy",
            hint=Text("请分成几份", "make several"),
        )
    if (
        request.start is None
        or request.end is None
        or not (request.start <= start and end <= request.end)
    ):
        raise InputError(
            Text("这超出了请求的范围", "this lies outside what was asked about"), where="copy"
        )


def _refuse_twice(
    session: Session, request_id: int, camera_id: str, start: datetime, end: datetime
) -> None:
    same = select(RequestCopyRow.id).where(
        RequestCopyRow.request_id == request_id,
        RequestCopyRow.camera_id == camera_id,
        RequestCopyRow.start == start,
        RequestCopyRow.end == end,
        RequestCopyRow.state.in_(_UNFINISHED),
    )
    if session.scalar(same.limit(1)) is not None:
        raise ConflictError(
            Text("已在制作", "this is being made already"), where=f"request {request_id}"
        )


def _put_down(
    session: Session, kind: AccessKind, row: RequestCopyRow, who: Accessor, now: datetime
) -> None:
    request = session.get_one(DataRequestRow, row.request_id)
    what = {
        "request": request.number,
        "copy": row.id,
        "camera": row.camera_id,
        "start": row.start.isoformat(),
        "end": row.end.isoformat(),
        "faces": request.faces,
    }
    if row.sha256:
        what["sha256"] = row.sha256
    reason = f"请求 / request {request.number}"
    access = NewAccess(kind, who, reason, request.institution_id, what=what)
    note_use(session, row.request_id, put_down(session, access, now).position)


def _copy(session: Session, row: RequestCopyRow) -> RequestCopy:
    request = session.get_one(DataRequestRow, row.request_id)
    return RequestCopy(
        id=row.id,
        request_id=row.request_id,
        number=request.number,
        faces=Faces(request.faces),
        camera_id=row.camera_id,
        start=row.start,
        end=row.end,
        state=ExportState(row.state),
        expires=row.expires,
        path=row.path,
        sha256=row.sha256,
        size=row.size,
        failure=row.failure,
    )
