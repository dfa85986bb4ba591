"""Tables of findings, of what was done to them, and of the files that show it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    func,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from monitor.domain.alerts import Actor
from monitor.domain.findings import FindingAction, FindingState, NewFinding, raised_severity
from monitor.store.base import Base, BigId, UtcDateTime
from monitor.store.checklists import ChecklistRow
from monitor.store.places import InstitutionRow
from monitor.store.text import clean_line, clean_text

LONGEST_TEXT = 4000


class FindingRow(Base):
    """One finding. ``severity`` counts repeats, ``own_severity`` is that of its item.

    ``asked_due`` is the day that the institution asked for and nobody decided about yet.
    """

    __tablename__ = "finding"
    __table_args__ = (
        UniqueConstraint("checklist_id", "item_id"),
        Index(None, "institution_id", "item_id", "raised"),
        Index(None, "state", "due"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    institution_id: Mapped[str] = mapped_column(ForeignKey(InstitutionRow.id))
    checklist_id: Mapped[int] = mapped_column(ForeignKey(ChecklistRow.id))
    item_id: Mapped[str] = mapped_column(String(64))
    severity: Mapped[str] = mapped_column(String(16))
    own_severity: Mapped[str] = mapped_column(String(16))
    repeats: Mapped[int]
    repeat_of: Mapped[int | None] = mapped_column(ForeignKey("finding.id"))
    text_zh: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    photo_needed: Mapped[bool]
    state: Mapped[str] = mapped_column(String(16))
    owner: Mapped[str] = mapped_column(String(200))
    raised: Mapped[datetime] = mapped_column(UtcDateTime)
    due: Mapped[date] = mapped_column(Date)
    reinspect_by: Mapped[date] = mapped_column(Date)
    asked_due: Mapped[date | None] = mapped_column(Date)
    corrected_by_user_id: Mapped[int | None] = mapped_column(BigId)
    closed: Mapped[datetime | None] = mapped_column(UtcDateTime)
    escalated: Mapped[int]
    version: Mapped[int]


class FindingStepRow(Base):
    """One thing that was done to a finding. Never changed."""

    __tablename__ = "finding_step"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    action: Mapped[str] = mapped_column(String(16))
    from_state: Mapped[str | None] = mapped_column(String(16))
    to_state: Mapped[str] = mapped_column(String(16))
    due_before: Mapped[date | None] = mapped_column(Date)
    due_after: Mapped[date | None] = mapped_column(Date)
    actor_user_id: Mapped[int | None] = mapped_column(BigId)
    actor_name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)


class FindingFileRow(Base):
    """A file that shows how a finding was put right; its bytes are in the file store."""

    __tablename__ = "finding_file"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), index=True)
    step_id: Mapped[int] = mapped_column(ForeignKey("finding_step.id"))
    key: Mapped[str] = mapped_column(String(500), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)


def raise_findings(
    session: Session,
    institution_id: str,
    checklist_id: int,
    findings: Sequence[NewFinding],
    actor: Actor,
    now: datetime,
) -> None:
    """Add the findings of one checklist; each is graver for every earlier one about its item."""
    for item in findings:
        repeats, latest = _earlier(session, institution_id, item, now)
        row = FindingRow(
            institution_id=institution_id,
            checklist_id=checklist_id,
            item_id=item.item_id,
            severity=raised_severity(item.severity, repeats).value,
            own_severity=item.severity.value,
            repeats=repeats,
            repeat_of=latest,
            text_zh=item.text.zh,
            text_en=item.text.en,
            note=clean_text(item.note, LONGEST_TEXT),
            photo_needed=item.photo_needed,
            state=FindingState.OPEN.value,
            owner="",
            raised=now,
            due=item.due,
            reinspect_by=item.reinspect_by,
            asked_due=None,
            corrected_by_user_id=None,
            closed=None,
            escalated=0,
            version=1,
        )
        session.add(row)
        session.flush()
        add_finding_step(session, row, FindingAction.RAISE, None, actor, now, text=item.note)


def add_finding_step(
    session: Session,
    finding: FindingRow,
    action: FindingAction,
    from_state: FindingState | None,
    actor: Actor,
    now: datetime,
    *,
    text: str = "",
    days: tuple[date, date] | None = None,
) -> FindingStepRow:
    """Add one step to a finding that already is in its new state, and return it.

    ``days`` are the due date before it and the one that it moved to, was to, or was not to.
    """
    step = FindingStepRow(
        finding_id=finding.id,
        at=now,
        action=action.value,
        from_state=None if from_state is None else from_state.value,
        to_state=finding.state,
        due_before=days[0] if days else None,
        due_after=days[1] if days else None,
        actor_user_id=actor.user_id,
        actor_name=clean_line(actor.name, 200),
        address=clean_line(actor.address, 64),
        text=clean_text(text, LONGEST_TEXT),
    )
    session.add(step)
    session.flush()
    return step


def _earlier(
    session: Session, institution_id: str, item: NewFinding, now: datetime
) -> tuple[int, int | None]:
    statement = select(func.count(), func.max(FindingRow.id)).where(
        FindingRow.institution_id == institution_id,
        FindingRow.item_id == item.item_id,
        FindingRow.raised >= _start_of(item.repeats_since, now),
        FindingRow.raised < now,
    )
    count, latest = session.execute(statement).one()
    return count, latest


def _start_of(day: date, now: datetime) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=now.tzinfo)
