from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.detectors.age import AgeJudge, JudgeSettings
from monitor.detectors.ground import GroundPlane
from monitor.domain.people import AgeClass, Box, Track

BoxOf = Callable[..., Box]
MakeTrack = Callable[..., Track]
FPS = 5.0
STANDING_ADULT = (1.62, 0.52)
SEATED_ADULT = (1.0, 0.6)
SEATED_CHILD = (0.58, 0.38)
STANDING_CHILD = (0.92, 0.33)


@dataclass
class Watch:
    """Feeds one judge with one person, frame by frame."""

    plane: GroundPlane | None
    box_of: BoxOf
    make_track: MakeTrack
    judge: AgeJudge = field(default_factory=AgeJudge)
    random: Random = field(default_factory=lambda: Random(3))
    time: float = 0.0

    def show(
        self,
        body: tuple[float, float],
        seconds: float,
        at: tuple[float, float] = (0.3, 4.5),
        noise: float = 0.03,
        id: int = 1,  # noqa: A002
        others: tuple[Box, ...] = (),
        **parts: object,
    ) -> Track:
        track = None
        for _ in range(round(seconds * FPS)):
            self.time += 1 / FPS
            box = self.box_of(*at, *body)
            jitter = self.random.gauss(0, noise * box.height)
            box = replace(box, y1=box.y1 + jitter)
            seen = [
                replace(self.make_track(id, AgeClass.UNKNOWN, seen=self.time, **parts), box=box)
            ]
            for number, other in enumerate(others, 100):
                seen.append(
                    replace(self.make_track(number, AgeClass.UNKNOWN, seen=self.time), box=other)
                )
            track = self.judge.update(seen, self.plane)[0]
        assert track is not None
        return track


@pytest.fixture
def watch(plane: GroundPlane, box_of: BoxOf, make_track: MakeTrack) -> Watch:
    return Watch(plane, box_of, make_track)


@pytest.mark.parametrize("at", [(0.0, 3.0), (-1.0, 4.5), (1.5, 6.5)])
def test_standing_people_are_told_apart_everywhere(watch: Watch, at: tuple[float, float]) -> None:
    adult = watch.show(STANDING_ADULT, 4, at, id=1)
    child = watch.show(STANDING_CHILD, 4, at, id=2)
    assert (adult.age, child.age) == (AgeClass.ADULT, AgeClass.CHILD)
    assert adult.height_m == pytest.approx(1.62, abs=0.2)
    assert adult.floor == pytest.approx(at, abs=0.05)


def test_one_picture_decides_nothing(watch: Watch) -> None:
    assert watch.show(STANDING_ADULT, 1 / FPS).age is AgeClass.UNKNOWN
    assert watch.show(STANDING_CHILD, 1 / FPS, id=2).age is AgeClass.UNKNOWN


def test_a_tracked_adult_stays_an_adult_when_she_sits(watch: Watch) -> None:
    assert watch.show(STANDING_ADULT, 4).age is AgeClass.ADULT
    assert watch.show(SEATED_ADULT, 300).age is AgeClass.ADULT
    assert watch.show((0.8, 0.6), 60).age is AgeClass.ADULT


def test_an_adult_who_bends_for_a_moment_stays_one(watch: Watch) -> None:
    watch.show(STANDING_ADULT, 4)
    assert watch.show((0.65, 0.6), 8).age is AgeClass.ADULT


def test_a_carer_never_seen_standing_is_not_called_a_child(watch: Watch) -> None:
    assert watch.show(SEATED_ADULT, 60).age is not AgeClass.CHILD


def test_a_seated_child_is_a_child_in_time(watch: Watch) -> None:
    assert watch.show(SEATED_CHILD, 10).age is AgeClass.CHILD


def test_a_child_who_took_over_an_adults_number_is_found_out(watch: Watch) -> None:
    watch.show(STANDING_ADULT, 10)
    assert watch.show(SEATED_CHILD, 60).age is not AgeClass.ADULT
    assert watch.show(STANDING_CHILD, 30).age is AgeClass.CHILD


