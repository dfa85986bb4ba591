"""Documents and photos that prove what a register says; the bytes are in the file store."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, select, update
from sqlalchemy.orm import Mapped, mapped_column

from monitor.domain.access import Scope
from monitor.domain.alerts import Actor
from monitor.domain.errors import NotFoundError
from monitor.domain.text import Text
from monitor.store.base import Base, BigId, Database, UtcDateTime
from monitor.store.files import FileStore
from monitor.store.scope import within
from monitor.store.text import clean_line
from monitor.store.upsert import affected

_ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


class RegisterDocumentRow(Base):
    """One file beside an entry; a withdrawn one is hidden, and kept."""

    __tablename__ = "register_document"
    __table_args__ = (Index(None, "institution_id", "book", "entry_key"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    institution_id: Mapped[str] = mapped_column(ForeignKey("institution.id"))
    book: Mapped[str] = mapped_column(String(32))
    entry_key: Mapped[str] = mapped_column(String(700))
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    path: Mapped[str] = mapped_column(String(500))
    by_user: Mapped[int | None] = mapped_column(BigId)
    by_name: Mapped[str] = mapped_column(String(300))
    uploaded: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[str] = mapped_column(String(300))


@dataclass(frozen=True, slots=True)
class RegisterDocument:
    """One file beside an entry; ``path`` is its key in the file store, ``size`` in bytes."""

    id: int
    institution_id: str
    book: str
    key: str
    name: str
    media_type: str
    size: int
    sha256: str
    path: str
    by: str
    uploaded: datetime


class RegisterDocuments:
    """Keeps files beside entries. What they hold has been checked by whoever calls."""

    def __init__(self, database: Database, files: FileStore) -> None:
        self._database = database
        self._files = files

    def add(
        self,
        institution_id: str,
        book: str,
        key: str,
        name: str,
        media_type: str,
        content: bytes,
        by: Actor,
        now: datetime,
    ) -> RegisterDocument:
        """Store a file beside an entry; the same file twice is kept once."""
        stored = self._files.write(_path(institution_id, content, media_type), content)
        with self._database.transaction() as session:
            known = session.scalar(
                select(RegisterDocumentRow).where(
                    RegisterDocumentRow.institution_id == institution_id,
                    RegisterDocumentRow.book == book,
                    RegisterDocumentRow.entry_key == key,
                    RegisterDocumentRow.sha256 == stored.sha256,
                    RegisterDocumentRow.withdrawn.is_(None),
                )
            )
            if known is not None:
                return _view(known)
            row = RegisterDocumentRow(
                institution_id=institution_id,
                book=book,
                entry_key=key,
                name=clean_line(name, 200) or f"document.{_ENDINGS[media_type]}",
                media_type=media_type,
                size=stored.size,
                sha256=stored.sha256,
                path=stored.key,
                by_user=by.user_id,
                by_name=clean_line(by.name, 300),
                uploaded=now,
                withdrawn_by="",
            )
            session.add(row)
            session.flush()
            return _view(row)

    def of(
        self, scope: Scope, institution_id: str, book: str | None = None, key: str | None = None
    ) -> tuple[RegisterDocument, ...]:
        """Return the files of an institution, of a book, or beside one entry."""
        statement = select(RegisterDocumentRow).where(
            RegisterDocumentRow.institution_id == institution_id,
            within(scope, RegisterDocumentRow.institution_id),
            RegisterDocumentRow.withdrawn.is_(None),
        )
        if book is not None:
            statement = statement.where(RegisterDocumentRow.book == book)
        if key is not None:
            statement = statement.where(RegisterDocumentRow.entry_key == key)
        with self._database.reading() as session:
            rows = session.scalars(statement.order_by(RegisterDocumentRow.id))
            return tuple(_view(row) for row in rows)

    def get(self, scope: Scope, document_id: int) -> RegisterDocument:
        """Return one file.

        Raises:
            NotFoundError: there is none within ``scope``.
        """
        statement = select(RegisterDocumentRow).where(
            RegisterDocumentRow.id == document_id,
            within(scope, RegisterDocumentRow.institution_id),
            RegisterDocumentRow.withdrawn.is_(None),
        )
        with self._database.reading() as session:
            row = session.scalar(statement)
            if row is None:
                raise NotFoundError(
                    Text("没有这份文件", "there is no such document"),
                    where=f"document {document_id}",
                )
            return _view(row)

    def content(self, document: RegisterDocument) -> bytes:
        """Return the bytes of a file.

        Raises:
            NotFoundError: the file is gone, or not any more what was uploaded.
        """
        if not self._files.matches(document.path, document.sha256):
            raise NotFoundError(
                Text("文件已被改动或移走", "the file was altered or removed"), where=document.name
            )
        return self._files.read(document.path)

    def withdraw(self, scope: Scope, document_id: int, by: Actor, now: datetime) -> None:
        """Hide a file that was uploaded by mistake.

        Raises:
            NotFoundError: there is none within ``scope``.
        """
        statement = (
            update(RegisterDocumentRow)
            .where(
                RegisterDocumentRow.id == document_id,
                within(scope, RegisterDocumentRow.institution_id),
                RegisterDocumentRow.withdrawn.is_(None),
            )
            .values(withdrawn=now, withdrawn_by=clean_line(by.name, 300))
            .execution_options(synchronize_session=False)
        )
        with self._database.transaction() as session:
            if affected(session.execute(statement)) == 0:
                raise NotFoundError(
                    Text("没有这份文件", "there is no such document"),
                    where=f"document {document_id}",
                )


def _path(institution_id: str, content: bytes, media_type: str) -> str:
    digest = hashlib.sha256(content).hexdigest()
    return f"registers/{institution_id}/{digest}.{_ENDINGS[media_type]}"


def _view(row: RegisterDocumentRow) -> RegisterDocument:
    return RegisterDocument(
        id=row.id,
        institution_id=row.institution_id,
        book=row.book,
        key=row.entry_key,
        name=row.name,
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        path=row.path,
        by=row.by_name,
        uploaded=row.uploaded,
    )
