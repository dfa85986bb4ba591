"""Who may see what: roles, and the part of the district that a person's sight is limited to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person does here."""

    OPERATOR = "operator"
    INSTITUTION = "institution"
    INSPECTOR = "inspector"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    ADMIN = "admin"


class ScopeKind(StrEnum):
    """How wide a scope is."""

    DISTRICT = "district"
    COMMUNITY = "community"
    INSTITUTION = "institution"


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of the district somebody may see.

    ``id`` names the community or the institution and is empty for the whole district. There is
    no default: whoever reads from the store says for whom.
    """

    kind: ScopeKind
    id: str = ""

    def __post_init__(self) -> None:
        if (self.kind is ScopeKind.DISTRICT) == bool(self.id):
            raise ValueError("a district scope has no id; every other scope needs one")


DISTRICT = Scope(ScopeKind.DISTRICT)
"""Everything; for the system itself and for people who watch the whole district."""
