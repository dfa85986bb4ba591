"""What came of a training, as files: ``report.json``, ``report.zh.txt``, ``report.en.txt``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from monitor.detectors.evaluation.report import as_dict, as_lines
from monitor.detectors.models.files import whole_file
from monitor.detectors.training.fine_tune import Outcome
from monitor.domain.text import LANGUAGES, Text


def outcome_dict(outcome: Outcome) -> dict[str, Any]:
    """Return everything as JSON values."""
    return {
        "model": outcome.spec.name,
        "parent": outcome.spec.parent,
        "proposed": outcome.verdict.proposed,
        "sha256": outcome.spec.sha256,
        "trained_on": outcome.spec.trained_on,
        "input_size": list(outcome.spec.input_sizes[0]),
        "training": outcome.facts,
        "marks": [
            {"name": mark.name.en, "before": mark.before, "after": mark.after}
            for mark in outcome.verdict.marks
        ],
        "before": as_dict(outcome.before),
        "after": as_dict(outcome.after),
    }


def verdict_lines(outcome: Outcome) -> list[Text]:
    """Return old against new, and what follows, one line an element."""
    lines = outcome.verdict.lines(outcome.spec.name)
    if outcome.verdict.proposed:
        width, height = outcome.spec.input_sizes[0]
        setting = (
            f"model: {{name: {outcome.spec.name}, input_width: {width}, input_height: {height}}}"
        )
        lines.append(Text(zh=f"  {setting}", en=f"  {setting}"))
    return lines


def write_report(outcome: Outcome, folder: Path) -> None:
    """Write the three files into ``folder``, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    with whole_file(folder / "report.json") as part:
        part.write_text(
            json.dumps(outcome_dict(outcome), ensure_ascii=False, indent=1) + "\n", "utf-8"
        )
    lines = [
        *verdict_lines(outcome),
        Text(zh="", en=""),
        Text(zh="原模型", en="The old model"),
        *as_lines(outcome.before),
        Text(zh="", en=""),
        Text(zh="新模型", en="The new model"),
        *as_lines(outcome.after),
    ]
    for language in LANGUAGES:
        with whole_file(folder / f"report.{language}.txt") as part:
            part.write_text("".join(f"{line.of(language)}\n" for line in lines), "utf-8")
