"""SQLite and PostgreSQL give the same roll-up, down to its hash."""

from __future__ import annotations

from datetime import date

from benchmarks.district_year.compose import compose
from benchmarks.district_year.filing import file_year
from benchmarks.district_year.year import YearPlan
from monitor.domain.access import DISTRICT
from monitor.domain.alerts import SYSTEM
from monitor.domain.clock import ManualClock
from monitor.inspections.rollup import RollupKind
from monitor.store.base import Database
from tests.runtime.reports.conftest import Filed

PLAN = YearPlan(seed=3, institutions=3, months=3, logged_months=0)
LAST_WHOLE = date(2026, 10, 1)
_HASHES: set[str] = set()


def test_both_databases_give_the_same_figures(database: Database) -> None:
    year = compose(PLAN)
    file_year(year, database)
    desk = Filed(year, database, ManualClock(PLAN.now.timestamp())).desk()
    rollup = desk.rollup(DISTRICT, RollupKind.MONTH, LAST_WHOLE)
    assert rollup.tally.judged > 100
    assert rollup.findings.raised > 0
    desk.issue(DISTRICT, rollup, SYSTEM)
    desk.issue(DISTRICT, rollup, SYSTEM)
    assert desk.proof(DISTRICT, rollup.content_sha256).report is not None
    checklist = desk.proof(DISTRICT, f"{1:064x}").checklists
    assert [one.institution_id for one in checklist] == ["place-000"]
    _HASHES.add(rollup.content_sha256)
    assert len(_HASHES) == 1
