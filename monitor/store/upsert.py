"""``INSERT … ON CONFLICT`` in the words of either database, and how many rows were touched."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import CursorResult, Result, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from monitor.store.base import Base


def insert_once(session: Session, row: type[Base], values: dict[str, Any]) -> bool:
    """Insert ``values`` unless a unique key is taken already; say whether they were inserted."""
    statement = _insert(session, row).values(**values).on_conflict_do_nothing()
    keys = inspect(row).primary_key
    return session.execute(statement.returning(*keys)).first() is not None


def upsert(session: Session, row: type[Base], rows: list[dict[str, Any]], *keys: str) -> None:
    """Insert ``rows``, or overwrite those whose ``keys`` are present already."""
    if not rows:
        return
    statement = _insert(session, row)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    session.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), rows)


def affected(result: Result[Any]) -> int:
    """Return how many rows an ``INSERT``, ``UPDATE`` or ``DELETE`` touched."""
    return cast("CursorResult[Any]", result).rowcount


def _insert(session: Session, row: type[Base]) -> Any:
    dialect = session.get_bind().dialect.name
    return postgresql.insert(row) if dialect == "postgresql" else sqlite.insert(row)
