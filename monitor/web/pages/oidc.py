"""Signing in at the identity provider of the configuration: there, and back again."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from monitor.domain.errors import NotFoundError, SourceError
from monitor.domain.text import Text
from monitor.store.session_repository import SignInMethod
from monitor.web.access import PUBLIC, Permission, require
from monitor.web.doors import address_key
from monitor.web.oidc import LEEWAY_SECONDS, Claims, Departure, OidcProvider
from monitor.web.parameters import PlaceId
from monitor.web.proof_again import give_proof, session_mark
from monitor.web.signing_in import begin_session, refused
from monitor.web.site import Site, site_of
from monitor.web.visitor import Visitor, address_of, is_secure, own_path, visitor_of

router = APIRouter(include_in_schema=False)
_COOKIE = "kanhu-oidc"
_PATH = "/sign-in/oidc"
_MINUTES = 10
_logger = structlog.get_logger(__name__)


@router.get("/sign-in/oidc", dependencies=[PUBLIC])
def depart(request: Request, next: str = "/") -> Response:  # noqa: A002 (it is the URL's word)
    """Send the browser to the provider."""
    site = site_of(request)
    provider = _provider(site)
    departure, clock = Departure.new(), site.context.clock.now()
    try:
        address = provider.address(departure, _back(request), clock)
    except SourceError as error:
        _logger.warning("identity_provider_away", error=error.message)
        return refused(request, "", next, "sign_in.oidc_away", 503)
    response = RedirectResponse(address, 303)
    _remember(request, response, {**asdict(departure), "t": own_path(next)})
    return response


@router.get("/sign-in/oidc/again/{institution_id}")
def depart_again(
    request: Request,
    visitor: Annotated[Visitor, require(Permission.DECIDE)],
    institution_id: PlaceId,
) -> Response:
    """Send somebody who is to sign about an institution to the provider, to show who they are."""
    site = site_of(request)
    site.context.risk.get(visitor.scope, institution_id)
    provider = _provider(site)
    departure, clock = Departure.new(), site.context.clock.now()
    target = f"/risk/{institution_id}"
    try:
        address = provider.address(departure, _back(request), clock, again=True)
    except SourceError as error:
        _logger.warning("identity_provider_away", error=error.message)
        return RedirectResponse(_with_again(target, "away"), 303)
    response = RedirectResponse(address, 303)
    taken = {"again": visitor.user.id, "session": session_mark(visitor), "at": clock}
    _remember(request, response, {**asdict(departure), **taken, "t": target})
    return response


@router.get("/sign-in/oidc/back", dependencies=[PUBLIC])
def come_back(
    request: Request,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=4000)] = "",
) -> Response:
    """Exchange what the browser brings for who has signed in, and begin a session."""
    site = site_of(request)
    provider = _provider(site)
    clock, address = site.context.clock.now(), address_key(address_of(request))
    if site.doors.addresses.wait(address, clock) > 0:
        return refused(request, "", "/", "sign_in.oidc_refused", 429)
    opened = site.doors.tickets.open(request.cookies.get(_COOKIE, ""), clock, _MINUTES * 60)
    if opened is None or "state" not in opened or not code:
        return refused(request, "", "/", "sign_in.late", 401)
    departure = Departure(opened["state"], opened["nonce"], opened["verifier"])
    if not secrets.compare_digest(state.encode(), departure.state.encode()):
        return refused(request, "", "/", "sign_in.late", 401)
    try:
        claims = provider.redeem(code, departure, _back(request), clock)
    except SourceError as error:
        _logger.warning("identity_provider_refused", error=error.message)
        site.doors.addresses.failed(address, clock)
        return refused(request, "", "/", "sign_in.oidc_refused", 401)
    if "again" in opened:
        return _proven(request, claims, opened)
    user = site.identities.person(claims.issuer, claims.subject, claims.name, site.context.now())
    if user is None:
        _logger.warning("identity_unknown", subject=claims.subject, name=claims.name)
        return refused(request, "", "/", "sign_in.oidc_unknown", 403)
    response = begin_session(request, user, str(opened["t"]), SignInMethod.OIDC)
    response.delete_cookie(_COOKIE, path=_PATH)
    return response


def _proven(request: Request, claims: Claims, opened: dict[str, Any]) -> Response:
    """Take down that the visitor has signed in at the provider anew, if that is so."""
    site, visitor = site_of(request), visitor_of(request)
    target = str(opened["t"])
    now = site.context.clock.now()
    user = site.identities.person(claims.issuer, claims.subject, claims.name, site.context.now())
    fresh = (
        claims.signed_in_at is not None
        and float(opened["at"]) - LEEWAY_SECONDS <= claims.signed_in_at <= now + LEEWAY_SECONDS
    )
    same = (
        visitor is not None
        and user is not None
        and visitor.user.id == user.id == opened["again"]
        and opened["session"] == session_mark(visitor)
    )
    if visitor is None or not same or not fresh:
        _logger.warning("not_proven_again", subject=claims.subject, fresh=fresh, same=same)
        response = RedirectResponse(_with_again(target, "stale" if same else "other"), 303)
    else:
        _logger.info("proven_again", user=visitor.user.name)
        response = RedirectResponse(_with_again(target, "done"), 303)
        give_proof(request, response, site, visitor)
    response.delete_cookie(_COOKIE, path=_PATH)
    return response


def _with_again(target: str, outcome: str) -> str:
    return f"{target}{'&' if '?' in target else '?'}again={outcome}"


def _remember(request: Request, response: Response, content: dict[str, Any]) -> None:
    site = site_of(request)
    response.set_cookie(
        _COOKIE,
        site.doors.tickets.seal(content, site.context.clock.now()),
        max_age=_MINUTES * 60,
        httponly=True,
        samesite="lax",
        secure=is_secure(request),
        path=_PATH,
    )


def _provider(site: Site) -> OidcProvider:
    if site.provider is None:
        raise NotFoundError(
            Text("没有配置身份提供方", "no identity provider is configured"), where="access.oidc"
        )
    return site.provider


def _back(request: Request) -> str:
    public = site_of(request).context.settings.service.public_url
    base = public.rstrip("/") if public else f"{request.url.scheme}://{request.url.netloc}"
    return f"{base}{_PATH}/back"
