from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.detectors.lines import LineWatch
from monitor.domain.people import AgeClass, Track
from monitor.domain.places import Line, LineKind, Side
from monitor.domain.room_state import Crossing

MakeTrack = Callable[..., Track]
A, C, U = AgeClass.ADULT, AgeClass.CHILD, AgeClass.UNKNOWN
FPS = 5.0
GATE = Line("gate", (0.3, 0.6), (0.7, 0.6), LineKind.EXIT, Side.LEFT)
"""Goes to the right, so that its left, the room, is above it in the picture."""

many = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
Step = tuple[int, tuple[float, float]] | None


@pytest.fixture
def walk(make_track: MakeTrack) -> Callable[..., list[Crossing]]:
    """Show one person a look at each of the places; ``None`` is a look that misses her."""

    def run(
        places: Sequence[Step], age: AgeClass = C, line: Line = GATE, fps: float = FPS
    ) -> list[Crossing]:
        watch = LineWatch([line])
        found = []
        for look, step in enumerate(places):
            tracks = []
            if step is not None:
                number, at = step
                tracks = [make_track(number, age, at, size=(0.04, 0.2), seen=look / fps)]
            found += watch.observe(look / fps, tracks)
        return found

    return run


def way(start: float, end: float, looks: int = 11, x: float = 0.5, id: int = 1) -> list[Step]:  # noqa: A002
    """Return places from one height of the picture to another."""
    return [(id, (x, start + (end - start) * i / (looks - 1))) for i in range(looks)]


def test_who_walks_over_the_line_crosses_it_once(walk: Callable[..., list[Crossing]]) -> None:
    (out,) = walk(way(0.5, 0.7))
    assert (out.inward, out.line, out.track.id) == (False, GATE, 1)
    assert out.time == pytest.approx(1.2, abs=0.21)
    (back,) = walk(way(0.7, 0.5))
    assert back.inward


def test_the_inward_side_decides(walk: Callable[..., list[Crossing]]) -> None:
    (crossing,) = walk(way(0.5, 0.7), line=replace(GATE, inward=Side.RIGHT))
    assert crossing.inward
    turned = replace(GATE, start=GATE.end, end=GATE.start)
    (crossing,) = walk(way(0.5, 0.7), line=turned)
    assert crossing.inward


def test_there_and_back_are_two_crossings(walk: Callable[..., list[Crossing]]) -> None:
    found = walk(way(0.5, 0.7) + way(0.7, 0.5))
    assert [crossing.inward for crossing in found] == [False, True]


def test_who_passes_beside_the_line_crosses_nothing(walk: Callable[..., list[Crossing]]) -> None:
    assert walk(way(0.5, 0.7, x=0.15)) == []
    assert walk(way(0.5, 0.7, x=0.85)) == []


def test_who_walks_round_its_end_crosses_nothing(walk: Callable[..., list[Crossing]]) -> None:
    aside: list[Step] = [(1, (0.5 - 0.04 * i, 0.5)) for i in range(10)]
    back: list[Step] = [(1, (0.14 + 0.04 * i, 0.7)) for i in range(10)]
    assert walk([*aside, *way(0.5, 0.7, x=0.14), *back]) == []


def test_trembling_on_the_line_is_no_crossing(walk: Callable[..., list[Crossing]]) -> None:
    random = Random(3)
    stand: list[Step] = [(1, (0.5, 0.6 + random.gauss(0, 0.006))) for _ in range(500)]
    assert walk([*way(0.5, 0.59), *stand]) == []
    assert len(walk([*way(0.5, 0.59), *stand, *way(0.6, 0.75)])) == 1


def test_one_stray_box_beyond_the_line_is_no_crossing(walk: Callable[..., list[Crossing]]) -> None:
    stray: list[Step] = [*way(0.5, 0.55), (1, (0.5, 0.66)), *way(0.55, 0.5)]
    assert walk(stray) == []


