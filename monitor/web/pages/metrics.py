"""How figures on checklists are computed: all metrics, and one reading with all that went in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from monitor.domain.errors import NotFoundError
from monitor.domain.text import Text
from monitor.inspections.metrics import metric_named, metrics
from monitor.inspections.metrics.account import account_of
from monitor.web.access import Permission, require
from monitor.web.answer import page
from monitor.web.parameters import RowId
from monitor.web.site import site_of
from monitor.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
_Reader = Annotated[Visitor, require(Permission.INSPECTIONS)]
_ItemId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


@router.get("/inspections/metrics")
def index(request: Request, _visitor: _Reader) -> Response:
    """List every metric: where its data comes from, its parameters and the items that use it."""
    used: dict[str, list[str]] = {}
    for template in site_of(request).templates.packaged():
        for item in template.items:
            if item.auto is not None:
                used.setdefault(item.auto.metric, []).append(item.id)
    accounts = [account_of(metric) for _, metric in sorted(metrics().items())]
    return page(request, "metrics.html", accounts=accounts, used=used)


@router.get("/inspections/{checklist_id}/items/{item_id}")
def reading(request: Request, visitor: _Reader, checklist_id: RowId, item_id: _ItemId) -> Response:
    """Show how one reading of a checklist was computed."""
    filed = site_of(request).context.inspections.get(visitor.scope, checklist_id)
    entry = filed.checklist.entry(item_id)
    if entry is None or entry.reading is None or entry.item.auto is None:
        raise NotFoundError(
            Text("检查表中这一项没有系统数据", "the checklist has no reading of this item"),
            where=item_id,
        )
    metric = metric_named(entry.reading.metric)
    return page(
        request,
        "reading.html",
        filed=filed,
        checklist=filed.checklist,
        entry=entry,
        auto=entry.item.auto,
        reading=entry.reading,
        parameters={**metric.parameters, **entry.item.auto.parameters},
        account=account_of(metric),
    )
