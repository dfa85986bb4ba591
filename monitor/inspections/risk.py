"""How much an institution needs attention, and what to propose: pure, with every part shown.

Each part counts something, holds it against the amount at which it is full, and contributes its
share of its weight; the score is the sum over all weights, 0–100. A proposal is only that: a
person decides. Nothing here is law; weights and limits are the district's own choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from monitor.domain.checklists import ItemSeverity
from monitor.domain.events import Severity
from monitor.domain.places import NoticeState
from monitor.domain.text import Text


class RiskFactor(StrEnum):
    """What the score is made of."""

    FINDINGS = "findings"
    ALERTS = "alerts"
    CAMERAS = "cameras"
    OVERDUE = "overdue"
    DOCUMENTS = "documents"


class Measure(StrEnum):
    """What may be proposed for an institution, gravest first."""

    SUSPEND = "suspend"
    RECTIFY = "rectify"
    GUIDE = "guide"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class RiskFinding:
    """An unclosed finding; ``overdue_days`` is 0 while there is time."""

    id: int
    item_id: str
    severity: ItemSeverity
    repeats: int
    overdue_days: int


@dataclass(frozen=True, slots=True)
class RiskPaper:
    """A paper of the institution, and the day from which it no longer holds."""

    name: str
    expires: date


@dataclass(frozen=True, slots=True)
class RiskFacts:
    """What is known about one institution on ``today``.

    ``alerts`` counts those of the last 30 days by severity, false alarms and drills left out.
    ``camera_uptime`` is the share of the known time on line over the same days, ``None`` where
    nothing is known. ``barred`` people are employed though a check bars them.
    """

    institution_id: str
    today: date
    notice_state: NoticeState
    notice_expires: date | None
    findings: tuple[RiskFinding, ...] = ()
    alerts: Mapping[Severity, int] = field(default_factory=dict)
    camera_uptime: float | None = None
    papers: tuple[RiskPaper, ...] = ()
    barred: int = 0


@dataclass(frozen=True, slots=True)
class RiskPolicy:
    """Weights, the amounts at which parts are full, and the limits of proposals.

    ``downtime_full`` is the share of time off line at which cameras count in full.
    """

    weights: Mapping[RiskFactor, float]
    findings_full: float = 20.0
    alerts_full: float = 30.0
    downtime_full: float = 0.2
    overdue_full_days: float = 30.0
    documents_full: float = 3.0
    soon_days: int = 30
    help_from: float = 20.0
    rectify_from: float = 45.0
    suspend_overdue_days: int = 7


@dataclass(frozen=True, slots=True)
class RiskPart:
    """One part of a score: ``amount`` of ``full`` gives ``points`` of ``weight``."""

    factor: RiskFactor
    amount: float
    full: float
    weight: float
    points: float
    inputs: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class RiskScore:
    """A score, 0 (calm) to 100, and its parts in the order of :class:`RiskFactor`."""

    institution_id: str
    total: float
    parts: tuple[RiskPart, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A measure that the figures speak for, and why."""

    measure: Measure
    reasons: tuple[Text, ...]


_FINDING_WORTH = {ItemSeverity.CRITICAL: 5.0, ItemSeverity.MAJOR: 3.0, ItemSeverity.MINOR: 1.0}
_ALERT_WORTH = {Severity.CRITICAL: 5.0, Severity.HIGH: 3.0, Severity.MEDIUM: 1.0}


def score(facts: RiskFacts, policy: RiskPolicy) -> RiskScore:
    """Return the score of one institution with all that it was computed from."""
    measured = {
        RiskFactor.FINDINGS: _findings(facts, policy),
        RiskFactor.ALERTS: _alerts(facts, policy),
        RiskFactor.CAMERAS: _cameras(facts, policy),
        RiskFactor.OVERDUE: _overdue(facts, policy),
        RiskFactor.DOCUMENTS: _documents(facts, policy),
    }
    total_weight = sum(policy.weights.get(factor, 0.0) for factor in measured)
    parts = []
    for factor, (amount, full, inputs) in measured.items():
        weight = policy.weights.get(factor, 0.0)
        share = min(1.0, amount / full)
        points = 100 * weight * share / total_weight if total_weight else 0.0
        shown = 100 * weight / total_weight if total_weight else 0.0
        parts.append(
            RiskPart(factor, round(amount, 3), full, round(shown, 1), round(points, 1), inputs)
        )
    return RiskScore(
        facts.institution_id, round(sum(part.points for part in parts), 1), tuple(parts)
    )


