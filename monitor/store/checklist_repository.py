"""Keeps checklists and answers; a checklist that somebody has begun to answer is never replaced."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from monitor.domain.access import Scope, ScopeKind
from monitor.domain.checklists import Answer, Checklist, Result
from monitor.domain.errors import ConflictError, NotFoundError
from monitor.domain.text import Text
from monitor.store.base import Database
from monitor.store.checklists import ChecklistAnswerRow, ChecklistRow
from monitor.store.onsite import OnsiteVisitRow
from monitor.store.places import InstitutionRow
from monitor.store.scope import within
from monitor.store.text import clean_line, clean_text

_LONGEST_NOTE = 4000
_ADAPTER: TypeAdapter[Checklist] = TypeAdapter(Checklist)


class SaveOutcome(StrEnum):
    """What saving did: a first checklist, a new revision, or nothing and why."""

    CREATED = "created"
    REVISED = "revised"
    UNCHANGED = "unchanged"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class ChecklistView:
    """A checklist as kept, with the answers that stand, in the order of their items.

    ``visit_id`` is the re-inspection that it was made for, if it was.
    """

    id: int
    checklist: Checklist
    answers: tuple[Answer, ...]
    visit_id: int | None = None


@dataclass(frozen=True, slots=True)
class ChecklistSummary:
    """One line of a list of checklists; always the newest revision."""

    id: int
    institution_id: str
    month: date
    revision: int
    template_id: str
    template_version: str
    content_sha256: str
    generated: datetime
    answered: int


@dataclass(frozen=True, slots=True)
class Saved:
    """What saving did, and the checklist that stands now."""

    outcome: SaveOutcome
    view: ChecklistView


class ChecklistRepository:
    """Writes and reads checklists and answers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, checklist: Checklist, visit_id: int | None = None) -> Saved:
        """Keep a checklist as the next revision of its institution and month.

        With ``visit_id`` it is that of a re-inspection. Nothing is written where the newest
        revision says the same, has answers, or was taken along to an inspection.

        Raises:
            NotFoundError: the configuration has no such institution.
        """
        institution_id = checklist.subject.institution_id
        with self._database.transaction() as session:
            # Locked, so that two who generate at once make one checklist and not two.
            known = select(InstitutionRow.id).where(InstitutionRow.id == institution_id)
            if session.scalar(known.with_for_update()) is None:
                raise NotFoundError(
                    Text(
                        f"没有机构“{institution_id}”", f"there is no institution '{institution_id}'"
                    )
                )
            row = session.scalar(newest_revision(institution_id, checklist.month, visit_id))
            if row is not None:
                view = checklist_view(session, row)
                if view.answers or session.get(OnsiteVisitRow, row.id) is not None:
                    return Saved(SaveOutcome.ANSWERED, view)
                if row.content_sha256 == checklist.content_sha256:
                    return Saved(SaveOutcome.UNCHANGED, view)
            last = select(func.max(ChecklistRow.revision)).where(
                ChecklistRow.institution_id == institution_id,
                ChecklistRow.month == checklist.month,
            )
            kept = replace(checklist, revision=(session.scalar(last) or 0) + 1)
            new = _row(kept, visit_id)
            session.add(new)
            session.flush()
            outcome = SaveOutcome.CREATED if row is None else SaveOutcome.REVISED
            return Saved(outcome, ChecklistView(new.id, kept, (), visit_id))

    def get(self, scope: Scope, checklist_id: int) -> ChecklistView:
        """Return one checklist, whichever revision.

        Raises:
            NotFoundError: there is no such checklist within ``scope``.
        """
        statement = select(ChecklistRow).where(ChecklistRow.id == checklist_id, shown_to(scope))
        with self._database.reading() as session:
            row = session.scalar(statement)
            if row is None:
                raise NotFoundError(
                    Text("没有这份检查表", "there is no such checklist"), where=str(checklist_id)
                )
            return checklist_view(session, row)

    def find(self, scope: Scope, institution_id: str, month: date) -> ChecklistView | None:
        """Return the newest revision for an institution and month (its first day), if any."""
        statement = newest_revision(institution_id, month).where(shown_to(scope))
        with self._database.reading() as session:
            row = session.scalar(statement)
            return None if row is None else checklist_view(session, row)

    def of_visit(self, scope: Scope, visit_id: int) -> ChecklistView | None:
        """Return the newest checklist that was made for a re-inspection, if any."""
        statement = (
            select(ChecklistRow)
            .where(ChecklistRow.visit_id == visit_id, shown_to(scope))
            .order_by(ChecklistRow.id.desc())
            .limit(1)
        )
        with self._database.reading() as session:
            row = session.scalar(statement)
            return None if row is None else checklist_view(session, row)

    def list(
        self, scope: Scope, month: date | None = None, limit: int = 200
    ) -> tuple[ChecklistSummary, ...]:
        """Return the newest revisions of whole checklists within ``scope``, newest month first."""
        newest = (
            select(func.max(ChecklistRow.id))
            .where(shown_to(scope), ChecklistRow.visit_id.is_(None))
            .group_by(ChecklistRow.institution_id, ChecklistRow.month)
        )
        answered = (
            select(func.count(func.distinct(ChecklistAnswerRow.item_id)))
            .where(ChecklistAnswerRow.checklist_id == ChecklistRow.id)
            .scalar_subquery()
        )
        statement = (
            select(ChecklistRow, answered)
            .where(ChecklistRow.id.in_(newest))
            .order_by(ChecklistRow.month.desc(), ChecklistRow.institution_id)
            .limit(limit)
        )
        if month is not None:
            statement = statement.where(ChecklistRow.month == month)
        with self._database.reading() as session:
            return tuple(_summary(row, count) for row, count in session.execute(statement))

    def answer(
        self,
        scope: Scope,
        checklist_id: int,
        answer: Answer,
        check: Callable[[Checklist, Answer], object],
    ) -> ChecklistView:
        """Put down an answer if ``check``, which raises where it does not, allows it.

        Raises:
            NotFoundError: there is no such checklist within ``scope``.
            ConflictError: a newer revision has taken its place.
        """
        with self._database.transaction() as session:
            statement = select(ChecklistRow).where(
                ChecklistRow.id == checklist_id, within(scope, ChecklistRow.institution_id)
            )
            row = session.scalar(statement)
            if row is None:
                raise NotFoundError(
                    Text("没有这份检查表", "there is no such checklist"), where=str(checklist_id)
                )
            # The same lock as saving takes: a revision cannot slip in beneath an answer.
            session.execute(
                select(InstitutionRow.id)
                .where(InstitutionRow.id == row.institution_id)
                .with_for_update()
            )
            newest = session.scalar(newest_revision(row.institution_id, row.month, row.visit_id))
            if newest is not None and newest.id != row.id:
                raise ConflictError(
                    Text("这份检查表已有更新的版本", "a newer revision of this checklist exists"),
                    where=str(checklist_id),
                    hint=Text("请重新载入检查表再填写", "reload the checklist and answer there"),
                )
            check(_ADAPTER.validate_python(row.document), answer)
            session.add(
                ChecklistAnswerRow(
                    checklist_id=row.id,
                    item_id=answer.item_id,
                    result=answer.result.value,
                    note=clean_text(answer.note, _LONGEST_NOTE),
                    by=clean_line(answer.by, 200),
                    at=answer.at,
                )
            )
            session.flush()
            return checklist_view(session, row)


