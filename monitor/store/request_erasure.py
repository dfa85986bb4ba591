"""Erases the personal data of requests that were over long ago; their chain stays as it is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from monitor.store.base import Database
from monitor.store.data_requests import OVER, DataRequestRow, RequestFileRow, RequestNoteRow
from monitor.store.files import FileStore


class RequestErasure:
    """Erases words and files; what was decided when stays, without anybody's name."""

    def __init__(self, database: Database, files: FileStore) -> None:
        self._database = database
        self._files = files

    def count(self, session: Session, before: datetime) -> int:
        """Return how many requests are due."""
        due = select(func.count()).select_from(DataRequestRow).where(*_due(before))
        return session.scalar(due) or 0

    def oldest(self, session: Session) -> datetime | None:
        """Return when the first of those not erased was over."""
        first = select(func.min(DataRequestRow.ended)).where(DataRequestRow.erased.is_(None))
        return session.scalar(first)

    def erase(self, before: datetime, now: datetime) -> int:
        """Erase what is due and return how many requests that were."""
        with self._database.reading() as session:
            ids = session.scalars(select(DataRequestRow.id).where(*_due(before))).all()
        for request_id in ids:
            files = select(RequestFileRow.key).where(RequestFileRow.request_id == request_id)
            with self._database.reading() as session:
                keys = session.scalars(files).all()
            for key in keys:
                self._files.delete(key)
            with self._database.transaction() as session:
                for table in (RequestFileRow, RequestNoteRow):
                    session.execute(delete(table).where(table.request_id == request_id))
                session.get_one(DataRequestRow, request_id).erased = now
        return len(ids)


def _due(before: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        DataRequestRow.state.in_(OVER),
        DataRequestRow.ended < before,
        DataRequestRow.erased.is_(None),
    )