def test_a_box_that_is_hardly_hers_says_nothing_of_her(watch: Watch) -> None:
    carer = watch.show(SEATED_ADULT, 20, adult_log_odds=1.8)
    for _ in range(10):
        watch.time += 1 / FPS
        box = watch.box_of(0.3, 4.5, *SEATED_CHILD)
        child = watch.make_track(1, seen=watch.time, adult_log_odds=-1.0)
        found = [replace(child, box=box)]
        (track,) = watch.judge.update(found, watch.plane, strays={1})
        assert (track.age, track.adult_log_odds) == (AgeClass.ADULT, carer.adult_log_odds)


def test_a_child_who_stands_up_on_a_chair_for_a_moment_stays_a_child(watch: Watch) -> None:
    watch.show(STANDING_CHILD, 10)
    assert watch.show((1.3, 0.4), 1).age is AgeClass.CHILD


def test_boxes_cut_by_the_picture_say_nothing(watch: Watch) -> None:
    cut = watch.show(STANDING_ADULT, 20, at=(0.0, 1.0), noise=0)
    assert cut.box.y2 > 0.99
    assert (cut.age, cut.adult_log_odds) == (AgeClass.UNKNOWN, 0.0)


def test_half_hidden_people_are_not_decided_on(watch: Watch, box_of: BoxOf) -> None:
    front = box_of(0.3, 3.6, 1.0, 0.7)
    hidden = watch.show((0.9, 0.5), 20, at=(0.3, 4.5), noise=0, others=(front,))
    assert hidden.age is AgeClass.UNKNOWN
    assert abs(hidden.adult_log_odds) < 1.0


def test_weak_boxes_count_for_less(watch: Watch) -> None:
    weak = watch.show(STANDING_ADULT, 1.2, id=1, score=0.1)
    strong = watch.show(STANDING_ADULT, 1.2, id=2, score=0.8)
    assert 0 < weak.adult_log_odds < strong.adult_log_odds / 2


def test_evidence_survives_a_loss_but_not_for_ever(watch: Watch) -> None:
    watch.show(STANDING_ADULT, 4)
    watch.time += 40
    assert watch.show(SEATED_ADULT, 1).age is AgeClass.ADULT
    watch.time += 130
    watch.show(STANDING_CHILD, 1, id=2)
    assert watch.show(SEATED_ADULT, 1).adult_log_odds < 3  # what one second says, and no more


def test_tracks_that_were_missed_keep_their_age(watch: Watch) -> None:
    track = watch.show(STANDING_ADULT, 4)
    again = watch.judge.update([replace(track, age=AgeClass.UNKNOWN, adult_log_odds=0.0)], None)
    assert again[0].age is AgeClass.ADULT
    assert again[0].height_m == track.height_m


def test_model_classes_decide_by_vote_where_there_is_no_floor(
    box_of: BoxOf, make_track: MakeTrack
) -> None:
    watch = Watch(None, box_of, make_track)
    child = watch.show(SEATED_CHILD, 4, adult_log_odds=-2.2)
    assert child.age is AgeClass.CHILD
    assert child.height_m is None
    mixed = Watch(None, box_of, make_track)
    for _ in range(20):
        mixed.show(SEATED_CHILD, 0.2, adult_log_odds=-2.2)
        last = mixed.show(SEATED_CHILD, 0.2, adult_log_odds=2.2)
    assert last.age is AgeClass.UNKNOWN


def test_the_floor_outvotes_the_model(watch: Watch) -> None:
    # Models that name ages take every third child for an adult.
    assert watch.show(STANDING_CHILD, 20, adult_log_odds=0.4).age is AgeClass.CHILD


def test_without_floor_or_classes_nothing_is_known_at_first(
    box_of: BoxOf, make_track: MakeTrack
) -> None:
    watch = Watch(None, box_of, make_track)
    assert watch.show(STANDING_ADULT, 20).age is AgeClass.UNKNOWN


def test_a_camera_learns_its_own_scale_from_the_people_it_sees(
    box_of: BoxOf, make_track: MakeTrack
) -> None:
    watch = Watch(None, box_of, make_track)
    random = Random(5)
    for number in range(2, 160):
        adult = number % 3 == 0
        tall = random.gauss(1.62, 0.05) if adult else random.gauss(0.92, 0.05)
        place = (random.uniform(-2, 2), random.uniform(2.6, 7))
        watch.show((tall, 0.33 * tall), 0.4, place, id=number)
        watch.time += 1.0
    fit = watch.judge.learned_plane
    assert fit is not None
    assert fit.usable, fit.reason
    assert watch.show(STANDING_ADULT, 8, id=500).age is AgeClass.ADULT
    assert watch.show(STANDING_CHILD, 8, id=501).age is AgeClass.CHILD


