"""Findings as they are shown: plain values, and how they are read from the rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.domain.checklists import ItemSeverity
from monitor.domain.findings import FindingAction, FindingState
from monitor.domain.text import Text
from monitor.store.findings import FindingFileRow, FindingRow, FindingStepRow
from monitor.store.outbox import DeliveryView, OutboxRow, delivery_view


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding; ``due`` and ``reinspect_by`` are local days.

    ``asked_due`` is the day that the institution asked for and nobody decided about yet.
    """

    id: int
    institution_id: str
    checklist_id: int
    item_id: str
    severity: ItemSeverity
    own_severity: ItemSeverity
    repeats: int
    repeat_of: int | None
    text: Text
    note: str
    photo_needed: bool
    state: FindingState
    owner: str
    raised: datetime
    due: date
    reinspect_by: date
    asked_due: date | None
    corrected_by_user_id: int | None
    closed: datetime | None
    escalated: int
    version: int

    def overdue(self, today: date) -> int:
        """Return for how many days it should have been put right; 0 where it is or may wait."""
        if self.state is not FindingState.OPEN:
            return 0
        return max(0, (today - self.due).days)


@dataclass(frozen=True, slots=True)
class FindingFile:
    """A file that shows how a finding was put right; ``key`` is its place in the file store."""

    id: int
    finding_id: int
    step_id: int
    key: str
    name: str
    media_type: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class FindingStep:
    """One thing that was done to a finding; the days are set where it was about the due date."""

    id: int
    at: datetime
    action: FindingAction
    to_state: FindingState
    due_before: date | None
    due_after: date | None
    actor: str
    text: str
    files: tuple[FindingFile, ...]


@dataclass(frozen=True, slots=True)
class FindingDetail:
    """A finding with its history, oldest step first, and who was told that it is overdue."""

    finding: FindingView
    steps: tuple[FindingStep, ...]
    deliveries: tuple[DeliveryView, ...]


def finding_view(row: FindingRow) -> FindingView:
    """Return the plain value of a row."""
    return FindingView(
        id=row.id,
        institution_id=row.institution_id,
        checklist_id=row.checklist_id,
        item_id=row.item_id,
        severity=ItemSeverity(row.severity),
        own_severity=ItemSeverity(row.own_severity),
        repeats=row.repeats,
        repeat_of=row.repeat_of,
        text=Text(zh=row.text_zh, en=row.text_en),
        note=row.note,
        photo_needed=row.photo_needed,
        state=FindingState(row.state),
        owner=row.owner,
        raised=row.raised,
        due=row.due,
        reinspect_by=row.reinspect_by,
        asked_due=row.asked_due,
        corrected_by_user_id=row.corrected_by_user_id,
        closed=row.closed,
        escalated=row.escalated,
        version=row.version,
    )


def finding_detail(session: Session, row: FindingRow) -> FindingDetail:
    """Return a finding with its history, files and deliveries."""
    files: dict[int, list[FindingFile]] = {}
    for item in session.scalars(
        select(FindingFileRow)
        .where(FindingFileRow.finding_id == row.id)
        .order_by(FindingFileRow.id)
    ):
        files.setdefault(item.step_id, []).append(finding_file(item))
    steps = session.scalars(
        select(FindingStepRow)
        .where(FindingStepRow.finding_id == row.id)
        .order_by(FindingStepRow.id)
    )
    return FindingDetail(
        finding_view(row),
        tuple(finding_step(step, tuple(files.get(step.id, ()))) for step in steps),
        tuple(
            delivery_view(item)
            for item in session.scalars(
                select(OutboxRow).where(OutboxRow.finding_id == row.id).order_by(OutboxRow.id)
            )
        ),
    )


def finding_step(step: FindingStepRow, files: tuple[FindingFile, ...]) -> FindingStep:
    """Return the plain value of a step with its ``files``."""
    return FindingStep(
        id=step.id,
        at=step.at,
        action=FindingAction(step.action),
        to_state=FindingState(step.to_state),
        due_before=step.due_before,
        due_after=step.due_after,
        actor=step.actor_name,
        text=step.text,
        files=files,
    )


def finding_file(row: FindingFileRow) -> FindingFile:
    """Return the plain value of a file's row."""
    return FindingFile(
        row.id,
        row.finding_id,
        row.step_id,
        row.key,
        row.name,
        row.media_type,
        row.sha256,
        row.size,
    )
