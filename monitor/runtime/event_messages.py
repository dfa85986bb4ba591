"""Events as JSON: in the spool, and as lines of ``monitor analyze``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from monitor.domain.events import Event, Provenance, Severity
from monitor.domain.evidence import EvidenceKind, NewEvidence
from monitor.domain.text import Language, Text


def to_message(event: Event, evidence: Sequence[NewEvidence] = ()) -> dict[str, Any]:
    """Return everything about ``event`` and the files that go with it as plain JSON values."""
    return {"event": asdict(event), "evidence": [asdict(piece) for piece in evidence]}


def from_message(message: dict[str, Any]) -> tuple[Event, tuple[NewEvidence, ...]]:
    """Rebuild what :func:`to_message` made."""
    raw = dict(message["event"])
    event = Event(
        **{
            **raw,
            "severity": Severity(raw["severity"]),
            "explain": Text(**raw["explain"]),
            "provenance": Provenance(**raw["provenance"]),
        }
    )
    pieces = tuple(
        NewEvidence(**{**piece, "kind": EvidenceKind(piece["kind"])})
        for piece in message["evidence"]
    )
    return event, pieces


def to_line(event: Event, language: Language) -> dict[str, Any]:
    """Return ``event`` as a line of ``events.jsonl``; times are seconds of media time."""
    return {
        "id": event.id,
        "rule": event.rule,
        "room": event.room_id,
        "zone": event.zone_id,
        "camera": event.camera_id,
        "onset": round(event.onset, 3),
        "raised": round(event.raised, 3),
        "cleared": None if event.cleared is None else round(event.cleared, 3),
        "severity": event.severity.value,
        "confidence": round(event.confidence, 3),
        "evidence": event.evidence,
        "explain": event.explain.of(language),
        "rule_version": event.provenance.rule_version,
        "thresholds": event.provenance.thresholds,
        "model": event.provenance.model,
        "model_sha256": event.provenance.model_sha256,
    }
