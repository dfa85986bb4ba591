"""Alerts as people read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.domain.alerts import AlertAction, AlertState
from monitor.domain.events import Event, Provenance, Severity
from monitor.domain.text import Text
from monitor.store.alerts import AlertRow, AlertStepRow
from monitor.store.evidence import EvidenceView
from monitor.store.outbox import DeliveryView


@dataclass(frozen=True, slots=True)
class AlertView:
    """One alert. ``cleared`` is when the condition ended, ``None`` while it lasts."""

    id: int
    rule: str
    institution_id: str
    room_id: str
    zone_id: str | None
    camera_id: str | None
    severity: Severity
    state: AlertState
    onset: datetime
    raised: datetime
    cleared: datetime | None
    repeats: int
    explain: Text
    evidence: dict[str, Any]
    provenance: Provenance
    confidence: float
    updated: datetime
    version: int


@dataclass(frozen=True, slots=True)
class StepView:
    """One step in the life of an alert: who did what, when, from where and why."""

    id: int
    at: datetime
    action: AlertAction
    from_state: AlertState | None
    to_state: AlertState
    actor_user_id: int | None
    actor_name: str
    address: str
    reason: str
    event_id: str | None


@dataclass(frozen=True, slots=True)
class AlertDetail:
    """An alert with everything known about it, each part in the order of time."""

    alert: AlertView
    events: tuple[Event, ...]
    steps: tuple[StepView, ...]
    evidence: tuple[EvidenceView, ...]
    deliveries: tuple[DeliveryView, ...]


@dataclass(frozen=True, slots=True)
class AlertPage:
    """A page of a list; ``next`` is the cursor of the following one, ``None`` at the end."""

    alerts: tuple[AlertView, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class AlertCount:
    """How many alerts of one rule an institution had, and how they ended."""

    institution_id: str
    rule: str
    total: int
    waiting: int
    resolved: int
    false: int
    drill: int


def alert_view(row: AlertRow) -> AlertView:
    """Return the plain value of a row."""
    return AlertView(
        id=row.id,
        rule=row.rule,
        institution_id=row.institution_id,
        room_id=row.room_id,
        zone_id=row.zone_id,
        camera_id=row.camera_id,
        severity=Severity(row.severity),
        state=AlertState(row.state),
        onset=row.onset,
        raised=row.raised,
        cleared=row.cleared,
        repeats=row.repeats,
        explain=Text(zh=row.explain_zh, en=row.explain_en),
        evidence=row.evidence,
        provenance=Provenance(**row.provenance),
        confidence=row.confidence,
        updated=row.updated,
        version=row.version,
    )


def step_view(row: AlertStepRow) -> StepView:
    """Return the plain value of a row."""
    return StepView(
        id=row.id,
        at=row.at,
        action=AlertAction(row.action),
        from_state=AlertState(row.from_state) if row.from_state else None,
        to_state=AlertState(row.to_state),
        actor_user_id=row.actor_user_id,
        actor_name=row.actor_name,
        address=row.address,
        reason=row.reason,
        event_id=row.event_id,
    )