def test_memory_is_bounded(watch: Watch) -> None:
    watch.judge = AgeJudge(settings=JudgeSettings(most_tracks=4))
    watch.show(STANDING_ADULT, 4, id=1)
    for number in range(2, 12):
        watch.show(STANDING_CHILD, 0.2, id=number)
    assert watch.show(SEATED_ADULT, 0.2, id=1).adult_log_odds < 2


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0.05, 0.9), st.floats(0.02, 0.5), st.floats(0, 1), st.floats(-4, 4)),
        max_size=40,
    )
)
def test_log_odds_stay_within_saturation(
    looks: list[tuple[float, float, float, float]],
) -> None:
    judge = AgeJudge()
    for number, (left, size, score, odds) in enumerate(looks):
        box = Box(left, 0.9 - size, min(left + size / 2, 1.0), 0.9)
        seen = number * 0.4
        track = Track(1, "c", box, score, 0.0, seen, number, adult_log_odds=odds)
        judged = judge.update([track], None)[0]
        assert abs(judged.adult_log_odds) <= 6.0
        if judged.age is AgeClass.ADULT:
            assert judged.adult_log_odds >= 0.5
        if judged.age is AgeClass.CHILD:
            assert judged.adult_log_odds <= -0.5


def test_a_model_that_errs_for_minutes_does_not_outvote_what_was_measured(
    plane: GroundPlane, box_of: BoxOf, make_track: MakeTrack
) -> None:
    judge = AgeJudge()
    track = None
    for step in range(round(120 * FPS)):
        # Measured for ten seconds, then cut by the picture's edge, so that only the model speaks.
        box = box_of(0.3, 4.5, *STANDING_CHILD) if step < 10 * FPS else Box(0, 0.4, 0.05, 0.7)
        seen = make_track(1, AgeClass.ADULT, seen=step / FPS, adult_log_odds=1.2)
        track = judge.update([replace(seen, box=box)], plane)[0]
    assert track is not None
    assert track.age is AgeClass.CHILD


def test_a_model_decides_where_nothing_can_be_measured(make_track: MakeTrack) -> None:
    judge = AgeJudge()
    ages = []
    for step in range(round(30 * FPS)):
        seen = make_track(1, AgeClass.ADULT, seen=step / FPS, adult_log_odds=1.2)
        ages.append(judge.update([replace(seen, box=Box(0, 0.4, 0.05, 0.7))], None)[0].age)
    assert ages[0] is AgeClass.UNKNOWN
    assert ages[-1] is AgeClass.ADULT
    assert AgeClass.CHILD not in ages


def test_who_is_small_and_called_a_child_is_decided_on_sooner(watch: Watch) -> None:
    def looks(word: float, number: int) -> int:
        for look in range(1, 50):
            child = watch.show(SEATED_CHILD, 1 / FPS, id=number, noise=0.0, adult_log_odds=word)
            if child.age is AgeClass.CHILD:
                return look
        return 50

    assert looks(-0.6, 1) < looks(0.0, 2) < 50
    assert looks(-0.6, 3) < looks(0.3, 4)


LYING_ALONG_THE_VIEW, NEAR = (0.95, 0.63), (0.3, 2.2)


def test_the_model_tells_a_child_who_lies_along_the_view_from_a_carer_who_sits(
    watch: Watch,
) -> None:
    child = watch.show(LYING_ALONG_THE_VIEW, 60, NEAR, adult_log_odds=-1.6)
    carer = watch.show(LYING_ALONG_THE_VIEW, 60, NEAR, id=2, adult_log_odds=1.6)
    assert (child.age, carer.age) == (AgeClass.CHILD, AgeClass.ADULT)


