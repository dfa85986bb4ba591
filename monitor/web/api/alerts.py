"""Alerts for programs: list, read, act."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from monitor.domain.alerts import AlertAction, AlertState
from monitor.domain.errors import InputError
from monitor.domain.events import Severity
from monitor.domain.text import Text
from monitor.store.alert_repository import AlertFilter
from monitor.web.access import Permission, require
from monitor.web.alert_actions import Wanted, act
from monitor.web.api.problems import CONFLICT
from monitor.web.api.shapes import AlertDetailOut, AlertListOut, AlertOut
from monitor.web.parameters import PlaceFilter, RowId
from monitor.web.site import site_of
from monitor.web.visitor import Visitor

router = APIRouter(prefix="/api/v1", tags=["alerts"])
_Watcher = Annotated[Visitor, require(Permission.WATCH)]


class ActionIn(BaseModel):
    """What to do to an alert.

    ``version`` is the one that the person saw; ``minutes`` is for a snooze, and ``assignee`` the
    id of the person who takes over, 0 for nobody in particular.
    """

    model_config = ConfigDict(extra="forbid")

    action: AlertAction
    reason: str = Field("", max_length=2000)
    version: int | None = None
    minutes: int | None = Field(None, ge=1, le=1440)
    assignee: int | None = Field(None, ge=0, le=2**63 - 1)


@router.get("/alerts")
def list_alerts(
    request: Request,
    visitor: _Watcher,
    state: Annotated[list[AlertState] | None, Query()] = None,
    severity: Annotated[list[Severity] | None, Query()] = None,
    rule: PlaceFilter = "",
    institution: PlaceFilter = "",
    room: PlaceFilter = "",
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> AlertListOut:
    """List alerts, newest first; `next` is the `cursor` of the following page."""
    wanted = AlertFilter(
        states=frozenset(state or ()),
        severities=frozenset(severity or ()),
        rules=frozenset({rule} if rule else ()),
        institution_id=institution or None,
        room_id=room or None,
        since=_zoned(since, "since"),
        until=_zoned(until, "until"),
    )
    found = site_of(request).alerts.list(visitor.scope, wanted, cursor, limit)
    return AlertListOut(alerts=[AlertOut.of(item) for item in found.alerts], next=found.next)


@router.get("/alerts/{alert_id}")
def read_alert(request: Request, visitor: _Watcher, alert_id: RowId) -> AlertDetailOut:
    """Return one alert with its steps, evidence and deliveries."""
    return AlertDetailOut.of_detail(site_of(request).alerts.get(visitor.scope, alert_id))


@router.post("/alerts/{alert_id}/actions", responses=CONFLICT)
def act_on_alert(
    request: Request,
    visitor: Annotated[Visitor, require(Permission.HANDLE)],
    alert_id: RowId,
    body: ActionIn,
) -> AlertOut:
    """Acknowledge, resolve, mark false or as a drill, comment, snooze, hand over, escalate, reopen.

    A snooze, a comment, a false alarm and a reopening need a reason.
    """
    wanted = Wanted(body.action, body.reason, body.version, body.minutes, body.assignee)
    # Browsers say where a request comes from, and pages cannot make them lie.
    own_page = request.headers.get("sec-fetch-site") == "same-origin"
    alert = act(site_of(request), visitor, alert_id, wanted, "page" if own_page else "api")
    return AlertOut.of(alert)


def _zoned(moment: datetime | None, where: str) -> datetime | None:
    if moment is not None and moment.tzinfo is None:
        raise InputError(
            Text("请写明时区", "give the time zone"),
            where=where,
            hint=Text("如 2026-11-02T09:30:00+08:00", "2026-11-02T09:30:00+08:00"),
        )
    return moment
