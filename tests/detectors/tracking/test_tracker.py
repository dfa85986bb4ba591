from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.detectors.tracking import Tracker, TrackerSettings
from monitor.domain.people import AgeClass, Box, Person, Track

FPS = 5.0


def person(x: float, y: float = 0.6, score: float = 0.6, tall: float = 0.3) -> Person:
    return Person(Box(x - tall / 10, y - tall, x + tall / 10, y), score)


def follow(
    tracker: Tracker, frames: Sequence[Sequence[Person]], start: float = 0.0, fps: float = FPS
) -> list[tuple[Track, ...]]:
    return [tracker.update(people, start + i / fps) for i, people in enumerate(frames)]


def test_one_who_walks_keeps_her_number() -> None:
    frames = [[person(0.1 + 0.02 * i)] for i in range(40)]
    seen = follow(Tracker("c"), frames)
    assert seen[1] == ()
    assert {track.id for tracks in seen for track in tracks} == {1}
    last = seen[-1][0]
    assert (last.hits, last.first_seen) == (40, 0.0)
    assert last.seen == pytest.approx(39 / FPS)
    assert last.box == frames[-1][0].box


@pytest.mark.parametrize("fps", [0.5, 1.0, 2.0, 5.0, 12.0])
def test_slow_cameras_follow_walkers_too(fps: float) -> None:
    speed = 0.05  # of the picture a second: about 0.5 m/s in a room 10 m wide
    frames = [[person(0.1 + speed * i / fps)] for i in range(int(15 * fps) + 3)]
    seen = follow(Tracker("c"), frames, fps=fps)
    assert {track.id for tracks in seen for track in tracks} == {1}


def test_one_stray_box_makes_no_track() -> None:
    frames: list[list[Person]] = [[] for _ in range(30)]
    frames[5] = [person(0.5, score=0.9)]
    frames[15] = [person(0.5, score=0.9), person(0.8, score=0.9)]
    assert all(tracks == () for tracks in follow(Tracker("c"), frames))


def test_weak_boxes_begin_nothing_but_keep_a_track_alive() -> None:
    weak = [[person(0.5, score=0.12)] for _ in range(50)]
    assert all(tracks == () for tracks in follow(Tracker("c"), weak))
    frames = [[person(0.5)]] * 5 + weak
    last = follow(Tracker("c"), frames)[-1]
    assert [track.id for track in last] == [1]
    assert last[0].seen == pytest.approx(54 / FPS)


def test_a_number_that_went_over_is_followed_under_a_new_one() -> None:
    tracker = Tracker("c")
    frames = [[person(0.3), person(0.7)]] * 10
    follow(tracker, frames)
    again = tracker.renumber([2])
    assert [(track.id, track.first_seen) for track in again] == [(1, 0.0), (3, 9 / FPS)]
    seen = follow(tracker, [*frames, [person(0.3), person(0.7), person(0.5)]] * 2, start=2.0)
    assert [track.id for track in seen[-1]] == [1, 3]
    assert {track.id for tracks in seen for track in tracks} == {1, 3}


def test_missed_people_are_held_and_found_again() -> None:
    tracker = Tracker("c")
    gone = 6.0
    frames = [[person(0.5)]] * 10 + [[]] * int(gone * FPS) + [[person(0.55)]] * 5
    seen = follow(tracker, frames)
    held = [len(tracks) for tracks in seen[10:]]
    assert held[: int(3 * FPS) - 1] == [1] * (int(3 * FPS) - 1)
    assert held[int(3 * FPS) + 1] == 0
    assert [track.id for track in seen[-1]] == [1]


def test_who_comes_back_elsewhere_or_too_late_is_new() -> None:
    away: list[list[Person]] = [[]] * int(6 * FPS)
    elsewhere = [[person(0.2)]] * 10 + away + [[person(0.8)]] * 5
    assert [track.id for track in follow(Tracker("c"), elsewhere)[-1]] == [2]
    late = [[person(0.5)]] * 10 + [[]] * int(25 * FPS) + [[person(0.5)]] * 5
    assert [track.id for track in follow(Tracker("c"), late)[-1]] == [2]


