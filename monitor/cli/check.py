"""``monitor check``: is the configuration sound, and can every camera be read?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.options import ConfigFile
from monitor.cli.output import JsonFlag, print_json, print_rows
from monitor.domain.places import District
from monitor.runtime.connection import ConnectionReport, try_cameras
from monitor.settings import load_settings
from monitor.settings.district import district_of


def check(
    config: ConfigFile,
    connect: Annotated[
        bool, typer.Option("--connect", help="Also try every enabled camera.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Validate a configuration file and say what it describes.

    Exit code 2 if the file has a mistake, 1 if `--connect` finds a camera that cannot be read.

    Example: `monitor check -c configs/district.yaml --connect`
    """
    settings = load_settings(config)
    district = district_of(settings, config.resolve().parent)
    reports = list(try_cameras(district)) if connect else []
    if as_json:
        print_json({**_counts(config, district), "cameras": [item.as_dict() for item in reports]})
    else:
        counts = _counts(config, district)
        typer.echo(
            f"{config}: sound. {counts['institutions']} institutions, {counts['rooms']} rooms, "
            f"{counts['camera_count']} cameras."
        )
        if connect:
            _print_reports(reports)
    if not all(report.readable for report in reports):
        raise typer.Exit(1)


def _counts(config: Path, district: District) -> dict[str, object]:
    return {
        "file": str(config),
        "sound": True,
        "district": district.id,
        "institutions": len(district.institutions),
        "rooms": len(district.rooms),
        "camera_count": len(district.cameras),
    }


def _print_reports(reports: list[ConnectionReport]) -> None:
    columns = ("institution", "camera", "state", "codec", "size", "fps", "first_picture_s", "fault")
    print_rows(columns, [report.as_dict() for report in reports], as_json=False)
