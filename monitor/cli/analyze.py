"""``monitor analyze``: what would have happened in this recording?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from monitor.cli.language import language_named
from monitor.cli.output import JsonFlag, errors, print_json, progress
from monitor.detectors.rules.wording import plural
from monitor.domain.errors import InputError
from monitor.domain.events import Event
from monitor.domain.system_words import unwritable
from monitor.domain.text import Language, Text
from monitor.runtime.analyze import Analysis, Summary
from monitor.runtime.environment import models_folder
from monitor.runtime.event_messages import to_line
from monitor.runtime.finder_choice import open_finder
from monitor.runtime.rendering import VideoWriter
from monitor.settings.camera_file import load_camera_file
from monitor.settings.schema import Finder


def analyze(
    video: Annotated[Path, typer.Argument(help="A recording: MP4, MKV, AVI, TS …")],
    config: Annotated[
        Path, typer.Option("--config", "-c", help="Camera file: room, zones, calibration, rules.")
    ],
    events: Annotated[
        Path | None, typer.Option("--events", help="Write one JSON object an event here.")
    ] = None,
    annotated: Annotated[
        Path | None, typer.Option("--video", help="Write an MP4 with boxes and counts here.")
    ] = None,
    model: Annotated[str, typer.Option(help="Model in models/manifest.toml.")] = "yolov8n",
    start: Annotated[
        datetime | None,
        typer.Option(
            help="When the recording began, local time; without it hours and naps do not count.",
            formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        ),
    ] = None,
    language: Annotated[str, typer.Option(help="Language of the sentences: zh or en.")] = "en",
    as_json: JsonFlag = False,
) -> None:
    """Run the whole detection path over a recording, as fast as possible.

    Example: `monitor analyze nap.mp4 -c configs/camera.yaml --events nap.jsonl`
    """
    spoken = language_named(language)
    camera_file = load_camera_file(config)
    finder = open_finder(Finder(name=model), models_folder())
    with _lines(events) as lines, _writer(annotated) as writer, progress() as report:
        analysis = Analysis(
            video,
            camera_file,
            finder,
            every_frame=writer.write if writer else None,
            start=start,
        )
        for event in analysis.run(lambda share: report(video.name, share)):
            if lines is not None and event.cleared is not None:
                _write(lines, event, spoken)
        if lines is not None:
            for event in analysis.summary.events.values():
                if event.cleared is None:
                    _write(lines, event, spoken)
    _print(analysis.summary, spoken, as_json)


def _write(lines: TextIO, event: Event, language: Language) -> None:
    line = to_line(event, language)
    lines.write(json.dumps(line, ensure_ascii=False) + "\n")


@contextmanager
def _lines(path: Path | None) -> Iterator[TextIO | None]:
    if path is None:
        yield None
        return
    try:
        file = path.open("w", encoding="utf-8")
    except OSError as error:
        raise InputError(
            unwritable(error), where=str(path), hint=Text("检查文件夹", "check the folder")
        ) from None
    with file:
        yield file


def _writer(path: Path | None) -> Any:
    return nullcontext() if path is None else VideoWriter(path)


def _print(summary: Summary, language: Language, as_json: bool) -> None:
    found = [to_line(event, language) for event in summary.events.values()]
    if as_json:
        print_json(
            {
                "duration": round(summary.duration, 3),
                "elapsed": round(summary.elapsed, 3),
                "speed": round(summary.speed, 2),
                "frames": summary.frames,
                "events": found,
            }
        )
        return
    for event in found:
        end = "…" if event["cleared"] is None else f"{event['cleared']:.1f}"
        typer.echo(
            f"{event['onset']:8.1f}–{end:<8} {event['severity']:<9} {event['rule']}: "
            f"{event['explain']}"
        )
    errors.print(
        f"{plural(len(found), 'event', 'events')} in {summary.duration:.0f} s of video, "
        f"{summary.frames} frames looked at, {summary.speed:.1f}× real time"
    )
