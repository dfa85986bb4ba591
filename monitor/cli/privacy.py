"""``monitor privacy``: what is due by the rules of retention, erasing it, the auditor's year."""

from __future__ import annotations

import hashlib
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.cli.options import ConfigFile
from monitor.cli.output import JsonFlag, print_json, print_rows
from monitor.domain.access_register import SYSTEM_ACCESSOR, AccessKind, NewAccess
from monitor.domain.clock import SystemClock, utc_now
from monitor.domain.errors import InputError, KanhuError
from monitor.domain.personal_data import RULE_OF, Due, Erased
from monitor.domain.system_words import unwritable
from monitor.domain.text import Text
from monitor.runtime.environment import Environment
from monitor.runtime.opening import open_store
from monitor.runtime.privacy.keeper import PrivacyKeeper, Stores
from monitor.runtime.privacy.year import YearDesk
from monitor.runtime.privacy.year_package import write_year
from monitor.store.access_register import AccessRegister

group = typer.Typer(help="Personal data: retention by rule, proofs.", no_args_is_help=True)


@group.command("due")
def due(config: ConfigFile, as_json: JsonFlag = False) -> None:
    """Say of every kind of personal data what is due now. Erases nothing.

    Example: `monitor privacy due -c configs/district.yaml`
    """
    environment = Environment.load(config)
    with closing(open_store(environment)) as database:
        keeper = PrivacyKeeper(
            environment.settings, database, SystemClock(), Stores.of(environment)
        )
        found = [_due(one) for one in keeper.due()]
    columns = ("kind", "what", "kept", "then", "due", "next")
    print_rows(columns, found, as_json=as_json)


@group.command("run")
def run(config: ConfigFile, as_json: JsonFlag = False) -> None:
    """Erase now what is due, as is done every night. Exit code 1: some kind could not be erased.

    Example: `monitor privacy run -c configs/district.yaml`
    """
    environment = Environment.load(config)
    with closing(open_store(environment)) as database:
        keeper = PrivacyKeeper(
            environment.settings, database, SystemClock(), Stores.of(environment)
        )
        done = keeper.run()
    if as_json:
        print_json([_erased(one) for one in done])
    else:
        print_rows(("kind", "erased", "problem"), [_erased(one) for one in done], as_json=False)
    if any(one.problem for one in done):
        raise typer.Exit(1)


@group.command("export")
def export(
    config: ConfigFile,
    year: Annotated[int, typer.Option(help="The year, such as 2026.", min=2000, max=2100)],
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write; it must not exist yet.")],
    as_json: JsonFlag = False,
) -> None:
    """Write a year for the auditor into one ZIP file. Exit code 1: a chain is broken.

    Example: `monitor privacy export --year 2026 -o audit-2026.zip -c configs/district.yaml`
    """
    environment = Environment.load(config)
    with closing(open_store(environment)) as database:
        desk = YearDesk(database, environment.settings, SystemClock())
        try:
            with out.open("xb") as file:
                gathered = write_year(file, desk, year)
        except FileExistsError:
            raise InputError(
                Text("文件已经存在", "this file is there already"), where=str(out)
            ) from None
        except KanhuError:
            out.unlink(missing_ok=True)
            raise
        except OSError as error:
            raise InputError(unwritable(error), where=str(out)) from None
        digest = hashlib.sha256(out.read_bytes()).hexdigest()
        access = NewAccess(
            AccessKind.AUDIT_EXPORTED,
            SYSTEM_ACCESSOR,
            "monitor privacy export",
            what={"year": year, "sha256": digest},
        )
        AccessRegister(database).put_down(access, utc_now(SystemClock()))
    broken = [one.name for one in gathered.chains if one.problem]
    if as_json:
        print_json({"file": str(out), "sha256": digest, "broken": broken})
    else:
        typer.echo(f"{out}  sha256 {digest}")
        for name in broken:
            typer.echo(f"the chain '{name}' is BROKEN")
    if broken:
        raise typer.Exit(1)


def _due(one: Due) -> dict[str, Any]:
    rule = RULE_OF[one.kind]
    return {
        "kind": one.kind.value,
        "what": rule.what.en,
        "kept": None if one.seconds is None else f"{one.seconds / 86400:g} d",
        "seconds": one.seconds,
        "then": rule.treatment.value,
        "setting": rule.setting,
        "due": one.problem or one.count,
        "next": None if one.next is None else one.next.isoformat(timespec="seconds"),
    }


def _erased(one: Erased) -> dict[str, Any]:
    return {"kind": one.kind.value, "erased": one.count, "problem": one.problem}
