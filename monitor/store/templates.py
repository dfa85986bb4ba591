"""Inspection templates that a district writes itself: drafts, reviews, approved versions.

An approved text never changes; whoever wrote a version cannot approve it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, Date, String, UniqueConstraint, select
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped, Session, mapped_column

from monitor.domain.alerts import Actor
from monitor.domain.errors import ConflictError, NotFoundError, PermissionDeniedError
from monitor.domain.text import Text
from monitor.store.base import Base, BigId, Database, UtcDateTime
from monitor.store.text import clean_line, clean_text


class TemplateRow(Base):
    """One version of a template; ``source`` is its text, to the byte."""

    __tablename__ = "inspection_template"
    __table_args__ = (UniqueConstraint("template_id", "version"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    template_id: Mapped[str] = mapped_column(String(64))
    version: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(16), index=True)
    source: Mapped[str] = mapped_column(SqlText)
    sha256: Mapped[str] = mapped_column(String(64))
    effective_from: Mapped[date] = mapped_column(Date)
    effective_to: Mapped[date | None] = mapped_column(Date)
    editors: Mapped[list[int]] = mapped_column(JSON)
    author: Mapped[str] = mapped_column(String(300))
    changed: Mapped[datetime] = mapped_column(UtcDateTime)
    reviewer: Mapped[str] = mapped_column(String(300))
    reviewed: Mapped[datetime | None] = mapped_column(UtcDateTime)
    remark: Mapped[str] = mapped_column(SqlText)


class TemplateState(StrEnum):
    """How far a version has come."""

    DRAFT = "draft"
    REVIEW = "review"
    APPROVED = "approved"


@dataclass(frozen=True, slots=True)
class TemplateText:
    """A template's text with what stands in it, as the store keeps it."""

    template_id: str
    version: str
    source: str
    sha256: str
    effective_from: date
    effective_to: date | None


@dataclass(frozen=True, slots=True)
class TemplateVersion:
    """One version with its state and who had a hand in it."""

    id: int
    text: TemplateText
    state: TemplateState
    author: str
    changed: datetime
    reviewer: str
    reviewed: datetime | None
    remark: str
    editors: tuple[int, ...]

    def written_by(self, user_id: int) -> bool:
        """Say whether somebody has edited this version."""
        return user_id in self.editors


