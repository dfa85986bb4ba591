"""Adds facts up to figures: sorts them once, then each place and month sums its own."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from monitor.domain.alerts import AlertState
from monitor.domain.checklists import ItemSeverity, Result
from monitor.domain.text import Text
from monitor.domain.visits import VisitState
from monitor.inspections.period import shifted
from monitor.inspections.rollup.facts import (
    AlertFact,
    ChecklistFact,
    DistrictFacts,
    FindingFact,
    PlaceFact,
)
from monitor.inspections.rollup.figures import (
    AlertQuality,
    FindingSums,
    InstitutionFigures,
    ItemFigures,
    MonthFigures,
    OverdueFinding,
    Rollup,
    RollupKind,
    RuleFigures,
    Tally,
)

_ADAPTER: TypeAdapter[Rollup] = TypeAdapter(Rollup)
Key = tuple[str, date]


@dataclass(frozen=True, slots=True)
class _Sorted:
    """The facts of the places that count, by place and month.

    A checklist that nobody has gone through holds only what the system decided by itself, which is
    no result of an inspection: ``checklists`` leave it out.
    """

    facts: DistrictFacts
    covered: tuple[date, ...]
    places: Mapping[str, PlaceFact]
    checklists: Mapping[Key, ChecklistFact]
    done: frozenset[Key]
    planned: Counter[date]
    findings: Mapping[str, Sequence[FindingFact]]
    alerts: Mapping[Key, Sequence[AlertFact]]
    uptimes: Mapping[Key, tuple[float, float]]
    today: date

    def end_of(self, month: date) -> date:
        """Return the last day of a month, or the day of the data where that is earlier."""
        return min(shifted(month, 1) - timedelta(days=1), self.today)


def roll_up(facts: DistrictFacts, kind: RollupKind) -> Rollup:
    """Return the figures of a month (the last of the facts) or of all their months."""
    known = _sorted(facts, facts.months if kind is RollupKind.YEAR else facts.months[-1:])
    covered = [known.checklists[key] for key in _keys(known) if key in known.checklists]
    alerts = [alert for key in _keys(known) for alert in known.alerts.get(key, ())]
    by_rule: dict[str, list[AlertFact]] = defaultdict(list)
    for alert in alerts:
        by_rule[alert.rule].append(alert)
    rollup = Rollup(
        kind=kind,
        district=facts.district,
        scope=facts.scope,
        timezone=facts.timezone,
        months=tuple(_month(known, month) for month in facts.months),
        covered=known.covered,
        as_of=facts.as_of,
        tally=tally(result for one in covered for result in one.results.values()),
        items=_items(known, covered),
        institutions=tuple(_institution(known, place) for place in facts.places),
        findings=_findings(known),
        overdue=_overdue(known),
        alerts=alert_quality(alerts),
        rules=tuple(
            RuleFigures(rule, _name(facts, rule), alert_quality(by_rule[rule]))
            for rule in sorted(by_rule, key=lambda rule: (-len(by_rule[rule]), rule))
        ),
        uptime=_uptime(known, _keys(known)),
        proposals=facts.proposals,
        decisions=tuple(
            one for one in facts.decisions if _month_of(facts, one.at) in known.covered
        ),
        retention=facts.retention,
    )
    return replace(rollup, content_sha256=content_hash(rollup))


def content_hash(rollup: Rollup) -> str:
    """Return the SHA-256 of everything in a roll-up but the hash itself."""
    plain = _ADAPTER.dump_python(replace(rollup, content_sha256=""), mode="json")
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def as_plain(rollup: Rollup) -> dict[str, object]:
    """Return a roll-up as plain JSON."""
    plain: dict[str, object] = _ADAPTER.dump_python(rollup, mode="json")
    return plain


def tally(results: Iterable[Result | None]) -> Tally:
    """Count results."""
    counts = Counter(results)
    return Tally(
        counts[Result.PASS], counts[Result.FAIL], counts[Result.NOT_APPLICABLE], counts[None]
    )


def alert_quality(alerts: Sequence[AlertFact]) -> AlertQuality:
    """Say how alerts ended and how soon they were acknowledged."""
    states = Counter(alert.state for alert in alerts)
    waits = sorted(
        (alert.acknowledged - alert.raised).total_seconds()
        for alert in alerts
        if alert.acknowledged is not None
    )
    return AlertQuality(
        total=len(alerts),
        waiting=states[AlertState.OPEN] + states[AlertState.ACKNOWLEDGED],
        resolved=states[AlertState.RESOLVED],
        false=states[AlertState.FALSE],
        drill=states[AlertState.DRILL],
        acknowledged=len(waits),
        acknowledged_median=median(waits) if waits else None,
        # The nearest rank: a wait that really happened.
        acknowledged_p90=waits[-(-9 * len(waits) // 10) - 1] if waits else None,
    )


def _sorted(facts: DistrictFacts, covered: tuple[date, ...]) -> _Sorted:
    places = {place.id: place for place in facts.places}
    zone = ZoneInfo(facts.timezone)
    findings: dict[str, list[FindingFact]] = defaultdict(list)
    for finding in facts.findings:
        if finding.institution_id in places:
            findings[finding.institution_id].append(finding)
    alerts: dict[Key, list[AlertFact]] = defaultdict(list)
    for alert in facts.alerts:
        if alert.institution_id in places:
            alerts[alert.institution_id, _month_of(facts, alert.raised)].append(alert)
    visits = [visit for visit in facts.visits if visit.institution_id in places]
    done = frozenset(
        (visit.institution_id, visit.month) for visit in visits if visit.state is VisitState.DONE
    )
    return _Sorted(
        facts=facts,
        covered=covered,
        places=places,
        checklists={
            (one.institution_id, one.month): one
            for one in facts.checklists
            if one.institution_id in places
            and ((one.institution_id, one.month) in done or one.complete)
        },
        done=done,
        planned=Counter(visit.month for visit in visits if visit.state is not VisitState.CANCELLED),
        findings=findings,
        alerts=alerts,
        uptimes={
            (one.institution_id, one.month): (one.online, one.offline) for one in facts.uptimes
        },
        # Data up to midnight end with the day before.
        today=(facts.as_of - timedelta.resolution).astimezone(zone).date(),
    )


def _keys(known: _Sorted, months: Sequence[date] | None = None) -> list[Key]:
    wanted = known.covered if months is None else months
    return [(place, month) for place in known.places for month in wanted]


def _month(known: _Sorted, month: date) -> MonthFigures:
    keys = _keys(known, [month])
    lists = [known.checklists[key] for key in keys if key in known.checklists]
    scores = [one.score for one in lists if one.score is not None]
    findings = [one for group in known.findings.values() for one in group]
    end = known.end_of(month)
    return MonthFigures(
        month=month,
        institutions=len(known.places),
        planned=known.planned[month],
        inspected=sum(key in known.done for key in keys),
        checklists=len(lists),
        tally=tally(result for one in lists for result in one.results.values()),
        score_median=median(scores) if scores else None,
        findings_raised=sum(_within(one.raised, month) for one in findings),
        findings_closed=sum(_within(one.closed, month) for one in findings),
        findings_open=sum(one.open_on(end) for one in findings),
        findings_overdue=sum(one.overdue_on(end) > 0 for one in findings),
        alerts=alert_quality([alert for key in keys for alert in known.alerts.get(key, ())]),
        uptime=_uptime(known, keys),
    )


def _items(known: _Sorted, lists: Sequence[ChecklistFact]) -> tuple[ItemFigures, ...]:
    results: dict[str, list[Result | None]] = defaultdict(list)
    for one in lists:
        for item_id, result in one.results.items():
            results[item_id].append(result)
    return tuple(
        ItemFigures(item.id, item.section, item.text, item.severity, tally(results[item.id]))
        for item in known.facts.items
    )


def _institution(known: _Sorted, place: PlaceFact) -> InstitutionFigures:
    keys = [(place.id, month) for month in known.covered]
    lists = [known.checklists[key] for key in keys if key in known.checklists]
    newest: Mapping[str, Result | None] = lists[-1].results if lists else {}
    findings = known.findings.get(place.id, ())
    months = known.facts.months
    return InstitutionFigures(
        place=place,
        tally=tally(result for one in lists for result in one.results.values()),
        results=tuple(newest.get(item.id) for item in known.facts.items),
        failures=tuple(
            sum(one.results.get(item.id) is Result.FAIL for one in lists)
            for item in known.facts.items
        ),
        scores=tuple(
            known.checklists[place.id, month].score
            if (place.id, month) in known.checklists
            else None
            for month in months
        ),
        inspected=tuple((place.id, month) in known.done for month in months),
        findings_open=sum(one.open_on(known.today) for one in findings),
        findings_overdue=sum(one.overdue_on(known.today) > 0 for one in findings),
        alerts=sum(len(known.alerts.get(key, ())) for key in keys),
        uptime=_uptime(known, keys),
    )


def _findings(known: _Sorted) -> FindingSums:
    everything = [one for group in known.findings.values() for one in group]
    raised = [one for one in everything if _any_within(one.raised, known.covered)]
    closed = [one for one in everything if _any_within(one.closed, known.covered)]
    days = [(one.closed - one.raised).days for one in closed if one.closed is not None]
    severities = Counter(one.severity for one in raised)
    return FindingSums(
        raised=len(raised),
        repeated=sum(one.repeats > 0 for one in raised),
        closed=len(closed),
        closed_in_time=sum(
            one.corrected is not None and one.corrected <= one.due for one in closed
        ),
        closed_days_median=median(days) if days else None,
        by_severity=tuple((severity, severities[severity]) for severity in ItemSeverity),
    )


def _overdue(known: _Sorted) -> tuple[OverdueFinding, ...]:
    found = [
        OverdueFinding(
            one.id,
            known.places[one.institution_id],
            one.item_id,
            one.text,
            one.severity,
            one.repeats,
            one.owner,
            one.due,
            days,
        )
        for group in known.findings.values()
        for one in group
        if (days := one.overdue_on(known.today))
    ]
    gravity = {severity: place for place, severity in enumerate(ItemSeverity)}
    return tuple(sorted(found, key=lambda one: (gravity[one.severity], -one.days, one.id)))


def _uptime(known: _Sorted, keys: Iterable[Key]) -> float | None:
    online = offline = 0.0
    for key in keys:
        times = known.uptimes.get(key)
        if times is not None:
            online += times[0]
            offline += times[1]
    return online / (online + offline) if online + offline > 0 else None


def _month_of(facts: DistrictFacts, at: datetime) -> date:
    return at.astimezone(ZoneInfo(facts.timezone)).date().replace(day=1)


def _within(day: date | None, month: date) -> bool:
    return day is not None and day.replace(day=1) == month


def _any_within(day: date | None, months: Sequence[date]) -> bool:
    return day is not None and day.replace(day=1) in months


def _name(facts: DistrictFacts, rule: str) -> Text:
    return facts.rule_names.get(rule, Text(zh=rule, en=rule.replace("_", " ")))
