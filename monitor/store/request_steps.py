"""What is done about a request for personal data, step by step: words, files, footage, register."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from monitor.domain.access_register import AccessKind, Accessor, NewAccess
from monitor.domain.data_requests import RequestAction
from monitor.domain.errors import InputError
from monitor.domain.text import Text
from monitor.store.access_register import put_down
from monitor.store.chains import append, written
from monitor.store.data_requests import (
    DataRequestRow,
    RequestFileRow,
    RequestHoldRow,
    RequestNoteRow,
    RequestStepRow,
    digest_of,
    note_use,
)
from monitor.store.files import NewFile
from monitor.store.holds import hold_cameras, lift_holds
from monitor.store.places import CameraRow, RoomRow
from monitor.store.text import clean_line, plain

LONGEST_TEXT = 4000
_HELD_FOR = timedelta(days=3650)
_MOST_FILES = 20


def add_step(
    session: Session,
    row: DataRequestRow,
    action: RequestAction,
    who: Accessor,
    now: datetime,
    words: dict[str, Any],
    facts: dict[str, Any],
    files: Sequence[NewFile],
) -> None:
    """Append one step with its words and files to the chain of its request.

    Raises:
        InputError: the request would have too many files.
    """
    kept = select(func.count()).where(RequestFileRow.request_id == row.id)
    if files and (session.scalar(kept) or 0) + len(files) > _MOST_FILES:
        raise InputError(
            Text(
                f"一个请求最多 {_MOST_FILES} 个文件", f"a request has at most {_MOST_FILES} files"
            ),
            where="file",
        )
    name = clean_line(f"{who.person} ({who.unit})" if who.unit else who.person, 420)
    sums = [{"name": clean_line(one.name, 200), "sha256": one.sha256} for one in files]
    told = plain({**words, "by": name, "files": sums})
    salt = secrets.token_hex(32)
    content = {
        "v": 1,
        "request": row.id,
        "action": action.value,
        "state": row.state,
        "at": written(now),
        "account": who.user_id,
        "words": digest_of(salt, told),
        **facts,
    }
    link = append(session, RequestStepRow, content, request_id=row.id, at=now, action=action.value)
    session.add(RequestNoteRow(position=link.position, request_id=row.id, salt=salt, words=told))
    session.add_all(
        RequestFileRow(
            request_id=row.id,
            position=link.position,
            **one.columns(),
        )
        for one in files
    )
    session.flush()


def hold_footage(session: Session, row: DataRequestRow, who: Accessor, now: datetime) -> None:
    """Keep what a request is about from being deleted, until it is over."""
    if row.start is None or row.end is None:
        return
    rooms = RoomRow.institution_id == row.institution_id
    if row.rooms:
        rooms = and_(rooms, RoomRow.id.in_(row.rooms))
    cameras = session.scalars(
        select(CameraRow.id).join(RoomRow, RoomRow.id == CameraRow.room_id).where(rooms)
    )
    ids = hold_cameras(
        session,
        cameras.all(),
        row.start,
        row.end,
        reason=f"请求 / request {row.number}",
        by=who.person,
        expires=now + _HELD_FOR,
        now=now,
    )
    session.add_all(RequestHoldRow(hold_id=one, request_id=row.id) for one in ids)


def lift_footage(session: Session, row: DataRequestRow, who: Accessor, now: datetime) -> None:
    """Let go of what was kept for a request."""
    ids = select(RequestHoldRow.hold_id).where(RequestHoldRow.request_id == row.id)
    reason = f"请求 / request {row.number}: {row.state}"
    lift_holds(session, session.scalars(ids).all(), reason=reason, by=who.person, now=now)


def enter_into_register(
    session: Session, row: DataRequestRow, who: Accessor, now: datetime
) -> None:
    """Enter into the access register that a request was met."""
    # The register is never erased, so it names the request and nobody who asked.
    what = {"request": row.number, "wish": row.wish, "requester": row.requester}
    reason = f"请求 / request {row.number}"
    access = NewAccess(AccessKind.REQUEST_MET, who, reason, row.institution_id, what=what)
    note_use(session, row.id, put_down(session, access, now).position)
