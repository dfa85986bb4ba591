"""The month's plan: who inspects where and when, its approval, changes to it, and calendars."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from starlette.responses import RedirectResponse, Response

from monitor.domain.access import DISTRICT, ScopeKind
from monitor.domain.errors import ConflictError, InputError, NotFoundError
from monitor.domain.findings import FindingState
from monitor.domain.text import Text
from monitor.domain.visits import VisitKind, VisitState
from monitor.inspections.ical import render_calendar
from monitor.inspections.period import shifted
from monitor.inspections.schedule import month_at, parse_month, slot_of
from monitor.store.finding_repository import FindingFilter
from monitor.store.visits import VisitView
from monitor.web.access import PUBLIC, Permission, check_district, may, require
from monitor.web.answer import page
from monitor.web.directory import Directory
from monitor.web.form_data import Sent, SentForm
from monitor.web.form_token import check_form_token
from monitor.web.parameters import RowId
from monitor.web.site import Site, site_of
from monitor.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
_Reader = Annotated[Visitor, require(Permission.INSPECTIONS)]
_Planner = Annotated[Visitor, require(Permission.PLAN)]
_Inspector = Annotated[Visitor, require(Permission.GENERATE)]
_Token = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{20,100}$")]
_MONTHS_AHEAD = 2
_PAIR = 2
_MONTHS_SHOWN = 24


@router.get("/inspections/plan")
def show(
    request: Request,
    visitor: _Reader,
    month: str = "",
    made: int | None = None,
    approved: int | None = None,
    whose: Literal["", "mine", "all"] = "",
) -> Response:
    """Show the visits of a month by day, with their inspectors and how they stand."""
    site = site_of(request)
    this_month = _this_month(site)
    chosen = parse_month(month) if month else this_month
    if chosen > shifted(this_month, _MONTHS_SHOWN):
        raise InputError(Text("这个月太远", "this month lies too far ahead"), where="month")
    return _plan(request, visitor, chosen, made=made, approved=approved, whose=whose)


@router.post("/inspections/plan/make")
def make(request: Request, visitor: _Planner, sent: SentForm) -> Response:
    """Plan the visits of a month now, for every institution that has none."""
    check_form_token(visitor.token, sent.text("token"))
    check_district(visitor)
    month = parse_month(sent.text("month"))
    site = site_of(request)
    this_month = _this_month(site)
    if not this_month <= month <= shifted(this_month, _MONTHS_AHEAD):
        raise InputError(
            Text("现在不能安排这个月", "this month cannot be planned now"), where="month"
        )
    made = site.plans.make(month)
    return RedirectResponse(f"/inspections/plan?month={slot_of(month)}&made={made}", 303)


@router.post("/inspections/plan/approve")
def approve(request: Request, visitor: _Planner, sent: SentForm) -> Response:
    """Approve the plan of a month as it stands, and tell its inspectors."""
    check_form_token(visitor.token, sent.text("token"))
    check_district(visitor)
    month = parse_month(sent.text("month"))
    told = site_of(request).approvals.approve(month, visitor.actor)
    return RedirectResponse(f"/inspections/plan?month={slot_of(month)}&approved={told}", 303)


@router.post("/inspections/plan/calendar")
def issue_calendar(request: Request, visitor: _Inspector, sent: SentForm) -> Response:
    """Make a secret address for the person's own calendar and show it, this once only."""
    check_form_token(visitor.token, sent.text("token"))
    site = site_of(request)
    token = site.calendars.issue(visitor.user.id, site.context.now())
    base = site.context.settings.service.public_url or str(request.base_url)
    address = f"{base.rstrip('/')}/calendar/{token}.ics"
    return _plan(request, visitor, _this_month(site), calendar=address)


@router.get("/inspections/plan/{visit_id}")
def visit(request: Request, visitor: _Reader, visit_id: RowId) -> Response:
    """Show one visit with its reasons and its changes, and the form to change it."""
    return _visit(request, visitor, _seen(site_of(request), visitor, visit_id))


