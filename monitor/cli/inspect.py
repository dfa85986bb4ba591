"""``monitor inspect``: monthly checklists."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.language import language_named
from monitor.cli.months import Month, formats_of, month_of, writable
from monitor.cli.options import ConfigFile
from monitor.cli.output import JsonFlag, errors, print_rows, progress
from monitor.cli.rollup import rollup
from monitor.domain.access import DISTRICT
from monitor.domain.clock import SystemClock
from monitor.domain.visits import VisitKind
from monitor.runtime.desk import ReportFormat, StoreDesk
from monitor.runtime.environment import Environment
from monitor.runtime.notices import page_address
from monitor.runtime.opening import open_store
from monitor.runtime.planning import PlanDesk
from monitor.runtime.risk_desk import RiskDesk
from monitor.store.base import Database
from monitor.store.files import FileStore
from monitor.store.user_repository import UserRepository
from monitor.web.serving import prepare

group = typer.Typer(help="Monthly inspections: plan, checklists, reports.", no_args_is_help=True)

Institution = Annotated[
    str | None, typer.Option("--institution", help="Only this institution (its id).")
]


@group.command("generate")
def generate(
    config: ConfigFile,
    month: Month = None,
    institution: Institution = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the files.")] = Path(
        "checklists"
    ),
    formats: Annotated[
        str, typer.Option("--format", help="Any of pdf, xlsx, json, separated by commas.")
    ] = "pdf,xlsx",
    language: Annotated[str, typer.Option(help="zh or en.")] = "zh",
    as_json: JsonFlag = False,
) -> None:
    """Make the checklists of a month, filled in with what the system knows, and write them.

    A checklist that inspectors have begun to answer is not made anew, only written again.

    Example: `monitor inspect generate -c configs/district.yaml --month 2026-11 --out lists`
    """
    wanted = formats_of(formats)
    spoken = language_named(language)
    environment = Environment.load(config)
    prepare(environment)
    first = month_of(month, environment)
    writable(out)
    rows = []
    with closing(open_store(environment)) as database, progress() as report:
        desk = StoreDesk(
            database,
            environment.district,
            SystemClock(),
            files=FileStore(environment.evidence_folder),
            address=page_address(environment),
        )
        made = desk.make(DISTRICT, first, institution)
        for done, saved in enumerate(made, 1):
            checklist = saved.view.checklist
            name = f"{checklist.subject.institution_id}-{first:%Y-%m}"
            for suffix in wanted:
                content = (
                    desk.json(DISTRICT, saved.view.id)
                    if suffix == "json"
                    else desk.report(
                        DISTRICT,
                        saved.view.id,
                        ReportFormat(suffix),
                        spoken,
                    )
                )
                (out / f"{name}.{suffix}").write_bytes(content)
            rows.append(
                {
                    "institution": checklist.subject.institution_id,
                    "month": f"{first:%Y-%m}",
                    "revision": checklist.revision,
                    "outcome": saved.outcome.value,
                    "items": len(checklist.entries),
                    "read": sum(entry.proposal is not None for entry in checklist.entries),
                    "file": str(out / f"{name}.{wanted[0]}"),
                }
            )
            report("checklists", done / len(made))
    columns = ("institution", "month", "revision", "outcome", "items", "read", "file")
    print_rows(columns, rows, as_json=as_json)


@group.command("plan")
def plan(
    config: ConfigFile,
    month: Month = None,
    save: Annotated[
        bool, typer.Option("--save", help="File the plan for institutions without a visit.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Show the month's plan; before there is one, propose it, the most pressing first.

    Example: `monitor inspect plan -c configs/district.yaml --month 2026-12 --save`
    """
    environment = Environment.load(config)
    first = month_of(month, environment)
    with closing(open_store(environment)) as database:
        desk = _plan_desk(environment, database)
        if save:
            made = desk.make(first)
            errors.print(f"{made} visits planned")
        names = {user.id: user.name for user in UserRepository(database).list(DISTRICT)}
        kept = desk.visits(DISTRICT, first)
        shown = [(view.plan, view.state.value) for view in kept]
        shown = shown or [(visit, "proposed") for visit in desk.propose(first)]
    rows = [
        {
            "day": visit.day,
            "institution": visit.institution_id,
            "kind": visit.kind.value,
            "weight": visit.weight,
            "safety": names.get(visit.safety_inspector or 0),
            "health": names.get(visit.health_inspector or 0),
            "state": state,
        }
        for visit, state in shown
    ]
    columns = ("day", "institution", "kind", "weight", "safety", "health", "state")
    print_rows(columns, rows, as_json=as_json)


@group.command("report")
def report_month(config: ConfigFile, month: Month = None, as_json: JsonFlag = False) -> None:
    """Say for a month which institutions were inspected, and how their checklists stand.

    Example: `monitor inspect report -c configs/district.yaml --month 2026-11`
    """
    environment = Environment.load(config)
    first = month_of(month, environment)
    with closing(open_store(environment)) as database:
        desk = StoreDesk(database, environment.district, SystemClock())
        by_institution = {item.institution_id: item for item in desk.list(DISTRICT, first)}
        plans = _plan_desk(environment, database)
        visits = {
            view.plan.institution_id: view
            for view in plans.visits(DISTRICT, first)
            if view.plan.kind is VisitKind.MONTHLY
        }
        coverage = plans.coverage(DISTRICT, first)
    rows = []
    for place in environment.district.institutions:
        item = by_institution.get(place.id)
        rows.append(
            {
                "institution": place.id,
                "visit": visits[place.id].state.value if place.id in visits else "none",
                "checklist": "none" if item is None else f"revision {item.revision}",
                "passed": item.passed if item else None,
                "failed": item.failed if item else None,
                "not_applicable": item.not_applicable if item else None,
                "blank": item.blank if item else None,
            }
        )
    columns = ("institution", "visit", "checklist", "passed", "failed", "not_applicable", "blank")
    print_rows(columns, rows, as_json=as_json)
    if not as_json:
        errors.print(f"{len(by_institution)} of {len(rows)} institutions have a checklist")
        errors.print(f"{coverage.done} of {coverage.total} inspected")


def _plan_desk(environment: Environment, database: Database) -> PlanDesk:
    clock = SystemClock()
    desk = StoreDesk(database, environment.district, clock)
    policy = environment.settings.risk.policy()
    risk = RiskDesk(database, environment.district.timezone, policy, clock)
    planning = environment.settings.planning
    return PlanDesk(database, environment.district, planning, clock, desk, risk)


group.command("rollup")(rollup)
