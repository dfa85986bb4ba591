"""``monitor config``: the district's file out and in again, its history, and the way back."""

from __future__ import annotations

import contextlib
import getpass
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.cli.language import say
from monitor.cli.options import ConfigFile
from monitor.cli.output import JsonFlag, print_json, print_rows
from monitor.documents import dotted
from monitor.domain.alerts import Actor
from monitor.domain.clock import SystemClock
from monitor.domain.errors import ConfigError, InputError
from monitor.domain.system_words import unwritable
from monitor.domain.text import Language, Text
from monitor.runtime.config_desk import ConfigDesk, Draft
from monitor.runtime.environment import Environment
from monitor.runtime.opening import open_store
from monitor.settings.revising.difference import DiffLine, as_text
from monitor.settings.revising.file import read_text
from monitor.settings.revising.secrets import hidden_text
from monitor.store.config_versions import ConfigVersion, VersionKind

group = typer.Typer(
    help="The district's file: export, import, history and undo.", no_args_is_help=True
)
Reason = Annotated[str, typer.Option("--reason", help="Why; kept with the version.")]
_COLUMNS = ("version", "at", "kind", "by", "reason", "config_version")


@group.command("export")
def export(
    config: ConfigFile,
    file: Annotated[
        Path | None, typer.Argument(help="Where to write it; to the terminal if not given.")
    ] = None,
    with_secrets: Annotated[
        bool, typer.Option("--with-secrets", help="With passwords; the file is for you alone.")
    ] = False,
    version: Annotated[
        int | None, typer.Option(help="An earlier version instead of the file as it is.", min=1)
    ] = None,
) -> None:
    """Write the configuration as it is, comments included; passwords are hidden.

    What is exported can be imported again: hidden passwords stay what they are, as long as the
    camera keeps its host.

    Example: `monitor config export district-copy.yaml -c configs/district.yaml`
    """
    if version is None:
        text = read_text(config)
    else:
        with _desk(config) as desk:
            text = desk.versions.text(version)
    if not with_secrets:
        text = hidden_text(text, config.name)
    if file is None:
        typer.echo(text, nl=False)
        return
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as target:
            target.write(text.encode("utf-8"))
    except OSError as error:
        raise InputError(
            unwritable(error), where=str(file), hint=Text("换一个文件", "name another file")
        ) from None


@group.command("import")
def import_config(
    config: ConfigFile,
    file: Annotated[Path, typer.Argument(help="The new configuration, whole.")],
    check: Annotated[
        bool, typer.Option("--check", help="Only say what would change, or what is wrong.")
    ] = False,
    reason: Reason = "imported",
    as_json: JsonFlag = False,
) -> None:
    """Replace the configuration by a file, if that is sound; importing it again changes nothing.

    The change is shown, kept as a version, and taken over by the running service. Exit code 2 if
    the file has a mistake.

    Example: `monitor config import district-copy.yaml -c configs/district.yaml --check`
    """
    text = read_text(file)
    with _desk(config, text) as desk:
        draft = desk.draft_text(desk.present(), text)
        _refuse(draft, file)
        saved = None
        if draft.changes and not check:
            saved = desk.save(draft, VersionKind.IMPORT, whoever_runs_this(), reason)
    _tell(draft, saved, as_json)


