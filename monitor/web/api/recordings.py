"""Recordings for players: what there is, and after a reason was given, the pictures."""

from __future__ import annotations

from datetime import UTC
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response, StreamingResponse

from monitor.domain.clock import to_datetime
from monitor.domain.errors import InputError, NotFoundError
from monitor.domain.text import Text
from monitor.runtime.recording.desk import Footage
from monitor.runtime.recording.reencoding import CODEC
from monitor.store.recordings import Recording
from monitor.streams.fragments import Layout
from monitor.web.access import Permission, require
from monitor.web.parameters import PlaceId, RowId
from monitor.web.recording_pass import Purpose, Wanted, begin_viewing, check_pass
from monitor.web.site import site_of
from monitor.web.visitor import Visitor

router = APIRouter(prefix="/api/v1", tags=["recordings"])
_Viewer = Annotated[Visitor, require(Permission.RECORDINGS)]
_LATEST = 4_102_444_800  # the year 2100
_LONGEST = 8 * 86400
_Moment = Annotated[int, Query(ge=0, le=_LATEST)]
_Pass = Annotated[str, Query(alias="pass", max_length=200)]


class ViewingIn(BaseModel):
    """Why somebody looks at what; times are POSIX seconds. `request` is a granted one, if any."""

    model_config = ConfigDict(extra="forbid")

    start: int = Field(ge=0, le=_LATEST)
    end: int = Field(ge=0, le=_LATEST)
    purpose: Purpose = Purpose.PLAY
    reason: str = Field(max_length=2000)
    request: int | None = Field(None, ge=1, le=2**63 - 1)


class PassOut(BaseModel):
    """What lets somebody see what they gave a reason for; goes into the address as `pass`."""

    model_config = ConfigDict(populate_by_name=True)

    pass_: str = Field(serialization_alias="pass")


class SegmentOut(BaseModel):
    """One recorded file; times are POSIX seconds."""

    id: int
    start: float
    end: float


class StretchOut(BaseModel):
    """A stretch of time, POSIX seconds."""

    start: float
    end: float


class FootageOut(BaseModel):
    """What there is of a camera between two times."""

    segments: list[SegmentOut]
    gaps: list[StretchOut]


class ExportIn(BaseModel):
    """What is to become one file; times are POSIX seconds. `pass` was given for an export."""

    model_config = ConfigDict(extra="forbid")

    start: int = Field(ge=0, le=_LATEST)
    end: int = Field(ge=0, le=_LATEST)
    reason: str = Field(max_length=2000)
    request: int | None = Field(None, ge=1, le=2**63 - 1)


class ExportOut(BaseModel):
    """A file made of a stretch of time, to be fetched from `url` within a day."""

    id: int
    start: float
    end: float
    gaps: list[StretchOut]
    sha256: str
    size: int
    url: str


@router.get("/recordings/{camera_id}")
def footage(
    request: Request, visitor: _Viewer, camera_id: PlaceId, start: _Moment, end: _Moment
) -> FootageOut:
    """List what there is between two times (POSIX seconds), and what is missing."""
    found = _footage(request, visitor, camera_id, start, end)
    return FootageOut(
        segments=[
            SegmentOut(id=item.id, start=item.start.timestamp(), end=item.end.timestamp())
            for item in found.segments
        ],
        gaps=[StretchOut(start=gap.start, end=gap.end) for gap in found.gaps],
    )


@router.post("/recordings/{camera_id}/viewings", status_code=201)
def begin(request: Request, visitor: _Viewer, camera_id: PlaceId, body: ViewingIn) -> PassOut:
    """Say why; the answer's `pass` lets the same session see these pictures for some hours."""
    site_of(request).places.camera(visitor.scope, camera_id)
    _check_range(body.start, body.end)
    wanted = Wanted(camera_id, body.start, body.end, body.purpose)
    return PassOut(pass_=begin_viewing(request, visitor, wanted, body.reason, body.request))


@router.get("/recordings/{camera_id}/playlist.m3u8", response_class=Response)
def playlist(
    request: Request,
    visitor: _Viewer,
    camera_id: PlaceId,
    start: _Moment,
    end: _Moment,
    given: _Pass,
) -> Response:
    """Return an HLS playlist of a stretch of time, for players that know no better."""
    site_of(request).places.camera(visitor.scope, camera_id)
    check_pass(request, visitor, Wanted(camera_id, start, end, Purpose.PLAY), given)
    found = _footage(request, visitor, camera_id, start, end)
    return Response(_playlist(found.segments, given), media_type="application/vnd.apple.mpegurl")


@router.get("/recordings/segments/{segment_id}/head", response_class=Response)
def head(request: Request, visitor: _Viewer, segment_id: RowId, given: _Pass) -> Response:
    """Return the beginning of a recorded file; its type names the codec."""
    piece, layout = _segment(request, visitor, segment_id, given)
    content = site_of(request).context.recordings.head(piece, layout)
    codec = layout.codec.replace("hev1.", "hvc1.")  # as the desk names it in the head
    return Response(content, media_type=f'video/mp4; codecs="{codec}"')


