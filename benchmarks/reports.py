"""A district's reports: 300 institutions, 70 items, 12 months, from the database to the files.

``python -m benchmarks.reports`` composes a district with a year of history by seed, files it in a
database (not counted), and then makes the month's roll-up and the year's audit report as PDF in
both languages, XLSX and JSON. Exit code 1 if that takes longer than ``--limit`` seconds.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from benchmarks.district_year.compose import compose
from benchmarks.district_year.filing import file_year
from benchmarks.district_year.year import YearPlan
from monitor.cli.output import progress
from monitor.domain.access import DISTRICT
from monitor.domain.clock import ManualClock
from monitor.inspections.reports import (
    render_rollup_json,
    render_rollup_pdf,
    render_rollup_xlsx,
)
from monitor.inspections.risk import RiskFactor, RiskPolicy
from monitor.inspections.rollup import Rollup, RollupKind
from monitor.runtime.report_desk import ReportDesk
from monitor.runtime.risk_desk import RiskDesk
from monitor.store.base import Database
from monitor.store.tables import load_tables

_ADDRESS = "https://kanhu.example.org"
_POLICY = RiskPolicy(dict.fromkeys(RiskFactor, 20.0))
_FORMS: dict[str, Callable[[Rollup], bytes]] = {
    "PDF, Chinese": lambda rollup: render_rollup_pdf(rollup, "zh", _ADDRESS),
    "PDF, English": lambda rollup: render_rollup_pdf(rollup, "en", _ADDRESS),
    "XLSX": lambda rollup: render_rollup_xlsx(rollup, "zh"),
    "JSON": render_rollup_json,
}


class Step(NamedTuple):
    """What was done, how long it took, on the clock and of processors, and the bytes made."""

    name: str
    seconds: float
    cpu: float
    size: int


def main() -> int:
    """Measure and print a table; return 1 above the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--institutions", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=float, default=60.0, help="seconds for all of it")
    parser.add_argument("--out", type=Path, help="keep the files here")
    options = parser.parse_args()
    plan = YearPlan(seed=options.seed, institutions=options.institutions, logged_months=0)
    times: list[Step] = []
    with tempfile.TemporaryDirectory() as folder, _database(Path(folder)) as database:
        with progress() as report:
            year = compose(plan)
            file_year(year, database, report=lambda share: report("composing the year", share))
        clock = ManualClock(plan.now.timestamp())
        risk = RiskDesk(database, year.district.timezone, _POLICY, clock)
        with progress() as report:
            desk = ReportDesk(database, year.district, risk, clock)
            for kind, period in ((RollupKind.MONTH, plan.last), (RollupKind.YEAR, plan.last)):
                times += _measure(desk, kind, period, report, options.out)
    whole = sum(step.seconds for step in times)
    title = f"{options.institutions} institutions, 70 items, 12 months"
    table = Table("", "s", "CPU s", "kB", title=title)
    for step in times:
        size = f"{step.size / 1000:.0f}" if step.size else ""
        table.add_row(step.name, f"{step.seconds:.2f}", f"{step.cpu:.2f}", size)
    table.add_row("all of it", f"{whole:.2f}", f"{sum(step.cpu for step in times):.2f}", "")
    Console().print(table)
    return 0 if whole <= options.limit else 1


def _measure(
    desk: ReportDesk,
    kind: RollupKind,
    period: date,
    report: Callable[[str, float], None],
    out: Path | None,
) -> Iterator[Step]:
    begun = _now()
    rollup = desk.rollup(DISTRICT, kind, period, report)
    yield _step(f"{kind}: reading and counting", begun, 0)
    for done, (name, render) in enumerate(_FORMS.items(), 1):
        begun = _now()
        content = render(rollup)
        yield _step(f"{kind}: {name}", begun, len(content))
        report(f"{kind} files", done / len(_FORMS))
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
            (out / f"{rollup.name} {name}.{name.split(',')[0].lower()}").write_bytes(content)


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _step(name: str, begun: tuple[float, float], size: int) -> Step:
    seconds, cpu = _now()
    return Step(name, seconds - begun[0], cpu - begun[1], size)


@contextmanager
def _database(folder: Path) -> Iterator[Any]:
    with closing(Database(f"sqlite:///{folder}/district.db")) as database:
        load_tables().create_all(database.engine)
        yield database


if __name__ == "__main__":
    sys.exit(main())
