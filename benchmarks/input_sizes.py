"""How often cameras may be looked at with a smaller input, and whom that loses.

``python -m benchmarks.input_sizes`` composes every scene of the demo district (or takes them from
``--footage``), looks at two pictures a second of each, several times over as if the scene went on,
and compares every look at a smaller input with one at the usual size on the same picture. *Lost*
are people found at the usual size and not at the smaller one; *added* those whom only that found.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.footage import pictures
from monitor.demo.footage.composer import render
from monitor.demo.scenes import SCENES
from monitor.detectors.finder import FinderOptions, Image, load_finder
from monitor.detectors.finders.agreement import SAME, same_person
from monitor.detectors.finders.by_size import Size, SizedFinders
from monitor.detectors.tracking.tracker import TrackerSettings
from monitor.domain.media import Frame
from monitor.domain.people import Person
from monitor.domain.places import Camera
from monitor.domain.text import Text
from monitor.runtime.environment import models_folder
from monitor.runtime.looking import Looks

_EVERY = 0.5
_STRONG = TrackerSettings().strong_score


class _Counting(SizedFinders):
    """Counts the looks at the usual size."""

    def __init__(self, size: Size) -> None:
        super().__init__(
            lambda wanted: load_finder("yolov8n", models_folder(), input_size=wanted), size
        )
        self.usual = 0

    def find(self, frames: Sequence[Image]) -> list[list[Person]]:
        self.usual += 1
        return super().find(frames)


def compare(recording: Path, rounds: int) -> dict[str, float]:
    """Return shares of looks and of people for one scene, shown ``rounds`` times."""
    finder = _Counting(FinderOptions().input_size)
    name = Text("x", "x")
    looks = Looks(finder, [Camera(id="c", room_id="r", name=name, url="file:none")], adapt=True)
    images = list(pictures(recording, 1 / _EVERY))
    known = finder.at(None).find(images)
    counts: Counter[str] = Counter()
    for number in range(rounds * len(images)):
        usual, image = known[number % len(images)], images[number % len(images)]
        before = finder.usual
        [people] = looks.find([Frame("c", 0, 0.0, number * _EVERY, image)])
        counts["looks"] += 1
        counts["people"] += _missing(usual, [])
        if finder.usual > before:
            continue
        counts["smaller"] += 1
        counts["lost"] += _missing(usual, people)
        counts["added"] += _missing(people, usual)
    people_there = max(counts["people"], 1)
    return {
        "people": counts["people"] / rounds,
        "smaller": counts["smaller"] / max(counts["looks"], 1),
        "lost": counts["lost"] / people_there,
        "added": counts["added"] / people_there,
    }


def _missing(people: Sequence[Person], found: Sequence[Person]) -> int:
    """Return how many of ``people`` are strong and not among ``found``."""
    return sum(
        person.score >= _STRONG and not same_person(person.box, found)[1] >= SAME
        for person in people
    )


def main(arguments: list[str] | None = None) -> int:
    """Print a table by scene."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=8, help="how often each scene is shown")
    parser.add_argument("--footage", type=Path, help="keep composed footage in this folder")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(arguments)
    results: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder: Path = options.footage or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for name, scene in SCENES.items():
            recording = folder / f"{name}.mp4"
            if not recording.exists():
                render(scene, recording)
            results[name] = compare(recording, options.rounds)
    if options.json:
        sys.stdout.write(json.dumps(results, indent=1) + "\n")
        return 0
    table = Table("scene", "people found", "looks at a smaller input", "lost", "added", box=None)
    for name, result in results.items():
        shares = (f"{result[key]:.1%}" for key in ("smaller", "lost", "added"))
        table.add_row(name, f"{result['people']:.0f}", *shares)
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
