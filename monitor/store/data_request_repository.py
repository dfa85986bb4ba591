"""Takes requests about personal data down, and what is done about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from monitor.domain.access import Scope, ScopeKind
from monitor.domain.access_register import AccessEntry, Accessor, NewAccess
from monitor.domain.data_requests import (
    AnswerTimes,
    DataRequest,
    NewRequest,
    RequestAction,
    RequestState,
    Ruling,
    Verdict,
    next_request_state,
)
from monitor.domain.errors import ConflictError, InputError, NotFoundError, PermissionDeniedError
from monitor.domain.text import Text
from monitor.store.access_register import put_down
from monitor.store.base import Database
from monitor.store.data_requests import OVER, DataRequestRow, RequestFileRow, note_use
from monitor.store.files import NewFile
from monitor.store.locks import take_turn
from monitor.store.places import RoomRow
from monitor.store.request_checks import check_place, check_request
from monitor.store.request_steps import (
    LONGEST_TEXT,
    add_step,
    enter_into_register,
    hold_footage,
    lift_footage,
)
from monitor.store.request_views import (
    RequestDetail,
    RequestFile,
    request_detail,
    request_file,
    request_view,
)
from monitor.store.scope import within
from monitor.store.text import clean_text

_NEEDS_TEXT = frozenset(
    {
        RequestAction.CHECK,
        RequestAction.CARRY_OUT,
        RequestAction.CLOSE,
        RequestAction.WITHDRAW,
        RequestAction.COMMENT,
    }
)


class DataRequests:
    """Requests within a scope; what lies outside does not exist for the caller."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(
        self,
        scope: Scope,
        new: NewRequest,
        who: Accessor,
        now: datetime,
        today: date,
        times: AnswerTimes,
        files: Sequence[NewFile] = (),
    ) -> DataRequest:
        """Take a request down; the recordings it is about are held from this moment on.

        Raises:
            NotFoundError: there is no such institution or room within ``scope``.
            InputError: something is missing or does not fit.
        """
        check_request(new, now, today)
        with self._database.transaction() as session:
            check_place(session, scope, new)
            take_turn(session, "data_request")
            row = DataRequestRow(
                number=_number(session, today.year),
                institution_id=new.institution_id,
                rooms=sorted(new.rooms),
                requester=new.requester.value,
                wish=new.wish.value,
                way=new.way.value,
                confidential=new.confidential,
                state=RequestState.RECEIVED.value,
                verdict=None,
                faces="blurred",
                received=new.received,
                due=times.due(new.requester, new.received),
                start=new.start,
                end=new.end,
                recorded=now,
                recorded_by_id=who.user_id,
                version=1,
            )
            session.add(row)
            session.flush()
            told = {
                key: clean_text(value, LONGEST_TEXT)
                for key, value in asdict(new.particulars).items()
            }
            facts = {"number": row.number, "institution": row.institution_id, "wish": row.wish}
            add_step(
                session,
                row,
                RequestAction.RECORD,
                who,
                now,
                {"particulars": told},
                {**facts, "requester": row.requester, "due": row.due.isoformat()},
                files,
            )
            hold_footage(session, row, who, now)
            return request_view(row)

    def act(
        self,
        scope: Scope,
        request_id: int,
        action: RequestAction,
        who: Accessor,
        now: datetime,
        *,
        text: str = "",
        ruling: Ruling | None = None,
        files: Sequence[NewFile] = (),
        expected_version: int | None = None,
    ) -> DataRequest:
        """Do something about a request.

        Raises:
            NotFoundError: there is none within ``scope``.
            ConflictError: it does not fit the state, or somebody else was faster.
            InputError: words, or the decision, are missing.
            PermissionDeniedError: who took the request down may not decide about it.
        """
        with self._database.transaction() as session:
            row = _row(session, scope, request_id, lock=True)
            if expected_version is not None and row.version != expected_version:
                raise ConflictError(
                    Text("其间他人修改了这个请求", "somebody else changed this request meanwhile"),
                    where=f"request {request_id}",
                    hint=Text("请重新载入后再看", "reload it and look again"),
                )
            verdict = None if row.verdict is None else Verdict(row.verdict)
            after = next_request_state(RequestState(row.state), action, verdict)
            words: dict[str, Any] = {"text": clean_text(text, LONGEST_TEXT)}
            if action in _NEEDS_TEXT and not words["text"]:
                raise InputError(
                    Text("请写几个字", "a few words are needed"),
                    where="text",
                    hint=Text("写明做了什么、怎么做的", "say what and how"),
                )
            if action is RequestAction.DECIDE:
                words["ruling"] = _decide(row, ruling, who, now)
            row.state = after.value
            row.version += 1
            if after.over:
                row.ended = now
            facts = {"verdict": row.verdict} if action is RequestAction.DECIDE else {}
            add_step(session, row, action, who, now, words, facts, files)
            if action is RequestAction.CARRY_OUT:
                enter_into_register(session, row, who, now)
            if after.over:
                lift_footage(session, row, who, now)
            return request_view(row)

    def get(self, scope: Scope, request_id: int) -> RequestDetail:
        """Return one request with all that belongs to it.

        Raises:
            NotFoundError: there is none within ``scope``.
        """
        with self._database.reading() as session:
            return request_detail(session, _row(session, scope, request_id))

    def list(
        self, scope: Scope, *, unclosed: bool = False, limit: int = 500
    ) -> tuple[DataRequest, ...]:
        """Return requests within ``scope``: those not closed first, the most due first."""
        over = DataRequestRow.state.in_(OVER)
        statement = (
            select(DataRequestRow)
            .where(_visible(scope))
            .order_by(over, DataRequestRow.due, DataRequestRow.id)
            .limit(limit)
        )
        if unclosed:
            statement = statement.where(~over)
        with self._database.reading() as session:
            return tuple(request_view(row) for row in session.scalars(statement))

    def find_file(self, scope: Scope, file_id: int) -> RequestFile:
        """Return one file.

        Raises:
            NotFoundError: there is none within ``scope``.
        """
        statement = (
            select(RequestFileRow)
            .join(DataRequestRow, DataRequestRow.id == RequestFileRow.request_id)
            .where(RequestFileRow.id == file_id, _visible(scope))
        )
        with self._database.reading() as session:
            row = session.scalar(statement)
            if row is None:
                raise NotFoundError(
                    Text("没有这个文件", "there is no such file"), where=f"file {file_id}"
                )
            return request_file(row)

    def opened(
        self,
        scope: Scope,
        request_id: int,
        room_id: str,
        start: datetime,
        end: datetime,
    ) -> DataRequest:
        """Return a request that opens the footage of a room and time.

        Raises:
            NotFoundError: there is none within ``scope``.
            PermissionDeniedError: it was not granted, or is about something else.
        """
        with self._database.reading() as session:
            row = _row(session, scope, request_id)
            request = request_view(row)
            mine = session.scalar(select(RoomRow.institution_id).where(RoomRow.id == room_id))
        here = mine == request.institution_id and (not request.rooms or room_id in request.rooms)
        in_time = (
            request.start is not None
            and request.end is not None
            and request.start <= end
            and start <= request.end
        )
        if not (request.opens_footage and here and in_time):
            raise PermissionDeniedError(
                Text("请求中没有准许这一项", "this was not granted by the request"),
                where=f"request {request.number}",
                hint=Text(
                    "请核对请求的房间、时间和决定",
                    "look at the rooms, the times and the decision of the request",
                ),
            )
        return request

    def put_down(self, request_id: int, access: NewAccess, now: datetime) -> AccessEntry:
        """Put an access that is made for a request into the register, tied to the request.

        Raises:
            InputError: no reason is given.
        """
        with self._database.transaction() as session:
            entry = put_down(session, access, now)
            note_use(session, request_id, entry.position)
            return entry


