"""The demo's scenes against their ground truth: events expected and seen, and how late.

``python -m benchmarks.scenes`` composes every scene of the demo district (or takes them from
``--footage``), runs the whole detection path over each at full speed, with the demo's parameters,
and compares with the scene's script. A room seen by several cameras is judged by each alone here.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from monitor.demo.district import demo_config
from monitor.demo.footage.composer import compose
from monitor.demo.footage.truth import truth
from monitor.demo.scenes import SCENES
from monitor.detectors.finder import Finder, load_finder
from monitor.documents import parse_document
from monitor.domain.clock import SystemClock, utc_now
from monitor.runtime.analyze import Analysis
from monitor.runtime.environment import models_folder
from monitor.settings.camera_file import CameraFile

_SLACK = 8.0  # seconds by which an event's onset may differ from the script's


def camera_files() -> dict[str, CameraFile]:
    """Return a camera file for each camera of the demo's configuration."""
    text = demo_config(
        Path("footage"),
        8554,
        data_dir=Path("data"),
        registers=Path("registers.yaml"),
        inbox="json://127.0.0.1/inbox",
        today=utc_now(SystemClock()).date(),
        sip_port=5060,
        nvr_password="not-used",
    )
    value = parse_document(text, "demo.yaml").value
    files = {}
    for institution in value["institutions"]:
        for room in institution["rooms"]:
            for camera in room["cameras"]:
                sketch = {
                    key: room[key]
                    for key in ("type", "class", "capacity", "person_capacity")
                    if key in room
                }
                files[camera["id"]] = CameraFile.model_validate(
                    {
                        "room": sketch,
                        "analysis_fps": camera["analysis_fps"],
                        "calibration": camera["calibration"],
                        "rules": {**value["rules"], **room.get("rules", {})},
                    }
                )
    return files


def judge(name: str, video: Path, camera_file: CameraFile, finder: Finder) -> dict[str, Any]:
    """Return what a scene's script expects, what was seen of it, and what was seen besides."""
    analysis = Analysis(video, camera_file, finder)
    for _event in analysis.run(lambda _share: None):
        pass
    left = list(analysis.summary.events.values())
    expected = truth(SCENES[name]).expected
    seen, late = 0, []
    for event in expected:
        fitting = [e for e in left if e.rule == event.rule and abs(e.onset - event.onset) < _SLACK]
        if fitting:
            seen += 1
            late.append(round(fitting[0].onset - event.onset, 1))
            left.remove(fitting[0])
    return {
        "expected": [event.rule for event in expected],
        "seen": seen,
        "onset_late_s": late,
        "besides": [f"{event.rule} at {event.onset:.0f} s" for event in left],
        "speed": round(analysis.summary.speed, 2),
    }


def main(arguments: list[str] | None = None) -> int:
    """Print one line a scene; 1 if an event was missed or seen besides."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--footage", type=Path, help="folder of composed scenes")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(arguments)
    finder = load_finder("yolov8n", models_folder())
    cameras = camera_files()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.footage or Path(scratch)
        footage = compose(None, folder, lambda _name, _share: None, min(2, os.cpu_count() or 1))
        results = {
            name: judge(name, video, cameras[name], finder) for name, video in footage.items()
        }
    if options.json:
        sys.stdout.write(json.dumps(results, ensure_ascii=False, indent=1) + "\n")
    else:
        _print(results)
    missed = any(r["seen"] < len(r["expected"]) or r["besides"] for r in results.values())
    return 1 if missed else 0


def _print(results: dict[str, dict[str, Any]]) -> None:
    table = Table("scene", "expected", "seen", "onset late, s", "besides", "× real time", box=None)
    for name, result in results.items():
        table.add_row(
            name,
            ", ".join(result["expected"]) or "nothing",
            f"{result['seen']} of {len(result['expected'])}",
            ", ".join(str(value) for value in result["onset_late_s"]),
            ", ".join(result["besides"]) or "nothing",
            str(result["speed"]),
        )
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
