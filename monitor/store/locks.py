"""Turns taken between processes inside a transaction.

On SQLite every writing transaction is alone already; on PostgreSQL an advisory lock is held until
the transaction ends, which also works behind a connection pooler.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import func, select
from sqlalchemy.orm import Session


def take_turn(session: Session, key: str) -> None:
    """Wait until no other transaction holds ``key``, then hold it until this one ends."""
    if session.get_bind().dialect.name != "postgresql":
        return
    digest = hashlib.sha256(key.encode()).digest()
    number = int.from_bytes(digest[:8], "big", signed=True)
    session.execute(select(func.pg_advisory_xact_lock(number)))
