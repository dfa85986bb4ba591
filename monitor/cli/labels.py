"""``monitor labels``: frames that people have labelled on the page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from monitor.cli.options import ConfigFile
from monitor.cli.output import JsonFlag, console, print_json
from monitor.runtime.environment import Environment
from monitor.store.label_export import export_labels
from monitor.store.labels import LabelStore

group = typer.Typer(help="Frames labelled on the page 'Labels'.", no_args_is_help=True)


@group.callback()
def _labels() -> None:
    """Frames labelled on the page 'Labels'."""


@group.command("export")
def export(
    folder: Annotated[Path, typer.Argument(help="Folder to write the set into; new or empty.")],
    config: ConfigFile,
    as_json: JsonFlag = False,
) -> None:
    """Write the reviewed frames as a set in YOLO format, split by camera and day.

    Example: `monitor labels export frames -c district.yaml`
    """
    environment = Environment.load(config)
    exported = export_labels(
        LabelStore(environment.labels_folder), folder, ZoneInfo(environment.district.timezone)
    )
    if as_json:
        print_json({"data": exported.data, "train": exported.train, "val": exported.val})
        return
    console.print(
        f"{exported.train} frames to train on, {exported.val} held out → {exported.data}",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
