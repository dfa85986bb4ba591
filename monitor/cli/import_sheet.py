"""``monitor import``: a district's institutions, rooms and cameras from a spreadsheet."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.config import whoever_runs_this
from monitor.cli.language import say, spoken
from monitor.cli.options import OptionalConfigFile
from monitor.cli.output import JsonFlag, errors, print_json, print_rows
from monitor.domain.clock import SystemClock
from monitor.domain.errors import ConfigError, InputError
from monitor.domain.system_words import unreadable, unwritable
from monitor.domain.text import Language, Text
from monitor.runtime.config_desk import ConfigDesk
from monitor.runtime.environment import Environment
from monitor.runtime.opening import open_store
from monitor.settings.onboarding import Trial, apply_sheet, try_sheet, write_template
from monitor.settings.revising.file import read_text
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
        raise InputError(
            Text("没有写配置文件", "no configuration file"),
            where="--config",
            hint=Text("用 -c 文件 指明", "give it with -c FILE"),
        )
    content = _content(sheet)
    trial = try_sheet(config, sheet.name, content, variables=True)
    if not trial.problems and not dry_run:
        before = read_text(config)
        trial = apply_sheet(config, sheet.name, content, variables=True)
        if trial.changes and not trial.problems:
            _keep(config, sheet, before)
    if as_json:
        written = trial.changes and not dry_run and not trial.problems
        print_json({**trial.as_dict(), "written": written})
    else:
        _print(trial, config, dry_run)
    if trial.problems:
        raise typer.Exit(2)


def _keep(config: Path, sheet: Path, before: str) -> None:
    """Keep what was written and what was there before as versions, if there is a database."""
    try:
        environment = Environment.load(config)
        with closing(open_store(environment)) as database:
            desk = ConfigDesk(database, config, environment.secret(), SystemClock())
            desk.taken(VersionKind.SHEET, whoever_runs_this(), sheet.name, before)
    except ConfigError as error:
        why = error.brief()
        said = Text(f"没有保存版本：{why.zh}", f"no version is kept: {why.en}")
        errors.print(said.of(spoken()), highlight=False)


def _content(sheet: Path) -> bytes:
    try:
        return sheet.read_bytes()
    except OSError as error:
        raise InputError(
            unreadable(error), where=str(sheet), hint=Text("请写一个电子表格", "name a spreadsheet")
        ) from None


def _write_template(path: Path, language: Language) -> None:
    if path.exists():
        raise InputError(
            Text("文件已经存在", "the file exists"),
            where=str(path),
            hint=Text("请写一个新文件", "name a new file"),
        )
    try:
        path.write_bytes(write_template(language))
    except OSError as error:
        raise InputError(
            unwritable(error), where=str(path), hint=Text("换一个文件", "name another file")
        ) from None
    command = f"monitor import {path} -c FILE --dry-run"
    say(Text(f"{path}：填好后运行 {command}", f"{path}: fill it in, then: {command}"))


def _print(trial: Trial, config: Path, dry_run: bool) -> None:
    if trial.problems:
        rows = [
            {
                "row": problem.row or None,
                "column": f"{problem.column.zh} ({problem.column.en})" if problem.column else "",
                "problem": problem.message.of(spoken()),
            }
            for problem in trial.problems
        ]
        number = len(rows)
        say(Text(f"{number} 处错误；没有任何修改", f"Mistakes: {number}. Nothing was changed."))
        print_rows(("row", "column", "problem"), rows, as_json=False)
        return
    rows = [{"": level, **states} for level, states in trial.counts.items()]
    print_rows(("", "added", "changed", "unchanged"), rows, as_json=False)
    if not trial.changes:
        say(Text(f"{config}：没有要修改的", f"{config}: nothing to change"))
    elif dry_run:
        say(
            Text(
                f"{config}：将被修改；去掉 --dry-run 再导入即写入",
                f"{config}: would be changed; import without --dry-run to do it",
            )
        )
    else:
        say(
            Text(
                f"{config}：已修改。接着运行 monitor check --connect",
                f"{config}: changed. Then: monitor check --connect",
            )
        )
