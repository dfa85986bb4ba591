"""Plans, and how the readings of a checklist were computed."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from monitor.domain.access import ScopeKind
from monitor.domain.checklists import Comparison, MetricStatus, Unit
from monitor.domain.visits import VisitState
from monitor.inspections.metrics import metric_named
from monitor.inspections.metrics.account import account_of
from monitor.inspections.schedule import month_at, parse_month
from monitor.web.access import Permission, require
from monitor.web.api.shapes import TextOut
from monitor.web.parameters import RowId
from monitor.web.site import site_of
from monitor.web.visitor import Visitor

router = APIRouter(prefix="/api/v1", tags=["inspections"])
_Reader = Annotated[Visitor, require(Permission.INSPECTIONS)]


class VisitOut(BaseModel):
    """One visit of the month's plan."""

    id: int
    institution: str
    day: date
    safety_inspector: int | None
    health_inspector: int | None
    state: VisitState
    announced: bool
    weight: float
    reasons: dict[str, int]


class PlanOut(BaseModel):
    """The plan of a month, and how many institutions have been inspected."""

    month: date
    inspected: int
    institutions: int
    visits: list[VisitOut]


class ReadingOut(BaseModel):
    """How one reading was computed: data, parameters, comparison, and the function."""

    item: str
    metric: str
    value: float | None
    unit: Unit
    status: MetricStatus
    op: Comparison
    threshold: float
    parameters: dict[str, float]
    explain: TextOut
    query: TextOut
    inputs: dict[str, Any]
    function: str
    code: str


@router.get("/inspections/plan")
def plan(
    request: Request, visitor: _Reader, month: Annotated[str, Query(max_length=7)] = ""
) -> PlanOut:
    """Return the visits of a month, this month when none is given."""
    site = site_of(request)
    zone = site.context.settings.district.timezone
    first = parse_month(month) if month else month_at(site.context.now(), zone)
    own = visitor.scope.kind is ScopeKind.INSTITUTION  # why they are visited is not told
    coverage = site.plans.coverage(visitor.scope, first)
    return PlanOut(
        month=first,
        inspected=coverage.done,
        institutions=coverage.total,
        visits=[
            VisitOut(
                id=view.id,
                institution=view.plan.institution_id,
                day=view.plan.day,
                safety_inspector=view.plan.safety_inspector,
                health_inspector=view.plan.health_inspector,
                state=view.state,
                announced=view.plan.announced,
                weight=0.0 if own else view.plan.weight,
                reasons={} if own else dict(view.plan.reasons),
            )
            for view in site.plans.visits(visitor.scope, first)
        ],
    )


@router.get("/inspections/{checklist_id}/readings")
def readings(request: Request, visitor: _Reader, checklist_id: RowId) -> list[ReadingOut]:
    """Say of every reading of a checklist how it was computed."""
    checklist = site_of(request).context.inspections.get(visitor.scope, checklist_id).checklist
    found = []
    for entry in checklist.entries:
        reading, auto = entry.reading, entry.item.auto
        if reading is None or auto is None:
            continue
        account = account_of(metric_named(reading.metric))
        found.append(
            ReadingOut(
                item=entry.item.id,
                metric=reading.metric,
                value=reading.value,
                unit=reading.unit,
                status=reading.status,
                op=auto.op,
                threshold=auto.threshold,
                parameters={**account.parameters, **auto.parameters},
                explain=TextOut.of(reading.explain),
                query=TextOut.of(reading.query),
                inputs=dict(reading.inputs),
                function=account.where,
                code=account.code,
            )
        )
    return found
