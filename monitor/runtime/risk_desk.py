"""Risk scores of institutions from what the store knows."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from monitor.domain.access import Scope
from monitor.domain.alerts import Actor, AlertState
from monitor.domain.clock import Clock, utc_now
from monitor.domain.errors import InputError
from monitor.domain.events import Severity
from monitor.domain.findings import FindingState
from monitor.domain.places import Institution
from monitor.domain.registers import PaperKind
from monitor.inspections.risk import (
    Measure,
    Proposal,
    RiskFacts,
    RiskFinding,
    RiskPaper,
    RiskPolicy,
    RiskScore,
    propose,
    score,
)
from monitor.store.alert_history import AlertHistory
from monitor.store.base import Database
from monitor.store.camera_status import CameraStatusRepository
from monitor.store.finding_repository import FindingFilter, FindingRepository, FindingView
from monitor.store.place_repository import InstitutionPlace, PlaceRepository
from monitor.store.register_repository import RegisterRepository
from monitor.store.risk_decisions import RiskDecision, RiskDecisionRepository

_PERIOD = timedelta(days=30)
_MOST_FINDINGS = 50_000
_NOT_COUNTED = frozenset({AlertState.FALSE, AlertState.DRILL})
NO_MEASURE = "none"
"""What is decided where nothing needs to be done."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """One institution with its score, what is proposed, and what was last decided."""

    institution: Institution
    score: RiskScore
    proposals: tuple[Proposal, ...]
    decision: RiskDecision | None


class RiskDesk:
    """Assesses institutions and keeps what people decide about them."""

    def __init__(self, database: Database, timezone: str, policy: RiskPolicy, clock: Clock) -> None:
        self._zone = ZoneInfo(timezone)
        self._policy = policy
        self._clock = clock
        self._places = PlaceRepository(database)
        self._findings = FindingRepository(database)
        self._alerts = AlertHistory(database)
        self._cameras = CameraStatusRepository(database)
        self._registers = RegisterRepository(database)
        self._decisions = RiskDecisionRepository(database)

    def assess_all(self, scope: Scope) -> tuple[Assessment, ...]:
        """Return the assessments within ``scope``, the highest score first."""
        latest = self._decisions.latest(scope)
        findings = self._unclosed(scope, None)
        assessments = [
            self._assess(place, findings, latest.get(place.institution.id))
            for place in self._places.tree(scope)
        ]
        return tuple(sorted(assessments, key=lambda item: (-item.score.total, item.institution.id)))

    def get(self, scope: Scope, institution_id: str) -> Assessment:
        """Return one assessment.

        Raises:
            NotFoundError: there is no such institution within ``scope``.
        """
        place = self._places.institution(scope, institution_id)
        decided = self._decisions.history(scope, institution_id)
        return self._assess(
            place, self._unclosed(scope, institution_id), decided[0] if decided else None
        )

    def history(self, scope: Scope, institution_id: str) -> tuple[RiskDecision, ...]:
        """Return all decisions about an institution, newest first."""
        return self._decisions.history(scope, institution_id)

    def decide(
        self, scope: Scope, institution_id: str, measure: str, reason: str, actor: Actor
    ) -> RiskDecision:
        """Keep what a person decides and signs, with the proposal as it stands now.

        Raises:
            NotFoundError: there is no such institution within ``scope``.
            InputError: the reason is missing, or there is no such measure.
        """
        if measure not in {item.value for item in Measure} | {NO_MEASURE}:
            raise InputError("there is no such measure", where="measure")
        now = utc_now(self._clock)
        assessment = self.get(scope, institution_id)
        proposal = proposal_document(assessment)
        signed = {
            "institution": institution_id,
            "measure": measure,
            "reason": reason.strip(),
            "proposal": proposal,
            "by": actor.name,
            "at": now.isoformat(),
        }
        text = json.dumps(signed, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
        return self._decisions.add(
            scope, institution_id, measure, reason, proposal, digest, actor, now
        )

    def _assess(
        self,
        place: InstitutionPlace,
        findings: dict[str, list[FindingView]],
        decision: RiskDecision | None,
    ) -> Assessment:
        now = utc_now(self._clock)
        facts = self._facts(place, findings.get(place.institution.id, []), now)
        result = score(facts, self._policy)
        return Assessment(place.institution, result, propose(facts, result, self._policy), decision)

    def _facts(
        self, place: InstitutionPlace, findings: list[FindingView], now: datetime
    ) -> RiskFacts:
        today = now.astimezone(self._zone).date()
        institution = place.institution
        return RiskFacts(
            institution_id=institution.id,
            today=today,
            notice_state=institution.notice_state,
            notice_expires=institution.notice_expires,
            findings=tuple(
                RiskFinding(item.id, item.item_id, item.severity, item.repeats, item.overdue(today))
                for item in findings
            ),
            alerts=self._alert_counts(institution.id, now),
            camera_uptime=self._uptime(place, now),
            papers=self._papers(institution, today),
        )

    def _alert_counts(self, institution_id: str, now: datetime) -> Counter[Severity]:
        start = now - _PERIOD
        lives = self._alerts.of_institution(institution_id, start, now)
        return Counter(
            life.alert.severity
            for life in lives
            if life.alert.raised >= start and life.alert.state not in _NOT_COUNTED
        )

    def _uptime(self, place: InstitutionPlace, now: datetime) -> float | None:
        cameras = [camera.id for room in place.rooms for camera in room.cameras if camera.enabled]
        known = self._cameras.uptime(cameras, now - _PERIOD, now, now).values()
        online = sum(item.online_seconds for item in known)
        seconds = online + sum(item.offline_seconds for item in known)
        return online / seconds if seconds > 0 else None

    def _papers(self, institution: Institution, today: date) -> tuple[RiskPaper, ...]:
        register = self._registers.register(institution.id, today, today)
        if register is None:
            return ()
        newest: dict[str, RiskPaper] = {}
        for paper in register.papers:
            twice = paper.kind is PaperKind.NOTICE and institution.notice_expires is not None
            if paper.expires is None or twice:
                continue
            held = newest.get(paper.kind.value)
            if held is None or held.expires < paper.expires:  # a renewal replaces what it renews
                newest[paper.kind.value] = RiskPaper(paper.kind.value, paper.expires)
        return tuple(newest.values())

    def _unclosed(self, scope: Scope, institution_id: str | None) -> dict[str, list[FindingView]]:
        wanted = FindingFilter(
            states=frozenset({FindingState.OPEN, FindingState.CORRECTED}),
            institution_id=institution_id,
        )
        found: dict[str, list[FindingView]] = {}
        for item in self._findings.list(scope, wanted, _MOST_FINDINGS):
            found.setdefault(item.institution_id, []).append(item)
        return found


def proposal_document(assessment: Assessment) -> dict[str, Any]:
    """Return score, parts and reasons as plain values, to be kept with a decision."""
    return {
        "score": assessment.score.total,
        "parts": [asdict(part) for part in assessment.score.parts],
        "proposals": [
            {
                "measure": item.measure.value,
                "reasons": [reason.as_dict() for reason in item.reasons],
            }
            for item in assessment.proposals
        ],
    }
