"""``monitor audit``: proving that what was put down is kept, and still what was put down."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from monitor.cli.audit_retention import retention
from monitor.cli.options import ConfigFile
from monitor.cli.output import JsonFlag, print_json, print_rows
from monitor.domain.access import DISTRICT
from monitor.domain.access_register import AccessEntry
from monitor.domain.chain import ChainVerdict
from monitor.domain.errors import InputError
from monitor.domain.text import Text
from monitor.runtime.environment import Environment
from monitor.runtime.opening import open_store
from monitor.store.access_register import AccessFilter, AccessRegister
from monitor.store.evidence_chain import EvidenceChain
from monitor.store.files import FileStore

group = typer.Typer(help="Proofs of what the system keeps.", no_args_is_help=True)
group.command("retention")(retention)

Known = Annotated[
    str,
    typer.Option(help="A hash written down earlier that has to be in the chain still."),
]
_HASH = re.compile(r"[0-9a-f]{64}")


@group.command("access")
def access(
    config: ConfigFile,
    verify: Annotated[
        bool, typer.Option("--verify", help="Look through the whole chain; exit code 1 if broken.")
    ] = False,
    known: Known = "",
    person: Annotated[str, typer.Option(help="Part of a name, account or unit.")] = "",
    year: Annotated[int, typer.Option(help="Everything of one year.", min=0, max=2100)] = 0,
    as_json: JsonFlag = False,
) -> None:
    """Print the newest rows of the access register, or a year of it, or check it.

    Example: `monitor audit access --verify -c configs/district.yaml`
    """
    with closing(open_store(Environment.load(config))) as database:
        register = AccessRegister(database)
        if verify:
            _told(register.verify(_hash(known)), as_json)
            return
        if year:
            start, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
            entries = list(register.between(DISTRICT, start, end))
        else:
            entries = list(register.search(DISTRICT, AccessFilter(person=person)).entries)
    columns = ("position", "at", "kind", "person", "unit", "alert", "reason")
    print_rows(columns, [_shown(entry) for entry in entries], as_json=as_json)


@group.command("evidence")
def evidence(
    config: ConfigFile,
    files: Annotated[
        bool, typer.Option("--files", help="Read every file as well; takes its time.")
    ] = False,
    known: Known = "",
    as_json: JsonFlag = False,
) -> None:
    """Check the chain of evidence against the index of files; exit code 1 if broken.

    Example: `monitor audit evidence --files -c configs/district.yaml`
    """
    environment = Environment.load(config)
    with closing(open_store(environment)) as database:
        store = FileStore(environment.evidence_folder) if files else None
        verdict = EvidenceChain(database).verify(store, _hash(known))
    _told(verdict.chain, as_json, verdict.problems, verdict.files)


def _hash(known: str) -> str | None:
    if known and not _HASH.fullmatch(known):
        raise InputError(
            Text("这不是 SHA-256 散列值", "this is not a SHA-256 hash"),
            where="--known",
            hint=Text("应为 64 个数字和字母 a 到 f", "64 digits and letters a to f"),
        )
    return known or None


def _told(
    verdict: ChainVerdict, as_json: bool, problems: tuple[str, ...] = (), files: int | None = None
) -> None:
    found = [*([verdict.problem] if verdict.problem else []), *problems]
    if as_json:
        told: dict[str, Any] = {
            "sound": not found,
            "rows": verdict.rows,
            "head": verdict.head,
            "broken_at": verdict.at,
            "problems": found,
        }
        print_json(told if files is None else {**told, "files": files})
    else:
        for problem in found:
            typer.echo(f"row {verdict.at}: {problem}" if verdict.at else problem)
        typer.echo(f"{verdict.rows} rows, {'BROKEN' if found else 'sound'}; head {verdict.head}")
    if found:
        raise typer.Exit(1)


def _shown(entry: AccessEntry) -> dict[str, Any]:
    access = entry.access
    return {
        "position": entry.position,
        "at": entry.at.isoformat(timespec="seconds"),
        "kind": access.kind.value,
        "person": access.who.person,
        "unit": access.who.unit,
        "account": access.who.account,
        "address": access.who.address,
        "institution": access.institution_id,
        "alert": access.alert_id,
        "reason": access.reason,
        "what": access.what,
        "former": entry.former,
        "hash": entry.hash,
    }