@group.command("history")
def history(
    config: ConfigFile,
    version: Annotated[
        int | None, typer.Argument(help="Show what this version changed.", min=1)
    ] = None,
    limit: Annotated[int, typer.Option(help="Most versions listed.", min=1, max=1000)] = 20,
    verify: Annotated[
        bool, typer.Option("--verify", help="Look through the whole chain; exit code 1 if broken.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """List the versions of the configuration, newest first, or show what one of them changed.

    Example: `monitor config history 12 -c configs/district.yaml`
    """
    with _desk(config) as desk:
        if verify:
            verdict = desk.versions.verify()
            print_json({"sound": verdict.sound, "rows": verdict.rows, "problem": verdict.problem})
            if not verdict.sound:
                raise typer.Exit(1)
        elif version is None:
            desk.present()
            rows = [_row(item) for item in desk.versions.list(limit=limit)]
            if not as_json:  # for people: this machine's time, without fractions
                rows = [
                    {**row, "at": f"{row['at'].astimezone():%Y-%m-%d %H:%M:%S %Z}"} for row in rows
                ]
            print_rows(_COLUMNS, rows, as_json=as_json)
        else:
            lines = desk.changed_by(version)
            if as_json:
                print_json({**_row(desk.versions.get(version)), "difference": _lines(lines)})
            else:
                typer.echo(as_text(lines))


@group.command("undo")
def undo(
    config: ConfigFile,
    version: Annotated[
        int | None,
        typer.Argument(help="The version to go back to; the last but one if not given.", min=1),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only say what would change, or what is wrong.")
    ] = False,
    reason: Reason = "undone",
    as_json: JsonFlag = False,
) -> None:
    """Bring an earlier version back, as a new one; refused if it is not sound any more.

    Example: `monitor config undo -c configs/district.yaml --reason "too many alerts"`
    """
    with _desk(config) as desk:
        desk.present()
        target = version or _last_but_one(desk)
        draft = desk.draft_undo(target)
        _refuse(draft, Path(f"version {target}"))
        saved = None
        if draft.changes and not check:
            saved = desk.save(draft, VersionKind.UNDO, whoever_runs_this(), reason, restores=target)
    _tell(draft, saved, as_json)


@contextlib.contextmanager
def _desk(config: Path, otherwise: str | None = None) -> Iterator[ConfigDesk]:
    """Open the desk; where the file has mistakes the database is that of the text ``otherwise``.

    Without one it is that of the file before the last change by program.
    """
    try:
        environment = Environment.load(config)
    except ConfigError:
        former = config.with_name(f"{config.name}.bak")
        if otherwise is None and not former.exists():
            raise
        environment = Environment.of(config, otherwise or read_text(former))
    with closing(open_store(environment)) as database:
        yield ConfigDesk(database, config, environment.secret(), SystemClock())


def _last_but_one(desk: ConfigDesk) -> int:
    newest = desk.versions.newest()
    former = None if newest is None else desk.versions.former(newest.position)
    if former is None:
        raise InputError(Text("没有更早的版本", "there is no earlier version"), where="history")
    return former.position


def _refuse(draft: Draft, file: Path) -> None:
    if not draft.complaints:
        return
    number = len(draft.complaints)
    head = Text(f"{number} 处错误；没有任何修改", f"Mistakes: {number}. Nothing is changed.")
    errors = [
        InputError(item.message, where=dotted(item.location), hint=item.hint)
        for item in draft.complaints
    ]

    def listed(language: Language) -> str:
        return "\n".join((head.of(language), *(error.says(language) for error in errors)))

    raise InputError(Text.by(listed), where=str(file))


def _tell(draft: Draft, saved: ConfigVersion | None, as_json: bool) -> None:
    if as_json:
        version = None if saved is None else saved.position
        print_json(
            {
                "changes": draft.changes,
                "written": saved is not None,
                "version": version,
                "difference": _lines(draft.lines),
            }
        )
        return
    if not draft.changes:
        say(Text("没有要修改的", "nothing to change"))
        return
    typer.echo(as_text(draft.lines))
    if saved is None:
        say(Text("将被修改", "would be changed"))
    else:
        number = saved.position
        say(Text(f"已存为第 {number} 版", f"saved as version {number}"))


def _lines(lines: tuple[DiffLine, ...]) -> list[str]:
    return as_text(lines).splitlines()


def _row(version: ConfigVersion) -> dict[str, Any]:
    return {
        "version": version.position,
        "at": version.at,
        "kind": version.kind.value,
        "by": version.by,
        "reason": version.reason,
        "restores": version.restores,
        "config_version": version.config_version,
    }


def whoever_runs_this() -> Actor:
    """Return the person at the command line, by the account on this machine."""
    return Actor(None, f"{getpass.getuser()} (command line)", via="system")
