"""What a request for personal data must have before it is taken down."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.domain.access import Scope
from monitor.domain.data_requests import NewRequest
from monitor.domain.errors import InputError, NotFoundError
from monitor.domain.text import Text
from monitor.store.places import InstitutionRow, RoomRow
from monitor.store.scope import within

LONGEST_SPAN = timedelta(days=31)


def check_request(new: NewRequest, now: datetime, today: date) -> None:
    """Look whether a request is whole and possible.

    Raises:
        InputError: something is missing or does not fit.
    """
    told = new.particulars
    if not told.person.strip():
        raise InputError(Text("请求人是谁？", "who asks?"), where="person")
    if new.requester.official and not told.letter.strip():
        raise InputError(
            Text(
                "机关凭公函提出请求：请写明文号",
                "an authority asks by an official letter: give its number",
            ),
            where="letter",
        )
    if not told.purpose.strip():
        raise InputError(Text("用途是什么？", "what is it for?"), where="purpose")
    if new.received > today or new.received < today - timedelta(days=366):
        raise InputError(
            Text("这不是最近一年内的日期", "this is not a day of the last year"), where="received"
        )
    if (new.start is None) != (new.end is None) or (new.wish.footage and new.start is None):
        raise InputError(Text("请写明起止时间", "say from when to when"), where="start")
    if new.start is None or new.end is None:
        return
    if not new.start < new.end <= now:
        raise InputError(
            Text(
                "时间的结束早于开始，或还没有过去",
                "the time ends before it begins, or is not over yet",
            ),
            where="end",
        )
    if new.end - new.start > LONGEST_SPAN:
        raise InputError(
            Text(f"一次最多 {LONGEST_SPAN.days} 天", f"at most {LONGEST_SPAN.days} days at once"),
            where="end",
            hint=Text("请分几次登记", "take several down"),
        )


def check_place(session: Session, scope: Scope, new: NewRequest) -> None:
    """Look whether a request's institution and rooms exist within ``scope``.

    Raises:
        NotFoundError: they do not.
    """
    known = session.scalar(
        select(InstitutionRow.id).where(
            InstitutionRow.id == new.institution_id, within(scope, InstitutionRow.id)
        )
    )
    rooms = select(RoomRow.id).where(RoomRow.institution_id == new.institution_id)
    if known is None or not set(new.rooms) <= set(session.scalars(rooms)):
        raise NotFoundError(
            Text("没有这个机构或房间", "there is no such institution or room"),
            where=new.institution_id,
        )