def _number(session: Session, year: int) -> str:
    this_year = DataRequestRow.number.startswith(f"{year}-")
    count = session.scalar(select(func.count()).select_from(DataRequestRow).where(this_year)) or 0
    return f"{year}-{count + 1:04d}"


def _decide(
    row: DataRequestRow, ruling: Ruling | None, who: Accessor, now: datetime
) -> dict[str, str]:
    if who.user_id is None or row.recorded_by_id == who.user_id:
        raise PermissionDeniedError(
            Text("须由登记人以外的人决定", "somebody else than who took the request down decides"),
            where="decide",
        )
    if ruling is None:
        raise InputError(Text("请写明决定", "say what is decided"), where="verdict")
    zh = clean_text(ruling.words.zh, LONGEST_TEXT)
    en = clean_text(ruling.words.en, LONGEST_TEXT)
    if not zh and not en:
        raise InputError(Text("决定须写明理由", "a decision needs its reason"), where="reason")
    row.verdict, row.faces, row.decided = ruling.verdict.value, ruling.faces.value, now
    return {"zh": zh or en, "en": en or zh}


def _visible(scope: Scope) -> ColumnElement[bool]:
    if scope.kind is ScopeKind.DISTRICT:
        return within(scope, DataRequestRow.institution_id)
    return and_(
        within(scope, DataRequestRow.institution_id), DataRequestRow.confidential.is_(False)
    )


def _row(session: Session, scope: Scope, request_id: int, *, lock: bool = False) -> DataRequestRow:
    statement = select(DataRequestRow).where(DataRequestRow.id == request_id, _visible(scope))
    row = session.scalar(statement.with_for_update() if lock else statement)
    if row is None:
        raise NotFoundError(
            Text("没有这个请求", "there is no such request"), where=f"request {request_id}"
        )
    return row
