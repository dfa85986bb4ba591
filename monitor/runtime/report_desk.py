"""District roll-ups from what the store knows, handed out as files and checked by their hash."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.alerts.templates import RULE_NAMES
from monitor.domain.access import Scope, ScopeKind
from monitor.domain.alerts import Actor
from monitor.domain.clock import Clock, utc_now
from monitor.domain.errors import InputError
from monitor.domain.places import District, NoticeState
from monitor.domain.text import Text
from monitor.inspections.answers import score_of
from monitor.inspections.period import shifted
from monitor.inspections.rollup import DistrictFacts, Rollup, RollupKind, roll_up
from monitor.inspections.rollup.facts import (
    AlertFact,
    ChecklistFact,
    DecisionFact,
    FindingFact,
    ItemFact,
    PlaceFact,
    ProposalFact,
    RetentionProof,
    UptimeFact,
    VisitFact,
)
from monitor.runtime.risk_desk import RiskDesk
from monitor.store.base import Database
from monitor.store.camera_status import CameraStatusRepository
from monitor.store.issued_reports import IssuedReport, IssuedReports, ProvenChecklist
from monitor.store.place_repository import InstitutionPlace, PlaceRepository
from monitor.store.report_records import KeptFinding, KeptResults, ReportRecords
from monitor.store.risk_decisions import RiskDecision, RiskDecisionRepository

MONTHS = 12
_KEPT_FOR = timedelta(minutes=5)
_MOST_KEPT = 8
_NOT_INSPECTED = frozenset({NoticeState.CLOSED})

Progress = Callable[[str, float], None]
RetentionSource = Callable[[Scope, datetime], RetentionProof | None]
"""Finds the newest audit of recordings of the days before a moment."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What a hash belongs to, within somebody's sight; all empty where it belongs to nothing."""

    report: IssuedReport | None
    checklists: tuple[ProvenChecklist, ...]


@dataclass(frozen=True, slots=True)
class _Span:
    months: tuple[date, ...]
    start: datetime
    as_of: datetime
    now: datetime
    zone: ZoneInfo

    def day(self, at: datetime) -> date:
        """Return the local day of a moment."""
        return at.astimezone(self.zone).date()


def no_audit(_scope: Scope, _before: datetime) -> RetentionProof | None:
    """Find nothing: no audit of recordings is kept."""
    return None


def _silent(_step: str, _share: float) -> None:
    """Say nothing."""