@router.post("/inspections/plan/{visit_id}")
def change(request: Request, visitor: _Planner, visit_id: RowId, sent: SentForm) -> Response:
    """Give a visit another day or other inspectors, announce it, or call it off."""
    check_form_token(visitor.token, sent.text("token"))
    site = site_of(request)
    view = _seen(site, visitor, visit_id)
    try:
        changes, reason = _changes(site, view, sent)
        site.visits.change(
            visitor.scope,
            visit_id,
            changes,
            reason,
            visitor.actor,
            site.context.now(),
            int(sent.text("version") or "0"),
        )
    except ConflictError:
        return _visit(request, visitor, view, "plan.conflict", 409)
    except (InputError, ValueError):
        return _visit(request, visitor, view, "plan.wrong", 422)
    return RedirectResponse(f"/inspections/plan/{visit_id}", 303)


@router.post("/inspections/plan/{visit_id}/begin")
def begin(
    request: Request,
    visitor: Annotated[Visitor, require(Permission.INSPECT)],
    visit_id: RowId,
    sent: SentForm,
) -> Response:
    """Begin the inspection of a visit with a checklist of this moment, or go on with it."""
    check_form_token(visitor.token, sent.text("token"))
    site = site_of(request)
    view = _seen(site, visitor, visit_id)
    checklist = _checklist(site, view)
    if checklist is None or site.context.onsite.find(visitor.scope, checklist) is None:
        checklist = _make(site, visitor, view)
        site.context.onsite.begin(visitor.scope, checklist, visitor.actor)
    return RedirectResponse(f"/on-site/{checklist}", 303)


@router.post("/inspections/plan/{visit_id}/done")
def done(request: Request, visitor: _Inspector, visit_id: RowId, sent: SentForm) -> Response:
    """Put down that a visit was made."""
    check_form_token(visitor.token, sent.text("token"))
    site = site_of(request)
    view = _seen(site, visitor, visit_id)
    if visitor.user.id not in view.inspectors and not may(visitor, Permission.PLAN):
        raise InputError(
            Text("只有去的人可以写明已检查", "only those who went say that a visit was made"),
            where="visit",
        )
    if view.plan.day > site.plans.today:
        raise InputError(
            Text("检查的日子还没有到", "the day of the visit has not come"), where="visit"
        )
    changes = {"state": VisitState.DONE.value}
    site.visits.change(
        visitor.scope, visit_id, changes, "", visitor.actor, site.context.now(), view.version
    )
    return RedirectResponse(f"/inspections/plan?month={slot_of(view.month)}", 303)


@router.get("/calendar/{token}.ics", dependencies=[PUBLIC])
def calendar(request: Request, token: _Token) -> Response:
    """Return somebody's visits as iCalendar to whoever knows the address."""
    site = site_of(request)
    user = site.calendars.user_of(token)
    if user is None:
        raise NotFoundError(Text("没有这个日历", "there is no such calendar"))
    name = site.context.settings.district.name.text().of(user.language)
    content = render_calendar(name, site.plans.calendar(user))
    return Response(content, 200, {"Cache-Control": "private, no-cache"}, "text/calendar")


def _this_month(site: Site) -> date:
    return month_at(site.context.now(), site.context.settings.district.timezone)


def _seen(site: Site, visitor: Visitor, visit_id: int) -> VisitView:
    view = site.visits.get(visitor.scope, visit_id)
    if visitor.scope.kind is ScopeKind.INSTITUTION and not view.plan.announced:
        raise NotFoundError(
            Text("没有这次检查", "there is no such visit"), where=f"visit {visit_id}"
        )
    return view


def _changes(site: Site, view: VisitView, sent: Sent) -> tuple[dict[str, Any], str]:
    reason = sent.text("reason")
    if not reason:
        raise InputError(Text("修改须写明原因", "a change needs its reason"), where="reason")
    day = date.fromisoformat(sent.text("day"))
    month = day.replace(day=1)
    if month != view.month and view.plan.kind is VisitKind.MONTHLY:
        raise InputError(Text("检查不能移出当月", "a visit stays within its month"), where="day")
    safety, health = (_person(sent.text(name)) for name in ("safety", "health"))
    place = site.places.institution(DISTRICT, view.plan.institution_id).institution
    site.plans.check_pair(place, (safety, health))
    state = VisitState.CANCELLED if sent.text("cancel") == "yes" else VisitState.PLANNED
    if view.state is VisitState.DONE:
        raise InputError(
            Text("已完成的检查不能修改", "a visit that was made is not changed"), where="state"
        )
    changes = {
        "day": day,
        "month": month,
        "safety_inspector": safety,
        "health_inspector": health,
        "announced": sent.text("announced") == "yes",
        "state": state.value,
    }
    return changes, reason


