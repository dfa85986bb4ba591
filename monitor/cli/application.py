"""The Typer application that the command files hang their commands on."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor import __version__
from monitor.cli import (
    analyze,
    audit,
    backtest,
    calibrate,
    check,
    config,
    database,
    demo,
    discover,
    doctor,
    evaluate,
    import_sheet,
    inspect,
    labels,
    models,
    notify,
    rollup,
    run,
    tokens,
    train,
    users,
)

application = typer.Typer(
    name="monitor",
    help="Kanhu (看护): child care safety monitoring for district guidance centres.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode="markdown",
)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"kanhu {__version__}")
        raise typer.Exit


@application.callback()
def options(
    _version_flag: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Kanhu (看护): child care safety monitoring for district guidance centres."""


application.command("demo")(demo.demo)
application.command("run")(run.run)
application.command("check")(check.check)
application.command("import")(import_sheet.import_sheet)
application.command("analyze")(analyze.analyze)
application.command("backtest")(backtest.backtest)
application.command("calibrate")(calibrate.calibrate_camera)
application.command("doctor")(doctor.doctor)
application.command("discover")(discover.discover)
application.command("evaluate")(evaluate.evaluate)
application.command("train")(train.train)
application.add_typer(config.group, name="config")
application.add_typer(audit.group, name="audit")
application.add_typer(models.group, name="models")
application.add_typer(labels.group, name="labels")
inspect.group.command("rollup")(rollup.rollup)
application.add_typer(inspect.group, name="inspect")
application.add_typer(notify.group, name="notify")
application.add_typer(users.group, name="user")
application.add_typer(tokens.group, name="token")
application.add_typer(database.group, name="db")