class TemplateRepository:
    """Keeps versions of templates."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self) -> tuple[TemplateVersion, ...]:
        """Return all versions, the last changed first."""
        statement = select(TemplateRow).order_by(TemplateRow.changed.desc(), TemplateRow.id.desc())
        with self._database.reading() as session:
            return tuple(_view(row) for row in session.scalars(statement))

    def approved(self) -> tuple[TemplateText, ...]:
        """Return the texts that have been approved."""
        statement = (
            select(TemplateRow)
            .where(TemplateRow.state == TemplateState.APPROVED.value)
            .order_by(TemplateRow.id)
        )
        with self._database.reading() as session:
            return tuple(_view(row).text for row in session.scalars(statement))

    def get(self, row_id: int) -> TemplateVersion:
        """Return one version.

        Raises:
            NotFoundError: there is none.
        """
        with self._database.reading() as session:
            return _view(_find(session, row_id))

    def add(self, text: TemplateText, by: Actor, now: datetime) -> TemplateVersion:
        """Keep a new draft.

        Raises:
            ConflictError: there is a version of that name already.
        """
        with self._database.transaction() as session:
            _must_be_free(session, text, None)
            row = TemplateRow(
                state=TemplateState.DRAFT.value,
                editors=[] if by.user_id is None else [by.user_id],
                reviewer="",
                remark="",
            )
            _write(row, text, by, now)
            session.add(row)
            session.flush()
            return _view(row)

    def edit(
        self, row_id: int, text: TemplateText, by: Actor, now: datetime, seen: str
    ) -> TemplateVersion:
        """Change a draft that was last ``seen`` with that hash.

        Raises:
            NotFoundError: there is no such version.
            ConflictError: it is no draft, somebody else changed it, or the name is taken.
        """
        with self._database.transaction() as session:
            row = _find(session, row_id, lock=True)
            if row.state != TemplateState.DRAFT.value or row.sha256 != seen:
                raise ConflictError(
                    Text(
                        "其间这份草稿已被修改或提交",
                        "this draft was changed or handed in meanwhile",
                    ),
                    where=row.version,
                    hint=Text("请重新查看", "look at it again"),
                )
            _must_be_free(session, text, row_id)
            if by.user_id is not None and by.user_id not in row.editors:
                row.editors = [*row.editors, by.user_id]
            _write(row, text, by, now)
            session.flush()
            return _view(row)

    def hand_in(self, row_id: int, now: datetime) -> TemplateVersion:
        """Hand a draft in for review.

        Raises:
            NotFoundError: there is no such version.
            ConflictError: it is no draft.
        """
        with self._database.transaction() as session:
            row = _find(session, row_id, lock=True)
            _must_be(row, TemplateState.DRAFT)
            row.state = TemplateState.REVIEW.value
            row.changed = now
            return _view(row)

    def review(
        self, row_id: int, by: Actor, now: datetime, remark: str, *, approve: bool
    ) -> TemplateVersion:
        """Approve a version, or give it back as a draft.

        Raises:
            NotFoundError: there is no such version.
            ConflictError: it was not handed in.
            PermissionDeniedError: the reviewer has written it, alone or with others.
        """
        with self._database.transaction() as session:
            row = _find(session, row_id, lock=True)
            _must_be(row, TemplateState.REVIEW)
            if by.user_id is None or by.user_id in row.editors:
                raise PermissionDeniedError(
                    Text("须由另一人审核", "a second person reviews"), where="reviewer"
                )
            state = TemplateState.APPROVED if approve else TemplateState.DRAFT
            row.state = state.value
            row.reviewer = clean_line(by.name, 300)
            row.reviewed = now
            row.remark = clean_text(remark, 1000)
            return _view(row)


def _find(session: Session, row_id: int, *, lock: bool = False) -> TemplateRow:
    row = session.get(TemplateRow, row_id, with_for_update=lock)
    if row is None:
        raise NotFoundError(
            Text("没有这个模板", "there is no such template"), where=f"template {row_id}"
        )
    return row


def _must_be(row: TemplateRow, state: TemplateState) -> None:
    if row.state != state.value:
        raise ConflictError(
            Text("这个版本的状态已经改变", f"this version is not in state '{state}' any more"),
            where=row.version,
            hint=Text("请重新载入", "reload it"),
        )


def _must_be_free(session: Session, text: TemplateText, own: int | None) -> None:
    statement = select(TemplateRow.id).where(
        TemplateRow.template_id == text.template_id, TemplateRow.version == text.version
    )
    taken = session.scalar(statement)
    if taken is not None and taken != own:
        raise ConflictError(
            Text(
                f"“{text.template_id}”已有版本“{text.version}”",
                f"there is a version '{text.version}' of '{text.template_id}' already",
            ),
            where="version",
            hint=Text("请为模板换一个版本号", "give the template another version"),
        )


def _write(row: TemplateRow, text: TemplateText, by: Actor, now: datetime) -> None:
    row.template_id = text.template_id
    row.version = text.version
    row.source = text.source
    row.sha256 = text.sha256
    row.effective_from = text.effective_from
    row.effective_to = text.effective_to
    row.author = clean_line(by.name, 300)
    row.changed = now


def _view(row: TemplateRow) -> TemplateVersion:
    text = TemplateText(
        template_id=row.template_id,
        version=row.version,
        source=row.source,
        sha256=row.sha256,
        effective_from=row.effective_from,
        effective_to=row.effective_to,
    )
    return TemplateVersion(
        id=row.id,
        text=text,
        state=TemplateState(row.state),
        author=row.author,
        changed=row.changed,
        reviewer=row.reviewer,
        reviewed=row.reviewed,
        remark=row.remark,
        editors=tuple(row.editors),
    )