def test_a_child_who_lies_down_stays_one_though_the_model_wavers(watch: Watch) -> None:
    watch.show(STANDING_CHILD, 6, NEAR, adult_log_odds=-1.0)
    assert watch.show(LYING_ALONG_THE_VIEW, 120, NEAR, adult_log_odds=0.2).age is AgeClass.CHILD


def test_a_carer_under_a_childs_number_is_known_once_the_model_or_her_height_says_so(
    watch: Watch,
) -> None:
    watch.show(STANDING_CHILD, 6, NEAR, id=1, adult_log_odds=-1.0)
    watch.show(STANDING_CHILD, 6, id=2, adult_log_odds=-1.0)
    assert watch.show(SEATED_ADULT, 60, NEAR, id=1, adult_log_odds=1.5).age is AgeClass.ADULT
    assert watch.show(STANDING_ADULT, 10, id=2, adult_log_odds=0.1).age is AgeClass.ADULT


def test_far_away_nobody_who_lies_looks_like_a_carer_who_sits(watch: Watch) -> None:
    for number, place in enumerate([NEAR, (0.3, 5.0)], 1):
        watch.show(STANDING_CHILD, 6, place, id=number, adult_log_odds=-1.0)
    near = watch.show(SEATED_ADULT, 30, NEAR, id=1, adult_log_odds=-0.2)
    far = watch.show(SEATED_ADULT, 30, (0.3, 5.0), id=2, adult_log_odds=-0.2)
    assert (near.age, far.age) == (AgeClass.CHILD, AgeClass.ADULT)


def test_a_model_that_is_never_in_doubt_outvotes_a_box_that_could_be_either(watch: Watch) -> None:
    watch.show((0.9, 0.55), 60, NEAR, id=1, adult_log_odds=0.9)
    watch.show((0.9, 0.55), 60, NEAR, id=2, adult_log_odds=3.6)
    wavering = watch.show((0.9, 0.55), 1, NEAR, id=1, adult_log_odds=0.9)
    firm = watch.show((0.9, 0.55), 1, NEAR, id=2, adult_log_odds=3.6)
    assert firm.adult_log_odds > wavering.adult_log_odds + 0.5


def test_a_carer_who_sat_down_beside_a_child_and_got_her_number_is_found_out(watch: Watch) -> None:
    watch.show(STANDING_CHILD, 60, NEAR, adult_log_odds=-2.4)
    assert watch.show(SEATED_ADULT, 5, NEAR, adult_log_odds=1.8).age is AgeClass.CHILD
    assert watch.show(SEATED_ADULT, 25, NEAR, adult_log_odds=1.8).age is AgeClass.ADULT


def test_so_is_a_carer_near_the_camera_whose_box_is_as_wide_as_high(watch: Watch) -> None:
    watch.show(STANDING_CHILD, 60, NEAR, adult_log_odds=-1.2)
    near = watch.show((1.15, 1.05), 25, NEAR, noise=0.01, adult_log_odds=2.0)
    assert near.age is not AgeClass.CHILD


def test_a_child_of_whom_the_model_is_unsure_for_a_while_stays_one(watch: Watch) -> None:
    watch.show(STANDING_CHILD, 60, NEAR, adult_log_odds=-2.4)
    assert watch.show(STANDING_CHILD, 60, NEAR, adult_log_odds=0.5).age is AgeClass.CHILD


EITHER = (0.858, 0.6)
"""As high and wide as a child who lies and as a carer who sits behind something."""


def test_whom_the_model_steadily_calls_an_adult_is_no_child_for_a_low_box_alone(
    watch: Watch,
) -> None:
    watch.show(STANDING_CHILD, 1.4, NEAR, adult_log_odds=-1.2)
    assert watch.show(EITHER, 4, NEAR, noise=0, adult_log_odds=1.0).age is AgeClass.CHILD
    assert watch.show(EITHER, 40, NEAR, noise=0, adult_log_odds=1.0).age is AgeClass.UNKNOWN


