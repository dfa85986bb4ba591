"""Reports: a month or a year at a glance, its files, and what a printed hash belongs to."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Request
from markupsafe import Markup
from starlette.responses import Response

from monitor.domain.errors import InputError
from monitor.domain.text import Language, Text
from monitor.inspections.period import shifted
from monitor.inspections.reports import (
    render_rollup_json,
    render_rollup_pdf,
    render_rollup_xlsx,
    rollup_pictures,
)
from monitor.inspections.reports.rollup_glance import glance
from monitor.inspections.reports.rollup_words import period_name
from monitor.inspections.reports.rollup_words import title as title_of
from monitor.inspections.rollup import Rollup, RollupKind
from monitor.inspections.schedule import month_at, parse_month, slot_of
from monitor.runtime.notices import address_of
from monitor.web.access import Permission, require
from monitor.web.answer import page
from monitor.web.site import Site, site_of
from monitor.web.visitor import Visitor, language_of

router = APIRouter(include_in_schema=False)
_Reader = Annotated[Visitor, require(Permission.RISK)]
_Period = Annotated[str, Path(pattern=r"^\d{4}(-\d{2})?$")]
_Hash = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]


class RollupForm(StrEnum):
    """In what form a roll-up leaves the system."""

    PDF = "pdf"
    XLSX = "xlsx"
    JSON = "json"


_MEDIA = {
    RollupForm.PDF: "application/pdf",
    RollupForm.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    RollupForm.JSON: "application/json",
}


@router.get("/reports")
def index(request: Request, visitor: _Reader, month: str = "") -> Response:
    """Show a month at a glance: figures, trends, heat maps."""
    site = site_of(request)
    this_month = month_at(site.context.now(), site.context.settings.district.timezone)
    chosen = parse_month(month) if month else this_month
    rollup = site.reports.recent(visitor.scope, RollupKind.MONTH, chosen)
    language = language_of(request)
    return page(
        request,
        "reports.html",
        rollup=rollup,
        month=chosen,
        slot=slot_of(chosen),
        previous=slot_of(shifted(chosen, -1)),
        following=slot_of(shifted(chosen, 1)) if chosen < this_month else None,
        tiles=glance(rollup, language),
        trends=rollup_pictures.trends(rollup, language),
        wide=(
            rollup_pictures.by_rule(rollup, language),
            rollup_pictures.worst_items(rollup, language),
            *rollup_pictures.result_maps(rollup, language),
            *rollup_pictures.score_maps(rollup, language),
        ),
        drawn=Markup,
    )


@router.get("/reports/{period}.{form}")
def download(
    request: Request,
    visitor: _Reader,
    period: _Period,
    form: RollupForm,
    language: Language | None = None,
) -> Response:
    """Download the roll-up of a month (``2026-11``) or the audit report of a year (``2026``)."""
    site = site_of(request)
    spoken = language or language_of(request)
    rollup = _rollup(site, visitor, period)
    content = _content(rollup, form, spoken, address_of(site.context.settings))
    site.reports.issue(visitor.scope, rollup, visitor.actor)
    name = f"{title_of(rollup).of(spoken)} {period_name(rollup).of(spoken)}.{form}"
    disposition = f"attachment; filename=\"{period}-report.{form}\"; filename*=UTF-8''{quote(name)}"
    return Response(content, 200, {"Content-Disposition": disposition}, _MEDIA[form])


@router.get("/verify/{sha256}")
def verify(
    request: Request, visitor: Annotated[Visitor, require(Permission.INSPECTIONS)], sha256: _Hash
) -> Response:
    """Say what the hash on a printed report belongs to."""
    site = site_of(request)
    proof = site.reports.proof(visitor.scope, sha256)
    names = {place.id: place.name for place in site.places.institutions(visitor.scope)}
    known = proof.report is not None or bool(proof.checklists)
    status = 200 if known else 404
    return page(request, "verify.html", status=status, proof=proof, names=names, sha256=sha256)


def _rollup(site: Site, visitor: Visitor, period: str) -> Rollup:
    if "-" in period:
        return site.reports.recent(visitor.scope, RollupKind.MONTH, parse_month(period))
    if int(period) < 2000:
        raise InputError(Text(f"{period} 不是年份", f"{period} is not a year"), where="period")
    return site.reports.recent(visitor.scope, RollupKind.YEAR, date(int(period), 1, 1))


def _content(rollup: Rollup, form: RollupForm, language: Language, address: str) -> bytes:
    if form is RollupForm.PDF:
        return render_rollup_pdf(rollup, language, address)
    if form is RollupForm.XLSX:
        return render_rollup_xlsx(rollup, language)
    return render_rollup_json(rollup)