def _person(text: str) -> int | None:
    return int(text) if text else None


def _plan(
    request: Request,
    visitor: Visitor,
    month: date,
    *,
    made: int | None = None,
    approved: int | None = None,
    calendar: str = "",
    whose: str = "",
) -> Response:
    site = site_of(request)
    this_month = _this_month(site)
    visits = site.plans.visits(visitor.scope, month)
    mine = [view for view in visits if visitor.user.id in view.inspectors]
    only_mine = bool(mine) and whose != "all"
    by_day: dict[date, list[VisitView]] = {}
    for view in mine if only_mine else visits:
        by_day.setdefault(view.plan.day, []).append(view)
    return page(
        request,
        "plan.html",
        month=month,
        slot=slot_of(month),
        previous=slot_of(shifted(month, -1)),
        following=slot_of(shifted(month, 1)),
        by_day=by_day,
        again=site.reinspections.counts([view.id for view in visits]),
        coverage=site.plans.coverage(visitor.scope, month),
        directory=Directory(site.places.tree(visitor.scope)),
        people={user.id: user for user in site.plans.inspecting_users()},
        can_make=this_month <= month <= shifted(this_month, _MONTHS_AHEAD),
        holidays_known=site.plans.holidays_known(month),
        today=site.plans.today,
        made=made,
        approval=site.approvals.latest(month),
        approved=approved,
        unmanned=sum(
            len(view.inspectors) < _PAIR and view.state is VisitState.PLANNED for view in visits
        ),
        visits=len(visits),
        mine=len(mine),
        only_mine=only_mine,
        calendar=calendar,
        has_calendar=site.calendars.has(visitor.user.id),
    )


def _visit(
    request: Request,
    visitor: Visitor,
    view: VisitView,
    problem: str | None = None,
    status: int = 200,
) -> Response:
    site = site_of(request)
    place = site.places.institution(visitor.scope, view.plan.institution_id).institution
    users = site.plans.inspecting_users()
    checklist = _checklist(site, view)
    inspection = checklist and site.context.onsite.find(visitor.scope, checklist)
    found = site.findings.list(visitor.scope, FindingFilter(institution_id=place.id))
    able = {p.user_id for p in site.plans.inspectors() if p.covers(place.community)}
    return page(
        request,
        "visit.html",
        status=status,
        visit=view,
        institution=place,
        people={user.id: user for user in users},
        able=[user for user in users if user.id in able],
        history=site.visits.history(view.id),
        today=site.plans.today,
        problem=problem,
        checklist=checklist,
        inspection=inspection,
        begun=view.month <= _this_month(site),
        findings=[finding for finding in found if finding.state is not FindingState.CLOSED],
        again=site.reinspections.findings(view.id),
    )


def _make(site: Site, visitor: Visitor, view: VisitView) -> int:
    """Make the checklist of a visit: all of the month, or what is to be looked at again."""
    desk = site.context.inspections
    if view.plan.kind is VisitKind.MONTHLY:
        (saved,) = desk.make(visitor.scope, view.month, view.plan.institution_id)
        return saved.view.id
    left = [item.finding for item in site.reinspections.findings(view.id)]
    corrected = [item for item in left if item.state is FindingState.CORRECTED]
    return desk.make_again(visitor.scope, view.id, _this_month(site), corrected).view.id


def _checklist(site: Site, view: VisitView) -> int | None:
    """Return the id of the newest checklist of a visit, if there is one."""
    if view.plan.kind is VisitKind.REINSPECTION:
        return site.context.inspections.find_again(DISTRICT, view.id)
    return site.context.inspections.find_whole(DISTRICT, view.plan.institution_id, view.month)
