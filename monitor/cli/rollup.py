"""``monitor inspect rollup``: the district's roll-up of a month, or of a year."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.months import Month, formats_of, month_of, writable
from monitor.cli.options import ConfigFile
from monitor.cli.output import JsonFlag, print_rows, progress
from monitor.domain.access import DISTRICT
from monitor.domain.alerts import SYSTEM
from monitor.domain.clock import SystemClock
from monitor.domain.errors import InputError
from monitor.domain.text import Language, Text
from monitor.inspections.reports import (
    render_rollup_json,
    render_rollup_pdf,
    render_rollup_xlsx,
)
from monitor.inspections.rollup import Rollup, RollupKind
from monitor.runtime.environment import Environment
from monitor.runtime.notices import page_address
from monitor.runtime.opening import open_store
from monitor.runtime.report_desk import ReportDesk
from monitor.runtime.retention_proof import RetentionProofs
from monitor.runtime.risk_desk import RiskDesk
from monitor.store.base import Database

_COLUMNS = ("file", "bytes", "inspected", "institutions", "sha256")


def rollup(
    config: ConfigFile,
    month: Month = None,
    year: Annotated[
        int | None, typer.Option(min=2000, max=2999, help="The audit report of a whole year.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the files.")] = Path(
        "reports"
    ),
    formats: Annotated[
        str, typer.Option("--format", help="Any of pdf, xlsx, json, separated by commas.")
    ] = "pdf,xlsx",
    language: Annotated[str, typer.Option(help="zh, en, or both: a file for each.")] = "both",
    as_json: JsonFlag = False,
) -> None:
    """Write the district's roll-up of a month, or with --year the audit report of a year.

    Coverage, results by item and institution, trends over twelve months, findings, alarm quality,
    cameras, decisions. The same data give the same files.

    Example: `monitor inspect rollup -c configs/district.yaml --month 2026-11 --out reports`
    """
    wanted, languages = formats_of(formats), _languages(language)
    if month is not None and year is not None:
        raise InputError(
            Text("月份和年份只写其中一个", "give a month or a year"),
            where="--year",
            hint=Text("去掉其中一个", "leave one of them out"),
        )
    environment = Environment.load(config)
    first = month_of(month, environment) if year is None else date(year, 1, 1)
    kind = RollupKind.MONTH if year is None else RollupKind.YEAR
    writable(out)
    with closing(open_store(environment)) as database, progress() as report:
        desk = _desk(environment, database)
        made = desk.rollup(DISTRICT, kind, first, report)
        desk.issue(DISTRICT, made, SYSTEM)
        rows = []
        files = [(spoken, suffix) for suffix in wanted for spoken in _spoken(suffix, languages)]
        for done, (spoken, suffix) in enumerate(files, 1):
            content = _content(made, suffix, spoken, page_address(environment))
            name = f"{made.name}.json" if suffix == "json" else f"{made.name}-{spoken}.{suffix}"
            (out / name).write_bytes(content)
            rows.append(
                {
                    "file": str(out / name),
                    "bytes": len(content),
                    "inspected": made.inspected,
                    "institutions": len(made.institutions),
                    "sha256": made.content_sha256,
                }
            )
            report("files", done / len(files))
    print_rows(_COLUMNS, rows, as_json=as_json)


def _desk(environment: Environment, database: Database) -> ReportDesk:
    district, clock = environment.district, SystemClock()
    risk = RiskDesk(database, district.timezone, environment.settings.risk.policy(), clock)
    return ReportDesk(database, district, risk, clock, RetentionProofs(database, district))


def _languages(text: str) -> tuple[Language, ...]:
    if text == "both":
        return ("zh", "en")
    if text == "zh":
        return ("zh",)
    if text == "en":
        return ("en",)
    raise InputError(
        Text("语言只能是 zh、en 或 both", "the language is zh, en or both"),
        where="--language",
        hint=Text("写 zh 或 en", "give zh or en"),
    )


def _spoken(suffix: str, languages: tuple[Language, ...]) -> tuple[Language, ...]:
    return languages[:1] if suffix == "json" else languages  # JSON holds both


def _content(made: Rollup, suffix: str, language: Language, address: str) -> bytes:
    if suffix == "pdf":
        return render_rollup_pdf(made, language, address)
    if suffix == "xlsx":
        return render_rollup_xlsx(made, language)
    return render_rollup_json(made)
