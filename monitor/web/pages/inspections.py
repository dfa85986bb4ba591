"""Monthly inspections: the checklists of a month, one checklist on screen, and its files."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from monitor.domain.checklists import Checklist
from monitor.domain.text import Language
from monitor.inspections.period import shifted
from monitor.inspections.schedule import month_at, parse_month, slot_of
from monitor.runtime.desk import ReportFormat
from monitor.web.access import Permission, require
from monitor.web.answer import page
from monitor.web.form_token import check_form_token
from monitor.web.i18n import translate
from monitor.web.parameters import RowId
from monitor.web.site import site_of
from monitor.web.visitor import Visitor, language_of

router = APIRouter(include_in_schema=False)
_Reader = Annotated[Visitor, require(Permission.INSPECTIONS)]
_MEDIA = {
    ReportFormat.PDF: "application/pdf",
    ReportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@router.get("/inspections")
def index(request: Request, visitor: _Reader, month: str = "", made: int | None = None) -> Response:
    """List every institution with its checklist of the month, or without one."""
    site = site_of(request)
    zone = site.context.settings.district.timezone
    this_month = month_at(site.context.now(), zone)
    chosen = parse_month(month) if month else this_month
    checklists = site.context.inspections.list(visitor.scope, chosen)
    return page(
        request,
        "inspections.html",
        institutions=site.places.institutions(visitor.scope),
        checklists={item.institution_id: item for item in checklists},
        month=chosen,
        previous=slot_of(shifted(chosen, -1)),
        following=slot_of(shifted(chosen, 1)) if chosen < this_month else None,
        slot=slot_of(chosen),
        begun=chosen <= this_month,
        made=made,
    )


@router.post("/inspections/generate")
def generate(
    request: Request,
    visitor: Annotated[Visitor, require(Permission.GENERATE)],
    month: Annotated[str, Form()],
    token: Annotated[str, Form()] = "",
    institution: Annotated[str, Form(pattern=r"^[A-Za-z0-9_.-]{0,64}$")] = "",
) -> Response:
    """Make the checklists of a month now."""
    check_form_token(visitor.token, token)
    chosen: date = parse_month(month)
    made = site_of(request).context.inspections.generate(visitor.scope, chosen, institution or None)
    return RedirectResponse(f"/inspections?month={slot_of(chosen)}&made={made}", 303)


@router.get("/inspections/{checklist_id}")
def show(request: Request, visitor: _Reader, checklist_id: RowId) -> Response:
    """Show one checklist with what the system read and where each number comes from."""
    context = site_of(request).context
    filed = context.inspections.get(visitor.scope, checklist_id)
    checklist = filed.checklist
    return page(
        request,
        "checklist.html",
        filed=filed,
        visit=context.onsite.find(visitor.scope, checklist_id),
        checklist=checklist,
        sections=tuple(
            (section, [entry for entry in checklist.entries if entry.item.section == section.id])
            for section in checklist.sections
        ),
        sources={source.id: source for source in checklist.sources},
        slot=slot_of(checklist.month),
    )


@router.get("/inspections/{checklist_id}/report.{form}")
def report(
    request: Request,
    visitor: _Reader,
    checklist_id: RowId,
    form: ReportFormat,
    language: Language | None = None,
    *,
    blank: bool = False,
) -> Response:
    """Download a checklist as PDF or XLSX, ``blank`` or with what inspectors answered."""
    desk = site_of(request).context.inspections
    spoken = language or language_of(request)
    checklist = desk.get(visitor.scope, checklist_id).checklist
    content = desk.report(visitor.scope, checklist_id, form, spoken, blank=blank)
    return _file(checklist, content, "", form, spoken)


@router.get("/inspections/{checklist_id}/inspection.pdf")
def inspection(
    request: Request,
    visitor: _Reader,
    checklist_id: RowId,
    language: Language | None = None,
) -> Response:
    """Download the report of an inspection."""
    desk = site_of(request).context.inspections
    spoken = language or language_of(request)
    checklist = desk.get(visitor.scope, checklist_id).checklist
    content = desk.inspection(visitor.scope, checklist_id, spoken)
    word = translate(spoken, "reports.inspection")
    return _file(checklist, content, f" {word}", ReportFormat.PDF, spoken)


def _file(
    checklist: Checklist, content: bytes, what: str, form: ReportFormat, language: Language
) -> Response:
    subject = checklist.subject
    name = f"{slot_of(checklist.month)} {subject.name.of(language)}{what}.{form}"
    plain = f"{slot_of(checklist.month)}-{subject.institution_id}.{form}"
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    return Response(content, 200, {"Content-Disposition": disposition}, _MEDIA[form])