def propose(facts: RiskFacts, result: RiskScore, policy: RiskPolicy) -> tuple[Proposal, ...]:
    """Return what the figures speak for, gravest first; nothing where they speak for nothing.

    To suspend excludes to rectify, and to rectify excludes to help; guidance to the Notice stands
    beside any of them. For an institution that is closed nothing is proposed.
    """
    if facts.notice_state is NoticeState.CLOSED:
        return ()
    found = []
    suspend, rectify = (
        _reasons_to_suspend(facts, policy),
        _reasons_to_rectify(facts, result, policy),
    )
    if suspend:
        found.append(Proposal(Measure.SUSPEND, suspend))
    elif rectify:
        found.append(Proposal(Measure.RECTIFY, rectify))
    guide = _reasons_to_guide(facts)
    if guide:
        found.append(Proposal(Measure.GUIDE, guide))
    if not suspend and not rectify and result.total >= policy.help_from:
        found.append(Proposal(Measure.HELP, (_score_reached(result, policy.help_from),)))
    return tuple(found)


_Measured = tuple[float, float, Mapping[str, object]]


def _findings(facts: RiskFacts, policy: RiskPolicy) -> _Measured:
    counts = {
        severity.value: sum(item.severity is severity for item in facts.findings)
        for severity in ItemSeverity
    }
    repeats = sum(item.repeats for item in facts.findings)
    amount = sum(_FINDING_WORTH[item.severity] + item.repeats for item in facts.findings)
    ids = [item.id for item in facts.findings]
    return amount, policy.findings_full, {**counts, "repeats": repeats, "ids": ids}


def _alerts(facts: RiskFacts, policy: RiskPolicy) -> _Measured:
    counts = {severity.value: facts.alerts.get(severity, 0) for severity in _ALERT_WORTH}
    amount = sum(worth * facts.alerts.get(severity, 0) for severity, worth in _ALERT_WORTH.items())
    return amount, policy.alerts_full, counts


def _cameras(facts: RiskFacts, policy: RiskPolicy) -> _Measured:
    uptime = facts.camera_uptime
    down = 0.0 if uptime is None else 1.0 - uptime
    shown = None if uptime is None else round(uptime, 4)
    return down, policy.downtime_full, {"uptime": shown}


def _overdue(facts: RiskFacts, policy: RiskPolicy) -> _Measured:
    late = [item for item in facts.findings if item.overdue_days > 0]
    days = sum(item.overdue_days for item in late)
    return float(days), policy.overdue_full_days, {"ids": [item.id for item in late], "days": days}


def _documents(facts: RiskFacts, policy: RiskPolicy) -> _Measured:
    held = list(facts.papers)
    if facts.notice_expires is not None:
        held.append(RiskPaper("notice", facts.notice_expires))
    expired = sorted(paper.name for paper in held if paper.expires < facts.today)
    soon = sorted(
        paper.name for paper in held if 0 <= (paper.expires - facts.today).days <= policy.soon_days
    )
    amount = len(expired) + 0.25 * len(soon)
    return amount, policy.documents_full, {"expired": expired, "soon": soon}


def _reasons_to_suspend(facts: RiskFacts, policy: RiskPolicy) -> tuple[Text, ...]:
    barred = (
        Text(
            zh=f"有 {facts.barred} 名被禁止从业的人员仍在职",
            en=f"people barred from the profession and still employed: {facts.barred}",
        ),
    )
    return (barred if facts.barred else ()) + tuple(
        Text(
            zh=f"关键问题 {item.item_id} 逾期 {item.overdue_days} 天未整改",
            en=f"critical finding {item.item_id} is {item.overdue_days} days overdue",
        )
        for item in facts.findings
        if item.severity is ItemSeverity.CRITICAL
        and item.overdue_days >= policy.suspend_overdue_days
    )


def _reasons_to_rectify(
    facts: RiskFacts, result: RiskScore, policy: RiskPolicy
) -> tuple[Text, ...]:
    reasons = []
    for item in facts.findings:
        if item.severity is ItemSeverity.CRITICAL:
            reasons.append(
                Text(
                    zh=f"关键问题 {item.item_id} 未关闭", en=f"critical finding {item.item_id} open"
                )
            )
        elif item.overdue_days > 0:
            reasons.append(
                Text(
                    zh=f"问题 {item.item_id} 逾期 {item.overdue_days} 天",
                    en=f"finding {item.item_id} is {item.overdue_days} days overdue",
                )
            )
    if result.total >= policy.rectify_from:
        reasons.append(_score_reached(result, policy.rectify_from))
    return tuple(reasons)


def _reasons_to_guide(facts: RiskFacts) -> tuple[Text, ...]:
    if facts.notice_state is NoticeState.APPLYING:
        return (Text(zh="尚未取得告知书", en="has no Notice yet"),)
    if facts.notice_expires is not None and facts.notice_expires < facts.today:
        return (
            Text(
                zh=f"告知书已于 {facts.notice_expires} 到期",
                en=f"the Notice expired on {facts.notice_expires}",
            ),
        )
    return ()


def _score_reached(result: RiskScore, limit: float) -> Text:
    return Text(
        zh=f"风险分 {result.total:g}，达到 {limit:g}",
        en=f"risk score {result.total:g} reaches {limit:g}",
    )
