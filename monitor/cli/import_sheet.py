"""``monitor import``: a district's institutions, rooms and cameras from a spreadsheet."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.config import whoever_runs_this
from monitor.cli.options import OptionalConfigFile
from monitor.cli.output import JsonFlag, errors, print_json, print_rows
from monitor.domain.clock import SystemClock
from monitor.domain.errors import ConfigError, InputError
from monitor.domain.text import Language
from monitor.runtime.config_desk import ConfigDesk
from monitor.runtime.environment import Environment
from monitor.runtime.opening import open_store
from monitor.settings.onboarding import Trial, apply_sheet, try_sheet, write_template
from monitor.store.config_versions import VersionKind


def import_sheet(
    sheet: Annotated[Path, typer.Argument(help="Filled-in spreadsheet, XLSX or CSV.")],
    config: OptionalConfigFile = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would change, or what is wrong.")
    ] = False,
    template: Annotated[
        bool, typer.Option("--template", help="Write the empty spreadsheet to this file instead.")
    ] = False,
    english: Annotated[
        bool, typer.Option("--english", help="With --template: headings in English.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Bring institutions, rooms and cameras of a spreadsheet into the district's file.

    The whole file is checked as it would be before anything is written; every mistake is listed
    with its row and column. Importing the same spreadsheet again changes nothing; comments stay.
    The file before is kept as `….bak`. A password may be `${NAME}`, taken from the environment.
    Exit code 2 if the spreadsheet has a mistake.

    Example: `monitor import cameras.xlsx -c configs/district.yaml --dry-run`
    """
    if template:
        _write_template(sheet, "en" if english else "zh")
        return
    if config is None:
        raise InputError("no configuration file", where="--config", hint="give it with -c FILE")
    content = _content(sheet)
    trial = try_sheet(config, sheet.name, content, variables=True)
    if not trial.problems and not dry_run:
        trial = apply_sheet(config, sheet.name, content, variables=True)
        if trial.changes and not trial.problems:
            _keep(config, sheet)
    if as_json:
        written = trial.changes and not dry_run and not trial.problems
        print_json({**trial.as_dict(), "written": written})
    else:
        _print(trial, config, dry_run)
    if trial.problems:
        raise typer.Exit(2)


def _keep(config: Path, sheet: Path) -> None:
    """Keep what was written as a version, where there is a database to keep it in."""
    try:
        environment = Environment.load(config)
        with closing(open_store(environment)) as database:
            desk = ConfigDesk(database, config, environment.secret(), SystemClock())
            desk.taken(VersionKind.SHEET, whoever_runs_this(), sheet.name)
    except ConfigError as error:
        errors.print(f"no version is kept: {error.message} ({error.hint})", highlight=False)


def _content(sheet: Path) -> bytes:
    try:
        return sheet.read_bytes()
    except OSError as error:
        raise InputError(
            f"cannot be read: {error.strerror}", where=str(sheet), hint="name a spreadsheet"
        ) from None


def _write_template(path: Path, language: Language) -> None:
    if path.exists():
        raise InputError("the file exists", where=str(path), hint="name a new file")
    try:
        path.write_bytes(write_template(language))
    except OSError as error:
        raise InputError(
            f"cannot be written: {error.strerror}", where=str(path), hint="name another file"
        ) from None
    typer.echo(f"{path}: fill it in, then: monitor import {path} -c FILE --dry-run")


def _print(trial: Trial, config: Path, dry_run: bool) -> None:
    if trial.problems:
        rows = [
            {
                "row": problem.row or None,
                "column": f"{problem.column.zh} ({problem.column.en})" if problem.column else "",
                "problem": problem.message.en,
            }
            for problem in trial.problems
        ]
        typer.echo(f"{len(rows)} mistakes; nothing was changed")
        print_rows(("row", "column", "problem"), rows, as_json=False)
        return
    rows = [{"": level, **states} for level, states in trial.counts.items()]
    print_rows(("", "added", "changed", "unchanged"), rows, as_json=False)
    if not trial.changes:
        typer.echo(f"{config}: nothing to change")
    elif dry_run:
        typer.echo(f"{config}: would be changed; import without --dry-run to do it")
    else:
        typer.echo(f"{config}: changed. Then: monitor check --connect")
