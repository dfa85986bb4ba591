"""What there is for a request: the footage of its rooms and time, and the alerts in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from monitor.domain.data_requests import DataRequest
from monitor.store.alert_repository import AlertFilter
from monitor.store.alert_views import AlertView
from monitor.store.place_repository import CameraPlace
from monitor.web.directory import Directory
from monitor.web.site import Site
from monitor.web.visitor import Visitor

_MOST_ALERTS = 50
_LONGEST_ALERT = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class CameraMaterial:
    """A camera, the local days that are asked about, and how much of the time is on record."""

    camera: CameraPlace
    room_id: str
    days: tuple[date, ...]
    share: float


@dataclass(frozen=True, slots=True)
class Material:
    """All that can be shown; nothing where a request is not about a time."""

    cameras: tuple[CameraMaterial, ...] = ()
    alerts: tuple[AlertView, ...] = ()


def material(site: Site, visitor: Visitor, request: DataRequest) -> Material:
    """Return what there is within the visitor's scope."""
    if request.start is None or request.end is None:
        return Material()
    directory = Directory(site.places.tree(visitor.scope))
    spots = [
        spot
        for spot in directory.spots.values()
        if spot.institution.id == request.institution_id
        and (not request.rooms or spot.room.room.id in request.rooms)
    ]
    shares = site.context.recordings.shares(
        [spot.camera.id for spot in spots], request.start.timestamp(), request.end.timestamp()
    )
    first, last = (at.astimezone(site.renderer.zone).date() for at in (request.start, request.end))
    days = tuple(first + timedelta(days=number) for number in range((last - first).days + 1))
    found = site.alerts.list(
        visitor.scope,
        AlertFilter(
            institution_id=request.institution_id,
            since=request.start - _LONGEST_ALERT,
            until=request.end + _LONGEST_ALERT,
        ),
        limit=_MOST_ALERTS,
    )
    return Material(
        tuple(
            CameraMaterial(spot.camera, spot.room.room.id, days, shares.get(spot.camera.id, 0.0))
            for spot in spots
        ),
        tuple(alert for alert in found.alerts if _fits(alert, request)),
    )


def _fits(alert: AlertView, request: DataRequest) -> bool:
    if request.start is None or request.end is None:
        return False
    here = not request.rooms or alert.room_id in request.rooms
    return here and alert.onset <= request.end and (alert.cleared or alert.raised) >= request.start
