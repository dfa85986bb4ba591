"""Alerts: the history with its filter, and the page of one alert."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from monitor.detectors.rules import rule_kinds
from monitor.domain.alerts import AlertAction, AlertState
from monitor.domain.events import Severity
from monitor.domain.evidence import EvidenceKind
from monitor.runtime.backtest.comparison import Verdict
from monitor.settings.escalation import life_of
from monitor.store.alert_repository import AlertFilter
from monitor.store.alert_views import AlertDetail, AlertView
from monitor.web.access import Permission, require
from monitor.web.alert_actions import (
    SNOOZES,
    Wanted,
    act,
    actions_for,
    assignees,
    further_actions,
)
from monitor.web.alert_filter import Chosen, alert_filter
from monitor.web.alert_place import place_of
from monitor.web.alert_timeline import coming, tier_names, time_line
from monitor.web.answer import page
from monitor.web.directory import Directory
from monitor.web.form_token import check_form_token
from monitor.web.parameters import RowId
from monitor.web.site import Site, site_of
from monitor.web.viewing import open_until
from monitor.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
_PER_PAGE = 40
_EARLIER = 6
_Watcher = Annotated[Visitor, require(Permission.WATCH)]


@router.get("/alerts")
def history(request: Request, visitor: _Watcher, chosen: Chosen, cursor: str = "") -> Response:
    """List alerts, newest first, as far as they fit the filter."""
    site = site_of(request)
    position = site.feed.latest_id()
    directory = Directory(site.places.tree(visitor.scope))
    wanted = alert_filter(chosen, directory, site.renderer.zone)
    found = site.alerts.list(visitor.scope, wanted, cursor or None, limit=_PER_PAGE)
    following = urlencode({**chosen, "cursor": found.next}) if found.next else None
    return page(
        request,
        "alerts.html",
        directory=directory,
        alerts=found.alerts,
        chosen=chosen,
        following=following,
        first=not cursor,
        first_page=urlencode(chosen),
        states=tuple(AlertState),
        severities=tuple(Severity),
        verdicts=tuple(Verdict),
        rules=tuple(rule_kinds()),
        position=position,
    )


@router.get("/alerts/{alert_id}")
def show(request: Request, visitor: _Watcher, alert_id: RowId) -> Response:
    """Show one alert with all that is known about it."""
    site = site_of(request)
    position = site.feed.latest_id()
    detail = site.alerts.get(visitor.scope, alert_id)
    directory = Directory(site.places.tree(visitor.scope))
    alert = detail.alert
    earlier = site.alerts.list(
        visitor.scope, AlertFilter(room_id=alert.room_id, until=alert.raised), limit=_EARLIER
    ).alerts
    place = directory.institutions.get(alert.institution_id)
    camera = _camera_to_show(detail, directory)
    return page(
        request,
        "alert.html",
        detail=detail,
        alert=alert,
        directory=directory,
        institution=place.institution if place else None,
        camera=camera,
        here=place_of(site, visitor, alert, directory, camera),
        snapshot=_newest(detail, EvidenceKind.SNAPSHOT),
        clip=_newest(detail, EvidenceKind.CLIP),
        clip_due=alert.raised + timedelta(seconds=_clip_patience(site)) > site.context.now(),
        earlier=tuple(item for item in earlier if item.id != alert.id),
        actions=actions_for(alert, visitor),
        further=further_actions(alert, visitor),
        snoozes=_snoozes(site, alert),
        assignees=assignees(site, visitor, place.institution if place else None),
        time_line=time_line(detail),
        coming=coming(detail),
        tiers=tier_names(site.context.settings),
        viewing_until=open_until(site, visitor, alert_id),
        position=position,
    )


@router.post("/alerts/{alert_id}/act")
def act_by_form(
    request: Request,
    visitor: Annotated[Visitor, require(Permission.HANDLE)],
    alert_id: RowId,
    token: Annotated[str, Form()] = "",
    action: Annotated[AlertAction, Form()] = AlertAction.COMMENT,
    reason: Annotated[str, Form(max_length=4000)] = "",
    version: Annotated[int | None, Form()] = None,
    minutes: Annotated[int | None, Form(ge=1, le=1440)] = None,
    assignee: Annotated[int | None, Form(ge=0, le=2**63 - 1)] = None,
) -> Response:
    """Do what a form without scripts asks for."""
    check_form_token(visitor.token, token)
    wanted = Wanted(action, reason, version, minutes, assignee)
    act(site_of(request), visitor, alert_id, wanted, "page")
    return RedirectResponse(f"/alerts/{alert_id}", 303)


def _snoozes(site: Site, alert: AlertView) -> tuple[int, ...]:
    longest = life_of(site.context.settings).snooze_limit(alert.severity)
    return tuple(minutes for minutes in SNOOZES if timedelta(minutes=minutes) <= longest)


def _newest(detail: AlertDetail, kind: EvidenceKind) -> object | None:
    found = [item for item in detail.evidence if item.kind is kind]
    return found[-1] if found else None


def _camera_to_show(detail: AlertDetail, directory: Directory) -> str | None:
    if detail.alert.camera_id in directory.spots:
        return detail.alert.camera_id
    room = directory.rooms.get(detail.alert.room_id)
    return room.cameras[0].id if room and room.cameras else None


def _clip_patience(site: Site) -> float:
    evidence = site.context.settings.evidence
    return float(evidence.before + evidence.after + 120)
