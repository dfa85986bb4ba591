"""Who is asking: the signed-in person behind a request's cookie, and the cookies themselves."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request
from starlette.requests import HTTPConnection
from starlette.responses import Response

from monitor.domain.access import Scope
from monitor.domain.alerts import Actor
from monitor.domain.errors import PermissionDeniedError
from monitor.domain.text import Language
from monitor.store.register_changes import Author, Origin
from monitor.store.users import User
from monitor.web.form_token import form_token
from monitor.web.i18n import best_language, known_language
from monitor.web.site import site_of

LANGUAGE_COOKIE = "kanhu-language"
THEME_COOKIE = "kanhu-theme"
THEMES = ("auto", "dark", "light")
_SESSION_COOKIE = "kanhu-session"
_YEAR = 365 * 86400


class SignInRequiredError(PermissionDeniedError):
    """Nobody is signed in."""

    def __init__(self) -> None:
        super().__init__("sign in first")


class PasswordDueError(PermissionDeniedError):
    """The password was given by somebody else and has to be changed first."""

    def __init__(self) -> None:
        super().__init__("change the password first")


@dataclass(frozen=True, slots=True)
class Visitor:
    """A signed-in person at one browser. ``token`` is the session's secret: never log it."""

    user: User
    token: str
    address: str

    @property
    def scope(self) -> Scope:
        """The part of the district they may see."""
        return self.user.scope

    @property
    def actor(self) -> Actor:
        """How they stand in the steps of an alert."""
        name = self.user.display_name
        return Actor(
            user_id=self.user.id,
            name=f"{name} ({self.user.unit})" if self.user.unit else name,
            address=self.address,
        )

    def author(self, origin: Origin) -> Author:
        """Return them as the author of changes in a register."""
        return Author(self.actor, origin)

    @property
    def form_token(self) -> str:
        """The token their forms carry."""
        return form_token(self.token)


def visitor_of(request: Request) -> Visitor | None:
    """Return who is signed in, looked up once a request."""
    known: tuple[Visitor | None] | None = getattr(request.state, "visitor", None)
    if known is None:
        known = (_look_up(request),)
        request.state.visitor = known
    return known[0]


def language_of(request: HTTPConnection) -> Language:
    """Return the language for a request: the person's, the cookie's, the browser's, ours."""
    known: tuple[Visitor | None] | None = getattr(request.state, "visitor", None)
    if known is not None and known[0] is not None:
        return known[0].user.language
    chosen = known_language(request.cookies.get(LANGUAGE_COOKIE))
    if chosen is not None:
        return chosen
    fallback = site_of(request).context.settings.service.language
    return best_language(request.headers.get("accept-language", ""), fallback)


def theme_of(request: HTTPConnection) -> str:
    """Return the colours a browser asked for: ``auto``, ``dark`` or ``light``."""
    theme = request.cookies.get(THEME_COOKIE, "auto")
    return theme if theme in THEMES else "auto"


def address_of(request: HTTPConnection) -> str:
    """Return the network address of the browser, or an empty text."""
    return request.client.host if request.client is not None else ""


def own_path(target: str) -> str:
    """Return ``target`` if it is a path of this site, else ``/``: nobody is led elsewhere."""
    plain = target.startswith("/") and not target.startswith("//") and "\\" not in target
    return target if plain and target.isprintable() else "/"


def session_token(request: HTTPConnection) -> str | None:
    """Return the session token that a browser sent, if any."""
    return request.cookies.get(_cookie_name(request))


def set_session(request: Request, response: Response, token: str) -> None:
    """Hand a session to the browser; the cookie lasts as long as the browser is open."""
    response.set_cookie(
        _cookie_name(request), token, httponly=True, samesite="lax", secure=is_secure(request)
    )


def end_session(request: Request, response: Response) -> None:
    """Take the session cookie back."""
    response.delete_cookie(
        _cookie_name(request), httponly=True, samesite="lax", secure=is_secure(request)
    )


def set_preference(request: Request, response: Response, cookie: str, value: str) -> None:
    """Remember a preference of a browser for a year."""
    response.set_cookie(
        cookie,
        value,
        max_age=_YEAR,
        httponly=True,
        samesite="lax",
        secure=is_secure(request),
    )


def is_secure(request: HTTPConnection) -> bool:
    """Say whether the browser reached us over TLS, here or at a proxy in front."""
    public = site_of(request).context.settings.service.public_url or ""
    return request.url.scheme == "https" or public.startswith("https:")


def _cookie_name(request: HTTPConnection) -> str:
    return f"__Host-{_SESSION_COOKIE}" if is_secure(request) else _SESSION_COOKIE


def _look_up(request: Request) -> Visitor | None:
    token = session_token(request)
    if not token:
        return None
    site = site_of(request)
    signed_in = site.sessions.find(token, site.context.now())
    if signed_in is None:
        return None
    return Visitor(signed_in.user, token, address_of(request))
