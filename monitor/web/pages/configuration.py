"""The configuration: what is saved, what runs, what changed when; and the way back."""

from __future__ import annotations

from typing import Annotated

import structlog
from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from monitor.domain.access_register import AccessKind, NewAccess
from monitor.domain.errors import ConfigError, ConflictError, InputError
from monitor.store.config_running import RunningConfigs
from monitor.store.config_versions import ConfigVersion, VersionKind
from monitor.web.access import Permission, check_district, require
from monitor.web.answer import page
from monitor.web.config_change import MOST_LINES, ask, desk_of, waiting
from monitor.web.config_places import PlaceKind, places
from monitor.web.form_data import SentForm
from monitor.web.form_token import check_form_token
from monitor.web.parameters import RowId
from monitor.web.site import Site, site_of
from monitor.web.visitor import Visitor, language_of

router = APIRouter(include_in_schema=False)
_Admin = Annotated[Visitor, require(Permission.CONFIGURE)]
_SHOWN = 50
_log = structlog.get_logger(__name__)


@router.get("/configuration")
def show(request: Request, visitor: _Admin) -> Response:
    """Show the places of the file, and whether the service runs with what is saved."""
    check_district(visitor)
    return _index(request)


@router.post("/configuration/save")
def save(request: Request, visitor: _Admin, sent: SentForm) -> Response:
    """Save the change that was shown, with its reason."""
    check_form_token(visitor.token, sent.text("token"))
    check_district(visitor)
    site = site_of(request)
    desk = desk_of(site)
    draft, kind, restores = waiting(site, visitor, sent.text("digest"))
    try:
        version = desk.save(draft, kind, visitor.actor, sent.text("reason", 1000), restores)
    except (ConfigError, ConflictError, InputError) as error:
        return _index(request, problem=error.says(language_of(request)), status=409)
    _put_down(site, visitor, version)
    return RedirectResponse(f"/configuration/history/{version.position}?saved=true", 303)


@router.post("/configuration/adopt")
def adopt(request: Request, visitor: _Admin, sent: SentForm) -> Response:
    """Put in force what was changed in the file by hand."""
    check_form_token(visitor.token, sent.text("token"))
    check_district(visitor)
    site = site_of(request)
    try:
        version = desk_of(site).adopt(sent.text("seen"), visitor.actor, sent.text("reason", 1000))
    except (ConflictError, InputError) as error:
        return _index(request, problem=error.says(language_of(request)), status=409)
    _put_down(site, visitor, version)
    return RedirectResponse(f"/configuration/history/{version.position}?saved=true", 303)


@router.get("/configuration/history")
def history(
    request: Request, visitor: _Admin, before: Annotated[int | None, Query(ge=1)] = None
) -> Response:
    """List the versions, newest first."""
    check_district(visitor)
    site = site_of(request)
    desk = desk_of(site)
    desk.present()
    versions = desk.versions.list(before, _SHOWN + 1)
    return page(
        request,
        "config_history.html",
        versions=versions[:_SHOWN],
        following=versions[_SHOWN - 1].position if len(versions) > _SHOWN else None,
        in_force=desk.versions.newest(in_force=True),
    )


@router.get("/configuration/history/{version_id}")
def show_version(
    request: Request, visitor: _Admin, version_id: RowId, saved: bool = False
) -> Response:
    """Show what one version changed."""
    check_district(visitor)
    desk = desk_of(site_of(request))
    version = desk.versions.get(version_id)
    lines = desk.changed_by(version_id)
    newest = desk.versions.newest()
    return page(
        request,
        "config_version.html",
        version=version,
        former=desk.versions.former(version_id),
        lines=lines[:MOST_LINES],
        more=max(len(lines) - MOST_LINES, 0),
        newest=newest is not None and newest.position == version.position,
        saved=saved,
        running=RunningConfigs(site_of(request).context.database).all(),
    )


@router.post("/configuration/history/{version_id}/undo")
def undo(request: Request, visitor: _Admin, version_id: RowId, sent: SentForm) -> Response:
    """Show what bringing a version back would change."""
    check_form_token(visitor.token, sent.text("token"))
    check_district(visitor)
    draft = desk_of(site_of(request)).draft_undo(version_id)
    return ask(
        request,
        visitor,
        draft,
        back=f"/configuration/history/{version_id}",
        title="config.undo",
        kind=VersionKind.UNDO,
        restores=version_id,
        complaints=draft.complaints,
    )


def _put_down(site: Site, visitor: Visitor, version: ConfigVersion) -> None:
    what = {
        "version": version.position,
        "config_version": version.config_version,
        "how": version.kind.value,
    }
    access = NewAccess(AccessKind.CONFIGURED, visitor.accessor, version.reason, what=what)
    site.register.put_down(access, site.context.now())
    _log.info("configuration_changed", user=visitor.user.name, version=version.position)


def _index(request: Request, *, problem: str = "", status: int = 200) -> Response:
    site = site_of(request)
    desk = desk_of(site)
    present = desk.present()
    by_hand = desk.by_hand(present)
    return page(
        request,
        "config.html",
        status=status,
        present=present,
        problem=problem,
        by_hand=by_hand[:MOST_LINES],
        running=RunningConfigs(site.context.database).all(),
        institutions=tuple(places(present.value or {}, PlaceKind.INSTITUTION)),
        file=desk.name,
    )
