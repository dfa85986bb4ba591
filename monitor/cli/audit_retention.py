"""``monitor audit retention``: proving that every channel can show the days that it must."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Annotated, Any

import typer

from monitor.cli.language import spoken
from monitor.cli.options import ConfigFile
from monitor.cli.output import JsonFlag, errors, print_json, print_rows, progress
from monitor.domain.clock import SystemClock, to_datetime
from monitor.domain.errors import InputError
from monitor.domain.text import Text
from monitor.runtime.environment import Environment
from monitor.runtime.opening import open_store
from monitor.runtime.recording.audit import Auditor
from monitor.store.retention_audits import AuditedChannel, RetentionAudit, Verdict

_COLUMNS = ("camera", "recorder", "required", "unbroken", "gaps", "played", "verdict")


def retention(
    config: ConfigFile,
    institution: Annotated[
        str, typer.Option(help="Only the channels of this institution (its id).")
    ] = "",
    samples: Annotated[
        int, typer.Option(min=0, max=50, help="Random stretches to play of each channel.")
    ] = 3,
    seed: Annotated[
        int | None, typer.Option(min=0, max=2**31 - 1, help="Choose the stretches of that audit.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Prove that every channel can show the days that it must.

    Asks the index of each channel's recorder, then plays random ten-second stretches and decodes
    a picture of each. Files the result. Exit code 1: a channel cannot show what it must.

    Example: `monitor audit retention -c configs/district.yaml --samples 5`
    """
    environment = Environment.load(config)
    known = {item.id for item in environment.district.institutions}
    if institution and institution not in known:
        raise InputError(
            Text(f"没有机构“{institution}”", f"there is no institution '{institution}'"),
            where="--institution",
            hint=Text(f"可用：{'、'.join(sorted(known))}", f"one of: {', '.join(sorted(known))}"),
        )
    with closing(open_store(environment)) as database, progress() as report:
        auditor = Auditor(environment, database, SystemClock(), samples=samples)
        result = auditor.run(
            auditor.choose_seed() if seed is None else seed,
            institution or None,
            progress=lambda share: report("channels", share),
        )
    if as_json:
        print_json(_as_json(result))
    else:
        print_rows(_COLUMNS, [_row(channel) for channel in result.channels], as_json=False)
        for camera_id, fault in _faults(result):
            typer.echo(f"{camera_id}: {fault.of(spoken())}")
        errors.print(f"through {result.through}, seed {result.seed}")
    failed = (Verdict.SHORT, Verdict.UNPLAYABLE, Verdict.UNREACHABLE)
    if any(channel.verdict in failed for channel in result.channels):
        raise typer.Exit(1)


def _row(channel: AuditedChannel) -> dict[str, Any]:
    played = sum(not sample.fault for sample in channel.samples)
    return {
        "camera": channel.camera_id,
        "recorder": channel.recorder.value,
        "required": channel.required_days,
        "unbroken": channel.unbroken_days,
        "gaps": _hours(channel),
        "played": f"{played}/{len(channel.samples)}",
        "verdict": channel.verdict.value,
    }


def _faults(result: RetentionAudit) -> Iterator[tuple[str, Text]]:
    for channel in result.channels:
        for kept in (channel.fault, *(sample.fault for sample in channel.samples)):
            if kept:
                yield channel.camera_id, Text.read_back(kept)


def _hours(channel: AuditedChannel) -> str:
    missing = timedelta(seconds=round(sum(gap.end - gap.start for gap in channel.gaps)))
    return f"{len(channel.gaps)} ({missing})" if channel.gaps else "0"


def _as_json(result: RetentionAudit) -> dict[str, Any]:
    return {
        "at": result.at.isoformat(),
        "through": result.through.isoformat(),
        "seed": result.seed,
        "channels": [
            {
                **_row(channel),
                "fault": Text.read_back(channel.fault).en,
                "days": [[day.day.isoformat(), day.share] for day in channel.days],
                "gaps": [
                    [to_datetime(gap.start).isoformat(), to_datetime(gap.end).isoformat()]
                    for gap in channel.gaps
                ],
                "samples": [
                    {
                        "start": to_datetime(sample.start).isoformat(),
                        "seconds": sample.seconds,
                        "pictures": sample.pictures,
                        "picture": f"{sample.width}×{sample.height}",
                        "fault": Text.read_back(sample.fault).en,
                    }
                    for sample in channel.samples
                ],
            }
            for channel in result.channels
        ],
    }
