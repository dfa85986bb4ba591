"""The reason for looking at footage: asked once, before anything is shown.

This is the only place that the routes of recordings ask. :func:`begin_viewing` takes the reason
and gives out a pass; :func:`check_pass` admits whoever holds it. A pass is bound to one session,
one camera, one stretch of time and one purpose, and ends by itself.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum

import structlog
from fastapi import Request

from monitor.domain.clock import to_datetime
from monitor.domain.errors import InputError, PermissionDeniedError
from monitor.store.text import clean_line
from monitor.web.site import site_of
from monitor.web.visitor import Visitor

_log = structlog.get_logger(__name__)
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


def begin_viewing(request: Request, visitor: Visitor, wanted: Wanted, reason: str) -> str:
    """Put down why somebody looks at footage, and return the pass that lets them.

    Raises:
        InputError: no reason is given.
    """
    words = clean_line(reason, _LONGEST_REASON)
    if len(words) < _SHORTEST:
        raise InputError("say why you look at this footage", where="reason")
    _log.info(
        "footage_opened",
        user=visitor.user.name,
        camera=wanted.camera_id,
        start=to_datetime(wanted.start).isoformat(),
        end=to_datetime(wanted.end).isoformat(),
        purpose=wanted.purpose.value,
        reason=words,
        address=visitor.address,
    )
    until = int(site_of(request).context.now().timestamp()) + _LASTS
    return f"{wanted.start}-{wanted.end}-{until}-{_seal(visitor, wanted, until)}"


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
        "give a reason before you look at this footage", where="pass", hint="open the page again"
    )
