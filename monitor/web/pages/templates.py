"""Inspection templates: read them, write one's own version, compare it, and let another approve."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import RedirectResponse, Response

from monitor.domain.access import ScopeKind
from monitor.domain.checklists import AutoMode, Comparison, ItemSeverity
from monitor.domain.errors import ConfigError, ConflictError, InputError
from monitor.domain.text import Text
from monitor.inspections.metrics import metrics
from monitor.inspections.template import Template, packaged_texts
from monitor.inspections.template_edit import item_values, with_item
from monitor.runtime.templates import parsed
from monitor.store.templates import TemplateState, TemplateVersion
from monitor.web.access import Permission, check_district, require
from monitor.web.answer import page
from monitor.web.form_data import Sent, SentForm
from monitor.web.form_token import check_form_token
from monitor.web.parameters import RowId
from monitor.web.site import Site, site_of
from monitor.web.visitor import Visitor, language_of

router = APIRouter(include_in_schema=False)
_Reader = Annotated[Visitor, require(Permission.INSPECTIONS)]
_Editor = Annotated[Visitor, require(Permission.TEMPLATES)]
_ItemId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
_MOST_BYTES = 2 * 1024 * 1024
_MOST_LINES = 400


@router.get("/inspections/templates")
def index(request: Request, visitor: _Reader) -> Response:
    """List the packaged templates and the district's versions; to institutions, those in force."""
    site = site_of(request)
    own = visitor.scope.kind is ScopeKind.INSTITUTION
    today = site.plans.today
    return page(
        request,
        "templates.html",
        packaged=site.templates.packaged(),
        versions=site.templates.in_force(today) if own else site.templates.versions(),
    )


@router.get("/inspections/templates/new")
def begin(request: Request, _visitor: _Editor) -> Response:
    """Show the packaged template's text, to be made the district's own."""
    return _editor(request, None, packaged_texts()[0])


@router.post("/inspections/templates/new", max_body_size=_MOST_BYTES)
def add(request: Request, visitor: _Editor, sent: SentForm) -> Response:
    """Keep a text as a new draft, unless it has mistakes."""
    check_form_token(visitor.token, sent.text("token"))
    check_district(visitor)
    source = _source(sent)
    try:
        version = site_of(request).templates.add(source, visitor.actor)
    except (ConfigError, ConflictError) as error:
        return _editor(request, None, source, error)
    return RedirectResponse(f"/inspections/templates/{version.id}", 303)


@router.get("/inspections/templates/{template_id}")
def show(request: Request, visitor: _Reader, template_id: RowId) -> Response:
    """Show a version: what it changes, its items, and what may be done with it."""
    site = site_of(request)
    if visitor.scope.kind is ScopeKind.INSTITUTION:
        version = site.templates.get_in_force(template_id, site.plans.today)
    else:
        version = site.templates.get(template_id)
    return _version(request, visitor, version)


@router.get("/inspections/templates/{template_id}/edit")
def edit(request: Request, _visitor: _Editor, template_id: RowId) -> Response:
    """Show the text of a draft to be changed."""
    version = site_of(request).templates.get(template_id)
    return _editor(request, version, version.text.source)


@router.post("/inspections/templates/{template_id}/edit", max_body_size=_MOST_BYTES)
def save(request: Request, visitor: _Editor, template_id: RowId, sent: SentForm) -> Response:
    """Change a draft, unless the text has mistakes."""
    check_form_token(visitor.token, sent.text("token"))
    check_district(visitor)
    site = site_of(request)
    version = site.templates.get(template_id)
    source = _source(sent)
    try:
        site.templates.edit(template_id, source, visitor.actor, sent.text("seen"))
    except (ConfigError, ConflictError) as error:
        return _editor(request, version, source, error)
    return RedirectResponse(f"/inspections/templates/{template_id}", 303)


@router.get("/inspections/templates/{template_id}/items/{item_id}")
def item(request: Request, _visitor: _Editor, template_id: RowId, item_id: _ItemId) -> Response:
    """Show the form for one item of a draft."""
    version = site_of(request).templates.get(template_id)
    return _item(request, version, item_id)


