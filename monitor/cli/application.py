"""The Typer application that the command files hang their commands on."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor import __version__
from monitor.cli.language import VARIABLE, choose
from monitor.cli.lazy import Deferred, LazyGroup

COMMANDS = {
    "demo": Deferred(
        "monitor.cli.demo:demo",
        "Start a demo district on composed footage and print where to sign in.",
    ),
    "run": Deferred(
        "monitor.cli.run:run",
        "Run the service until Ctrl-C or SIGTERM: pages, workers, schedule and notifier.",
    ),
    "check": Deferred(
        "monitor.cli.check:check",
        "Validate a configuration file and say what it describes.",
    ),
    "import": Deferred(
        "monitor.cli.import_sheet:import_sheet",
        "Bring institutions, rooms and cameras of a spreadsheet into the district's file.",
    ),
    "analyze": Deferred(
        "monitor.cli.analyze:analyze",
        "Run the whole detection path over a recording, as fast as possible.",
    ),
    "backtest": Deferred(
        "monitor.cli.backtest:backtest",
        "Replay the kept tracks of the last days with the present rules, "
        "or with changed parameters.",
    ),
    "calibrate": Deferred(
        "monitor.cli.calibrate:calibrate_camera",
        "Watch the people on a camera, and say how the camera hangs and how sure that is.",
    ),
    "doctor": Deferred(
        "monitor.cli.doctor:doctor",
        "Look at the machine, the model and, with a configuration, everything the service needs.",
    ),
    "discover": Deferred(
        "monitor.cli.discover:discover",
        "List devices and their channels, with the URL to write for each camera.",
    ),
    "evaluate": Deferred(
        "monitor.cli.evaluate:evaluate",
        "Find people in labelled frames, just as a camera's frames are looked at, and judge it.",
    ),
    "train": Deferred(
        "monitor.cli.train:train",
        "Fine-tune a model on labelled frames; register it only if it is better on the others.",
    ),
    "config": Deferred(
        "monitor.cli.config:group",
        "The district's file: export, import, history and undo.",
    ),
    "audit": Deferred(
        "monitor.cli.audit:group",
        "Proofs of what the system keeps.",
    ),
    "models": Deferred(
        "monitor.cli.models:group",
        "Fetch, export and verify person models.",
    ),
    "labels": Deferred(
        "monitor.cli.labels:group",
        "Frames labelled on the page 'Labels'.",
    ),
    "inspect": Deferred(
        "monitor.cli.inspect:group",
        "Monthly inspections: plan, checklists, reports.",
    ),
    "privacy": Deferred(
        "monitor.cli.privacy:group",
        "Personal data: retention by rule, proofs.",
    ),
    "notify": Deferred(
        "monitor.cli.notify:group",
        "Channels on which people are told.",
    ),
    "user": Deferred(
        "monitor.cli.users:group",
        "People who may sign in.",
    ),
    "token": Deferred(
        "monitor.cli.tokens:group",
        "Tokens with which programs use the API.",
    ),
    "db": Deferred(
        "monitor.cli.database:group",
        "Bring the database's schema up to date.",
    ),
}


class Commands(LazyGroup):
    """All commands."""

    deferred = COMMANDS


application = typer.Typer(
    name="monitor",
    cls=Commands,
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
    language: Annotated[
        str | None,
        typer.Option(envvar=VARIABLE, help="Language of messages: zh or en; else the terminal's."),
    ] = None,
) -> None:
    """Kanhu (看护): child care safety monitoring for district guidance centres."""
    choose(language)