def test_single_boxes_near_by_do_not_keep_her_in_mind_who_left() -> None:
    stray = [person(0.52)]
    nobody: list[list[Person]] = [[]] * int(5 * FPS)
    frames = [[person(0.5)]] * 10 + ([*nobody, stray] * 5) + [*nobody, *[[person(0.5)]] * 5]
    assert 1 not in [track.id for track in follow(Tracker("c"), frames)[-1]]
    # Twenty seconds are not over yet:
    frames = [[person(0.5)]] * 10 + ([*nobody, stray] * 2) + [*nobody, *[[person(0.5)]] * 5]
    assert [track.id for track in follow(Tracker("c"), frames)[-1]] == [1]


def test_two_who_pass_each_other_keep_their_numbers() -> None:
    frames = []
    for i in range(50):
        left, right = 0.1 + 0.016 * i, 0.9 - 0.016 * i
        frames.append([person(left, 0.7, tall=0.4), person(right, 0.6, tall=0.2)])
    seen = follow(Tracker("c"), frames)
    tall = {track.id for tracks in seen for track in tracks if track.box.height > 0.3}
    small = {track.id for tracks in seen for track in tracks if track.box.height < 0.3}
    assert len(tall) == len(small) == 1
    assert tall != small


def test_a_child_does_not_take_over_the_adult_who_left() -> None:
    adult = person(0.5, 0.7, tall=0.45)
    child = person(0.52, 0.7, tall=0.15)
    seen = follow(Tracker("c"), [[adult]] * 10 + [[child]] * 10)
    assert [track.box.height < 0.2 for track in seen[-1]] == [False, True]


def test_two_boxes_of_one_person_are_one() -> None:
    frames = [[person(0.5), person(0.502, score=0.5)]] * 10
    assert [track.id for track in follow(Tracker("c"), frames)[-1]] == [1]


def test_a_duplicate_that_began_where_somebody_vanished_is_merged() -> None:
    tracker = Tracker("c")
    follow(tracker, [[person(0.5, tall=0.3)]] * 10)
    # She jumps too far for a match, and her old track drifts back over the new one.
    jump = [[person(0.62, tall=0.3)]] * 3 + [[person(0.5, tall=0.3)]] * 20
    ids = [[track.id for track in tracks] for tracks in follow(tracker, jump, start=2.0)]
    assert ids[-1] == [1]


def test_ages_named_by_the_model_go_along() -> None:
    box = Box(0.4, 0.3, 0.5, 0.6)
    adult = Person(box, 0.6, AgeClass.ADULT, 0.9)
    child = Person(box, 0.6, AgeClass.CHILD, 0.3)
    first = follow(Tracker("c"), [[adult]] * 4)[-1][0]
    second = follow(Tracker("c"), [[child]] * 4)[-1][0]
    assert first.adult_log_odds == pytest.approx(math.log(9))
    assert second.adult_log_odds == 0.0


def test_a_recording_that_starts_again_forgets_everybody() -> None:
    tracker = Tracker("c")
    follow(tracker, [[person(0.5)]] * 10, start=100.0)
    assert tracker.update([person(0.5)], 0.0) == ()
    assert [track.id for track in follow(tracker, [[person(0.5)]] * 4, start=0.2)[-1]] == [2]


@pytest.mark.parametrize("pause", [5.0, 15.0, 45.0])
def test_who_was_seen_before_a_pause_is_known_after_it(pause: float) -> None:
    tracker = Tracker("c")
    follow(tracker, [[person(0.5)]] * 10)
    for look in range(1, 6):
        tracks = tracker.update([person(0.5)], 2.0 + look * pause)
        assert [track.id for track in tracks] == [1]


def test_a_time_that_is_not_a_number_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        Tracker("c").update([], math.nan)


def test_tracks_are_bounded() -> None:
    tracker = Tracker("c", TrackerSettings(most_tracks=10))
    crowd = [person(0.01 + 0.015 * i, tall=0.1) for i in range(60)]
    assert len(follow(tracker, [crowd] * 5)[-1]) == 10


def test_hits_needed_are_configurable() -> None:
    assert len(Tracker("c", TrackerSettings(confirm_hits=1)).update([person(0.5)], 0.0)) == 1


