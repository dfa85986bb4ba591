"""Putting into the access register what a command does to accounts and tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitor.domain.access import Scope, ScopeKind
from monitor.domain.access_register import SYSTEM_ACCESSOR, AccessKind, NewAccess
from monitor.domain.clock import SystemClock, utc_now
from monitor.domain.text import Text
from monitor.store.access_register import AccessRegister
from monitor.store.base import Database


def put_down(database: Database, done: Text, scope: Scope, what: Mapping[str, Any]) -> None:
    """Put down that ``done`` was done by command to the account of somebody who sees ``scope``."""
    access = NewAccess(
        AccessKind.ACCOUNT,
        SYSTEM_ACCESSOR,
        f"用命令{done.zh} / {done.en} by command",
        institution_id=scope.id if scope.kind is ScopeKind.INSTITUTION else None,
        what=dict(what),
    )
    AccessRegister(database).put_down(access, utc_now(SystemClock()))
