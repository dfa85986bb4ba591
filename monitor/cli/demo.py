"""``monitor demo``: the demo district."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def demo(
    video: Annotated[
        list[Path] | None,
        typer.Option("--video", help="Add a recording of your own as a further camera."),
    ] = None,
    port: Annotated[int, typer.Option(help="Port of the web pages.", min=1, max=65535)] = 8480,
    folder: Annotated[
        Path | None, typer.Option("--data", help="Folder for everything the demo writes.")
    ] = None,
) -> None:
    """Start a demo district on composed footage and print where to sign in.

    Example: `monitor demo --video my-nursery.mp4`
    """
    # The demo pulls in everything; other commands should not wait for it.
    from monitor.demo.district import run_demo

    run_demo(video or [], port=port, folder=folder)
