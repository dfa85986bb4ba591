"""Small composed districts in a database, with a year or a season of history."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.district_year.compose import compose
from benchmarks.district_year.filing import file_year
from benchmarks.district_year.year import DistrictYear, YearPlan
from monitor.domain.clock import ManualClock
from monitor.inspections.risk import RiskFactor, RiskPolicy
from monitor.runtime.report_desk import ReportDesk, RetentionSource, no_audit
from monitor.runtime.risk_desk import RiskDesk
from monitor.store.base import Database

PLAN = YearPlan(seed=9, institutions=4, logged_months=0)
POLICY = RiskPolicy(dict.fromkeys(RiskFactor, 20.0))


@dataclass(frozen=True)
class Filed:
    """A composed year, and the database in which it lies."""

    year: DistrictYear
    database: Database
    clock: ManualClock

    def desk(self, retention: RetentionSource = no_audit) -> ReportDesk:
        """Return a new desk that remembers nothing."""
        district = self.year.district
        risk = RiskDesk(self.database, district.timezone, POLICY, self.clock)
        return ReportDesk(self.database, district, risk, self.clock, retention)


@pytest.fixture(scope="session")
def year() -> DistrictYear:
    """Return five institutions with a year of history."""
    return compose(PLAN)


@pytest.fixture(scope="session")
def filed_template(
    year: DistrictYear, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return an SQLite file with the year in it."""
    path = tmp_path_factory.mktemp("year") / "year.db"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    file_year(year, database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture(scope="session")
def filed(year: DistrictYear, filed_template: Path) -> Iterator[Filed]:
    """Return the year at the first moment after it, to be read only."""
    yield from _opened(year, filed_template)


@pytest.fixture
def fresh(year: DistrictYear, filed_template: Path, tmp_path: Path) -> Iterator[Filed]:
    """Return the year in a database of a test's own."""
    yield from _opened(year, Path(shutil.copy(filed_template, tmp_path / "year.db")))


def _opened(year: DistrictYear, path: Path) -> Iterator[Filed]:
    database = Database(f"sqlite:///{path}")
    yield Filed(year, database, ManualClock(year.plan.now.timestamp()))
    database.close()
