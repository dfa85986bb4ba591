"""Requests about personal data for which somebody looks at footage or has it exported."""

from __future__ import annotations

from datetime import datetime

from monitor.domain.data_requests import DataRequest
from monitor.domain.errors import PermissionDeniedError
from monitor.domain.exports import Faces
from monitor.domain.text import Text
from monitor.store.alert_views import AlertView
from monitor.web.access import Permission, may
from monitor.web.site import Site
from monitor.web.visitor import Visitor


def opened_by(
    site: Site, visitor: Visitor, asked: int, room_id: str, start: datetime, end: datetime
) -> DataRequest:
    """Return the request that opens the footage of a room and time to the visitor.

    Raises:
        NotFoundError: there is no such request in their scope.
        PermissionDeniedError: they do not handle requests, or it does not grant this.
    """
    if not may(visitor, Permission.REQUESTS):
        raise PermissionDeniedError(
            Text("这个人不办理请求", "this person does not handle requests"), where="request"
        )
    return site.requests.opened(visitor.scope, asked, room_id, start, end)


def opened_alert(site: Site, visitor: Visitor, asked: int, alert: AlertView) -> DataRequest:
    """Return the request that opens the evidence of an alert to the visitor.

    Raises:
        NotFoundError: there is no such request in their scope.
        PermissionDeniedError: they do not handle requests, or it does not grant this.
    """
    end = alert.cleared or alert.raised
    return opened_by(site, visitor, asked, alert.room_id, alert.onset, max(alert.onset, end))


def check_faces(found: DataRequest, faces: Faces) -> None:
    """Refuse to show others where the request does not grant it.

    Raises:
        PermissionDeniedError: the request wants them to be unrecognisable.
    """
    if faces is Faces.SHOWN and found.faces is not Faces.SHOWN:
        raise PermissionDeniedError(
            Text("其他人必须无法辨认", "others have to stay unrecognisable"), where="faces"
        )
