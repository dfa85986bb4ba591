"""``monitor demo``: the demo district."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.output import progress
from monitor.domain.errors import InputError

if TYPE_CHECKING:
    from monitor.demo.start import Welcome


def demo(
    video: Annotated[
        list[Path] | None,
        typer.Option("--video", help="Add a recording of your own as a further camera."),
    ] = None,
    port: Annotated[int, typer.Option(help="Port of the web pages.", min=1, max=65535)] = 8480,
    language: Annotated[
        str | None, typer.Option(help="Language of the pages: zh or en; else the terminal's.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--data", help="Folder for everything the demo writes.")
    ] = None,
) -> None:
    """Start a demo district on composed footage and print where to sign in.

    Example: `monitor demo --video my-nursery.mp4`
    """
    # The demo pulls in everything; other commands should not wait for it.
    from monitor.demo.start import DemoOptions, run_demo

    language = language or _of_the_terminal()
    if language not in ("zh", "en"):
        raise InputError("the language is zh or en", where="--language", hint="give zh or en")
    options = DemoOptions(tuple(video or ()), port, folder, "zh" if language == "zh" else "en")
    with progress() as report:
        run_demo(options, report, _greet)


def _of_the_terminal() -> str:
    names = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "zh" if next(filter(None, names), "").startswith("zh") else "en"


def _greet(welcome: Welcome) -> None:
    typer.echo(
        f"""
  看护 Kanhu — demo district on composed footage (合成画面)

    Sign in with this link, once:  {welcome.link}
    or at {welcome.address}  as  {welcome.user}  with password  {welcome.password}

    Alerts appear within a minute. Logs: {welcome.logs}
    Ctrl-C stops everything.
"""
    )
