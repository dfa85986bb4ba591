"""Registers: who has not reported yet, and what one institution keeps."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from monitor.domain.access import ScopeKind
from monitor.domain.errors import InputError
from monitor.domain.places import CHILDREN_PER_CARER, CLASS_CAPACITY, NoticeState
from monitor.domain.registers import DailyLog, LogKind, Register
from monitor.domain.text import Text
from monitor.registers.expiries import expiries
from monitor.registers.forms import forms
from monitor.registers.history import key_words
from monitor.registers.names import ALL_TITLES, CHOICES
from monitor.runtime.daily_board import read_board
from monitor.store.register_changes import Origin
from monitor.web.access import Permission, check_district, require
from monitor.web.answer import page
from monitor.web.form_data import SentForm
from monitor.web.form_token import check_form_token
from monitor.web.local_day import today_of
from monitor.web.parameters import PlaceId
from monitor.web.site import site_of
from monitor.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
_Reader = Annotated[Visitor, require(Permission.REGISTERS)]
_Writer = Annotated[Visitor, require(Permission.REPORT)]
_SOON_DAYS = 60
_FIRST_DAY = date(2000, 1, 1)
_RECENT = 12
_REFRESH_SECONDS = 30


@router.get("/registers")
def board(
    request: Request, visitor: _Reader, day: Annotated[date | None, Query()] = None
) -> Response:
    """Show who has not reported yet on a day; an institution is led to its own register."""
    if visitor.scope.kind is ScopeKind.INSTITUTION:
        return RedirectResponse(f"/registers/{visitor.scope.id}", 303)
    site = site_of(request)
    settings = site.context.settings
    today = today_of(site)
    chosen = max(_FIRST_DAY, min(day or today, today))
    return page(
        request,
        "registers.html",
        board=read_board(
            site.context.database,
            visitor.scope,
            chosen,
            settings.reporting.daily,
            settings.planning.calendar(),
        ),
        today=today,
        previous=chosen - timedelta(days=1),
        following=chosen + timedelta(days=1) if chosen < today else None,
        kinds=CHOICES[LogKind],
        position=site.feed.latest_id(),
        every=_REFRESH_SECONDS,
    )


@router.get("/registers/{institution_id}")
def show(request: Request, visitor: _Reader, institution_id: PlaceId) -> Response:
    """Show the register of one institution: today's reports, what ends soon, and its books."""
    site = site_of(request)
    context = site.context
    institution = site.places.institution(visitor.scope, institution_id).institution
    today = today_of(site)
    register = site.registers.register(institution_id, today, today) or Register(institution_id)
    settings = context.settings
    board = read_board(
        context.database,
        visitor.scope,
        today,
        settings.reporting.daily,
        settings.planning.calendar(),
    )
    report = next(item for item in board.reports if item.institution.id == institution_id)
    return page(
        request,
        "register.html",
        institution=institution,
        register=register,
        report=report,
        daily=settings.reporting.daily,
        kinds=CHOICES[LogKind],
        states=CHOICES[NoticeState],
        state=register.notice_state(today) or institution.notice_state,
        barred=[item for item in register.staff if item.banned and item.employed(today)],
        notices=site.notices.of(visitor.scope, institution_id),
        ending=[
            (item, item.days(today))
            for item in expiries(register, institution, today)
            if item.days(today) <= _SOON_DAYS
        ],
        told=site.reminders.told(institution_id),
        books=forms().values(),
        titles=ALL_TITLES,
        counts=site.registers.counts(visitor.scope, institution_id),
        changes=site.history.of(visitor.scope, institution_id, limit=_RECENT),
        key_words=key_words,
        caps=CLASS_CAPACITY,
        ratios=CHILDREN_PER_CARER,
        today=today,
    )


@router.post("/registers/{institution_id}/today")
def report_today(
    request: Request, visitor: _Writer, institution_id: PlaceId, form: SentForm
) -> Response:
    """Put down that today's records of the ticked kinds were made."""
    check_form_token(visitor.token, form.text("token"))
    site = site_of(request)
    site.places.institution(visitor.scope, institution_id)
    by = form.text("done_by", 200)
    if not by:
        raise InputError(Text("没有写明记录人", "who made the records is missing"), where="done_by")
    entries = [
        DailyLog(kind, today_of(site), by, note=form.text("note"))
        for kind in LogKind
        if form.text(f"kind.{kind.value}")
    ]
    site.registers.put(institution_id, entries, site.context.now(), visitor.author(Origin.PAGE))
    return RedirectResponse(f"/registers/{institution_id}", 303)


@router.post("/registers/{institution_id}/notice")
def decide_notice(
    request: Request,
    visitor: Annotated[Visitor, require(Permission.NOTICE)],
    institution_id: PlaceId,
    form: SentForm,
) -> Response:
    """Put down the district's decision about the Notice of an institution."""
    check_form_token(visitor.token, form.text("token"))
    site = site_of(request)
    site.places.institution(visitor.scope, institution_id)
    check_district(visitor)
    reason = form.text("reason")
    try:
        state = NoticeState(form.text("state"))
    except ValueError:
        raise InputError(
            Text("这不是告知书的状态", "this is not a state of the Notice"), where="state"
        ) from None
    if not reason:
        raise InputError(Text("决定须写明理由", "a decision needs its reason"), where="reason")
    site.notices.decide(
        visitor.scope,
        institution_id,
        state,
        reason,
        today_of(site),
        visitor.author(Origin.PAGE),
        site.context.now(),
    )
    return RedirectResponse(f"/registers/{institution_id}", 303)
