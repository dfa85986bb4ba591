"""What a declared model would be worth by ``monitor evaluate``, to compare with real models.

Moments of staged scenarios stand for labelled pictures: everybody of whom enough is seen is
labelled, with the box that furniture leaves of her.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.scenarios.drive import ASPECT, persons
from benchmarks.scenarios.noise import declared_noise
from benchmarks.scenarios.stage import STEP, Chunk, Scenario, View
from monitor.detectors.evaluation.attended import by_frame
from monitor.detectors.evaluation.labels import LabelledImage, TruePerson
from monitor.detectors.evaluation.people import Sight, false_boxes, find_out
from monitor.domain.people import AgeClass, Box

_EVERY = round(5 / STEP)
_HIGH_PX = 720
_ATTENDED_AT = (0.5, 0.2)


def worth(model: str, seed: int, scenarios: int) -> dict[str, Any]:
    """Return the figures of ``monitor evaluate`` over ``scenarios`` seeds from ``seed`` on."""
    sights: list[Sight] = []
    for number in range(seed, seed + scenarios):
        scenario = Scenario(number, "staged", model)
        if not scenario.routine.dark:
            sights += _sights(scenario, declared_noise(model).table["hidden"]["gone_from"])
    person = find_out(sights, None, 0.1)
    plain: dict[str, Any] = {
        "pictures": len(sights),
        "people": sum(len(s.image.people) for s in sights) / len(sights),
        "person_recall": person.recall.value,
        "person_ap50": person.ap50,
        "false_boxes_a_picture": false_boxes(sights, 0.1),
    }
    if "ages" in declared_noise(model).table:
        curve = by_frame(sights)
        plain["adult_ap50"] = find_out(sights, AgeClass.ADULT, 0.1).ap50
        plain["child_ap50"] = find_out(sights, AgeClass.CHILD, 0.1).ap50
        for threshold in _ATTENDED_AT:
            point = curve.at(threshold)
            plain[f"miss_at_{threshold}"] = point.miss.value
            plain[f"ghost_at_{threshold}"] = point.ghost.value
        plain["balanced"] = curve.most_accurate().balanced_accuracy
    return plain


def show_worth(figures: dict[str, Any], console: Console) -> None:
    """Print the figures, one a line."""
    for name, value in figures.items():
        console.print(f"{name.replace('_', ' ')}: {value:.3g}")


def _sights(scenario: Scenario, gone_from: float) -> Iterator[Sight]:
    for chunk in scenario.chunks():
        for view in chunk.views:
            for row in range(0, len(chunk.times), _EVERY):
                yield _sight(chunk, view, row, gone_from)


def _sight(chunk: Chunk, view: View, row: int, gone_from: float) -> Sight:
    there = view.sight.in_view[row] & (view.sight.hidden[row] < gone_from)
    true = tuple(
        TruePerson(
            Box(*view.sight.cut[row, index].tolist()),
            AgeClass.ADULT if chunk.crowd.adult[index] else AgeClass.CHILD,
        )
        for index in there.nonzero()[0].tolist()
    )
    image = LabelledImage(Path(), true, (0,) * len(true), "", None)
    people, _ = persons(view.sightings(row))
    people.sort(key=lambda person: -person.score)
    return Sight(image, round(_HIGH_PX * ASPECT), _HIGH_PX, tuple(people))
