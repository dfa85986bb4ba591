"""The description of the API, for people who are signed in."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request

from monitor.web.access import Permission, require
from monitor.web.visitor import Visitor

router = APIRouter(include_in_schema=False)


@router.get("/api/v1/openapi.json")
def openapi(
    request: Request, _visitor: Annotated[Visitor, require(Permission.WATCH)]
) -> dict[str, Any]:
    """Return the OpenAPI document."""
    document: dict[str, Any] = request.app.openapi()
    return document
