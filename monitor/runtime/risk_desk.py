"""Risk scores of institutions from what the store knows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from monitor.domain.access import Scope, ScopeKind
from monitor.domain.alerts import Actor, AlertState
from monitor.domain.clock import Clock, utc_now
from monitor.domain.errors import ConflictError, InputError, PermissionDeniedError
from monitor.domain.events import Severity
from monitor.domain.findings import FindingState
from monitor.domain.places import Institution, NoticeState
from monitor.domain.registers import PaperKind
from monitor.domain.text import Text
from monitor.inspections.notice_measures import state_after, state_before
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
from monitor.store.barred import BarredPerson, BarredStaff
from monitor.store.base import Database
from monitor.store.camera_status import CameraStatusRepository
from monitor.store.finding_repository import FindingFilter, FindingRepository
from monitor.store.finding_views import FindingView
from monitor.store.notice_steps import NoticeDecision, NoticeSteps
from monitor.store.place_repository import InstitutionPlace, PlaceRepository
from monitor.store.risk_decisions import NoticeMove, RiskDecision, RiskDecisionRepository
from monitor.store.risk_records import RiskRecords
from monitor.store.uptime import Uptime

_PERIOD = timedelta(days=30)
_MOST_FINDINGS = 50_000
_NOT_COUNTED = frozenset({AlertState.FALSE, AlertState.DRILL})
NO_MEASURE = "none"
"""What is decided where nothing needs to be done."""
MEASURES = (*(kind.value for kind in Measure), NO_MEASURE)
"""What may be decided, gravest first."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """One institution with its score, what is proposed, and what was last decided.

    ``follows`` says what the register of the Notice will say once a measure is signed, and
    ``notice`` is its newest decision.
    """

    institution: Institution
    score: RiskScore
    proposals: tuple[Proposal, ...]
    decision: RiskDecision | None
    follows: Mapping[str, NoticeState]
    notice: NoticeDecision | None

    @property
    def overtaken(self) -> bool:
        """Say whether the register says otherwise by now than the last decision."""
        if self.decision is None:
            return False
        left_at = self.decision.notice_after or self.follows[self.decision.measure]
        return left_at is not self.institution.notice_state


@dataclass(frozen=True, slots=True)
class _Gathered:
    today: date
    findings: Mapping[str, Sequence[FindingView]]
    alerts: Mapping[str, Mapping[Severity, int]]
    uptimes: Mapping[str, Uptime]
    papers: Mapping[str, Mapping[PaperKind, date]]
    notices: Mapping[str, Sequence[NoticeDecision]]
    barred: Mapping[str, Sequence[BarredPerson]]


class RiskDesk:
    """Assesses institutions and keeps what people decide about them."""

    def __init__(self, database: Database, timezone: str, policy: RiskPolicy, clock: Clock) -> None:
        self._zone = ZoneInfo(timezone)
        self._policy = policy
        self._clock = clock
        self._places = PlaceRepository(database)
        self._findings = FindingRepository(database)
        self._cameras = CameraStatusRepository(database)
        self._records = RiskRecords(database)
        self._decisions = RiskDecisionRepository(database)
        self._notices = NoticeSteps(database)
        self._barred = BarredStaff(database)

    def assess_all(self, scope: Scope) -> tuple[Assessment, ...]:
        """Return the assessments within ``scope``, the highest score first."""
        latest = self._decisions.latest(scope)
        places = self._places.tree(scope)
        gathered = self._gather(scope, places)
        assessments = [
            self._assess(place, gathered, latest.get(place.institution.id)) for place in places
        ]
        return tuple(sorted(assessments, key=lambda item: (-item.score.total, item.institution.id)))

    def get(self, scope: Scope, institution_id: str) -> Assessment:
        """Return one assessment.

        Raises:
            NotFoundError: there is no such institution within ``scope``.
        """
        place = self._places.institution(scope, institution_id)
        decided = self._decisions.history(scope, institution_id)
        gathered = self._gather(scope, [place])
        return self._assess(place, gathered, decided[0] if decided else None)

    def history(self, scope: Scope, institution_id: str) -> tuple[RiskDecision, ...]:
        """Return all decisions about an institution, newest first."""
        return self._decisions.history(scope, institution_id)

    def decide(
        self,
        scope: Scope,
        institution_id: str,
        measure: str,
        reason: str,
        actor: Actor,
        seen: str | None = None,
    ) -> RiskDecision:
        """Keep what a person decides and signs, with the proposal as it stands now.

        The register of the Notice follows with the same signature. ``seen`` is how the Notice
        stood when the person looked.

        Raises:
            NotFoundError: there is no such institution within ``scope``.
            InputError: the reason is missing, or there is no such measure.
            ConflictError: the institution is closed, or its Notice changed meanwhile.
            PermissionDeniedError: only the district decides about a Notice.
        """
        if measure not in MEASURES:
            raise InputError(Text("没有这种措施", "there is no such measure"), where="measure")
        now = utc_now(self._clock)
        assessment = self.get(scope, institution_id)
        move = self._move(scope, assessment, measure, seen)
        proposal = proposal_document(assessment)
        signed = {
            "institution": institution_id,
            "measure": measure,
            "reason": reason.strip(),
            "proposal": proposal,
            "notice": {"before": move.before.value, "after": move.after.value},
            "by": actor.name,
            "at": now.isoformat(),
        }
        text = json.dumps(signed, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
        return self._decisions.add(
            scope, institution_id, measure, reason, proposal, digest, move, actor, now
        )

    def _move(
        self, scope: Scope, assessment: Assessment, measure: str, seen: str | None
    ) -> NoticeMove:
        before = assessment.institution.notice_state
        after = assessment.follows[measure]
        if seen is not None and seen != before.value:
            raise ConflictError(
                Text("告知书状态已被他人修改", "somebody changed the Notice meanwhile"),
                where="notice",
            )
        if before is NoticeState.CLOSED and measure in (Measure.SUSPEND, Measure.RECTIFY):
            raise ConflictError(Text("该机构已停办", "the institution is closed"), where="closed")
        if after is not before and scope.kind is not ScopeKind.DISTRICT:
            raise PermissionDeniedError(
                Text("告知书由区级决定", "only the district decides about a Notice"), where="notice"
            )
        return NoticeMove(before, after, utc_now(self._clock).astimezone(self._zone).date())

    def _gather(self, scope: Scope, places: Sequence[InstitutionPlace]) -> _Gathered:
        now = utc_now(self._clock)
        only = places[0].institution.id if len(places) == 1 else None
        wanted = FindingFilter(
            states=frozenset({FindingState.OPEN, FindingState.CORRECTED}), institution_id=only
        )
        findings: dict[str, list[FindingView]] = {}
        for item in self._findings.list(scope, wanted, _MOST_FINDINGS):
            findings.setdefault(item.institution_id, []).append(item)
        cameras = [camera for place in places for camera in _enabled(place)]
        return _Gathered(
            today=now.astimezone(self._zone).date(),
            findings=findings,
            alerts=self._records.alerts(now - _PERIOD, now, _NOT_COUNTED),
            uptimes=self._cameras.uptime(cameras, now - _PERIOD, now, now),
            papers=self._records.papers(),
            notices=self._notices.all(scope),
            barred=self._barred.employed(scope, now.astimezone(self._zone).date()),
        )

    def _assess(
        self, place: InstitutionPlace, gathered: _Gathered, decision: RiskDecision | None
    ) -> Assessment:
        facts = _facts(place, gathered)
        result = score(facts, self._policy)
        steps = gathered.notices.get(place.institution.id, ())
        return Assessment(
            place.institution,
            result,
            propose(facts, result, self._policy),
            decision,
            _follows(place.institution, steps, gathered.today),
            steps[-1] if steps else None,
        )


def _follows(
    institution: Institution, steps: Sequence[NoticeDecision], today: date
) -> Mapping[str, NoticeState]:
    present, expires = institution.notice_state, institution.notice_expires
    held = bool(institution.notice_number) or expires is not None
    before = state_before([item.step.state for item in steps], present, held=held)
    expired = expires is not None and expires < today
    return {measure: state_after(measure, present, before, expired=expired) for measure in MEASURES}


def _facts(place: InstitutionPlace, gathered: _Gathered) -> RiskFacts:
    institution, today = place.institution, gathered.today
    return RiskFacts(
        institution_id=institution.id,
        today=today,
        notice_state=institution.notice_state,
        notice_expires=institution.notice_expires,
        findings=tuple(
            RiskFinding(item.id, item.item_id, item.severity, item.repeats, item.overdue(today))
            for item in gathered.findings.get(institution.id, ())
        ),
        alerts=gathered.alerts.get(institution.id, {}),
        camera_uptime=_uptime(place, gathered.uptimes),
        papers=tuple(
            RiskPaper(kind.value, expires)
            for kind, expires in gathered.papers.get(institution.id, {}).items()
            if kind is not PaperKind.NOTICE  # it came with the institution
        ),
        barred=len(gathered.barred.get(institution.id, ())),
    )


def _uptime(place: InstitutionPlace, uptimes: Mapping[str, Uptime]) -> float | None:
    known = [uptimes[camera] for camera in _enabled(place) if camera in uptimes]
    online = sum(item.online_seconds for item in known)
    seconds = online + sum(item.offline_seconds for item in known)
    return online / seconds if seconds > 0 else None


def _enabled(place: InstitutionPlace) -> list[str]:
    return [camera.id for room in place.rooms for camera in room.cameras if camera.enabled]


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
