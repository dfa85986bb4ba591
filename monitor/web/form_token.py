"""Tokens that tie a form to the session it was made for."""

from __future__ import annotations

import hashlib
import hmac

from monitor.domain.errors import PermissionDeniedError
from monitor.domain.text import Text


class ForeignRequestError(PermissionDeniedError):
    """A request that changes something did not come from our own pages."""


def form_token(session_token: str) -> str:
    """Return the token that forms of this session carry."""
    return hmac.new(session_token.encode(), b"kanhu form", hashlib.sha256).hexdigest()


def check_form_token(session_token: str, given: str) -> None:
    """Refuse a form that does not belong to the session.

    Raises:
        ForeignRequestError: the token is missing or wrong.
    """
    if not hmac.compare_digest(form_token(session_token).encode(), given.encode()):
        raise ForeignRequestError(
            Text("表单不属于这次登录", "the form does not belong to this session"), where="token"
        )
