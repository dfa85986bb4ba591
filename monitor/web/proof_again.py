"""Proof that a signed-in person has just shown at the identity provider, anew, who they are.

It is sealed into a cookie for some minutes, holds for one session of one person, and is taken
back once something was signed with it.
"""

from __future__ import annotations

import hashlib

from fastapi import Request
from starlette.responses import Response

from monitor.web.site import Site
from monitor.web.visitor import Visitor, is_secure

MINUTES = 5
_COOKIE = "kanhu-again"
_PATH = "/risk"


def session_mark(visitor: Visitor) -> str:
    """Return what tells the visitor's session from others and gives nothing of it away."""
    return hashlib.sha256(f"again {visitor.token}".encode()).hexdigest()[:32]


def give_proof(request: Request, response: Response, site: Site, visitor: Visitor) -> None:
    """Let the browser carry the proof."""
    content = {"again": visitor.user.id, "session": session_mark(visitor)}
    response.set_cookie(
        _COOKIE,
        site.doors.tickets.seal(content, site.context.clock.now()),
        max_age=MINUTES * 60,
        httponly=True,
        samesite="lax",  # the way here leads over the provider, a foreign site
        secure=is_secure(request),
        path=_PATH,
    )


def has_proof(request: Request, site: Site, visitor: Visitor) -> bool:
    """Say whether the browser carries a proof that still holds for this session."""
    sealed, now = request.cookies.get(_COOKIE, ""), site.context.clock.now()
    opened = site.doors.tickets.open(sealed, now, MINUTES * 60)
    expected = {"again": visitor.user.id, "session": session_mark(visitor)}
    return opened == expected


def take_proof(response: Response) -> None:
    """Take the proof back."""
    response.delete_cookie(_COOKIE, path=_PATH)
