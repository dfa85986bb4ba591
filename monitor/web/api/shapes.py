"""Shapes of the API's answers. They are a contract: fields are added, never taken away."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from monitor.domain.alerts import AlertAction, AlertState
from monitor.domain.escalation import StepKind, StepState
from monitor.domain.events import Severity
from monitor.domain.evidence import EvidenceKind
from monitor.domain.notices import Reason
from monitor.domain.text import Text
from monitor.store.alert_views import AlertDetail, AlertView
from monitor.store.outbox import DeliveryState


class TextOut(BaseModel):
    """A text in both languages."""

    zh: str
    en: str

    @classmethod
    def of(cls, text: Text) -> TextOut:
        """Shape a text."""
        return cls(zh=text.zh, en=text.en)


class AlertOut(BaseModel):
    """One alert."""

    id: int
    rule: str
    institution: str
    room: str
    zone: str | None
    camera: str | None
    severity: Severity
    state: AlertState
    onset: datetime
    raised: datetime
    cleared: datetime | None
    repeats: int
    explain: TextOut
    confidence: float
    version: int
    tier: int
    flapping: bool
    snoozed_until: datetime | None
    shelved: bool
    assignee: str

    @classmethod
    def of(cls, alert: AlertView) -> AlertOut:
        """Shape an alert."""
        return cls(**_alert_fields(alert))


class AlertListOut(BaseModel):
    """A page of alerts."""

    alerts: list[AlertOut]
    next: str | None


class StepOut(BaseModel):
    """One step in the life of an alert."""

    at: datetime
    action: AlertAction
    to_state: AlertState
    actor: str
    address: str
    via: str
    reason: str


class EvidenceOut(BaseModel):
    """A snapshot or a clip; fetch it from `url`."""

    id: int
    kind: EvidenceKind
    url: str
    media_type: str
    sha256: str
    size: int
    start: datetime
    end: datetime


class EscalationOut(BaseModel):
    """One step of an escalation: a tier, the end of a snooze, or a new beginning."""

    kind: StepKind
    tier: str
    due: datetime
    state: StepState
    reason: Reason | None
    decided: datetime | None


class DeliveryOut(BaseModel):
    """What became of one notice; `tier` and `addressee` say on whose turn and to whom."""

    channel: str
    kind: str
    reason: str
    state: DeliveryState
    attempts: int
    created: datetime
    sent: datetime | None
    tier: str
    addressee: str


class AlertDetailOut(AlertOut):
    """One alert with everything known about it."""

    evidence_values: dict[str, Any]
    thresholds: dict[str, Any]
    rule_version: str
    model: str
    model_sha256: str
    config_version: str
    steps: list[StepOut]
    evidence: list[EvidenceOut]
    deliveries: list[DeliveryOut]
    escalation: list[EscalationOut]

    @classmethod
    def of_detail(cls, detail: AlertDetail) -> AlertDetailOut:
        """Shape an alert with its parts."""
        provenance = detail.alert.provenance
        return cls(
            **_alert_fields(detail.alert),
            evidence_values=detail.alert.evidence,
            thresholds=provenance.thresholds,
            rule_version=provenance.rule_version,
            model=provenance.model,
            model_sha256=provenance.model_sha256,
            config_version=provenance.config_version,
            steps=[
                StepOut(
                    at=step.at,
                    action=step.action,
                    to_state=step.to_state,
                    actor=step.actor_name,
                    address=step.address,
                    via=step.via,
                    reason=step.reason,
                )
                for step in detail.steps
            ],
            evidence=[
                EvidenceOut(
                    id=piece.id,
                    kind=piece.kind,
                    url=f"/api/v1/evidence/{piece.id}",
                    media_type=piece.media_type,
                    sha256=piece.sha256,
                    size=piece.size,
                    start=piece.start,
                    end=piece.end,
                )
                for piece in detail.evidence
            ],
            deliveries=[
                DeliveryOut(
                    channel=item.channel_id,
                    kind=item.kind.value,
                    reason=item.reason.value,
                    state=item.state,
                    attempts=item.attempts,
                    created=item.created,
                    sent=item.sent,
                    tier=item.step,
                    addressee=item.addressee,
                )
                for item in detail.deliveries
            ],
            escalation=[
                EscalationOut(
                    kind=step.kind,
                    tier=step.tier,
                    due=step.due,
                    state=step.state,
                    reason=step.reason,
                    decided=step.decided,
                )
                for step in detail.escalation
            ],
        )


def _alert_fields(alert: AlertView) -> dict[str, Any]:
    return {
        "id": alert.id,
        "rule": alert.rule,
        "institution": alert.institution_id,
        "room": alert.room_id,
        "zone": alert.zone_id,
        "camera": alert.camera_id,
        "severity": alert.severity,
        "state": alert.state,
        "onset": alert.onset,
        "raised": alert.raised,
        "cleared": alert.cleared,
        "repeats": alert.repeats,
        "explain": TextOut.of(alert.explain),
        "confidence": alert.confidence,
        "version": alert.version,
        "tier": alert.tier,
        "flapping": alert.flapping,
        "snoozed_until": alert.snoozed_until,
        "shelved": alert.shelf_id is not None,
        "assignee": alert.assignee,
    }
