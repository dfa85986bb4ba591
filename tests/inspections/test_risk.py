from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.checklists import ItemSeverity
from monitor.domain.events import Severity
from monitor.domain.places import NoticeState
from monitor.inspections.risk import (
    Measure,
    RiskFactor,
    RiskFacts,
    RiskFinding,
    RiskPaper,
    propose,
    score,
)
from monitor.settings.risk import Risk

TODAY = date(2026, 11, 20)
CALM = RiskFacts("sunshine", TODAY, NoticeState.GRANTED, TODAY + timedelta(days=400))
POLICY = Risk().policy()


def finding(severity: ItemSeverity, overdue: int = 0, repeats: int = 0) -> RiskFinding:
    return RiskFinding(1, "S-01", severity, repeats, overdue)


def measures(facts: RiskFacts) -> list[Measure]:
    return [item.measure for item in propose(facts, score(facts, POLICY), POLICY)]


def test_where_all_is_well_the_score_is_nought_and_nothing_is_proposed() -> None:
    assert score(CALM, POLICY).total == 0
    assert measures(CALM) == []


def test_every_part_shows_what_it_counts() -> None:
    facts = replace(
        CALM,
        findings=(
            finding(ItemSeverity.MAJOR, overdue=6, repeats=1),
            finding(ItemSeverity.MINOR),
        ),
        alerts={Severity.HIGH: 2, Severity.TECHNICAL: 9},
        camera_uptime=0.9,
        papers=(
            RiskPaper("insurance", TODAY - timedelta(days=1)),
            RiskPaper("food_licence", TODAY + timedelta(days=30)),
        ),
    )
    parts = {part.factor: part for part in score(facts, POLICY).parts}
    amounts = {factor: part.amount for factor, part in parts.items()}
    assert amounts == {
        RiskFactor.FINDINGS: 5.0,
        RiskFactor.ALERTS: 6.0,
        RiskFactor.CAMERAS: pytest.approx(0.1),
        RiskFactor.OVERDUE: 6.0,
        RiskFactor.DOCUMENTS: 1.25,
    }
    papers = parts[RiskFactor.DOCUMENTS].inputs
    assert papers == {"expired": ["insurance"], "soon": ["food_licence"]}
    points = {factor: part.points for factor, part in parts.items()}
    assert points == {
        RiskFactor.FINDINGS: 7.5,
        RiskFactor.ALERTS: 5.0,
        RiskFactor.CAMERAS: 5.0,
        RiskFactor.OVERDUE: 4.0,
        RiskFactor.DOCUMENTS: 6.2,
    }


@pytest.mark.parametrize(
    ("findings", "measure"),
    [
        ((finding(ItemSeverity.CRITICAL, overdue=7),), Measure.SUSPEND),
        ((finding(ItemSeverity.CRITICAL, overdue=6),), Measure.RECTIFY),
        ((finding(ItemSeverity.MINOR, overdue=1),), Measure.RECTIFY),
        (tuple(finding(ItemSeverity.MAJOR) for _ in range(5)), Measure.HELP),
    ],
)
def test_the_gravest_reason_decides(findings: tuple[RiskFinding, ...], measure: Measure) -> None:
    assert measures(replace(CALM, findings=findings)) == [measure]


def test_without_a_valid_notice_guidance_stands_beside_the_rest() -> None:
    applying = replace(CALM, notice_state=NoticeState.APPLYING, notice_expires=None)
    assert measures(applying) == [Measure.GUIDE]
    late = replace(applying, findings=(finding(ItemSeverity.CRITICAL, overdue=30),))
    assert measures(late) == [Measure.SUSPEND, Measure.GUIDE]
    expired = replace(CALM, notice_expires=TODAY - timedelta(days=1))
    assert Measure.GUIDE in measures(expired)


def test_what_is_not_known_about_cameras_counts_for_nothing() -> None:
    unknown = score(replace(CALM, camera_uptime=None), POLICY)
    assert unknown.total == 0
    assert unknown.parts[2].inputs == {"uptime": None}


FINDINGS = st.lists(
    st.builds(
        RiskFinding,
        st.integers(1, 99),
        st.just("S-01"),
        st.sampled_from(ItemSeverity),
        st.integers(0, 5),
        st.integers(0, 60),
    ),
    max_size=12,
).map(tuple)
FACTS = st.builds(
    RiskFacts,
    st.just("sunshine"),
    st.just(TODAY),
    st.sampled_from(NoticeState),
    st.none() | st.dates(date(2025, 1, 1), date(2028, 1, 1)),
    FINDINGS,
    st.dictionaries(st.sampled_from(Severity), st.integers(0, 40)),
    st.none() | st.floats(0, 1),
)
POLICIES = st.builds(
    Risk,
    findings=st.floats(0, 100),
    alerts=st.floats(0, 100),
    cameras=st.floats(0, 100),
    overdue=st.floats(0, 100),
    documents=st.floats(0, 100),
)


@given(FACTS, POLICIES)
def test_a_score_is_the_sum_of_its_parts_and_stays_in_its_bounds(
    facts: RiskFacts, settings: Risk
) -> None:
    result = score(facts, settings.policy())
    assert -0.01 <= result.total <= 100.5
    assert result.total == pytest.approx(sum(part.points for part in result.parts), abs=0.06)
    for part in result.parts:
        assert -1e-9 <= part.points <= part.weight + 0.11


@given(FACTS, st.sampled_from(ItemSeverity))
def test_one_more_finding_never_lowers_the_score(facts: RiskFacts, severity: ItemSeverity) -> None:
    worse = replace(facts, findings=(*facts.findings, finding(severity, overdue=3)))
    assert score(worse, POLICY).total >= score(facts, POLICY).total


@given(FACTS)
def test_every_proposal_has_its_reasons_and_no_two_contradict(facts: RiskFacts) -> None:
    proposals = propose(facts, score(facts, POLICY), POLICY)
    assert all(item.reasons for item in proposals)
    kinds = [item.measure for item in proposals if item.measure is not Measure.GUIDE]
    assert len(kinds) <= 1
