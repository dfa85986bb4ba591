"""How the API's description tells of failures: problem JSON (RFC 9457)."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

Responses = dict[int | str, dict[str, Any]]
_MEDIA_TYPE = "application/problem+json"


class Complaint(BaseModel):
    """One field that is not as it should be."""

    where: str
    message: str


class Problem(BaseModel):
    """What went wrong; `request_id` finds it in the log."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[Complaint] = []


def _told(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "content": {_MEDIA_TYPE: {"schema": schema}}}


PROBLEMS: Responses = {
    400: _told("The body cannot be read"),
    401: _told("Not signed in, or the token is not valid"),
    403: _told("The role or the token does not include this, or the request is foreign"),
    404: _told("No such thing within the caller's scope"),
    413: _told("The body is too large"),
    422: _told("Something in the request is not as it should be"),
    429: _told("Too many requests; `Retry-After` says how long to wait"),
}
"""What any call may answer."""

CONFLICT: Responses = {409: _told("It does not fit the present state")}
UNAVAILABLE: Responses = {503: _told("The camera or its worker does not answer")}
