"""Who is asking: the signed-in person behind a request's cookie, and the cookies themselves."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request
from starlette.requests import HTTPConnection
from starlette.responses import Response

from monitor.domain.access import Scope
from monitor.domain.access_register import Accessor
from monitor.domain.alerts import Actor
from monitor.domain.errors import PermissionDeniedError
from monitor.domain.text import Language
from monitor.store.api_tokens import ApiToken
from monitor.store.register_changes import Author, Origin
from monitor.store.session_repository import SignInMethod
from monitor.store.users import User
from monitor.web.bearer import bearer_token, is_bearer
from monitor.web.doors import address_key
from monitor.web.form_token import form_token
from monitor.web.i18n import best_language, known_language
from monitor.web.site import site_of

LANGUAGE_COOKIE = "kanhu-language"
THEME_COOKIE = "kanhu-theme"
DEVICE_COOKIE = "kanhu-device"
THEMES = ("auto", "dark", "light")
_SESSION_COOKIE = "kanhu-session"
_YEAR = 365 * 86400
FOR_MACHINES = ("/api/", "/metrics")
"""Paths that programs may ask for with a token."""


class SignInRequiredError(PermissionDeniedError):
    """Nobody is signed in."""

    def __init__(self) -> None:
        super().__init__("sign in first")


class PasswordDueError(PermissionDeniedError):
    """The password was given by somebody else and has to be changed first."""

    def __init__(self) -> None:
        super().__init__("change the password first")


class SecondFactorDueError(PermissionDeniedError):
    """The person's role needs a second factor, which has to be set up first."""

    def __init__(self) -> None:
        super().__init__("set up a second factor first")


class TooManyRequestsError(PermissionDeniedError):
    """Somebody asks too often; ``seconds`` is how long to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__("too many requests")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Visitor:
    """A signed-in person at one browser, or a program in a person's name.

    ``token`` is the session's secret: never log it; a program has none. ``bearer`` is the token
    of a program, which narrows what it may do and see. ``second_factor`` says whether the person
    has one, or signed in elsewhere.
    """

    user: User
    token: str
    address: str
    second_factor: bool = False
    bearer: ApiToken | None = None

    @property
    def scope(self) -> Scope:
        """The part of the district they may see."""
        return self.user.scope if self.bearer is None else self.bearer.scope

    @property
    def accessor(self) -> Accessor:
        """How they stand in the access register."""
        user = self.user
        return Accessor(user.id, user.name, user.display_name, user.unit, self.address)

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
    if is_bearer(request.headers):
        return _program(request)
    token = session_token(request)
    if not token:
        return None
    site = site_of(request)
    signed_in = site.sessions.find(token, site.context.now())
    if signed_in is None:
        return None
    strong = signed_in.second_factor or signed_in.method is SignInMethod.OIDC
    return Visitor(signed_in.user, token, address_of(request), strong)


def _program(request: Request) -> Visitor | None:
    site = site_of(request)
    address, clock = address_of(request), site.context.clock.now()
    if not request.url.path.startswith(FOR_MACHINES):
        return None
    wait = site.doors.addresses.wait(address_key(address), clock)
    if wait > 0:
        raise TooManyRequestsError(wait)
    found = site.tokens.find(bearer_token(request.headers), site.context.now(), address)
    if found is None:
        site.doors.addresses.failed(address_key(address), clock)
        return None
    return Visitor(found.user, "", address, second_factor=True, bearer=found.token)