class ReportDesk:
    """Makes roll-ups and knows which were handed out."""

    def __init__(
        self,
        database: Database,
        district: District,
        risk: RiskDesk,
        clock: Clock,
        retention: RetentionSource = no_audit,
    ) -> None:
        self._district = district
        self._risk = risk
        self._clock = clock
        self._retention = retention
        self._zone = ZoneInfo(district.timezone)
        self._places = PlaceRepository(database)
        self._records = ReportRecords(database)
        self._cameras = CameraStatusRepository(database)
        self._decisions = RiskDecisionRepository(database)
        self._issued = IssuedReports(database)
        self._recent: OrderedDict[tuple[Scope, RollupKind, date], tuple[datetime, Rollup]] = (
            OrderedDict()
        )
        self._lock = threading.Lock()

    def recent(self, scope: Scope, kind: RollupKind, period: date) -> Rollup:
        """Do as :meth:`rollup`, or return one that was made within the last five minutes.

        Raises:
            InputError: its time has not begun.
        """
        key = (scope, kind, period)
        with self._lock:  # whoever asks meanwhile waits for the same figures
            now = utc_now(self._clock)
            known = self._recent.get(key)
            if known is not None and now - known[0] < _KEPT_FOR:
                return known[1]
            made = self.rollup(scope, kind, period)
            self._recent[key] = (now, made)
            self._recent.move_to_end(key)
            while len(self._recent) > _MOST_KEPT:
                self._recent.popitem(last=False)
            return made

    def rollup(
        self, scope: Scope, kind: RollupKind, period: date, progress: Progress = _silent
    ) -> Rollup:
        """Return the roll-up of the month or year that begins with ``period``.

        Raises:
            InputError: it has not begun.
        """
        facts = self.facts(scope, kind, period, progress)
        progress("figures", 0.0)
        made = roll_up(facts, kind)
        progress("figures", 1.0)
        return made

    def facts(
        self, scope: Scope, kind: RollupKind, period: date, progress: Progress = _silent
    ) -> DistrictFacts:
        """Return all that a roll-up counts.

        Raises:
            InputError: its time has not begun.
        """
        span = self._span(kind, period)
        places = [
            place
            for place in self._places.tree(scope)
            if place.institution.notice_state not in _NOT_INSPECTED
        ]
        first, last = span.months[0], span.months[-1]
        progress("checklists", 0.0)
        results = self._records.results(scope, first, last)
        progress("checklists", 1.0)
        findings = self._records.findings(scope, span.start, span.as_of)
        alerts = self._records.alerts(scope, span.start, span.as_of)
        progress("cameras", 0.0)
        uptimes = tuple(self._uptimes(places, span))
        progress("cameras", 1.0)
        return DistrictFacts(
            district=self._district.name,
            scope="" if scope.kind is ScopeKind.DISTRICT else scope.id,
            timezone=self._district.timezone,
            months=span.months,
            as_of=span.as_of,
            places=tuple(
                PlaceFact(one.institution.id, one.institution.name, one.institution.community)
                for one in places
            ),
            items=_items(results),
            checklists=tuple(_checklist(one) for one in results),
            visits=tuple(
                VisitFact(one.institution_id, one.month, one.day, one.state)
                for one in self._records.visits(scope, first, last)
            ),
            findings=tuple(_finding(one, span) for one in findings),
            alerts=tuple(
                AlertFact(
                    one.institution_id,
                    one.rule,
                    one.raised,
                    one.state,
                    _before(one.acknowledged, span),
                )
                for one in alerts
            ),
            uptimes=uptimes,
            proposals=self._proposals(scope) if span.as_of == span.now else None,
            decisions=tuple(
                _decision(one) for one in self._decisions.between(scope, span.start, span.as_of)
            ),
            rule_names=RULE_NAMES,
            retention=self._retention(scope, span.as_of),
        )

    def issue(self, scope: Scope, rollup: Rollup, actor: Actor) -> None:
        """Write down that a roll-up was handed out, so that paper can be checked against it."""
        self._issued.issue(
            scope,
            rollup.content_sha256,
            rollup.kind.value,
            rollup.name,
            rollup.as_of,
            actor,
            utc_now(self._clock),
        )

    def proof(self, scope: Scope, sha256: str) -> Proof:
        """Say what a printed hash belongs to."""
        return Proof(self._issued.report(scope, sha256), self._issued.checklists(scope, sha256))

    def _span(self, kind: RollupKind, period: date) -> _Span:
        now = utc_now(self._clock)
        if kind is RollupKind.YEAR:
            months = tuple(period.replace(month=number, day=1) for number in range(1, 13))
            begins = months[0]
        else:
            begins = period.replace(day=1)
            months = tuple(shifted(begins, -back) for back in reversed(range(MONTHS)))
        if self._midnight(begins) > now:
            raise InputError(
                Text(f"{begins:%Y-%m} 还没有开始", f"{begins:%Y-%m} has not begun yet"),
                where=kind.value,
                hint=Text("请写更早的月份", "give an earlier one"),
            )
        # A month that has not begun has no figures, not figures of nought.
        months = tuple(month for month in months if month == begins or self._midnight(month) < now)
        end = self._midnight(shifted(months[-1], 1))
        return _Span(months, self._midnight(months[0]), min(now, end), now, self._zone)

    def _midnight(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=self._zone).astimezone(UTC)

    def _uptimes(self, places: list[InstitutionPlace], span: _Span) -> list[UptimeFact]:
        owners = {
            camera.id: place.institution.id
            for place in places
            for room in place.rooms
            for camera in room.cameras
            if camera.enabled
        }
        bounds = [
            (self._midnight(month), min(self._midnight(shifted(month, 1)), span.as_of))
            for month in span.months
        ]
        sums: dict[tuple[str, date], list[float]] = {}
        found = self._cameras.uptimes(list(owners), bounds, span.now) if owners else {}
        for camera_id, uptimes in found.items():
            for month, uptime in zip(span.months, uptimes, strict=True):
                both = sums.setdefault((owners[camera_id], month), [0.0, 0.0])
                both[0] += uptime.online_seconds
                both[1] += uptime.offline_seconds
        return [
            UptimeFact(institution, month, online, offline)
            for (institution, month), (online, offline) in sums.items()
        ]

    def _proposals(self, scope: Scope) -> tuple[ProposalFact, ...]:
        return tuple(
            ProposalFact(
                one.institution.id,
                one.score.total,
                tuple(item.measure.value for item in one.proposals),
                tuple(reason for item in one.proposals for reason in item.reasons),
            )
            for one in self._risk.assess_all(scope)
            if one.proposals
        )


def _items(results: tuple[KeptResults, ...]) -> tuple[ItemFact, ...]:
    """Return the items of all templates in use, those of the newest first, in its order."""
    templates = {id(one.template): one.template for one in reversed(results)}
    items: dict[str, ItemFact] = {}
    for template in templates.values():
        for item in template.items:
            items.setdefault(item.id, ItemFact(item.id, item.section, item.text, item.severity))
    return tuple(items.values())


def _checklist(kept: KeptResults) -> ChecklistFact:
    judged = ((item.severity, kept.results[item.id]) for item in kept.template.items)
    score = score_of(judged, kept.template.weights)
    return ChecklistFact(kept.institution_id, kept.month, kept.results, score)


def _finding(kept: KeptFinding, span: _Span) -> FindingFact:
    closed = _before(kept.closed, span)
    corrected = _before(kept.corrected, span)
    return FindingFact(
        id=kept.id,
        institution_id=kept.institution_id,
        item_id=kept.item_id,
        severity=kept.severity,
        repeats=kept.repeats,
        text=kept.text,
        owner=kept.owner,
        raised=span.day(kept.raised),
        due=kept.due,
        corrected=None if corrected is None else span.day(corrected),
        closed=None if closed is None else span.day(closed),
    )


def _before(at: datetime | None, span: _Span) -> datetime | None:
    """Return a moment, unless it lies after the data."""
    return at if at is not None and at < span.as_of else None


def _decision(kept: RiskDecision) -> DecisionFact:
    proposals: object = kept.proposal.get("proposals", [])
    proposed = (
        tuple(str(one["measure"]) for one in proposals if isinstance(one, Mapping))
        if isinstance(proposals, list)
        else ()
    )
    return DecisionFact(
        kept.institution_id, kept.measure, proposed, kept.reason, kept.by, kept.at, kept.sha256
    )
