"""The description of the API, for people who are signed in and for programs with a token."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request

from monitor.web.access import Permission, require
from monitor.web.api.problems import PROBLEMS, Problem
from monitor.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
_METHODS = ("get", "post", "put", "patch", "delete")
_SECURITY = {
    "token": {"type": "http", "scheme": "bearer", "description": "An API token: My account"},
}


@router.get("/api/v1/openapi.json")
def openapi(
    request: Request, _visitor: Annotated[Visitor, require(Permission.WATCH)]
) -> dict[str, Any]:
    """Return the OpenAPI document."""
    return described(request.app.openapi())


def described(document: dict[str, Any]) -> dict[str, Any]:
    """Return ``document`` with what is true of every call: failures, and who may call."""
    paths = {
        path: {
            method: _operation(operation, path) if method in _METHODS else operation
            for method, operation in operations.items()
        }
        for path, operations in document["paths"].items()
    }
    components = dict(document.get("components", {}))
    schemas = {
        name: schema
        for name, schema in components.get("schemas", {}).items()
        if name not in ("HTTPValidationError", "ValidationError")
    }
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs", {})
    schemas["Problem"] = problem
    components |= {"schemas": schemas, "securitySchemes": _SECURITY}
    return {**document, "paths": paths, "components": components, "security": [{"token": []}]}


def _operation(operation: dict[str, Any], path: str) -> dict[str, Any]:
    always = {401, 403, 422, 429}
    if "{" in path:
        always.add(404)
    if "requestBody" in operation:
        always |= {400, 413}
    told = {str(status): PROBLEMS[status] for status in sorted(always)}
    own = {
        status: response
        for status, response in operation.get("responses", {}).items()
        if status != "422"
    }
    return {**operation, "responses": {**told, **own}}
