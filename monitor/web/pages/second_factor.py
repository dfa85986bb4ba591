"""One's own second factor: setting it up with an app, recovery codes, doing without."""

from __future__ import annotations

from typing import Annotated

import segno
from fastapi import APIRouter, Form, Request
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from monitor.domain.errors import InputError
from monitor.domain.text import Text
from monitor.domain.totp import enrolment_uri, written
from monitor.web.access import Permission, require
from monitor.web.answer import page
from monitor.web.form_token import check_form_token
from monitor.web.proving import password_is_right
from monitor.web.site import Site, site_of
from monitor.web.visitor import Visitor

router = APIRouter(prefix="/account/second-factor", include_in_schema=False)
_Own = Annotated[Visitor, require(Permission.ACCOUNT)]
_Token = Annotated[str, Form()]
_Password = Annotated[str, Form(max_length=1000)]


@router.get("")
def show(request: Request, visitor: _Own) -> Response:
    """Show the second factor in use, or how to set one up."""
    return _page(request, visitor)


@router.post("/begin")
def begin(
    request: Request, visitor: _Own, token: _Token = "", password: _Password = ""
) -> Response:
    """Show the code to scan, to somebody who knows the password."""
    check_form_token(visitor.token, token)
    if not password_is_right(site_of(request), visitor, password):
        return _page(request, visitor, "second_factor.password_wrong")
    return _enrolling(request, visitor)


@router.post("/confirm")
def confirm(
    request: Request,
    visitor: _Own,
    token: _Token = "",
    code: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Put the secret into use if the app shows the right code; show the recovery codes once."""
    check_form_token(visitor.token, token)
    site = site_of(request)
    key, clock = f"enrol:{visitor.user.id}", site.context.clock.now()
    if site.doors.codes.wait(key, clock) > 0:
        return _enrolling(request, visitor, "second_factor.code_wrong")
    try:
        codes = site.second_factors.confirm(visitor.user.id, code, site.context.now())
    except InputError:
        site.doors.codes.failed(key, clock)
        return _enrolling(request, visitor, "second_factor.code_wrong")
    site.sessions.revoke_all(visitor.user.id, but=visitor.token)
    return _page(request, visitor, codes=codes)


@router.post("/codes")
def renew_codes(
    request: Request, visitor: _Own, token: _Token = "", password: _Password = ""
) -> Response:
    """Make new recovery codes and show them once."""
    check_form_token(visitor.token, token)
    site = site_of(request)
    if not password_is_right(site, visitor, password):
        return _page(request, visitor, "second_factor.password_wrong")
    return _page(request, visitor, codes=site.second_factors.renew_codes(visitor.user.id))


@router.post("/remove")
def remove(
    request: Request, visitor: _Own, token: _Token = "", password: _Password = ""
) -> Response:
    """Do without a second factor, where the role allows it."""
    check_form_token(visitor.token, token)
    site = site_of(request)
    if _needed(site, visitor):
        raise InputError(
            Text("这个角色须有第二步验证", "the role needs a second factor"), where="second factor"
        )
    if not password_is_right(site, visitor, password):
        return _page(request, visitor, "second_factor.password_wrong")
    site.second_factors.remove(visitor.user.id)
    return RedirectResponse("/account/second-factor", 303)


def _enrolling(request: Request, visitor: Visitor, problem: str | None = None) -> Response:
    site = site_of(request)
    secret = site.second_factors.begin(visitor.user.id, site.context.now())
    issuer = f"Kanhu {site.context.settings.district.id}"
    uri = enrolment_uri(secret, visitor.user.name, issuer)
    drawn = segno.make(uri, error="m").svg_inline(
        scale=4, omitsize=True, svgclass="qr", lineclass=None, dark="#000", light="#fff"
    )
    typed = written(secret)
    return _page(
        request,
        visitor,
        problem,
        picture=Markup(drawn),  # noqa: S704 (drawn here, of numbers)
        secret=" ".join(typed[at : at + 4] for at in range(0, len(typed), 4)),
    )


def _page(
    request: Request,
    visitor: Visitor,
    problem: str | None = None,
    *,
    codes: tuple[str, ...] = (),
    picture: Markup | None = None,
    secret: str = "",
) -> Response:
    site = site_of(request)
    return page(
        request,
        "second_factor.html",
        status=200 if problem is None else 422,
        problem=problem,
        enrolled=bool(site.second_factors.enrolled([visitor.user.id])),
        needed=_needed(site, visitor),
        codes=codes,
        codes_left=site.second_factors.codes_left(visitor.user.id),
        picture=picture,
        secret=secret,
    )


def _needed(site: Site, visitor: Visitor) -> bool:
    return visitor.user.role in site.context.settings.access.second_factor
