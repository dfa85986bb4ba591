"""Requests about personal data: the list, taking one down, and what is done about it."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Annotated

import structlog
from fastapi import APIRouter, File, Form, Request
from fastapi import UploadFile as FormFile
from starlette.responses import RedirectResponse, Response, StreamingResponse

from monitor.domain.access import ScopeKind
from monitor.domain.data_requests import (
    RequestAction,
    Requester,
    Ruling,
    Verdict,
    Way,
    Wish,
    fitting_request_actions,
)
from monitor.domain.errors import InputError, KanhuError
from monitor.domain.exports import Faces
from monitor.domain.text import Language, Text
from monitor.store.files import NewFile
from monitor.store.request_copies import LONGEST_COPY
from monitor.store.request_views import RequestDetail
from monitor.web.access import Permission, may, require
from monitor.web.answer import page
from monitor.web.directory import Directory
from monitor.web.form_token import check_form_token
from monitor.web.parameters import PlaceFilter, RowId
from monitor.web.request_form import FIELDS, MOST_FILES, RequestForm, moment_of, new_request
from monitor.web.request_material import material
from monitor.web.site import Site, site_of
from monitor.web.uploads import ENDINGS, LARGEST_UPLOAD, store_uploads, throw_away
from monitor.web.visitor import Visitor, language_of

_ROOM_FOR_FIELDS = 64 * 1024
router = APIRouter(
    prefix="/privacy/requests",
    include_in_schema=False,
    max_body_size=MOST_FILES * LARGEST_UPLOAD + _ROOM_FOR_FIELDS,
)
_Reader = Annotated[Visitor, require(Permission.REQUESTS)]
_Receiver = Annotated[Visitor, require(Permission.RECEIVE)]
_Files = Annotated[list[FormFile] | None, File(max_length=MOST_FILES)]
_Token = Annotated[str, Form()]
_Words = Annotated[str, Form(max_length=8000)]
_Version = Annotated[int | None, Form()]
_ORDER = (
    RequestAction.CHECK,
    RequestAction.CARRY_OUT,
    RequestAction.CLOSE,
    RequestAction.COMMENT,
    RequestAction.WITHDRAW,
)
_logger = structlog.get_logger(__name__)


@router.get("")
def index(request: Request, visitor: _Reader) -> Response:
    """List requests, the most due first."""
    site = site_of(request)
    requests = site.requests.list(visitor.scope)
    today = _today(site)
    return page(
        request,
        "privacy_requests.html",
        requests=requests,
        directory=Directory(site.places.tree(visitor.scope)),
        late=sum(one.late(today) > 0 for one in requests),
        today=today,
    )


@router.get("/new")
def form(request: Request, visitor: _Receiver, institution: PlaceFilter = "") -> Response:
    """Show the form for a request about one institution, or ask which."""
    site = site_of(request)
    given = dict.fromkeys(FIELDS, "")
    given |= {"received": _today(site).isoformat(), "requester": Requester.GUARDIAN.value}
    return _form(request, visitor, institution, given, [], "")


@router.post("")
def record(request: Request, visitor: _Receiver, sent: RequestForm) -> Response:
    """Take a request down; what it is about is held from now on."""
    check_form_token(visitor.token, sent.token)
    site = site_of(request)
    stored: list[NewFile] = []
    try:
        new = new_request(sent.fields, sent.institution, sent.rooms, visitor, site.renderer.zone)
        stored += store_uploads(site.context.files, "requests", sent.files)
        taken = site.requests.record(
            visitor.scope,
            new,
            visitor.accessor,
            site.context.now(),
            _today(site),
            site.context.settings.privacy.requests.times(),
            stored,
        )
    except KanhuError as error:
        throw_away(site.context.files, stored)
        if isinstance(error, InputError):
            place = sent.institution
            return _form(request, visitor, place, sent.fields, sent.rooms, error.where)
        raise
    _logger.info("request_taken_down", request=taken.id, user=visitor.user.name)
    return RedirectResponse(f"/privacy/requests/{taken.id}", 303)


@router.get("/files/{request_file_id}", response_class=StreamingResponse)
def file(request: Request, visitor: _Receiver, request_file_id: RowId) -> Response:
    """Send a scan or document, to be saved."""
    site = site_of(request)
    found = site.requests.find_file(visitor.scope, request_file_id)
    name = f"request-{found.request_id}-{found.id}.{ENDINGS[found.media_type]}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(
        site.context.files.stream(found.key), headers=headers, media_type=found.media_type
    )


@router.get("/copies/{copy_id}", response_class=StreamingResponse)
def fetch(request: Request, visitor: _Receiver, copy_id: RowId) -> Response:
    """Send a copy of recordings; that it was fetched is put down."""
    site = site_of(request)
    found = site.copies.fetched(visitor.scope, copy_id, visitor.accessor, site.context.now())
    name = f"copy-{found.number}-{found.id}.mp4"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Length": str(found.size),
    }
    return StreamingResponse(
        site.context.files.stream(found.path), headers=headers, media_type="video/mp4"
    )


@router.get("/{request_id}")
def show(request: Request, visitor: _Reader, request_id: RowId) -> Response:
    """Show one request with all that was done about it."""
    return _page(request, visitor, request_id, "")


@router.post("/{request_id}/act")
def act(
    request: Request,
    visitor: _Receiver,
    request_id: RowId,
    token: _Token = "",
    action: Annotated[RequestAction, Form()] = RequestAction.COMMENT,
    text: _Words = "",
    version: _Version = None,
    files: _Files = None,
) -> Response:
    """Do what the form asks for, but decide."""
    check_form_token(visitor.token, token)
    site = site_of(request)
    site.requests.get(visitor.scope, request_id)  # nothing is written for what is out of sight
    if action is RequestAction.DECIDE:
        raise InputError(Text("决定另有表单", "a decision has a form of its own"), where="action")
    stored: list[NewFile] = []
    try:
        stored += store_uploads(site.context.files, "requests", files or [])
        site.requests.act(
            visitor.scope,
            request_id,
            action,
            visitor.accessor,
            site.context.now(),
            text=text,
            files=stored,
            expected_version=version,
        )
    except KanhuError as error:
        throw_away(site.context.files, stored)
        if isinstance(error, InputError):
            return _page(request, visitor, request_id, error.where)
        raise
    _logger.info("request_handled", request=request_id, action=action.value)
    return RedirectResponse(f"/privacy/requests/{request_id}", 303)


@router.post("/{request_id}/decide")
def decide(
    request: Request,
    visitor: Annotated[Visitor, require(Permission.ANSWER)],
    request_id: RowId,
    token: _Token = "",
    ruling: Annotated[Verdict, Form()] = Verdict.REFUSED,
    reason_zh: _Words = "",
    reason_en: _Words = "",
    faces: Annotated[Faces, Form()] = Faces.BLURRED,
    version: _Version = None,
) -> Response:
    """Grant or refuse what somebody else took down."""
    check_form_token(visitor.token, token)
    site = site_of(request)
    try:
        site.requests.act(
            visitor.scope,
            request_id,
            RequestAction.DECIDE,
            visitor.accessor,
            site.context.now(),
            ruling=Ruling(ruling, Text(zh=reason_zh, en=reason_en), faces),
            expected_version=version,
        )
    except InputError as error:
        return _page(request, visitor, request_id, error.where)
    _logger.info("request_decided", request=request_id, verdict=ruling.value)
    return RedirectResponse(f"/privacy/requests/{request_id}", 303)


@router.post("/{request_id}/copies")
def copy(
    request: Request,
    visitor: _Receiver,
    request_id: RowId,
    token: _Token = "",
    camera: Annotated[str, Form(max_length=64)] = "",
    start: Annotated[str, Form(max_length=32)] = "",
    end: Annotated[str, Form(max_length=32)] = "",
) -> Response:
    """Have a copy of a stretch of a camera made, as far as the request grants it."""
    check_form_token(visitor.token, token)
    site = site_of(request)
    site.requests.get(visitor.scope, request_id)
    try:
        first, last = (moment_of(text, "copy", site.renderer.zone) for text in (start, end))
        if first is None or last is None:
            raise InputError(Text("请写明起止时间", "say from when to when"), where="copy")
        site.copies.ask(
            visitor.scope, request_id, camera, first, last, visitor.accessor, site.context.now()
        )
    except InputError as error:
        return _page(request, visitor, request_id, error.where)
    return RedirectResponse(f"/privacy/requests/{request_id}#copies", 303)


@router.get("/{request_id}/answer.pdf")
def answer(
    request: Request, visitor: _Receiver, request_id: RowId, language: Language | None = None
) -> Response:
    """Send the written answer to a request that was decided."""
    site = site_of(request)
    spoken = language or language_of(request)
    detail = site.requests.get(visitor.scope, request_id)
    directory = Directory(site.places.tree(visitor.scope))
    rooms = [directory.room_name(room) for room in detail.request.rooms]
    place = directory.institution_name(detail.request.institution_id)
    made = site.answers.write(detail, place, rooms, spoken, visitor.actor)
    name = f"answer-{detail.request.number}-{spoken}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(made, 200, headers, "application/pdf")


def _form(
    request: Request,
    visitor: Visitor,
    institution: str,
    given: dict[str, str],
    rooms: list[str],
    problem: str,
) -> Response:
    site = site_of(request)
    tree = site.places.tree(visitor.scope)
    if not institution and len(tree) == 1:
        institution = tree[0].institution.id
    chosen = next((one for one in tree if one.institution.id == institution), None)
    return page(
        request,
        "privacy_request_new.html",
        status=422 if problem else 200,
        tree=tree,
        chosen=chosen,
        given=given,
        rooms=rooms,
        problem=problem,
        requesters=tuple(Requester),
        wishes=tuple(Wish),
        ways=tuple(Way),
        whole_district=visitor.scope.kind is ScopeKind.DISTRICT,
        times=site.context.settings.privacy.requests,
    )


def _page(request: Request, visitor: Visitor, request_id: int, problem: str) -> Response:
    site = site_of(request)
    detail = site.requests.get(visitor.scope, request_id)
    return page(
        request,
        "privacy_request.html",
        status=422 if problem else 200,
        detail=detail,
        asked=detail.request,
        directory=Directory(site.places.tree(visitor.scope)),
        material=material(site, visitor, detail.request),
        copies=site.copies.of_request(request_id),
        local=partial(_local, site),
        longest_copy=LONGEST_COPY,
        actions=_actions(detail, visitor),
        decides=_decides(detail, visitor),
        own=detail.request.recorded_by_id == visitor.user.id,
        verdicts=tuple(Verdict),
        problem=problem,
        today=_today(site),
    )


def _actions(detail: RequestDetail, visitor: Visitor) -> tuple[RequestAction, ...]:
    if not may(visitor, Permission.RECEIVE):
        return ()
    fitting = fitting_request_actions(detail.request.state, detail.request.verdict)
    return tuple(action for action in _ORDER if action in fitting)


def _decides(detail: RequestDetail, visitor: Visitor) -> bool:
    fitting = fitting_request_actions(detail.request.state, detail.request.verdict)
    return RequestAction.DECIDE in fitting and may(visitor, Permission.ANSWER)


def _local(site: Site, moment: datetime) -> str:
    """Return a moment as a field for local times takes it."""
    return f"{moment.astimezone(site.renderer.zone):%Y-%m-%dT%H:%M:%S}"


def _today(site: Site) -> date:
    return site.context.now().astimezone(site.renderer.zone).date()
