"""``monitor db``: the schema of the database."""

from __future__ import annotations

from contextlib import closing

import typer

from monitor.cli.options import ConfigFile
from monitor.cli.output import JsonFlag, print_json
from monitor.runtime.environment import Environment
from monitor.store import migrate

group = typer.Typer(help="Bring the database's schema up to date.", no_args_is_help=True)


@group.command("upgrade")
def upgrade(config: ConfigFile, as_json: JsonFlag = False) -> None:
    """Bring the schema up to date; a SQLite file is copied before it is changed.

    Example: `monitor db upgrade -c configs/district.yaml`
    """
    environment = Environment.load(config)
    with closing(environment.database()) as database:
        before = migrate.current(database)
        after = migrate.upgrade(database, None if as_json else typer.echo)
    if as_json:
        print_json({"before": before, "after": after})
    else:
        typer.echo(f"schema {after}" + (" (was up to date)" if before == after else ""))


@group.command("check")
def check(config: ConfigFile, as_json: JsonFlag = False) -> None:
    """Say whether the schema is the one this program expects; exit code 1 if not.

    Example: `monitor db check -c configs/district.yaml`
    """
    environment = Environment.load(config)
    with closing(environment.database()) as database:
        differences = migrate.check(database)
    if as_json:
        print_json({"sound": not differences, "differences": differences})
    else:
        for difference in differences:
            typer.echo(difference)
        if not differences:
            typer.echo("the schema is as expected")
    if differences:
        raise typer.Exit(1)
