"""Language and colours: a choice that a browser remembers, and a person's language besides."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from monitor.web.access import PUBLIC
from monitor.web.i18n import known_language
from monitor.web.site import site_of
from monitor.web.visitor import (
    LANGUAGE_COOKIE,
    THEME_COOKIE,
    THEMES,
    own_path,
    set_preference,
    visitor_of,
)

router = APIRouter(include_in_schema=False)


@router.post("/preferences", dependencies=[PUBLIC])
def choose(
    request: Request,
    language: Annotated[str | None, Form()] = None,
    theme: Annotated[str | None, Form()] = None,
    back: Annotated[str, Form(max_length=2000)] = "/",
) -> Response:
    """Remember a choice and go back to the page it was made on."""
    response = RedirectResponse(own_path(back), 303)
    chosen = known_language(language)
    if chosen is not None:
        visitor = visitor_of(request)
        if visitor is not None:
            site_of(request).users.set_language(visitor.user.id, chosen)
        set_preference(request, response, LANGUAGE_COOKIE, chosen)
    if theme in THEMES:
        set_preference(request, response, THEME_COOKIE, theme)
    return response
