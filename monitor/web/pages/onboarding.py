"""The district's cameras by spreadsheet: template, trial with every mistake, confirmation.

What was tried waits in memory only, since it holds the cameras' passwords.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import structlog
from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from monitor.domain.errors import ConflictError, InputError, KanhuError
from monitor.domain.text import Text
from monitor.registers.tables import MOST_BYTES
from monitor.settings.onboarding import Trial, apply_sheet, try_sheet, write_template
from monitor.store.config_versions import VersionKind
from monitor.web.access import Permission, check_district, require
from monitor.web.answer import page
from monitor.web.config_change import desk_of, sound
from monitor.web.form_data import SentForm
from monitor.web.form_token import check_form_token
from monitor.web.site import Site, site_of
from monitor.web.visitor import Visitor, language_of

router = APIRouter(include_in_schema=False)
_Admin = Annotated[Visitor, require(Permission.ONBOARD)]
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST_SHOWN = 300
_ENVELOPE = 64 * 1024
_logger = structlog.get_logger(__name__)


@router.get("/onboarding/template.xlsx")
def template(request: Request, visitor: _Admin) -> Response:
    """Download the spreadsheet to fill in."""
    check_district(visitor)
    name = 'attachment; filename="cameras.xlsx"'
    return Response(write_template(language_of(request)), 200, {"Content-Disposition": name}, _XLSX)


@router.get("/onboarding")
def ask(request: Request, visitor: _Admin, done: bool = False) -> Response:
    """Show the form that takes a spreadsheet."""
    check_district(visitor)
    return _page(request, done=done)


@router.post("/onboarding", max_body_size=MOST_BYTES + _ENVELOPE)
def attempt(request: Request, visitor: _Admin, sent: SentForm) -> Response:
    """Try a spreadsheet: list what is wrong with it, or what importing it would do."""
    check_district(visitor)
    check_form_token(visitor.token, sent.text("token"))
    site = site_of(request)
    config = _config(site)
    if sent.file is None:
        return _page(request, unfit=Text("没有选择文件", "no file was chosen"), status=422)
    try:
        trial = try_sheet(config, sent.file.name[:200], sent.file.content)
    except KanhuError as error:
        return _page(request, unfit=error.brief(), status=422)
    digest = ""
    if not trial.problems and trial.changes:
        digest = site.pending.keep(visitor.user.id, sent.file.content, site.context.clock.now())
    status = 422 if trial.problems else 200
    return _page(request, trial=trial, name=sent.file.name[:200], digest=digest, status=status)


@router.post("/onboarding/apply")
def apply(request: Request, visitor: _Admin, sent: SentForm) -> Response:
    """Import the spreadsheet that was tried."""
    check_district(visitor)
    check_form_token(visitor.token, sent.text("token"))
    site = site_of(request)
    now = site.context.clock.now()
    content = site.pending.take(visitor.user.id, sent.text("digest"), now)
    try:
        config = _config(site)
        desk = desk_of(site)
        sound(desk)
        trial = apply_sheet(config, "import", content)
        desk.taken(VersionKind.SHEET, visitor.actor, "")
    except (InputError, ConflictError) as error:
        return _page(request, unfit=error.brief(), status=409)
    added = {level: states["added"] for level, states in trial.counts.items()}
    changed = {level: states["changed"] for level, states in trial.counts.items()}
    _logger.info("district_imported", user=visitor.user.name, added=added, changed=changed)
    return RedirectResponse("/onboarding?done=true", 303)


def _config(site: Site) -> Path:
    if site.context.config is None:
        raise ConflictError(
            Text("服务不是从配置文件启动的", "this service was not started from a file"),
            where="configuration",
        )
    return site.context.config


def _page(
    request: Request,
    *,
    trial: Trial | None = None,
    name: str = "",
    digest: str = "",
    unfit: Text | None = None,
    done: bool = False,
    status: int = 200,
) -> Response:
    return page(
        request,
        "onboarding.html",
        status=status,
        trial=trial,
        problems=trial.problems[:_MOST_SHOWN] if trial else (),
        name=name,
        digest=digest,
        unfit=unfit,
        done=done,
    )
