"""Findings: the list with its filter, one finding with its time line, and what is done to it."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import structlog
from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.responses import RedirectResponse, Response, StreamingResponse

from monitor.domain.access import ScopeKind
from monitor.domain.checklists import ItemSeverity
from monitor.domain.errors import InputError, KanhuError, PermissionDeniedError
from monitor.domain.findings import FindingAction, FindingState, fitting_actions
from monitor.domain.text import Text
from monitor.store.files import NewFile
from monitor.store.finding_repository import FindingFilter
from monitor.store.finding_views import FindingDetail, FindingStep, FindingView
from monitor.store.onsite_views import PhotoView
from monitor.store.visits import VisitView
from monitor.web.access import Permission, may, require
from monitor.web.answer import page
from monitor.web.directory import Directory
from monitor.web.form_token import check_form_token
from monitor.web.parameters import PlaceFilter, RowId
from monitor.web.site import Site, site_of
from monitor.web.uploads import ENDINGS, LARGEST_UPLOAD, store_uploads, throw_away
from monitor.web.visitor import Visitor

_MOST_FILES = 5
_MOST_SHOWN = 200
_ROOM_FOR_FIELDS = 64 * 1024
router = APIRouter(
    include_in_schema=False, max_body_size=_MOST_FILES * LARGEST_UPLOAD + _ROOM_FOR_FIELDS
)
_Reader = Annotated[Visitor, require(Permission.INSPECTIONS)]
_INSPECTORS = frozenset(
    {
        FindingAction.ASSIGN,
        FindingAction.EXTEND,
        FindingAction.DENY_EXTENSION,
        FindingAction.SEND_BACK,
        FindingAction.CLOSE,
    }
)
_INSTITUTIONS = frozenset({FindingAction.ASK_EXTENSION})
"""What those who give extensions need not ask for."""

_BY_STATE = {"overdue", "asked"}
"""What the filter for states offers beyond them."""

_logger = structlog.get_logger(__name__)


@router.get("/findings")
def index(
    request: Request,
    visitor: _Reader,
    institution: PlaceFilter = "",
    state: str = "",
    severity: str = "",
    item: PlaceFilter = "",
) -> Response:
    """List findings as far as they fit the filter, what presses most first."""
    site = site_of(request)
    chosen = {"institution": institution, "state": state, "severity": severity, "item": item}
    today = _today(site)
    wanted = _filter(chosen, today)
    found = site.findings.list(visitor.scope, wanted, _MOST_SHOWN)
    return page(
        request,
        "findings.html",
        directory=Directory(site.places.tree(visitor.scope)),
        findings=found,
        total=site.findings.count(visitor.scope, wanted),
        asked=site.findings.count(visitor.scope, FindingFilter(asked=True)),
        chosen={key: value for key, value in chosen.items() if value},
        states=tuple(FindingState),
        severities=tuple(ItemSeverity),
        today=today,
    )


@router.get("/findings/{finding_id}")
def show(
    request: Request, visitor: _Reader, finding_id: RowId, done: FindingAction | None = None
) -> Response:
    """Show one finding with all that was done to it."""
    return _page(request, visitor, finding_id, done=done)


@router.post("/findings/{finding_id}/act")
def act(
    request: Request,
    visitor: Annotated[Visitor, require(Permission.CORRECT)],
    finding_id: RowId,
    token: Annotated[str, Form()] = "",
    action: Annotated[FindingAction, Form()] = FindingAction.COMMENT,
    text: Annotated[str, Form(max_length=8000)] = "",
    owner: Annotated[str, Form(max_length=400)] = "",
    due: Annotated[str, Form(max_length=10)] = "",
    version: Annotated[int | None, Form()] = None,
    files: Annotated[list[UploadFile] | None, File(max_length=_MOST_FILES)] = None,
) -> Response:
    """Do what the form asks for, in the name of the visitor."""
    check_form_token(visitor.token, token)
    site = site_of(request)
    finding = site.findings.get(visitor.scope, finding_id).finding
    if action not in _actions(finding, visitor):
        raise PermissionDeniedError(
            Text("这不由您来做，或现在不能做", "this is not for you to do, or not now"),
            where=action,
        )
    stored: list[NewFile] = []
    try:
        stored += store_uploads(site.context.files, f"findings/{finding_id}", files or [])
        site.findings.act(
            visitor.scope,
            finding_id,
            action,
            visitor.actor,
            site.context.now(),
            text=text,
            owner=owner,
            due=_day(due),
            files=stored,
            expected_version=version,
            tell=site.extensions.decide,
        )
    except KanhuError as error:
        throw_away(site.context.files, stored)
        if isinstance(error, InputError):
            written = {"action": action.value, "text": text, "owner": owner, "due": due}
            return _page(request, visitor, finding_id, error.where, written)
        raise
    if action is FindingAction.CORRECT:
        site.again.plan_for(finding.institution_id)
    _logger.info("finding_handled", finding=finding_id, action=action.value, user=visitor.user.name)
    return RedirectResponse(f"/findings/{finding_id}?done={action}", 303)


@router.get("/findings/files/{file_id}", response_class=StreamingResponse)
def file(
    request: Request,
    visitor: Annotated[Visitor, require(Permission.EVIDENCE)],
    file_id: RowId,
) -> Response:
    """Send a file: pictures to be looked at, everything else to be saved."""
    site = site_of(request)
    found = site.findings.find_file(visitor.scope, file_id)
    headers = {}
    if not found.media_type.startswith("image/"):
        name = f"finding-{found.finding_id}-{found.id}.{ENDINGS[found.media_type]}"
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return StreamingResponse(
        site.context.files.stream(found.key), headers=headers, media_type=found.media_type
    )


def _page(
    request: Request,
    visitor: Visitor,
    finding_id: int,
    problem: str | None = None,
    written: dict[str, str] | None = None,
    done: FindingAction | None = None,
) -> Response:
    site = site_of(request)
    detail = site.findings.get(visitor.scope, finding_id)
    return page(
        request,
        "finding.html",
        status=200 if problem is None else 422,
        detail=detail,
        finding=detail.finding,
        directory=Directory(site.places.tree(visitor.scope)),
        photos=_photos(site, visitor, detail.finding),
        actions=_actions(detail.finding, visitor),
        asked=_asked(detail),
        visits=_visits(site, visitor, finding_id),
        problem=problem,
        written=written or {},
        done=done,
        today=_today(site),
    )


def _actions(finding: FindingView, visitor: Visitor) -> frozenset[FindingAction]:
    """Return what this person may do to a finding as it stands."""
    if not may(visitor, Permission.CORRECT):
        return frozenset()
    fitting = fitting_actions(finding.state)
    if finding.asked_due is None:
        fitting -= {FindingAction.DENY_EXTENSION}
    fitting -= _INSTITUTIONS if may(visitor, Permission.INSPECT) else _INSPECTORS
    if finding.corrected_by_user_id == visitor.user.id:
        fitting -= {FindingAction.CLOSE}
    return fitting


def _photos(site: Site, visitor: Visitor, finding: FindingView) -> tuple[PhotoView, ...]:
    """Return what the inspectors photographed of it."""
    inspection = site.context.onsite.find(visitor.scope, finding.checklist_id)
    if inspection is None:
        return ()
    return tuple(photo for photo in inspection.photos if photo.item_id == finding.item_id)


def _visits(site: Site, visitor: Visitor, finding_id: int) -> tuple[VisitView, ...]:
    """Return the re-inspections of a finding; an institution sees announced ones."""
    found = site.reinspections.visits_of(visitor.scope, finding_id)
    if visitor.scope.kind is ScopeKind.INSTITUTION:
        return tuple(view for view in found if view.plan.announced)
    return found


def _asked(detail: FindingDetail) -> FindingStep | None:
    """Return the step by which the institution asked for more time, if it waits to hear."""
    if detail.finding.asked_due is None:
        return None
    asked = (step for step in detail.steps if step.action is FindingAction.ASK_EXTENSION)
    return max(asked, key=lambda step: step.id)


def _filter(chosen: dict[str, str], today: date) -> FindingFilter:
    state, severity = chosen["state"], chosen["severity"]
    try:
        states = frozenset({FindingState(state)} if state and state not in _BY_STATE else set())
        grave = ItemSeverity(severity) if severity else None
    except ValueError:
        raise InputError(
            Text("没有这种状态或级别", "there is no such state or severity"), where="filter"
        ) from None
    return FindingFilter(
        states=states,
        severity=grave,
        institution_id=chosen["institution"] or None,
        item_id=chosen["item"] or None,
        due_before=today if state == "overdue" else None,
        asked=state == "asked",
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InputError(
            Text("这不是日期", "this is not a day"),
            where="due",
            hint=Text("写作 2026-11-30", "write 2026-11-30"),
        ) from None


def _today(site: Site) -> date:
    return site.context.now().astimezone(site.renderer.zone).date()