@router.get("/recordings/segments/{segment_id}/media", response_class=StreamingResponse)
def media(
    request: Request,
    visitor: _Viewer,
    segment_id: RowId,
    given: _Pass,
    start: Annotated[float, Query(alias="from", ge=0, le=86400)] = 0.0,
) -> Response:
    """Return the pictures of a file from the keyframe before `from` (seconds of the file) on."""
    piece, layout = _segment(request, visitor, segment_id, given)
    size, content = site_of(request).context.recordings.media(piece, layout, start)
    return StreamingResponse(content, 200, {"Content-Length": str(size)}, "video/mp4")


@router.get("/recordings/segments/{segment_id}/reencoded", response_class=Response)
def reencoded(
    request: Request,
    visitor: _Viewer,
    segment_id: RowId,
    given: _Pass,
    start: Annotated[float, Query(alias="from", ge=0, le=86400)] = 0.0,
) -> Response:
    """Return a few seconds from `from` on as H.264, for browsers that cannot play the recording.

    `X-Start` and `X-End` are where they lie in the file, in seconds; the next piece begins at
    `X-End`.
    """
    piece, layout = _segment(request, visitor, segment_id, given)
    made = site_of(request).context.recordings.reencoded(piece, layout, start)
    # Rounded up, so that what begins there is not asked for a moment too early.
    place = {"X-Start": f"{made.start:.3f}", "X-End": f"{made.end + 0.0005:.3f}"}
    return Response(made.content, 200, place, f'video/mp4; codecs="{CODEC}"')


@router.post("/recordings/{camera_id}/exports", status_code=201)
def make_export(
    request: Request, visitor: _Viewer, camera_id: PlaceId, body: ExportIn
) -> ExportOut:
    """Make one MP4 of a stretch of time, without re-encoding; the answer has its hash."""
    site = site_of(request)
    site.places.camera(visitor.scope, camera_id)
    _check_range(body.start, body.end)
    wanted = Wanted(camera_id, body.start, body.end, Purpose.EXPORT)
    given = begin_viewing(request, visitor, wanted, body.reason, body.request)
    row, made = site.context.recordings.export(
        visitor.scope, camera_id, body.start, body.end, by=visitor.actor.name, reason=body.reason
    )
    query = f"start={body.start}&end={body.end}&pass={given}"
    return ExportOut(
        id=row.id,
        start=made.start,
        end=made.end,
        gaps=[StretchOut(start=gap.start, end=gap.end) for gap in made.gaps],
        sha256=made.sha256,
        size=made.size,
        url=f"/api/v1/recordings/{camera_id}/exports/{row.id}?{query}",
    )


@router.get("/recordings/{camera_id}/exports/{export_id}", response_class=StreamingResponse)
def fetch_export(
    request: Request,
    visitor: _Viewer,
    camera_id: PlaceId,
    export_id: RowId,
    start: _Moment,
    end: _Moment,
    given: _Pass,
) -> Response:
    """Fetch an exported file."""
    site = site_of(request)
    site.places.camera(visitor.scope, camera_id)
    check_pass(request, visitor, Wanted(camera_id, start, end, Purpose.EXPORT), given)
    desk = site.context.recordings
    size, content = desk.exported(visitor.scope, camera_id, export_id)
    name = f"{camera_id}-{to_datetime(start):%Y%m%dT%H%M%SZ}-{export_id}.mp4"
    headers = {
        "Content-Length": str(size),
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    return StreamingResponse(content, 200, headers, "video/mp4")


def _footage(request: Request, visitor: Visitor, camera_id: str, start: int, end: int) -> Footage:
    site = site_of(request)
    site.places.camera(visitor.scope, camera_id)
    _check_range(start, end)
    return site.context.recordings.footage(visitor.scope, camera_id, start, end)


def _check_range(start: int, end: int) -> None:
    if not 0 < end - start <= _LONGEST:
        raise InputError(
            Text("时长应大于零，最多一周", "ask for more than nothing and at most a week"),
            where="end",
        )


def _segment(
    request: Request, visitor: Visitor, segment_id: int, given: str
) -> tuple[Recording, Layout]:
    """Return a recorded file and its layout to whoever has a pass for a time that it touches."""
    recordings = site_of(request).context.recordings
    piece, layout = recordings.segment(visitor.scope, segment_id)
    first, _, rest = given.partition("-")
    last = rest.partition("-")[0]
    if not (first.isdigit() and last.isdigit() and len(first) < 13 and len(last) < 13):
        first, last = "0", "0"
    start, end = int(first), int(last)
    check_pass(request, visitor, Wanted(piece.camera_id, start, end, Purpose.PLAY), given)
    if piece.end.timestamp() <= start or piece.start.timestamp() >= end:
        raise NotFoundError(
            Text("通行凭证是另一段时间的", "the pass is for another time"), where=f"{piece.id}"
        )
    return piece, layout


def _playlist(segments: tuple[Recording, ...], given: str) -> str:
    longest = max(((item.end - item.start).total_seconds() for item in segments), default=1.0)
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{int(longest) + 1}",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    for item in segments:
        address = f"/api/v1/recordings/segments/{item.id}"
        at = item.start.astimezone(UTC).isoformat(timespec="milliseconds")
        lines += [
            # The clock of each file begins at zero, whether or not anything is missing before it.
            "#EXT-X-DISCONTINUITY",
            f'#EXT-X-MAP:URI="{address}/head?pass={given}"',
            f"#EXT-X-PROGRAM-DATE-TIME:{at.replace('+00:00', 'Z')}",
            f"#EXTINF:{(item.end - item.start).total_seconds():.3f},",
            f"{address}/media?pass={given}",
        ]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])
