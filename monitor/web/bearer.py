"""API tokens in the ``Authorization`` header."""

from __future__ import annotations

from starlette.datastructures import Headers

_SCHEME = "bearer "


def is_bearer(headers: Headers) -> bool:
    """Say whether a request comes with a token; its cookies then count for nothing."""
    return headers.get("authorization", "")[: len(_SCHEME)].lower() == _SCHEME


def bearer_token(headers: Headers) -> str:
    """Return the token of a request that :func:`is_bearer`."""
    return headers.get("authorization", "")[len(_SCHEME) :].strip()
