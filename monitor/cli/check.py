"""``monitor check``: is the configuration sound, and can every camera be read?"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.cli.language import say, spoken
from monitor.cli.options import ConfigFile
from monitor.cli.output import JsonFlag, errors, print_json, print_rows, progress
from monitor.detectors.models.manifest import load_manifest
from monitor.domain.clock import SystemClock, utc_now
from monitor.domain.connections import ConnectionTrial
from monitor.domain.errors import ConfigError, InputError
from monitor.domain.places import District
from monitor.domain.system_words import unwritable
from monitor.domain.text import Language, Text, in_brackets
from monitor.runtime.connection import AT_ONCE, try_cameras
from monitor.runtime.connection_sheet import write_trials
from monitor.runtime.environment import Environment, models_folder
from monitor.runtime.opening import open_store
from monitor.settings import Settings, load_settings
from monitor.settings.district import district_of
from monitor.store.connection_trials import ConnectionTrials

_COLUMNS = (
    "institution",
    "camera",
    "stream",
    "state",
    "codec",
    "size",
    "fps",
    "kbit_s",
    "gop_s",
    "clock_offset_s",
    "first_picture_s",
)


def check(
    config: ConfigFile,
    connect: Annotated[
        bool, typer.Option("--connect", help="Also try every enabled camera.")
    ] = False,
    xlsx: Annotated[
        Path | None, typer.Option(help="With --connect: write the report to this spreadsheet too.")
    ] = None,
    at_once: Annotated[
        int, typer.Option(help="With --connect: most cameras tried at once.", min=1, max=64)
    ] = AT_ONCE,
    as_json: JsonFlag = False,
) -> None:
    """Validate a configuration file and say what it describes.

    `--connect` tries the main and the smaller stream of every camera, two at a time of one
    institution, and keeps the report for the page 'Connections'. Exit code 2 if the file has a
    mistake, 1 if `--connect` finds a camera that cannot be read.

    Example: `monitor check -c configs/district.yaml --connect --xlsx report.xlsx`
    """
    settings = load_settings(config)
    district = district_of(settings, config.resolve().parent)
    load_manifest(models_folder()).model(settings.model.name)
    if xlsx is not None and not connect:
        raise InputError(
            Text("没有 --connect 就没有报告", "there is no report without --connect"),
            where="--xlsx",
        )
    trials = _try(district, settings, at_once) if connect else ()
    counts = _counts(config, district)
    if connect:
        _keep(config, trials)
    if xlsx is not None:
        _write(xlsx, write_trials(trials, settings.service.language))
    rows = [_row(trial, "en" if as_json else spoken()) for trial in trials]
    if as_json:
        print_json({**counts, "cameras": rows})
    else:
        say(
            Text(
                f"{config}：没有错误。{counts['institutions']} 个机构，{counts['rooms']} 个房间，"
                f"{counts['camera_count']} 台摄像机。",
                f"{config}: sound. Institutions: {counts['institutions']}, rooms: "
                f"{counts['rooms']}, cameras: {counts['camera_count']}.",
            )
        )
        if connect:
            print_rows(_COLUMNS, rows, as_json=False)
            for row in rows:
                if row["fault"]:
                    typer.echo(f"{row['camera']} ({row['stream']}): {row['fault']}")
    if not all(trial.readable for trial in trials):
        raise typer.Exit(1)


def _try(district: District, settings: Settings, at_once: int) -> tuple[ConnectionTrial, ...]:
    with progress() as report:
        return try_cameras(
            district,
            settings.sources.reach(),
            at_once=at_once,
            report=lambda share: report("cameras", share),
        )


def _keep(config: Path, trials: tuple[ConnectionTrial, ...]) -> None:
    try:
        with closing(open_store(Environment.load(config))) as database:
            ConnectionTrials(database).replace(trials, utc_now(SystemClock()))
    except ConfigError as error:
        why = error.brief()
        said = Text(f"报告没有保存：{why.zh}", f"the report is not kept: {why.en}")
        errors.print(said.of(spoken()), highlight=False)


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise InputError(
            unwritable(error), where=str(path), hint=Text("换一个文件", "name another file")
        ) from None


def _row(trial: ConnectionTrial, language: Language) -> Mapping[str, Any]:
    return {
        "institution": trial.institution_id,
        "room": trial.room_id,
        "camera": trial.camera_id,
        "stream": trial.stream.value,
        "state": "readable" if trial.readable else "not readable",
        "codec": trial.codec,
        "size": trial.size,
        "fps": trial.fps,
        "kbit_s": trial.kbit_s,
        "gop_s": trial.gop_s,
        "clock_offset_s": trial.clock_offset_s,
        "first_picture_s": trial.first_picture_s,
        "fault": in_brackets(trial.fault, trial.advice).of(language),
    }


def _counts(config: Path, district: District) -> dict[str, object]:
    return {
        "file": str(config),
        "sound": True,
        "district": district.id,
        "institutions": len(district.institutions),
        "rooms": len(district.rooms),
        "camera_count": len(district.cameras),
    }
