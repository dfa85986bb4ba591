"""Frames kept for labelling: list, look at, correct, remove."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

import structlog
from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.responses import Response

from monitor.domain.errors import NotFoundError
from monitor.domain.labels import LabelBox, LabelFrame
from monitor.domain.people import AgeClass, Box
from monitor.domain.text import Text
from monitor.store.labels import LabelStore
from monitor.web.access import Permission, require
from monitor.web.site import Site, site_of
from monitor.web.visitor import Visitor

router = APIRouter(prefix="/api/v1", tags=["labels"])
_logger = structlog.get_logger(__name__)
_Labeller = Annotated[Visitor, require(Permission.LABEL)]
FrameId = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,64}_[0-9]{1,15}$")]
_MOST_BOXES = 200
_Share = Annotated[float, Field(ge=0, le=1)]


class BoxInOut(BaseModel):
    """One person: corners as shares of the picture, and what they are."""

    model_config = ConfigDict(extra="forbid")

    x1: _Share
    y1: _Share
    x2: _Share
    y2: _Share
    age: AgeClass

    @model_validator(mode="after")
    def _has_a_size(self) -> Self:
        if self.x1 >= self.x2 or self.y1 >= self.y2:
            raise ValueError("a box needs a width and a height")
        return self

    @classmethod
    def of(cls, item: LabelBox) -> BoxInOut:
        """Shape a box."""
        box = item.box
        return cls(x1=box.x1, y1=box.y1, x2=box.x2, y2=box.y2, age=item.age)


class FrameOut(BaseModel):
    """One frame with its boxes."""

    id: str
    camera: str
    taken: datetime
    width: int
    height: int
    reviewed: bool
    boxes: list[BoxInOut]

    @classmethod
    def of(cls, frame: LabelFrame) -> FrameOut:
        """Shape a frame."""
        return cls(
            id=frame.id,
            camera=frame.camera_id,
            taken=frame.taken,
            width=frame.width,
            height=frame.height,
            reviewed=frame.reviewed,
            boxes=[BoxInOut.of(item) for item in frame.boxes],
        )


class ReviewIn(BaseModel):
    """The boxes that a person vouches for."""

    model_config = ConfigDict(extra="forbid")

    boxes: list[BoxInOut] = Field(max_length=_MOST_BOXES)


@router.get("/labels/{frame_id}")
def read_frame(request: Request, visitor: _Labeller, frame_id: FrameId) -> FrameOut:
    """Return one frame with its boxes."""
    return FrameOut.of(_visible(site_of(request), visitor, frame_id))


@router.get(
    "/labels/{frame_id}/picture",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}, "description": "The picture"}},
)
def picture(request: Request, visitor: _Labeller, frame_id: FrameId) -> Response:
    """Return the picture of a frame as JPEG."""
    site = site_of(request)
    _visible(site, visitor, frame_id)
    return Response(label_store(site).picture(frame_id), media_type="image/jpeg")


@router.put("/labels/{frame_id}")
def review(request: Request, visitor: _Labeller, frame_id: FrameId, body: ReviewIn) -> FrameOut:
    """Replace a frame's boxes and mark it as reviewed."""
    site = site_of(request)
    _visible(site, visitor, frame_id)
    boxes = [LabelBox(Box(b.x1, b.y1, b.x2, b.y2), b.age) for b in body.boxes]
    frame = label_store(site).review(frame_id, boxes, visitor.user.name, site.context.now())
    _logger.info("frame_labelled", frame=frame_id, boxes=len(boxes), user=visitor.user.name)
    return FrameOut.of(frame)


@router.delete("/labels/{frame_id}", status_code=204)
def remove(request: Request, visitor: _Labeller, frame_id: FrameId) -> Response:
    """Remove a frame and its picture for good."""
    site = site_of(request)
    _visible(site, visitor, frame_id)
    label_store(site).delete(frame_id)
    _logger.info("label_frame_removed", frame=frame_id, user=visitor.user.name)
    return Response(status_code=204)


def label_store(site: Site) -> LabelStore:
    """Return the frames.

    Raises:
        NotFoundError: keeping frames is switched off.
    """
    if site.context.labels is None:
        raise NotFoundError(
            Text("这里不保留画面", "frames are not kept here"), where="labels.enabled"
        )
    return site.context.labels


def _visible(site: Site, visitor: Visitor, frame_id: str) -> LabelFrame:
    """Return a frame if its camera lies in the visitor's scope; else it does not exist."""
    frame = label_store(site).get(frame_id)
    site.places.camera(visitor.scope, frame.camera_id)
    return frame
