"""Scopes in SQL: what a person may not see never leaves the database."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import InstrumentedAttribute

from monitor.domain.access import Scope, ScopeKind
from monitor.store.places import InstitutionRow


def within(
    scope: Scope, institution_id: InstrumentedAttribute[str] | InstrumentedAttribute[str | None]
) -> ColumnElement[bool]:
    """Return the condition that the institution in a column lies within ``scope``."""
    if scope.kind is ScopeKind.DISTRICT:
        return true()
    if scope.kind is ScopeKind.INSTITUTION:
        return institution_id == scope.id
    members = select(InstitutionRow.id).where(InstitutionRow.community == scope.id)
    return institution_id.in_(members)
