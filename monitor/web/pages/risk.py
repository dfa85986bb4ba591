"""Risk: institutions by score, what is proposed for one and why, and what a person decides."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import structlog
from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from monitor.domain.errors import ConflictError, InputError, PermissionDeniedError
from monitor.domain.places import NoticeState
from monitor.inspections.risk import Measure
from monitor.registers.names import CHOICES
from monitor.runtime.risk_desk import MEASURES
from monitor.web.access import Permission, require
from monitor.web.answer import page
from monitor.web.form_token import check_form_token
from monitor.web.parameters import PlaceId
from monitor.web.proof_again import MINUTES, has_proof, take_proof
from monitor.web.proving import password_is_right
from monitor.web.site import site_of
from monitor.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
_Reader = Annotated[Visitor, require(Permission.RISK)]
_AGAIN = frozenset({"away", "stale", "other"})
_RESTRICTED = tuple(
    state.value for state in (NoticeState.RECTIFICATION, NoticeState.SUSPENDED, NoticeState.CLOSED)
)
_logger = structlog.get_logger(__name__)


@router.get("/risk")
def index(request: Request, visitor: _Reader, measure: str = "", notice: str = "") -> Response:
    """List institutions, the highest score first; of a proposed measure or a Notice, if asked."""
    assessments = site_of(request).context.risk.assess_all(visitor.scope)
    counts = {
        kind: sum(any(item.measure is kind for item in one.proposals) for one in assessments)
        for kind in Measure
    }
    shown = [
        one
        for one in assessments
        if (not measure or any(item.measure == measure for item in one.proposals))
        and notice in ("", one.institution.notice_state.value)
    ]
    return page(
        request,
        "risks.html",
        assessments=shown,
        counts=counts,
        chosen=measure,
        notice=notice,
        held=Counter(one.institution.notice_state.value for one in assessments),
        restricted=_RESTRICTED,
        states=CHOICES[NoticeState],
    )


@router.get("/risk/{institution_id}")
def show(request: Request, visitor: _Reader, institution_id: PlaceId, again: str = "") -> Response:
    """Show one score with its parts, what they were computed from, and all decisions."""
    return _page(request, visitor, institution_id, None, again)


@router.post("/risk/{institution_id}/decide")
def decide(
    request: Request,
    visitor: Annotated[Visitor, require(Permission.DECIDE)],
    institution_id: PlaceId,
    token: Annotated[str, Form()] = "",
    measure: Annotated[str, Form(max_length=16)] = "",
    seen: Annotated[str | None, Form(max_length=32)] = None,
    reason: Annotated[str, Form(max_length=8000)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Keep a decision that the visitor signs, by their password or anew at the provider."""
    check_form_token(visitor.token, token)
    site = site_of(request)
    if not reason.strip():
        return _page(request, visitor, institution_id, "reason")
    site.context.risk.get(visitor.scope, institution_id)
    proven = has_proof(request, site, visitor)
    if not proven and not password_is_right(site, visitor, password):
        return _page(request, visitor, institution_id, "password")
    try:
        site.context.risk.decide(
            visitor.scope, institution_id, measure, reason, visitor.actor, seen
        )
    except InputError:
        return _page(request, visitor, institution_id, "measure")
    except ConflictError as error:
        problem = "closed" if error.where == "closed" else "changed"
        return _page(request, visitor, institution_id, problem)
    except PermissionDeniedError:
        return _page(request, visitor, institution_id, "district")
    _logger.info(
        "risk_decided",
        institution=institution_id,
        measure=measure,
        user=visitor.user.name,
        signed="at the provider" if proven else "by password",
    )
    response = RedirectResponse(f"/risk/{institution_id}", 303)
    take_proof(response)
    return response


def _page(
    request: Request, visitor: Visitor, institution_id: str, problem: str | None, again: str = ""
) -> Response:
    site = site_of(request)
    desk = site.context.risk
    assessment = desk.get(visitor.scope, institution_id)
    return page(
        request,
        "risk.html",
        status=200 if problem is None else 422,
        assessment=assessment,
        history=desk.history(visitor.scope, institution_id),
        measures=MEASURES,
        provider=site.provider.label if site.provider is not None else None,
        proven=site.provider is not None and has_proof(request, site, visitor),
        again=again if again in _AGAIN else "",
        minutes=MINUTES,
        states=CHOICES[NoticeState],
        problem=problem,
    )