def shown_to(scope: Scope) -> ColumnElement[bool]:
    """Return the condition by which somebody sees a checklist.

    Who answers for an institution sees what was signed: what is made or answered before would
    tell that an unannounced visit is being prepared.
    """
    inside = within(scope, ChecklistRow.institution_id)
    if scope.kind is not ScopeKind.INSTITUTION:
        return inside
    signed = select(OnsiteVisitRow.checklist_id).where(OnsiteVisitRow.signed.is_not(None))
    return and_(inside, ChecklistRow.id.in_(signed.correlate(None)))


def newest_revision(
    institution_id: str, month: date, visit_id: int | None = None
) -> Select[ChecklistRow]:
    """Return the statement that finds the newest checklist of an institution and month.

    With ``visit_id`` it is that of a re-inspection.
    """
    return (
        select(ChecklistRow)
        .where(
            ChecklistRow.institution_id == institution_id,
            ChecklistRow.month == month,
            ChecklistRow.visit_id.is_not_distinct_from(visit_id),
        )
        .order_by(ChecklistRow.revision.desc())
        .limit(1)
    )


def _row(checklist: Checklist, visit_id: int | None) -> ChecklistRow:
    return ChecklistRow(
        institution_id=checklist.subject.institution_id,
        month=checklist.month,
        revision=checklist.revision,
        template_id=checklist.template.id,
        template_version=checklist.template.version,
        template_sha256=checklist.template.sha256,
        content_sha256=checklist.content_sha256,
        generated=checklist.generated,
        document=_ADAPTER.dump_python(checklist, mode="json"),
        visit_id=visit_id,
    )


def checklist_view(session: Session, row: ChecklistRow) -> ChecklistView:
    """Return a checklist with the answers that stand."""
    checklist = _ADAPTER.validate_python(row.document)
    statement = (
        select(ChecklistAnswerRow)
        .where(ChecklistAnswerRow.checklist_id == row.id)
        .order_by(ChecklistAnswerRow.id)
    )
    standing = {item.item_id: item for item in session.scalars(statement)}
    answers = tuple(
        _answer(standing[entry.item.id]) for entry in checklist.entries if entry.item.id in standing
    )
    return ChecklistView(row.id, checklist, answers, row.visit_id)


def _answer(row: ChecklistAnswerRow) -> Answer:
    return Answer(row.item_id, Result(row.result), row.note, row.by, row.at)


def _summary(row: ChecklistRow, answered: int) -> ChecklistSummary:
    return ChecklistSummary(
        id=row.id,
        institution_id=row.institution_id,
        month=row.month,
        revision=row.revision,
        template_id=row.template_id,
        template_version=row.template_version,
        content_sha256=row.content_sha256,
        generated=row.generated,
        answered=answered,
    )
