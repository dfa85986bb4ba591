"""What went wrong, told to people and programs: a page in their language, or problem JSON.

Every answer names the request's correlation id, under which the log has the whole story; no
answer ever shows a traceback.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from monitor.domain.errors import (
    ConflictError,
    InputError,
    KanhuError,
    NotFoundError,
    PermissionDeniedError,
    SourceError,
)
from monitor.domain.text import Language
from monitor.web.access import GrantMissingError
from monitor.web.answer import own_address, page
from monitor.web.form_token import ForeignRequestError
from monitor.web.i18n import catalogue, translate
from monitor.web.viewing import ReasonDueError
from monitor.web.visitor import (
    PasswordDueError,
    SecondFactorDueError,
    SignInRequiredError,
    TooManyRequestsError,
    language_of,
    visitor_of,
)

_STATUS: tuple[tuple[type[KanhuError], int], ...] = (
    (SignInRequiredError, 401),
    (TooManyRequestsError, 429),
    (PermissionDeniedError, 403),
    (NotFoundError, 404),
    (ConflictError, 409),
    (InputError, 422),
    (SourceError, 503),
)
_PROGRAMS = ("/api/", "/static/", "/demo/inbox/", "/healthz", "/readyz", "/metrics")
_logger = structlog.get_logger(__name__)


def install(app: FastAPI) -> None:
    """Teach the application to answer errors.

    What no handler knows is caught by :class:`monitor.web.headers.SecurityHeaders`.
    """
    app.add_exception_handler(KanhuError, failure_response)
    app.add_exception_handler(HTTPException, failure_response)
    app.add_exception_handler(RequestValidationError, failure_response)


async def failure_response(request: Request, error: Exception) -> Response:
    """Return the answer to a request that failed with ``error``."""
    status = status_of(error)
    if status >= 500 and not isinstance(error, KanhuError | HTTPException):
        _logger.error("request_failed", path=request.url.path, exc_info=error)
    if not wants_page(request):
        return _problem(request, error, status)
    if status < 500:
        visitor = await run_in_threadpool(visitor_of, request)
        if visitor is None and status == 404:
            error = SignInRequiredError()  # strangers do not learn what there is
        redirect = _redirect(request, error)
        if redirect is not None:
            return redirect
    return failure_page(request, status, _page_key(error, status))


def status_of(error: Exception) -> int:
    """Return the HTTP status that says what ``error`` says."""
    if isinstance(error, HTTPException):
        return error.status_code
    if isinstance(error, RequestValidationError):
        nowhere = any(item["loc"][:1] == ("path",) for item in error.errors())
        return 404 if nowhere else 422  # no thing can have such an id
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def wants_page(request: Request) -> bool:
    """Say whether a person's browser, not a program, waits for the answer."""
    return not request.url.path.startswith(_PROGRAMS)


def failure_page(request: Request, status: int, key: str) -> HTMLResponse:
    """Return the page that tells a person what went wrong and what to do."""
    language = language_of(request)
    return page(
        request,
        "failure.html",
        status=status,
        code=status,
        headline=translate(language, f"failure.{key}.title"),
        advice=translate(language, f"failure.{key}.advice"),
    )


def _redirect(request: Request, error: Exception) -> Response | None:
    if isinstance(error, PasswordDueError):
        return RedirectResponse("/account", 303)
    if isinstance(error, SecondFactorDueError):
        return RedirectResponse("/account/second-factor", 303)
    if not isinstance(error, SignInRequiredError):
        return None
    target = own_address(request)
    if request.method != "GET" or target == "/":
        return RedirectResponse("/sign-in", 303)
    return RedirectResponse(f"/sign-in?next={quote(target, safe='')}", 303)


def _page_key(error: Exception, status: int) -> str:
    if isinstance(error, ForeignRequestError):
        return "foreign"
    if isinstance(error, ReasonDueError):
        return "reason"
    known = f"failure.{status}.title" in catalogue("en")
    return str(status) if known else ("500" if status >= 500 else "400")


def _problem(request: Request, error: Exception, status: int) -> JSONResponse:
    language: Language = language_of(request)
    key = _page_key(error, status)
    body: dict[str, object] = {
        "type": "about:blank",
        "title": translate(language, f"failure.{key}.title"),
        "status": status,
        "detail": _detail(error, language) or translate(language, f"failure.{key}.advice"),
        "request_id": request.state.request_id,
    }
    if isinstance(error, RequestValidationError):
        body["errors"] = [
            {"where": ".".join(str(part) for part in item["loc"]), "message": item["msg"]}
            for item in error.errors()
        ]
    headers: Mapping[str, str] | None = error.headers if isinstance(error, HTTPException) else None
    if isinstance(error, TooManyRequestsError):
        headers = {"Retry-After": str(math.ceil(error.seconds))}
    if status == 401:
        headers = {**(headers or {}), "WWW-Authenticate": "Bearer"}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def _detail(error: Exception, language: Language) -> str:
    hidden = isinstance(error, PermissionDeniedError) and not isinstance(error, GrantMissingError)
    if isinstance(error, KanhuError) and not hidden:
        return error.brief().of(language)
    return ""
