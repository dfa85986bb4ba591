"""Looking at recorded video needs a reason, which is put down and then holds for a while."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from monitor.domain.access_register import AccessEntry, AccessKind, NewAccess
from monitor.domain.errors import PermissionDeniedError
from monitor.domain.evidence import EvidenceKind
from monitor.store.evidence import EvidenceView
from monitor.web.asked import opened_alert
from monitor.web.site import Site
from monitor.web.visitor import Visitor

LASTS = timedelta(minutes=30)
"""For how long one reason holds, for one person and one alert."""


class ReasonDueError(PermissionDeniedError):
    """Recorded video was asked for without having said why."""

    def __init__(self) -> None:
        super().__init__("say first why you look at this recording")


def open_until(site: Site, visitor: Visitor, alert_id: int) -> datetime | None:
    """Return until when the visitor may look at the footage of an alert; ``None`` if not now."""
    since = site.register.last_viewing(visitor.user.id, alert_id)
    if since is None or site.context.now() >= since + LASTS:
        return None
    return since + LASTS


def begin_viewing(
    site: Site, visitor: Visitor, alert_id: int, reason: str, asked: int | None = None
) -> AccessEntry:
    """Put down why the visitor looks at the footage of an alert.

    ``asked`` is the id of the request about personal data that it is for, if there is one.

    Raises:
        NotFoundError: there is no such alert in their scope.
        InputError: no reason is given.
        PermissionDeniedError: the request does not grant this.
    """
    detail = site.alerts.get(visitor.scope, alert_id)
    clips = [piece.id for piece in detail.evidence if piece.kind is EvidenceKind.CLIP]
    access = NewAccess(
        AccessKind.VIEWED,
        visitor.accessor,
        reason,
        institution_id=detail.alert.institution_id,
        alert_id=alert_id,
        what={
            "clips": clips,
            "room": detail.alert.room_id,
            "camera": detail.alert.camera_id,
            "rule": detail.alert.rule,
            "by": "api token" if visitor.bearer else "page",
        },
    )
    if asked is None:
        return site.register.put_down(access, site.context.now())
    found = opened_alert(site, visitor, asked, detail.alert)
    known = replace(access, what={**access.what, "request": found.number})
    return site.requests.put_down(asked, known, site.context.now())


def refuse_without_reason(site: Site, visitor: Visitor, piece: EvidenceView) -> None:
    """Let recorded video be seen only by somebody who has said why.

    Raises:
        ReasonDueError: they have not, or too long ago.
    """
    recorded = piece.kind is not EvidenceKind.SNAPSHOT
    if recorded and open_until(site, visitor, piece.alert_id) is None:
        raise ReasonDueError
