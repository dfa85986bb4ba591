"""Retention by rule: how long each kind of personal data is kept, and what was erased."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from monitor.domain.personal_data import RULE_OF
from monitor.web.access import Permission, check_district, require
from monitor.web.answer import page
from monitor.web.site import site_of
from monitor.web.visitor import Visitor

router = APIRouter(prefix="/privacy", include_in_schema=False)
_LISTED = 100


@router.get("/rules")
def rules(request: Request, visitor: Annotated[Visitor, require(Permission.PRIVACY)]) -> Response:
    """Show the rules, what is due by each, and what was erased, in the whole district."""
    check_district(visitor)
    site = site_of(request)
    return page(
        request,
        "privacy_rules.html",
        rules=RULE_OF,
        due=site.context.privacy.due(),
        erasures=site.erasures.list(_LISTED),
        verdict=site.erasures.verify(),
        year=site.context.now().astimezone(site.renderer.zone).year,
    )
