"""Institutions, rooms and cameras for programs, and a camera's newest still picture."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from monitor.domain.places import NoticeState, RoomType
from monitor.domain.room_state import View, ViewFault
from monitor.store.camera_status import CameraState
from monitor.store.place_repository import CameraPlace, InstitutionPlace, RoomPlace
from monitor.web.access import Permission, require
from monitor.web.api.problems import UNAVAILABLE
from monitor.web.api.shapes import TextOut
from monitor.web.parameters import PlaceId
from monitor.web.site import site_of
from monitor.web.visitor import Visitor

router = APIRouter(prefix="/api/v1", tags=["places"])
_Watcher = Annotated[Visitor, require(Permission.WATCH)]


class CameraOut(BaseModel):
    """One camera; ``state`` is ``None`` until it has reported for the first time."""

    id: str
    room: str
    name: TextOut
    enabled: bool
    state: CameraState | None
    fault: ViewFault | None
    message: TextOut | None
    since: datetime | None
    updated: datetime | None

    @classmethod
    def of(cls, camera: CameraPlace) -> CameraOut:
        """Shape a camera."""
        status = camera.status
        report = status.report if status else None
        return cls(
            id=camera.id,
            room=camera.room_id,
            name=TextOut.of(camera.name),
            enabled=camera.enabled,
            state=report.state if report else None,
            fault=report.fault if report else None,
            message=TextOut.of(report.message) if report else None,
            since=status.since if status else None,
            updated=status.updated if status else None,
        )


class RoomOut(BaseModel):
    """One room with who is in it as last reported."""

    id: str
    name: TextOut
    type: RoomType
    capacity: int | None
    person_capacity: int | None
    view: View | None
    adults: int | None
    children: int | None
    unknown: int | None
    updated: datetime | None
    open_alerts: int
    cameras: list[CameraOut]

    @classmethod
    def of(cls, place: RoomPlace) -> RoomOut:
        """Shape a room."""
        status = place.status
        return cls(
            id=place.room.id,
            name=TextOut.of(place.room.name),
            type=place.room.type,
            capacity=place.room.capacity,
            person_capacity=place.room.person_capacity,
            view=status.view if status else None,
            adults=status.adults if status else None,
            children=status.children if status else None,
            unknown=status.unknown if status else None,
            updated=status.updated if status else None,
            open_alerts=place.open_alerts,
            cameras=[CameraOut.of(camera) for camera in place.cameras],
        )


class InstitutionOut(BaseModel):
    """One institution with its rooms."""

    id: str
    name: TextOut
    community: str
    address: str
    contact_name: str
    contact_phone: str
    notice_number: str
    notice_state: NoticeState
    open_alerts: int
    rooms: list[RoomOut]

    @classmethod
    def of(cls, place: InstitutionPlace) -> InstitutionOut:
        """Shape an institution."""
        institution = place.institution
        return cls(
            id=institution.id,
            name=TextOut.of(institution.name),
            community=institution.community,
            address=institution.address,
            contact_name=institution.contact_name,
            contact_phone=institution.contact_phone,
            notice_number=institution.notice_number,
            notice_state=institution.notice_state,
            open_alerts=place.open_alerts,
            rooms=[RoomOut.of(room) for room in place.rooms],
        )


@router.get("/institutions")
def list_institutions(request: Request, visitor: _Watcher) -> list[InstitutionOut]:
    """List institutions with rooms and cameras."""
    return [InstitutionOut.of(place) for place in site_of(request).places.tree(visitor.scope)]


@router.get("/institutions/{institution_id}")
def read_institution(
    request: Request, visitor: _Watcher, institution_id: PlaceId
) -> InstitutionOut:
    """Return one institution."""
    return InstitutionOut.of(site_of(request).places.institution(visitor.scope, institution_id))


@router.get("/cameras")
def list_cameras(request: Request, visitor: _Watcher) -> list[CameraOut]:
    """List cameras with their state."""
    return [
        CameraOut.of(camera)
        for place in site_of(request).places.tree(visitor.scope)
        for room in place.rooms
        for camera in room.cameras
    ]


@router.get("/cameras/{camera_id}")
def read_camera(request: Request, visitor: _Watcher, camera_id: PlaceId) -> CameraOut:
    """Return one camera."""
    return CameraOut.of(site_of(request).places.camera(visitor.scope, camera_id))


@router.get(
    "/cameras/{camera_id}/still",
    response_class=Response,
    responses={
        200: {"content": {"image/jpeg": {}}, "description": "The newest picture"},
        204: {"description": "No picture yet"},
        **UNAVAILABLE,
    },
)
async def still(
    request: Request,
    visitor: Annotated[Visitor, require(Permission.LIVE)],
    camera_id: PlaceId,
) -> Response:
    """Return the newest picture of a camera as JPEG, or 204 while it has none."""
    site = site_of(request)
    await run_in_threadpool(site.places.camera, visitor.scope, camera_id)
    picture = await site.context.workers.still(camera_id)
    if picture is None:
        return Response(status_code=204)
    taken = f"{picture.taken:%a, %d %b %Y %H:%M:%S} GMT"
    return Response(picture.jpeg, 200, {"Last-Modified": taken}, "image/jpeg")
