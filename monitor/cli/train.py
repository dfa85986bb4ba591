"""``monitor train``: a model of the district's own, proposed only if it is better."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from monitor.cli.evaluate import DataOption, LanguageOption
from monitor.cli.language import language_named
from monitor.cli.output import JsonFlag, console, errors, print_json, progress
from monitor.detectors.evaluation.attended import Costs
from monitor.detectors.evaluation.data_file import read_data_file
from monitor.detectors.evaluation.labels import read_part
from monitor.detectors.models.manifest import NAME
from monitor.detectors.training.fine_tune import fine_tune
from monitor.detectors.training.report import outcome_dict, verdict_lines, write_report
from monitor.detectors.training.staging import Wish
from monitor.domain.clock import SystemClock, utc_now
from monitor.domain.errors import InputError
from monitor.domain.text import Text
from monitor.runtime.environment import models_folder
from monitor.settings.schema import Finder

_BASE = str(Finder.model_fields["name"].default)


def train(
    data: DataOption,
    base: Annotated[str, typer.Option(help="Model to begin with.")] = _BASE,
    name: Annotated[
        str | None, typer.Option(help="Name of the new model; base and date when not given.")
    ] = None,
    minutes: Annotated[
        float, typer.Option(min=0.01, max=10_080, help="Most minutes to train.")
    ] = 30.0,
    epochs: Annotated[int, typer.Option(min=1, max=10_000, help="Most rounds to train.")] = 60,
    imgsz: Annotated[
        int, typer.Option(min=64, max=1920, help="Input width, a multiple of 32.")
    ] = 960,
    batch: Annotated[int, typer.Option(min=1, max=256, help="Pictures in one step.")] = 8,
    ghost_cost: Annotated[
        float, typer.Option(min=0, help="Cost of an adult found where none is.")
    ] = 2.0,
    miss_cost: Annotated[
        float, typer.Option(min=0, help="Cost of an adult not found who is there.")
    ] = 1.0,
    report: Annotated[
        Path | None, typer.Option(help="Folder of the report; NAME_report beside the models.")
    ] = None,
    language: LanguageOption = "en",
    as_json: JsonFlag = False,
) -> None:
    """Fine-tune a model on labelled frames; register it only if it is better on the others.

    Trains on the part `train` and judges old and new on the part `val`, which is never trained on.

    Example: `monitor train --data frames/data.yaml --minutes 30 --name our-rooms`
    """
    spoken = language_named(language)
    data_file = read_data_file(data)
    images, held_out = read_part(data_file, "train"), read_part(data_file, "val")
    called = name or f"{base}-{utc_now(SystemClock()):%Y%m%d-%H%M}"
    if not re.match(NAME, called):
        raise InputError(
            Text(f"“{called}”不能作模型名称", f"'{called}' is no name for a model"),
            where="--name",
            hint=Text(
                "只能用小写字母、数字、点、连字符和下划线",
                "use lower-case letters, digits, dots, hyphens and underscores",
            ),
        )
    wish = Wish(base, called, imgsz, epochs, minutes, batch)
    with _orderly_stop(), progress() as told:
        outcome = fine_tune(
            wish, data_file, images, held_out, models_folder(), told, Costs(ghost_cost, miss_cost)
        )
    folder = report or models_folder() / f"{called}_report"
    write_report(outcome, folder)
    if as_json:
        print_json({**outcome_dict(outcome), "report": str(folder)})
        return
    for line in verdict_lines(outcome):
        console.print(line.of(spoken), highlight=False, markup=False, soft_wrap=True)
    errors.print(f"→ {folder}", highlight=False, markup=False, soft_wrap=True)


@contextmanager
def _orderly_stop() -> Iterator[None]:
    """Let a service manager's stop clean up as a keyboard interrupt does."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
