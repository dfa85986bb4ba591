"""The access register: who looked at footage, took it away, or changed who may and what is seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class AccessKind(StrEnum):
    """What somebody did."""

    VIEWED = "viewed"
    EXPORT_REQUESTED = "export_requested"
    EXPORT_APPROVED = "export_approved"
    EXPORT_DENIED = "export_denied"
    EXPORT_MADE = "export_made"
    EXPORT_DOWNLOADED = "export_downloaded"
    REGISTER_EXPORTED = "register_exported"
    ACCOUNT = "account"
    REQUEST_MET = "request_met"
    AUDIT_EXPORTED = "audit_exported"
    CONFIGURED = "configured"


@dataclass(frozen=True, slots=True)
class Accessor:
    """Who did it, as the register keeps them even when the account is gone.

    ``user_id`` is ``None`` for the system itself; ``account`` is the sign-in name.
    """

    user_id: int | None
    account: str
    person: str
    unit: str
    address: str = ""


SYSTEM_ACCESSOR = Accessor(None, "system", "system", "")
"""The system itself."""


@dataclass(frozen=True, slots=True)
class NewAccess:
    """Something to be put down. ``what`` holds the ids of the things concerned, as plain JSON."""

    kind: AccessKind
    who: Accessor
    reason: str
    institution_id: str | None = None
    alert_id: int | None = None
    what: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AccessEntry:
    """One row of the register; ``former`` and ``hash`` tie it to the row before it."""

    position: int
    at: datetime
    access: NewAccess
    former: str
    hash: str