numbers = st.one_of(st.floats(-0.2, 1.2), st.sampled_from([math.nan, math.inf, 0.0, 1.0]))
people = st.builds(
    lambda x1, y1, x2, y2, score: Person(Box(x1, y1, x2, y2), score),
    numbers,
    numbers,
    numbers,
    numbers,
    st.one_of(st.floats(0, 1), st.just(math.nan)),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(-5, 20), st.lists(people, max_size=8)), max_size=30))
def test_whatever_comes_in_numbers_are_unique_and_finite(
    looks: list[tuple[float, list[Person]]],
) -> None:
    tracker = Tracker("c", TrackerSettings(confirm_hits=1))
    time = 0.0
    for step, found in looks:
        time = max(time + step, 0.0)
        tracks = tracker.update(found, time)
        assert len({track.id for track in tracks}) == len(tracks)
        for track in tracks:
            assert all(math.isfinite(v) for v in (track.box.x1, track.box.y1, track.score))
            assert track.first_seen <= track.seen


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32), st.integers(-1_000_000, 1_700_000_000))
def test_shifting_time_shifts_tracks(seed: int, shift: int) -> None:
    random = Random(seed)
    frames = [
        [
            person(0.2 * k + random.gauss(0, 0.004), score=random.uniform(0.1, 0.9))
            for k in range(1, 5)
            if random.random() < 0.7
        ]
        for _ in range(60)
    ]
    here = follow(Tracker("c"), frames, fps=4)
    there = follow(Tracker("c"), frames, start=float(shift), fps=4)
    for one, other in zip(here, there, strict=True):
        assert [t.id for t in one] == [t.id for t in other]
        assert [t.seen + shift for t in one] == [t.seen for t in other]


def told(x: float, age: AgeClass, *, tall: float = 0.3) -> Person:
    return Person(Box(x - 0.06, 0.6 - tall, x + 0.06, 0.6), 0.7, age, 0.9)


def test_a_child_is_not_taken_for_the_carer_who_sat_beside_her_and_left() -> None:
    tracker = Tracker("c")
    both = [told(0.50, AgeClass.ADULT), told(0.56, AgeClass.CHILD, tall=0.26)]
    carer, child = follow(tracker, [both] * 10)[-1]
    assert (carer.age, child.age) == (AgeClass.ADULT, AgeClass.CHILD)
    # The carer goes unseen; a box of the child shakes towards where the carer was.
    moved = [told(0.522, AgeClass.CHILD, tall=0.28)]
    last = follow(tracker, [moved] * 3, start=10 / FPS)[-1]
    assert [track.id for track in last if track.seen == 12 / FPS] == [child.id]


def test_who_is_told_wrongly_now_and_then_keeps_her_number() -> None:
    ages = [AgeClass.CHILD if i % 4 == 3 else AgeClass.ADULT for i in range(60)]
    frames = [[told(0.3 + 0.004 * i, age)] for i, age in enumerate(ages)]
    assert {track.id for tracks in follow(Tracker("c"), frames) for track in tracks} == {1}


def test_a_number_that_strayed_to_the_neighbour_is_given_back() -> None:
    """As seen: the carer's box is wrong twice, and the number of the child beside her takes it."""

    def told_so(age: AgeClass, sure: float, *corners: float) -> Person:
        return Person(Box(*corners), 0.5, age, sure)

    carer = told_so(AgeClass.ADULT, 0.75, 0.04, 0.48, 0.18, 0.72)
    doubtful = told_so(AgeClass.CHILD, 0.55, 0.04, 0.48, 0.18, 0.71)
    child = told_so(AgeClass.CHILD, 0.93, 0.10, 0.63, 0.26, 0.81)
    wrong = [
        [told_so(AgeClass.CHILD, 0.67, 0.04, 0.56, 0.19, 0.75)],
        [told_so(AgeClass.CHILD, 0.8, 0.05, 0.51, 0.20, 0.71)],
    ]
    tracker = Tracker("c")
    before = follow(tracker, [[carer, child]] * 20, fps=2)[-1]
    strayed = follow(tracker, wrong, start=10, fps=2)[-1]
    numbers = {track.box: track.id for track in before}
    assert [t.id for t in strayed if t.seen == 10.5] == [numbers[child.box]]
    after = follow(tracker, [[doubtful, child], [doubtful], [doubtful]], start=11, fps=2)[-1]
    assert {t.id: t.box for t in after} == {
        numbers[carer.box]: doubtful.box,
        numbers[child.box]: child.box,
    }