def test_one_missed_look_of_a_slow_camera_is_no_loss(walk: Callable[..., list[Crossing]]) -> None:
    stand: list[Step] = [(1, (0.5, 0.55))] * 20
    assert walk([*stand, (1, (0.5, 0.66)), None, *stand], fps=1.0) == []
    assert len(walk([*stand, (1, (0.5, 0.66)), None, None, None], fps=1.0)) == 1


def test_who_is_seen_beyond_once_and_no_more_has_crossed(
    walk: Callable[..., list[Crossing]],
) -> None:
    (crossing,) = walk([*way(0.5, 0.58), (1, (0.5, 0.66)), *[None] * 10])
    assert crossing.time == pytest.approx(11 / FPS)
    assert not crossing.inward


def test_lost_for_a_moment_on_the_line_crosses_all_the_same(
    walk: Callable[..., list[Crossing]],
) -> None:
    assert len(walk([*way(0.5, 0.57), *[None] * 12, *way(0.63, 0.7)])) == 1


def test_a_new_number_goes_on_where_the_old_one_was_lost(
    walk: Callable[..., list[Crossing]],
) -> None:
    (crossing,) = walk([*way(0.5, 0.58), *[None] * 5, *way(0.62, 0.7, id=2)])
    assert crossing.track.id == 2
    far = [*way(0.5, 0.58, x=0.35), None, *way(0.63, 0.7, x=0.69, id=2)]
    assert walk(far) == []
    late = [*way(0.5, 0.58), *[None] * 20, *way(0.63, 0.7, id=2)]
    assert walk(late) == []


def test_a_child_does_not_go_on_as_an_adult(make_track: MakeTrack) -> None:
    watch = LineWatch([GATE])
    watch.observe(0.0, [make_track(1, C, (0.5, 0.56), seen=0.0)])
    for look, y in enumerate((0.65, 0.67, 0.7)):
        time = 0.4 + 0.2 * look
        assert watch.observe(time, [make_track(2, A, (0.5, y), seen=time)]) == []


def test_who_turns_up_beyond_the_line_has_not_crossed(walk: Callable[..., list[Crossing]]) -> None:
    assert walk(way(0.66, 0.8)) == []


def test_a_recording_that_starts_again_forgets(make_track: MakeTrack) -> None:
    watch = LineWatch([GATE])
    watch.observe(100.0, [make_track(1, C, (0.5, 0.5), seen=100.0)])
    for time in (1.0, 1.2, 1.4):
        assert watch.observe(time, [make_track(1, C, (0.5, 0.7), seen=time)]) == []


def noisy(random: Random, places: Sequence[Step]) -> Iterator[Step]:
    for step in places:
        if step is None or random.random() < 0.25:
            yield None
            continue
        number, (x, y) = step
        yield number, (x + random.gauss(0, 0.004), y + random.gauss(0, 0.006))


@many
@given(
    seed=st.integers(0, 10_000),
    x=st.floats(0.38, 0.62),
    crossings=st.integers(0, 4),
    looks=st.integers(14, 40),
)
def test_in_spite_of_noise_and_misses_every_crossing_counts_once(
    seed: int, x: float, crossings: int, looks: int, walk: Callable[..., list[Crossing]]
) -> None:
    places: list[Step] = [*way(0.42, 0.48, 4, x)]
    for turn in range(crossings):
        places += way(*((0.45, 0.75) if turn % 2 == 0 else (0.75, 0.45)), looks, x)
        places += [places[-1]] * 4
    found = walk(list(noisy(Random(seed), places)))
    assert [crossing.inward for crossing in found] == [turn % 2 == 1 for turn in range(crossings)]


@many
@given(heights=st.lists(st.floats(0.1, 0.9), max_size=40), x=st.floats(0.35, 0.65))
def test_crossings_alternate(
    heights: list[float], x: float, walk: Callable[..., list[Crossing]]
) -> None:
    found = walk([(1, (x, y)) for y in heights])
    ways = [crossing.inward for crossing in found]
    assert all(one is not other for one, other in pairwise(ways))
