"""A composed year rolled up, and every figure of it counted a second way from the tables."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from benchmarks.district_year.year import DistrictYear, midnight
from monitor.domain.access import DISTRICT, Scope, ScopeKind
from monitor.domain.alerts import SYSTEM, Actor, AlertState
from monitor.domain.checklists import ItemSeverity, Result
from monitor.domain.errors import InputError
from monitor.domain.text import Text
from monitor.domain.visits import VisitState
from monitor.inspections.answers import effective_results, outcome
from monitor.inspections.period import shifted
from monitor.inspections.reports import render_rollup_json, render_rollup_pdf, render_rollup_xlsx
from monitor.inspections.rollup import Rollup, RollupKind
from monitor.inspections.rollup.facts import (
    ChecklistFact,
    DistrictFacts,
    ItemFact,
    PlaceFact,
    RetentionChannel,
    RetentionProof,
    VisitFact,
)
from monitor.inspections.rollup.figures import MonthFigures, Tally
from monitor.inspections.rollup.sums import roll_up
from monitor.store.checklist_repository import ChecklistRepository, ChecklistView
from tests.runtime.reports.conftest import Filed

NOVEMBER = date(2026, 11, 1)
ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="module")
def rollup(filed: Filed) -> Rollup:
    return filed.desk().rollup(DISTRICT, RollupKind.MONTH, NOVEMBER)


@pytest.fixture(scope="module")
def audit(filed: Filed) -> Rollup:
    return filed.desk().rollup(DISTRICT, RollupKind.YEAR, NOVEMBER)


def rows(filed: Filed, statement: str, **values: object) -> list[Any]:
    with filed.database.reading() as session:
        return list(session.execute(text(statement), values).all())


def month_of(rollup: Rollup, month: date) -> MonthFigures:
    return next(one for one in rollup.months if one.month == month)


def not_yet_inspected() -> DistrictFacts:
    """One institution: inspected in October, and in November nobody has been there."""
    item = ItemFact("S-01", Text("证照", "Licence"), Text("有效", "Valid"), ItemSeverity.MAJOR)
    october = date(2026, 10, 1)
    return DistrictFacts(
        district=Text("海棠区", "Haitang"),
        scope="district",
        timezone="Asia/Shanghai",
        months=(october, NOVEMBER),
        as_of=datetime(2026, 11, 20, tzinfo=UTC),
        places=(PlaceFact("a", Text("甲", "A"), ""),),
        items=(item, replace(item, id="S-02")),
        checklists=(
            ChecklistFact("a", october, {"S-01": Result.PASS}, 100.0),
            ChecklistFact("a", NOVEMBER, {"S-01": Result.FAIL, "S-02": None}, 0.0),
        ),
        visits=(
            VisitFact("a", october, date(2026, 10, 8), VisitState.DONE),
            VisitFact("a", NOVEMBER, date(2026, 11, 24), VisitState.PLANNED),
        ),
        findings=(),
        alerts=(),
        uptimes=(),
        proposals=None,
        decisions=(),
    )


def views(filed: Filed, month: date) -> Mapping[str, ChecklistView]:
    repository = ChecklistRepository(filed.database)
    summaries = repository.list(DISTRICT, month)
    found = [repository.get(DISTRICT, one.id) for one in summaries]
    return {view.checklist.subject.institution_id: view for view in found}


def test_twelve_months_end_with_the_one_asked_for(rollup: Rollup) -> None:
    assert [one.month for one in rollup.months] == [
        shifted(NOVEMBER, -back) for back in range(11, -1, -1)
    ]
    assert rollup.covered == (NOVEMBER,)
    assert rollup.name == "2026-11"


def test_coverage_is_what_the_visits_say(filed: Filed, rollup: Rollup) -> None:
    done = dict(
        rows(
            filed,
            "SELECT month, count(*) FROM inspection_visit WHERE state = 'done' GROUP BY month",
        )
    )
    for one in rollup.months:
        assert one.inspected == done.get(one.month.isoformat(), 0)
        assert one.institutions == 4
    assert rollup.inspected == done[NOVEMBER.isoformat()]
    assert sum(one.inspected for one in rollup.months) < 48  # some were missed


def gone_through(filed: Filed, month: date) -> dict[str, ChecklistView]:
    """The checklists of a month that count: the visit is done, or nothing on them is blank."""
    visits = "SELECT institution_id, month FROM inspection_visit WHERE state = 'done'"
    done = {institution for institution, at in rows(filed, visits) if at == month.isoformat()}
    return {
        institution: view
        for institution, view in views(filed, month).items()
        if institution in done or outcome(view.checklist, view.answers).complete
    }


def test_results_are_those_of_the_checklists_one_by_one(filed: Filed, rollup: Rollup) -> None:
    by_item: dict[str, Counter[Result | None]] = {}
    counted = gone_through(filed, NOVEMBER)
    for row in rollup.institutions:
        if row.place.id not in counted:
            assert row.tally == Tally()
            assert row.scores[-1] is None
            continue
        view = counted[row.place.id]
        results = effective_results(view.checklist, view.answers)
        sums = outcome(view.checklist, view.answers)
        assert row.scores[-1] == sums.score
        assert (row.tally.passed, row.tally.failed) == (sums.passed, sums.failed)
        assert (row.tally.not_applicable, row.tally.blank) == (sums.not_applicable, sums.blank)
        for item, result in zip(rollup.items, row.results, strict=True):
            assert result is results.get(item.id)
            by_item.setdefault(item.id, Counter())[results.get(item.id)] += 1
    assert len(rollup.items) == 71
    for item in rollup.items:
        counts = by_item[item.id]
        assert item.tally.passed == counts[Result.PASS]
        assert item.tally.failed == counts[Result.FAIL]
        assert item.tally.not_applicable == counts[Result.NOT_APPLICABLE]
        assert item.tally.blank == counts[None]


def test_the_year_adds_up_its_months(filed: Filed, audit: Rollup) -> None:
    failures: Counter[tuple[str, str]] = Counter()
    scores: dict[tuple[str, date], float | None] = {}
    months = [one.month for one in audit.months]
    assert months == [date(2026, number, 1) for number in range(1, 12)]  # December is to come
    for month in months:
        for institution, view in gone_through(filed, month).items():
            scores[institution, month] = outcome(view.checklist, view.answers).score
            for item, result in effective_results(view.checklist, view.answers).items():
                failures[institution, item] += result is Result.FAIL
    for row in audit.institutions:
        assert row.scores == tuple(scores.get((row.place.id, month)) for month in months)
        assert row.failures == tuple(failures[row.place.id, item.id] for item in audit.items)
    assert audit.tally.failed == sum(failures.values())


def test_what_the_system_read_is_no_result_before_somebody_has_been_there() -> None:
    begun = roll_up(not_yet_inspected(), RollupKind.YEAR)
    former, running = begun.months
    (place,) = begun.institutions
    assert (former.score_median, running.score_median) == (100.0, None)
    assert running.tally == Tally()
    assert begun.tally == Tally(passed=1)
    assert place.scores == (100.0, None)
    assert begun.score_of(place) == 100.0


def test_findings_of_every_month_are_counted_from_their_steps(filed: Filed, rollup: Rollup) -> None:
    found = rows(filed, "SELECT id, raised, due, closed, state, severity, repeats FROM finding")
    corrected = dict(
        rows(
            filed,
            "SELECT finding_id, max(at) FROM finding_step WHERE action = 'correct' GROUP BY 1",
        )
    )

    def local(value: str | None) -> date | None:
        if value is None:
            return None
        return datetime.fromisoformat(f"{value}+00:00").astimezone(ZONE).date()

    for one in rollup.months:
        last = shifted(one.month, 1) - timedelta(days=1)
        end = min(last, rollup.as_of.astimezone(ZONE).date())
        raised = closed = still = late = 0
        for number, at, due, ended, state, _, _ in found:
            began, over = local(at), local(ended)
            right = local(corrected.get(number)) if state != "open" else None
            assert began is not None
            raised += began.replace(day=1) == one.month
            closed += over is not None and over.replace(day=1) == one.month
            waiting = began <= end and (over is None or over > end)
            still += waiting
            late += waiting and date.fromisoformat(due) < end and (right is None or right > end)
        assert (one.findings_raised, one.findings_closed) == (raised, closed), one.month
        assert (one.findings_open, one.findings_overdue) == (still, late), one.month
    assert len(rollup.overdue) == rollup.months[-1].findings_overdue
    of_month = [row for row in found if local(row[1]).replace(day=1) == NOVEMBER]  # type: ignore[union-attr]
    assert rollup.findings.repeated == sum(row[6] > 0 for row in of_month)
    severities = Counter({name: count for name, count in rollup.findings.by_severity if count})
    assert severities == Counter(row[5] for row in of_month)


def test_alarm_quality_is_that_of_the_composed_alerts(year: DistrictYear, rollup: Rollup) -> None:
    start, end = midnight(NOVEMBER), midnight(shifted(NOVEMBER, 1))
    lines = [line for place in year.places for line in place.alerts if start <= line.raised < end]
    for rule in rollup.rules:
        mine = [line for line in lines if line.rule == rule.rule]
        waits = sorted(
            (line.acknowledged - line.raised).total_seconds() for line in mine if line.acknowledged
        )
        false = sum(line.state is AlertState.FALSE for line in mine)
        resolved = sum(line.state is AlertState.RESOLVED for line in mine)
        quality = rule.quality
        assert (quality.total, quality.false, quality.resolved) == (len(mine), false, resolved)
        assert quality.acknowledged_median == pytest.approx(median(waits), abs=1e-3)
        below = sum(wait <= quality.acknowledged_p90 + 1e-3 for wait in waits)  # type: ignore[operator]
        assert below / len(waits) >= 0.9
        assert quality.false_share == (false / (false + resolved) if false + resolved else None)
    assert rollup.alerts.total == len(lines) == sum(rule.quality.total for rule in rollup.rules)
    assert len({rule.rule for rule in rollup.rules}) > 3


def test_time_on_line_is_that_of_the_composed_cameras(year: DistrictYear, rollup: Rollup) -> None:
    for one in rollup.months:
        start, end = midnight(one.month), midnight(shifted(one.month, 1))
        up = known = 0.0
        for place in year.places:
            for camera in place.cameras:
                for stretch in camera.stretches:
                    seconds = (min(stretch.end, end) - max(stretch.start, start)).total_seconds()
                    known += max(0.0, seconds)
                    up += max(0.0, seconds) if stretch.online else 0.0
        assert one.uptime == pytest.approx(up / known, abs=1e-9)


def test_decisions_of_the_time_covered_are_listed(filed: Filed, audit: Rollup) -> None:
    kept = rows(
        filed, "SELECT sha256 FROM risk_decision WHERE at >= '2025-12-31 16:00' ORDER BY at, id"
    )
    assert [one.sha256 for one in audit.decisions] == [sha256 for (sha256,) in kept]


def test_proposals_are_shown_of_the_present_only(fresh: Filed) -> None:
    desk = fresh.desk()
    assert desk.rollup(DISTRICT, RollupKind.MONTH, date(2026, 10, 1)).proposals is None
    fresh.clock.set(fresh.clock.now() - 3600)
    assert desk.rollup(DISTRICT, RollupKind.MONTH, NOVEMBER).proposals is not None


def test_what_has_not_begun_cannot_be_reported(filed: Filed) -> None:
    with pytest.raises(InputError, match="has not begun"):
        filed.desk().rollup(DISTRICT, RollupKind.MONTH, date(2027, 1, 1))


def test_a_community_sees_itself_only(filed: Filed, rollup: Rollup) -> None:
    community = rollup.institutions[0].place.community
    own = filed.desk().rollup(Scope(ScopeKind.COMMUNITY, community), RollupKind.MONTH, NOVEMBER)
    inside = [row for row in rollup.institutions if row.place.community == community]
    assert [row.place.id for row in own.institutions] == [row.place.id for row in inside]
    assert own.tally.failed == sum(row.tally.failed for row in inside)
    assert own.content_sha256 != rollup.content_sha256


def test_the_same_data_give_the_same_bytes_whenever_asked(fresh: Filed, rollup: Rollup) -> None:
    fresh.clock.advance(40 * 86400.0)
    later = fresh.desk().rollup(DISTRICT, RollupKind.MONTH, NOVEMBER)
    present = replace(rollup, proposals=None, content_sha256="")
    assert replace(later, content_sha256="", as_of=present.as_of) == present
    again = fresh.desk().rollup(DISTRICT, RollupKind.MONTH, NOVEMBER)
    for render in (_pdf, _pdf_english, render_rollup_json, _xlsx):
        assert render(later) == render(again)


def _pdf(rollup: Rollup) -> bytes:
    return render_rollup_pdf(rollup, "zh", "https://kanhu.example.org")


def _pdf_english(rollup: Rollup) -> bytes:
    return render_rollup_pdf(rollup, "en", "https://kanhu.example.org")


def _xlsx(rollup: Rollup) -> bytes:
    return render_rollup_xlsx(rollup, "zh")


def test_a_changed_answer_changes_the_hash(fresh: Filed, rollup: Rollup) -> None:
    with fresh.database.transaction() as session:
        session.execute(
            text(
                "UPDATE checklist_answer SET result = 'fail' WHERE id ="
                " (SELECT max(id) FROM checklist_answer WHERE result = 'pass')"
            )
        )
    changed = fresh.desk().rollup(DISTRICT, RollupKind.MONTH, NOVEMBER)
    assert changed.content_sha256 != rollup.content_sha256
    assert changed.tally.failed == rollup.tally.failed + 1


def test_recent_figures_are_kept_for_five_minutes(fresh: Filed) -> None:
    desk = fresh.desk()
    first = desk.recent(DISTRICT, RollupKind.MONTH, NOVEMBER)
    with fresh.database.transaction() as session:
        session.execute(text("UPDATE finding SET severity = 'minor'"))
    fresh.clock.advance(299)
    assert desk.recent(DISTRICT, RollupKind.MONTH, NOVEMBER) is first
    fresh.clock.advance(2)
    assert desk.recent(DISTRICT, RollupKind.MONTH, NOVEMBER).findings != first.findings


def test_what_was_handed_out_is_known_by_its_hash(fresh: Filed, rollup: Rollup) -> None:
    desk = fresh.desk()
    assert desk.proof(DISTRICT, rollup.content_sha256).report is None
    desk.issue(DISTRICT, rollup, Actor(1, "赵主任"))
    desk.issue(DISTRICT, rollup, SYSTEM)
    known = desk.proof(DISTRICT, rollup.content_sha256).report
    assert known is not None
    assert (known.kind, known.name, known.issued_by) == ("month", "2026-11", "赵主任")
    community = Scope(ScopeKind.COMMUNITY, rollup.institutions[0].place.community)
    assert desk.proof(community, rollup.content_sha256).report is None


def test_a_checklist_is_known_by_its_content_and_by_what_was_signed(filed: Filed) -> None:
    view = views(filed, NOVEMBER)["place-000"]
    desk = filed.desk()
    (by_content,) = desk.proof(DISTRICT, view.checklist.content_sha256).checklists
    assert (by_content.checklist_id, by_content.by_answers) == (view.id, False)
    (by_answers,) = desk.proof(DISTRICT, f"{view.id:064x}").checklists
    assert (by_answers.checklist_id, by_answers.by_answers) == (view.id, True)
    other = Scope(ScopeKind.INSTITUTION, "place-001")
    assert desk.proof(other, view.checklist.content_sha256).checklists == ()


def test_an_audit_of_recordings_has_a_place_of_its_own(filed: Filed, rollup: Rollup) -> None:
    def audited(_scope: Scope, before: datetime) -> RetentionProof:
        channel = RetentionChannel("place-000", "camera-1", 90, 12, met=False)
        return RetentionProof(before, before.date(), (channel,))

    proven = filed.desk(audited).rollup(DISTRICT, RollupKind.MONTH, NOVEMBER)
    assert proven.retention is not None
    render: Callable[[Rollup], Any] = lambda one: json.loads(render_rollup_json(one))  # noqa: E731
    assert render(proven)["rollup"]["retention"]["channels"][0]["unbroken_days"] == 12
    assert render(rollup)["rollup"]["retention"] is None
