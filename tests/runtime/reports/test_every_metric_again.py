"""Checklists of a composed district, every reading of which is computed a second way."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, timedelta

import pytest

from benchmarks.district_year.compose import compose
from benchmarks.district_year.filing import file_year
from benchmarks.district_year.year import YearPlan
from monitor.domain.access import DISTRICT
from monitor.domain.checklists import Auto, Checklist, Comparison, MetricStatus
from monitor.domain.clock import ManualClock
from monitor.inspections.period import shifted
from monitor.inspections.template import packaged_templates
from monitor.runtime.desk import StoreDesk
from monitor.store.base import Database
from tests.runtime.reports.again import AGAIN, Reading, read_books

DATABASES = ["sqlite"]
PLAN = YearPlan(seed=11, institutions=9, months=2, logged_months=1, footage_days=120)
HOLDS: Mapping[Comparison, Callable[[float, float], bool]] = {
    Comparison.AT_LEAST: operator.ge,
    Comparison.AT_MOST: operator.le,
    Comparison.EQUAL: operator.eq,
}


@pytest.fixture
def made(database: Database) -> list[Checklist]:
    year = compose(PLAN)
    file_year(year, database, last_month=False)
    desk = StoreDesk(database, year.district, ManualClock(PLAN.now.timestamp()))
    return [saved.view.checklist for saved in desk.make(DISTRICT, PLAN.last, None)]


def expected(reading: Reading, auto: Auto) -> MetricStatus:
    if reading.judged == "unknown":
        return MetricStatus.UNKNOWN
    if reading.judged == "broken":
        return MetricStatus.FAIL
    if reading.value is None or HOLDS[auto.op](reading.value, auto.threshold):
        return MetricStatus.PASS
    return MetricStatus.FAIL


def test_every_metric_that_a_checklist_names_is_there_a_second_time() -> None:
    named = {item.auto.metric for item in packaged_templates()[0].items if item.auto is not None}
    assert set(AGAIN) == named


def test_every_reading_comes_out_the_same(made: list[Checklist], database: Database) -> None:
    last: date = shifted(PLAN.last, 1) - timedelta(days=1)
    district = compose(PLAN).district
    statuses: Counter[tuple[str, MetricStatus]] = Counter()
    assert len(made) == PLAN.institutions
    for checklist in made:
        institution = checklist.subject.institution_id
        books = read_books(database, district, institution, PLAN.last, last)
        for entry in checklist.entries:
            reading, auto = entry.reading, entry.item.auto
            if reading is None or auto is None:
                continue
            again = AGAIN[auto.metric](books)
            where = f"{institution} {auto.metric}: {reading.explain.en}"
            assert reading.status is expected(again, auto), where
            if reading.status is not MetricStatus.UNKNOWN:
                assert reading.value == pytest.approx(again.value, abs=1e-4), where
            statuses[auto.metric, reading.status] += 1
    # A comparison of nothing with nothing would prove nothing.
    told_apart = {name for name, status in statuses if status is not MetricStatus.UNKNOWN}
    assert set(AGAIN) - told_apart <= {"attendance_headcount_mismatch_open"}
    assert sum(count for (_, status), count in statuses.items() if status is MetricStatus.FAIL) > 40
