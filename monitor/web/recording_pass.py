"""The reason for looking at footage: asked once, before anything is shown.

This is the only place that the routes of recordings ask. :func:`begin_viewing` takes the reason
and gives out a pass; :func:`check_pass` admits whoever holds it. A pass is bound to one session,
one camera, one stretch of time and one purpose, and ends by itself.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from enum import StrEnum

from fastapi import Request

from monitor.domain.access_register import AccessKind, NewAccess
from monitor.domain.clock import to_datetime
from monitor.domain.errors import InputError, PermissionDeniedError
from monitor.domain.exports import Faces
from monitor.domain.text import Text
from monitor.store.text import clean_line
from monitor.web.access import Permission, may
from monitor.web.asked import opened_by
from monitor.web.site import Site, site_of
from monitor.web.visitor import Visitor

_LASTS = 4 * 3600
_SHORTEST = 2
_LONGEST_REASON = 500


class Purpose(StrEnum):
    """What somebody wants to do with footage."""

    PLAY = "play"
    EXPORT = "export"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to see: a camera from ``start`` to ``end``, POSIX seconds."""

    camera_id: str
    start: int
    end: int
    purpose: Purpose


def begin_viewing(
    request: Request, visitor: Visitor, wanted: Wanted, reason: str, asked: int | None = None
) -> str:
    """Put down why somebody looks at footage, and return the pass that lets them.

    ``asked`` is the id of the request about personal data that it is for, if there is one.

    Whole recordings are neither blurred nor marked, so only who approves exports may take them
    away.

    Raises:
        InputError: no reason is given.
        PermissionDeniedError: this person may not take recordings away, or the request does not
            grant this.
        NotFoundError: there is no such camera in their scope.
    """
    words = clean_line(reason, _LONGEST_REASON)
    if len(words) < _SHORTEST:
        raise InputError(
            Text("请写明为何查看这段录像", "say why you look at this footage"), where="reason"
        )
    site = site_of(request)
    if wanted.purpose is Purpose.EXPORT and not may(visitor, Permission.APPROVE):
        raise PermissionDeniedError(
            Text("整段录像只能由主管导出", "whole recordings leave here only by a supervisor"),
            where="purpose",
            hint=Text("请改为申请导出告警证据", "ask for the export of an alert instead"),
        )
    now = site.context.now()
    access = _access(site, visitor, wanted, words)
    if asked is None:
        site.register.put_down(access, now)
    else:
        number = _granted(site, visitor, wanted, asked)
        known = replace(access, what={**access.what, "request": number})
        site.requests.put_down(asked, known, now)
    until = int(now.timestamp()) + _LASTS
    return f"{wanted.start}-{wanted.end}-{until}-{_seal(visitor, wanted, until)}"


def _granted(site: Site, visitor: Visitor, wanted: Wanted, asked: int) -> str:
    camera = site.places.camera(visitor.scope, wanted.camera_id)
    start, end = to_datetime(wanted.start), to_datetime(wanted.end)
    found = opened_by(site, visitor, asked, camera.room_id, start, end)
    if found.start is None or found.end is None or start < found.start or end > found.end:
        raise PermissionDeniedError(
            Text("请求是另一段时间的", "the request is about another time"), where="request"
        )
    if wanted.purpose is Purpose.EXPORT and found.faces is not Faces.SHOWN:
        raise PermissionDeniedError(
            Text(
                "其他人必须无法辨认：不能为这个请求导出整段录像",
                "others have to stay unrecognisable: "
                "whole recordings cannot leave for this request",
            ),
            where="request",
            hint=Text(
                "请申请导出告警证据，或在此当面播放",
                "ask for the export of an alert, or show the recording here",
            ),
        )
    return found.number


def _access(site: Site, visitor: Visitor, wanted: Wanted, reason: str) -> NewAccess:
    camera = site.places.camera(visitor.scope, wanted.camera_id)
    kind = AccessKind.VIEWED if wanted.purpose is Purpose.PLAY else AccessKind.EXPORT_MADE
    return NewAccess(
        kind,
        visitor.accessor,
        reason,
        institution_id=site.places.institution_of_room(camera.room_id),
        what={
            "camera": wanted.camera_id,
            "start": to_datetime(wanted.start).isoformat(),
            "end": to_datetime(wanted.end).isoformat(),
        },
    )


def check_pass(request: Request, visitor: Visitor, wanted: Wanted, given: str) -> None:
    """Admit the holder of a pass for what is wanted.

    Raises:
        PermissionDeniedError: the pass is for something else, forged, or over.
    """
    parts = given.split("-")
    numbers = parts[:3]
    if len(parts) != 4 or not all(part.isdigit() and len(part) < 13 for part in numbers):
        raise _refused()
    start, end, until = (int(part) for part in numbers)
    given_for = Wanted(wanted.camera_id, start, end, wanted.purpose)
    genuine = hmac.compare_digest(parts[3].encode(), _seal(visitor, given_for, until).encode())
    covered = start <= wanted.start and wanted.end <= end
    if not genuine or not covered or until < site_of(request).context.now().timestamp():
        raise _refused()


def _seal(visitor: Visitor, wanted: Wanted, until: int) -> str:
    facts = f"{wanted.camera_id} {wanted.start} {wanted.end} {wanted.purpose} {until}"
    key = f"viewing {visitor.token}".encode()
    return hmac.new(key, facts.encode(), hashlib.sha256).hexdigest()


def _refused() -> PermissionDeniedError:
    return PermissionDeniedError(
        Text("查看这段录像前请写明原因", "give a reason before you look at this footage"),
        where="pass",
        hint=Text("请重新打开页面", "open the page again"),
    )