@router.post("/inspections/templates/{template_id}/items/{item_id}")
def save_item(
    request: Request, visitor: _Editor, template_id: RowId, item_id: _ItemId, sent: SentForm
) -> Response:
    """Change one item of a draft; the text around it stays as it is."""
    check_form_token(visitor.token, sent.text("token"))
    check_district(visitor)
    site = site_of(request)
    version = site.templates.get(template_id)
    try:
        source = with_item(version.text.source, item_id, _changes(version, item_id, sent))
        site.templates.edit(template_id, source, visitor.actor, sent.text("seen"))
    except (ConfigError, ConflictError, InputError) as error:
        return _item(request, version, item_id, error)
    return RedirectResponse(f"/inspections/templates/{template_id}#{item_id}", 303)


@router.post("/inspections/templates/{template_id}/hand-in")
def hand_in(request: Request, visitor: _Editor, template_id: RowId, sent: SentForm) -> Response:
    """Hand a draft in, so that a second person reviews it."""
    check_form_token(visitor.token, sent.text("token"))
    check_district(visitor)
    site_of(request).templates.hand_in(template_id)
    return RedirectResponse(f"/inspections/templates/{template_id}", 303)


@router.post("/inspections/templates/{template_id}/review")
def review(request: Request, visitor: _Editor, template_id: RowId, sent: SentForm) -> Response:
    """Approve a version that somebody else has written, or give it back with a remark."""
    check_form_token(visitor.token, sent.text("token"))
    check_district(visitor)
    approve = sent.text("verdict") == "approve"
    remark = sent.text("remark", 1000)
    if not approve and not remark:
        raise InputError(Text("请写明要改什么", "say what is to be changed"), where="remark")
    site_of(request).templates.review(template_id, visitor.actor, remark, approve=approve)
    return RedirectResponse(f"/inspections/templates/{template_id}", 303)


def _source(sent: Sent) -> str:
    return sent.text("source", _MOST_BYTES)


def _changes(version: TemplateVersion, item_id: str, sent: Sent) -> dict[str, Any]:
    changes: dict[str, Any] = {"severity": sent.text("severity")}
    for name in ("text", "criterion", "na_when"):
        zh, en = sent.text(f"{name}_zh", 1000), sent.text(f"{name}_en", 1000)
        changes[name] = {"zh": zh, "en": en} if zh or en or name != "na_when" else None
    auto = item_values(version.text.source, item_id).get("auto")
    if auto is not None:
        try:
            threshold = float(sent.text("threshold"))
        except ValueError:
            raise InputError(
                Text("限值不是数", "the threshold is not a number"), where="threshold"
            ) from None
        whole = int(threshold) if threshold.is_integer() else threshold
        changes["auto"] = {
            **auto,
            "op": sent.text("op"),
            "threshold": whole,
            "mode": sent.text("mode"),
        }
    return changes


def _version(request: Request, visitor: Visitor, version: TemplateVersion) -> Response:
    site: Site = site_of(request)
    template: Template = parsed(version.text.source)
    compared = site.templates.compared(version)
    return page(
        request,
        "template.html",
        version=version,
        shown=template,
        compared=compared,
        lines=compared.lines[:_MOST_LINES],
        more=max(0, len(compared.lines) - _MOST_LINES),
        mine=version.written_by(visitor.user.id),
        states=TemplateState,
        sections=tuple(
            (section, [entry for entry in template.items if entry.section == section.id])
            for section in template.sections
        ),
    )


def _editor(
    request: Request,
    version: TemplateVersion | None,
    source: str,
    error: ConfigError | ConflictError | None = None,
) -> Response:
    return page(
        request,
        "template_edit.html",
        status=200 if error is None else 422,
        version=version,
        source=source,
        mistakes=() if error is None else error.says(language_of(request)).splitlines(),
    )


def _item(
    request: Request,
    version: TemplateVersion,
    item_id: str,
    error: ConfigError | ConflictError | InputError | None = None,
) -> Response:
    values = item_values(version.text.source, item_id)
    auto = values.get("auto")
    return page(
        request,
        "template_item.html",
        status=200 if error is None else 422,
        version=version,
        item=values,
        auto=auto,
        metric=None if auto is None else metrics().get(auto["metric"]),
        severities=tuple(ItemSeverity),
        comparisons=tuple(Comparison),
        modes=tuple(AutoMode),
        mistakes=() if error is None else error.says(language_of(request)).splitlines(),
    )
