"""Tables that are hash chains (:mod:`monitor.domain.chain`), written by any number of processes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from monitor.domain.chain import GENESIS, Link, canonical, chained
from monitor.store.base import BigId
from monitor.store.locks import take_turn


class ChainedRow:
    """The columns of every chain. ``former`` is unique, so that the chain cannot fork."""

    position: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    content: Mapped[str] = mapped_column(Text)
    former: Mapped[str] = mapped_column(String(64), unique=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)


_BATCH = 1000

Row = TypeVar("Row", bound=ChainedRow)


def written(moment: datetime) -> str:
    """Return a moment as it stands in the content of a link, the same from every time zone."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def append(session: Session, table: type[Row], content: Mapping[str, Any], **columns: Any) -> Row:
    """Add a row to the end of a chain and return it.

    Whoever appends waits until the transaction of whoever appended before has ended. ``columns``
    repeat parts of ``content`` for searching.
    """
    take_turn(session, f"chain:{table.__name__}")
    newest = select(table.position, table.hash).order_by(table.position.desc()).limit(1)
    found = session.execute(newest).first()
    position, former = (found[0] + 1, found[1]) if found else (1, GENESIS)
    text = canonical({**content, "position": position})
    row = table(**columns)
    row.position, row.content = position, text
    row.former, row.hash = former, chained(former, text)
    session.add(row)
    session.flush()
    return row


def links(session: Session, table: type[Row]) -> Iterator[tuple[Link, Row]]:
    """Yield every row of a chain, oldest first, a few at a time."""
    after: int | None = 0
    while after is not None:
        batch = select(table).where(table.position > after).order_by(table.position).limit(_BATCH)
        after = None
        for row in session.scalars(batch).all():
            after = row.position
            yield Link(row.position, row.content, row.former, row.hash), row
        session.expunge_all()
