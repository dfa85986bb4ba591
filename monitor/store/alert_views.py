"""Alerts as people read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.domain.alerts import AlertAction, AlertState
from monitor.domain.events import Event, Provenance, Severity
from monitor.domain.text import Text
from monitor.store.alerts import AlertRow, AlertStepRow
from monitor.store.escalations import EscalationView
from monitor.store.evidence import EvidenceView
from monitor.store.outbox import DeliveryView


@dataclass(frozen=True, slots=True)
class AlertView:
    """One alert. ``cleared`` is when the condition ended, ``None`` while it lasts.

    ``tier`` is how many tiers of its escalation were told, ``assignee`` who is to handle it.
    """

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
    tier: int
    flapping: bool
    ended: datetime | None
    quiet_until: datetime | None
    snoozed_until: datetime | None
    shelf_id: int | None
    assignee_id: int | None
    assignee: str


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
    via: str
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
    escalation: tuple[EscalationView, ...] = ()


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
        tier=row.tier,
        flapping=row.flapping,
        ended=row.ended,
        quiet_until=row.quiet_until,
        snoozed_until=row.snoozed_until,
        shelf_id=row.shelf_id,
        assignee_id=row.assignee_id,
        assignee=row.assignee,
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
        via=row.via,
        reason=row.reason,
        event_id=row.event_id,
    )
