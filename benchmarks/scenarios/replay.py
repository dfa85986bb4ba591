"""The timeline of one scenario: what was true, and what the product thought."""

from __future__ import annotations

from rich.console import Console

from benchmarks.scenarios.drive import Glance, drive
from benchmarks.scenarios.ghosts import GHOST
from benchmarks.scenarios.people import Posture
from benchmarks.scenarios.stage import Kind, Scenario
from benchmarks.scenarios.tally import place_of
from monitor.domain.people import AgeClass, Track

_AROUND = 60.0


def replay(
    seed: int, kind: Kind, model: str, console: Console, around: float | None = None
) -> None:
    """Print a line whenever truth or state changes, with those who are no plain children.

    ``around`` limits the lines to a minute before and after that second.
    """
    scenario = Scenario(seed, kind, model)
    console.print(
        f"seed {seed}, {kind}: {scenario.cameras} camera(s), "
        f"{'poor' if scenario.poor else 'good'} model, "
        f"{sum(c.adult for c in scenario.routine.courses)} carer(s), "
        f"{sum(not c.adult for c in scenario.routine.courses)} children"
    )
    timeline = _Timeline(console, around)
    drive(
        scenario,
        watcher=timeline.see,
        until=None if around is None else around + _AROUND,
    )


class _Timeline:
    def __init__(self, console: Console, around: float | None) -> None:
        self._console = console
        self._from = 0.0 if around is None else around - _AROUND
        self._said = ""
        self._owner: dict[tuple[int, int], str] = {}

    def see(self, glance: Glance) -> None:
        chunk, row, state = glance.chunk, glance.row, glance.state
        for camera, tracks, sources in glance.looked:
            for track in tracks:
                source = sources.get(place_of(track.box))
                if source is not None:
                    self._owner[camera, track.id] = _name(glance, source)
        if state is None or float(chunk.times[row]) < self._from:
            return
        inside = chunk.crowd.inside[row]
        adults = int((inside & chunk.crowd.adult).sum())
        truth = f"{adults} adults, {int(inside.sum()) - adults} children"
        others = [t for t in state.tracks if t.age is not AgeClass.CHILD]
        seen = (
            f"{state.view}: {state.adults} adults (+{state.entered_adults}), "
            f"{state.children} children, {state.unknown} unknown ({state.unlikely_adults} unlikely)"
        )
        doubts = ", ".join(self._described(glance, track) for track in others)
        line = f"{truth} | {seen} | {doubts}"
        if line != self._said:
            self._said = line
            self._console.print(f"{chunk.times[row]:8.1f}  {line}", highlight=False)
        for event in glance.events:
            word = "raised" if event.cleared is None else "cleared"
            self._console.print(f"{chunk.times[row]:8.1f}  [bold]{event.rule} {word}[/]")

    def _described(self, glance: Glance, track: Track) -> str:
        ids = [view.eye.camera.id for view in glance.chunk.views]
        owner = self._owner.get((ids.index(track.camera_id), track.id), "?")
        return f"{track.age}#{track.id}={owner}"


def _name(glance: Glance, source: int) -> str:
    if source == GHOST:
        return "false box"
    crowd = glance.chunk.crowd
    posture = Posture(int(crowd.posture[glance.row, source])).name.lower()
    return f"{'adult' if crowd.adult[source] else 'child'} {source} {posture}"