def test_an_adult_who_lost_her_number_sitting_down_is_one_still_but_a_child_beside_her_is_not(
    watch: Watch,
) -> None:
    watch.show(STANDING_ADULT, 10, (0.3, 4.0), adult_log_odds=2.0)
    sits = watch.show((0.85, 0.55), 8, (0.3, 3.6), id=2, adult_log_odds=0.6)
    assert sits.age is AgeClass.ADULT
    watch.show(STANDING_ADULT, 10, (0.3, 4.0), id=3, adult_log_odds=2.0)
    child = watch.show(SEATED_CHILD, 8, (0.3, 3.6), id=4, adult_log_odds=-0.5)
    assert child.age is AgeClass.CHILD


def test_who_is_taken_for_an_adult_whom_the_model_misreads_may_be_misread_as_much(
    watch: Watch,
) -> None:
    watch.show(STANDING_ADULT, 60, (0.3, 4.0), adult_log_odds=-0.8)
    sits = watch.show((0.98, 0.5), 60, (0.3, 3.6), id=2, adult_log_odds=-0.8)
    assert sits.adult_log_odds > 0


def test_but_not_more(watch: Watch) -> None:
    watch.show(STANDING_ADULT, 60, (0.3, 4.0), adult_log_odds=-0.8)
    sits = watch.show((0.98, 0.5), 60, (0.3, 3.6), id=2, adult_log_odds=-3.0)
    assert sits.age is AgeClass.CHILD


def test_whom_the_model_rather_calls_a_child_is_one_if_the_box_is_that_of_one_who_lies_near(
    watch: Watch,
) -> None:
    could_be_either = (0.97, 0.62)
    assert watch.show(could_be_either, 60, NEAR, adult_log_odds=0.3).age is not AgeClass.CHILD
    watch.time += 300
    said = watch.show(could_be_either, 60, NEAR, id=2, adult_log_odds=-0.4)
    assert said.age is AgeClass.CHILD


def test_a_carer_who_sits_is_an_adult_by_her_size_whatever_the_model_says(watch: Watch) -> None:
    assert watch.show((1.16, 0.5), 60, adult_log_odds=-2.4).age is AgeClass.ADULT


def test_an_adult_long_known_stays_one_while_her_boxes_could_be_those_of_a_child(
    watch: Watch,
) -> None:
    watch.show((1.03, 0.55), 90, noise=0, adult_log_odds=0.4)
    for _ in range(30):
        watch.show((1.03, 0.44), 1, noise=0, adult_log_odds=0.4)
        sits = watch.show((1.03, 0.36), 1, noise=0, adult_log_odds=0.4)
        assert sits.age is not AgeClass.CHILD
    went_over = watch.show((0.93, 0.33), 30, noise=0, adult_log_odds=0.4)
    assert went_over.age is AgeClass.CHILD


def test_a_box_that_could_be_of_one_who_lies_is_so_for_a_while(watch: Watch) -> None:
    for _ in range(60):
        watch.show((1.05, 0.6), 0.8, NEAR, noise=0, adult_log_odds=-0.01)
        sits_or_lies = watch.show((1.25, 0.66), 0.2, NEAR, noise=0, adult_log_odds=-0.01)
    assert sits_or_lies.age is AgeClass.UNKNOWN


def test_a_carer_half_hidden_by_a_shelf_is_no_child_if_the_model_is_sure(watch: Watch) -> None:
    watch.show((1.05, 0.6), 20, adult_log_odds=2.6)
    hidden = watch.show((0.76, 0.5), 60, adult_log_odds=2.6)
    assert hidden.age is not AgeClass.CHILD


def test_nor_if_her_own_size_is_an_adults(watch: Watch) -> None:
    watch.show(STANDING_ADULT, 60, (0.3, 4.0), adult_log_odds=-0.8)
    sits = watch.show((1.2, 0.66), 60, (0.3, 3.6), id=2, adult_log_odds=-3.0)
    assert sits.age is AgeClass.ADULT


def test_a_child_who_lies_and_took_over_an_adults_number_is_found_out(watch: Watch) -> None:
    watch.show(STANDING_ADULT, 10, adult_log_odds=2.0)
    assert watch.show((0.5, 1.1), 30, adult_log_odds=-0.3).age is AgeClass.CHILD


def test_boxes_that_say_little_add_up_to_little(watch: Watch) -> None:
    hardly = watch.show((0.885, 0.6), 120, NEAR, noise=0, adult_log_odds=-0.01)
    assert -1.0 < hardly.adult_log_odds < 0.0
