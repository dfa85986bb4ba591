from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from monitor.detectors.presence import CameraPresence
from monitor.detectors.presence_settings import PresenceSettings
from monitor.domain.geometry import Polygon
from monitor.domain.people import AgeClass, Track
from monitor.domain.places import Camera, Zone

MakeTrack = Callable[..., Track]
MIDDLE = (0.5, 0.7)
FPS = 5.0
DOOR = Zone("door-hall", Polygon.of([[0.4, 0.5], [0.6, 0.5], [0.6, 0.75], [0.4, 0.75]]))


@pytest.fixture
def presence(make_camera: Callable[..., Camera]) -> CameraPresence:
    return CameraPresence(make_camera(), PresenceSettings())


class Scene:
    """Shows people to one camera, five looks a second."""

    def __init__(self, presence: CameraPresence, make_track: MakeTrack) -> None:
        self.presence, self.make_track, self.time = presence, make_track, 0.0

    def show(self, seconds: float, *people: dict[str, Any]) -> None:
        for _ in range(round(seconds * FPS)):
            self.time += 1 / FPS
            for person in people:
                person.setdefault("first_seen", self.time)
                if "step" in person:
                    x, y = person["at"]
                    person["at"] = (x + person["step"], y)
            self.presence.observe(
                self.time,
                [
                    self.make_track(
                        **{k: v for k, v in person.items() if k != "step"}, seen=self.time
                    )
                    for person in people
                ],
            )

    @property
    def ids(self) -> list[int]:
        return [track.id for track in self.presence.present(self.time)]

    @property
    def hidden_adults(self) -> int:
        return self.presence.presumed(self.time).adults


@pytest.fixture
def scene(presence: CameraPresence, make_track: MakeTrack) -> Scene:
    return Scene(presence, make_track)


def adult(at: tuple[float, float] = MIDDLE, id: int = 1, **parts: Any) -> dict[str, Any]:  # noqa: A002
    return {"id": id, "age": AgeClass.ADULT, "at": at, **parts}


def test_missed_for_a_moment_is_there(scene: Scene) -> None:
    scene.show(10, adult())
    scene.show(2.8)
    assert (scene.ids, scene.hidden_adults) == ([1], 0)


def test_vanished_in_the_middle_is_presumed_for_a_bounded_time(scene: Scene) -> None:
    scene.show(30, adult())
    scene.show(4)
    assert (scene.ids, scene.hidden_adults) == ([], 1)
    scene.show(15)
    assert scene.hidden_adults == 1
    scene.show(3)
    assert scene.hidden_adults == 0


def test_who_was_hardly_seen_is_hardly_presumed(scene: Scene) -> None:
    scene.show(4, adult())
    scene.show(3.6)
    assert scene.hidden_adults == 1
    scene.show(1)
    assert scene.hidden_adults == 0
    scene.show(1, adult(id=2))
    scene.show(4)
    assert scene.hidden_adults == 0


@pytest.mark.parametrize("at", [(0.03, 0.7), (0.97, 0.7), (0.5, 1.0)])
def test_who_leaves_by_the_edge_is_gone_at_once(scene: Scene, at: tuple[float, float]) -> None:
    scene.show(30, adult(at))
    scene.show(1.6)
    assert (scene.ids, scene.hidden_adults) == ([], 0)
    scene.show(5)
    assert scene.hidden_adults == 0


def test_who_walks_out_fast_is_gone_though_last_seen_inside(scene: Scene) -> None:
    scene.show(30, adult((0.55, 0.7)))
    scene.show(1.6, adult((0.55, 0.7), step=-0.05))
    scene.show(5)
    assert scene.hidden_adults == 0


def test_the_upper_edge_is_no_way_out(scene: Scene) -> None:
    scene.show(30, adult((0.5, 0.3), size=(0.06, 0.3)))
    scene.show(5)
    assert scene.hidden_adults == 1


def test_who_vanishes_in_a_doorway_is_gone(
    make_camera: Callable[..., Camera], make_track: MakeTrack
) -> None:
    camera = make_camera(zones=[DOOR])
    scene = Scene(CameraPresence(camera, PresenceSettings()), make_track)
    scene.show(30, adult())
    scene.show(1.6)
    assert (scene.ids, scene.hidden_adults) == ([], 0)


def test_one_false_box_does_not_bring_her_back_inside(scene: Scene) -> None:
    scene.show(30, adult((0.03, 0.7)))
    scene.show(1.2)
    scene.show(0.2, adult((0.15, 0.7), first_seen=0.0))
    scene.show(6)
    assert scene.hidden_adults == 0


def test_one_false_box_on_her_way_out_does_not_bring_her_back_inside(scene: Scene) -> None:
    scene.show(30, adult((0.55, 0.7)))
    scene.show(1.6, adult((0.55, 0.7), step=-0.05))
    scene.show(0.2, adult((0.32, 0.7), first_seen=0.0))
    scene.show(5)
    assert scene.hidden_adults == 0


def test_who_turns_up_beside_somebody_lost_is_her_and_none_long_missing(scene: Scene) -> None:
    scene.show(30, adult((0.5, 0.7)))
    scene.show(12)  # missing, and missed for longer than presumed
    scene.show(10, adult((0.5, 0.7), id=2, first_seen=0.0))
    scene.show(2, adult((0.52, 0.7), id=3))
    scene.show(6, adult((0.52, 0.7), id=3, first_seen=52.0))
    assert (scene.ids, scene.hidden_adults) == ([3], 0)


def test_found_again_is_no_longer_presumed(scene: Scene) -> None:
    scene.show(30, adult())
    scene.show(5)
    scene.show(1, adult(first_seen=0.0))
    assert (scene.ids, scene.hidden_adults) == ([1], 0)


def test_a_new_number_in_the_middle_is_the_one_who_vanished(scene: Scene) -> None:
    scene.show(30, adult())
    scene.show(5)
    scene.show(1, adult((0.4, 0.7), id=2))
    assert (scene.ids, scene.hidden_adults) == ([2], 0)
    scene.show(5, adult((0.03, 0.7), id=2, first_seen=35.0))
    scene.show(5)
    assert scene.hidden_adults == 0


def test_who_vanished_long_ago_is_not_the_newcomer(scene: Scene) -> None:
    scene.show(30, adult())
    scene.show(60)
    scene.show(10, adult((0.4, 0.7), id=2))
    scene.show(1, adult((0.4, 0.7), id=3))
    scene.show(1, adult((0.03, 0.7), id=3))
    scene.show(6)
    assert (scene.ids, scene.hidden_adults) == ([], 0)


def test_a_new_number_while_the_old_one_is_held_is_the_same_person(scene: Scene) -> None:
    scene.show(30, adult())
    scene.show(20, adult((0.45, 0.7), id=2))
    assert (scene.ids, scene.hidden_adults) == ([2], 0)


def test_who_comes_in_by_the_edge_is_somebody_else(scene: Scene) -> None:
    scene.show(30, adult())
    scene.show(4)
    scene.show(2, adult((0.04, 0.7), id=2))
    assert (scene.ids, scene.hidden_adults) == ([2], 1)


def test_somebody_undecided_who_turns_up_and_leaves_takes_the_presumption_along(
    scene: Scene,
) -> None:
    scene.show(30, adult())
    scene.show(4)
    unsure = {"id": 2, "age": AgeClass.UNKNOWN, "at": (0.5, 0.7), "adult_log_odds": 1.0}
    scene.show(1, unsure)
    scene.show(1, {**unsure, "at": (0.03, 0.7)})
    scene.show(4)
    assert scene.hidden_adults == 0


def test_shadows_are_no_adults(scene: Scene) -> None:
    scene.show(10, adult(score=0.15))
    assert [track.age for track in scene.presence.present(scene.time)] == [AgeClass.UNKNOWN]
    scene.show(10, adult(score=0.08))
    assert scene.ids == []
    scene.show(5)
    assert scene.hidden_adults == 0


def test_weak_boxes_of_children_count(scene: Scene) -> None:
    scene.show(10, {"id": 3, "age": AgeClass.CHILD, "at": MIDDLE, "score": 0.1})
    assert scene.ids == [3]


def test_a_still_picture_keeps_everybody(scene: Scene) -> None:
    scene.show(10, adult())
    for second in range(1, 60):
        scene.presence.still(scene.time + second)
    assert [t.id for t in scene.presence.present(scene.time + 59)] == [1]
    scene.time += 59
    scene.show(2.8)
    assert scene.ids == [1]
    scene.show(1)
    assert scene.ids == []


def test_a_camera_looked_at_seldom_waits_for_more_than_one_look(
    presence: CameraPresence, make_track: MakeTrack
) -> None:
    for second in range(0, 60, 3):
        presence.observe(float(second), [make_track(1, seen=float(second), first_seen=0.0)])
    presence.observe(60.0, [])
    presence.observe(63.0, [])
    assert len(presence.present(63.0)) == 1


def test_a_recording_that_starts_again_forgets(scene: Scene) -> None:
    scene.show(10, adult())
    scene.presence.observe(0.0, [])
    assert scene.presence.present(0.0) == ()
    assert scene.presence.presumed(0.0).adults == 0


@pytest.mark.parametrize(("every", "known"), [(1, AgeClass.ADULT), (2, AgeClass.UNKNOWN)])
def test_a_faint_adult_out_of_nowhere_is_known_by_being_found_in_most_looks(
    presence: CameraPresence, make_track: MakeTrack, every: int, known: AgeClass
) -> None:
    for look in range(100):
        presence.observe(look / FPS, [])
    for look in range(100, 400):
        seen = make_track(id=9, score=0.25, first_seen=20.0, seen=look / FPS)
        presence.observe(look / FPS, [seen] if look % every == 0 else [])
    assert [track.age for track in presence.present(400 / FPS)] == [known]


def coat(number: int, at: tuple[float, float] = (0.3, 0.6)) -> dict[str, Any]:
    """Return something taken for an adult now and then, always at the same place."""
    return adult(at, id=number, score=0.3)


def take_the_coat_for_people(scene: Scene) -> None:
    """Let the coat be taken for four adults, one after the other."""
    scene.show(20)
    for number in range(10, 14):
        scene.show(6, coat(number))
        scene.show(10)


def test_a_thing_taken_for_an_adult_again_and_again_is_no_adult(scene: Scene) -> None:
    take_the_coat_for_people(scene)
    scene.show(8, coat(20))
    assert [t.age for t in scene.presence.present(scene.time)] == [AgeClass.UNKNOWN]
    assert scene.hidden_adults == 0


def test_a_thing_that_is_lost_and_found_again_is_one_still(scene: Scene) -> None:
    take_the_coat_for_people(scene)
    scene.show(8, coat(20))
    scene.show(5)
    assert scene.ids == []
    scene.show(8, {**coat(20, (0.3, 0.66)), "size": (0.06, 0.22), "score": 0.7})
    assert [t.age for t in scene.presence.present(scene.time)] == [AgeClass.UNKNOWN]


def test_a_carer_who_sits_down_where_the_thing_is_and_is_found_stays_one(scene: Scene) -> None:
    take_the_coat_for_people(scene)
    carer = adult((0.02, 0.6), id=30, step=0.014)
    scene.show(4, carer)
    carer["step"] = 0.0
    carer["at"] = (0.3, 0.6)
    scene.show(60, carer)
    assert [t.age for t in scene.presence.present(scene.time)] == [AgeClass.ADULT]


def test_an_adult_seen_leaving_by_another_camera_is_not_missed(scene: Scene) -> None:
    scene.show(10, adult())
    scene.show(3.4)
    assert scene.hidden_adults == 1
    scene.presence.seen_leaving(scene.time - 3.0)
    assert scene.hidden_adults == 0


def test_nor_if_she_is_lost_here_a_moment_later(scene: Scene) -> None:
    scene.show(10, adult())
    scene.presence.seen_leaving(scene.time + 0.2)
    scene.show(3.4)
    assert scene.hidden_adults == 0


def test_somebody_followed_twice_is_missed_once(scene: Scene) -> None:
    scene.show(10, adult(), adult((0.51, 0.7), id=2))
    scene.show(3.4)
    assert scene.hidden_adults == 1


def doll(number: int, **parts: Any) -> dict[str, Any]:
    """Return something taken for a child now and then."""
    return {"id": number, "age": AgeClass.CHILD, "at": (0.3, 0.6), "score": 0.3, **parts}


def walk_through(scene: Scene) -> None:
    """Let somebody found well walk through the picture and out of it."""
    scene.show(8, adult((0.02, 0.9), id=5, step=0.025, score=0.9))
    scene.show(20)


def test_what_is_found_seldom_and_weakly_in_an_empty_room_is_no_child(scene: Scene) -> None:
    walk_through(scene)
    for number in range(10, 14):
        scene.show(4, doll(number))
        assert scene.ids == []
        scene.show(8)


def test_a_child_who_is_found_for_long_is_one_even_there(scene: Scene) -> None:
    walk_through(scene)
    scene.show(40, doll(10))
    assert scene.ids == [10]


def test_a_child_who_is_found_well_is_one_at_once(scene: Scene) -> None:
    walk_through(scene)
    scene.show(4, doll(10, score=0.9))
    assert scene.ids == [10]


def test_a_child_who_walks_in_is_one_at_once(scene: Scene) -> None:
    walk_through(scene)
    scene.show(2, doll(30, at=(0.02, 0.6), step=0.02))
    assert scene.ids == [30]


def test_a_child_who_was_there_in_company_stays_when_she_is_hardly_found(scene: Scene) -> None:
    sleeper = doll(10)
    scene.show(8, adult((0.02, 0.9), id=5, step=0.025, score=0.9), sleeper)
    for _ in range(20):
        scene.show(0.4, sleeper)
        scene.show(2.6)
    assert scene.ids == [10]


def test_a_child_at_the_edge_who_is_found_again_did_not_come_in(scene: Scene) -> None:
    at = {"at": (0.04, 0.8), "size": (0.06, 0.2)}
    scene.show(30, {"id": 5, "age": AgeClass.CHILD, **at})
    scene.show(20)
    again = {"id": 6, "age": AgeClass.UNKNOWN, "adult_log_odds": 1.0, "score": 0.6, **at}
    scene.show(6, again)
    (found,) = scene.presence.out_of_nowhere(scene.time)
    assert not found.at_edge
    again["step"] = 0.01  # whoever walks may have come in
    scene.show(4, again)
    assert scene.presence.out_of_nowhere(scene.time) == ()


@pytest.mark.parametrize(("seconds", "unlikely"), [(90, 0), (5, 1)])
def test_a_carer_long_known_who_becomes_undecided_may_still_be_one(
    scene: Scene, seconds: float, unlikely: int
) -> None:
    scene.show(30, {"id": 5, "age": AgeClass.CHILD, "at": (0.7, 0.8)})
    carer = adult((0.4, 0.6), id=6, score=0.9)
    scene.show(seconds, carer)
    carer.update(age=AgeClass.UNKNOWN, adult_log_odds=-0.5)
    scene.show(2, carer)
    assert len(scene.presence.out_of_nowhere(scene.time)) == unlikely


@pytest.mark.parametrize(("every", "there"), [(1, [10]), (2, [])])
def test_in_a_room_long_empty_only_who_is_found_in_most_looks_is_a_child(
    scene: Scene, every: int, there: list[int]
) -> None:
    walk_through(scene)
    scene.show(130)
    for look in range(300):
        scene.show(1 / FPS, *([doll(10, score=0.9, first_seen=160.0)] if look % every == 0 else []))
    assert scene.ids == there


def half_found(
    scene: Scene, seconds: float, thing: dict[str, Any], *others: dict[str, Any]
) -> None:
    """Show ``thing`` in every other look only."""
    for look in range(round(seconds * FPS)):
        scene.show(1 / FPS, *others, *([thing] if look % 2 == 0 else []))


def known(scene: Scene) -> dict[int, AgeClass]:
    return {track.id: track.age for track in scene.presence.present(scene.time)}


def carer_seen_well(scene: Scene, score: float = 0.9) -> None:
    """Let the camera learn how surely it finds carers: one comes in, stays and leaves."""
    carer = adult((0.02, 0.9), id=5, step=0.02, score=score)
    scene.show(4, carer)
    carer["step"] = 0.0
    scene.show(12, carer)
    carer["step"] = -0.02
    scene.show(4, carer)
    scene.show(8)


def test_what_scores_far_less_than_carers_do_is_none_though_one_is_missing(scene: Scene) -> None:
    carer_seen_well(scene)
    scene.show(30, adult(id=6, score=0.9))
    scene.show(5)
    half_found(scene, 6, adult((0.52, 0.7), id=7, score=0.5))
    assert known(scene) == {7: AgeClass.UNKNOWN}
    scene.show(5)
    scene.show(6, adult((0.5, 0.7), id=8, score=0.8))
    assert known(scene)[8] is AgeClass.ADULT


def test_found_in_half_of_the_looks_is_no_carer_out_of_nowhere_however_surely(
    scene: Scene,
) -> None:
    carer_seen_well(scene, score=0.7)
    scene.show(60)
    half_found(scene, 8, adult(id=7, score=0.85))
    assert known(scene) == {7: AgeClass.UNKNOWN}
    scene.show(8, adult(id=8, score=0.8))
    assert known(scene)[8] is AgeClass.ADULT


def test_a_thing_that_takes_over_the_number_of_a_carer_who_left_is_no_carer(scene: Scene) -> None:
    carer_seen_well(scene)
    carer = adult((0.02, 0.7), id=6, step=0.02, score=0.9)
    scene.show(4, carer)
    carer["step"] = -0.02
    scene.show(4, carer)
    scene.show(4)
    half_found(scene, 8, adult((0.3, 0.6), id=6, score=0.5, first_seen=carer["first_seen"]))
    assert known(scene) == {6: AgeClass.UNKNOWN}
    scene.show(4)
    assert scene.hidden_adults == 0


def sits_at_the_coat(scene: Scene, seconds: float) -> dict[str, Any]:
    """Let a carer who is seen well walk to where the coat is, sit there, and return her."""
    carer_seen_well(scene)
    take_the_coat_for_people(scene)
    carer = adult((0.02, 0.6), id=30, step=0.014, score=0.9)
    scene.show(4, carer)
    carer.update(step=0.0, at=(0.3, 0.6))
    scene.show(seconds, carer)
    return carer


def test_a_carer_lost_and_found_again_at_a_thing_is_known_again_within_seconds(
    scene: Scene,
) -> None:
    carer = sits_at_the_coat(scene, 40)
    scene.show(5)
    scene.show(16, carer)
    assert known(scene) == {30: AgeClass.ADULT}


@pytest.mark.parametrize(("score", "age"), [(0.9, AgeClass.ADULT), (0.5, AgeClass.UNKNOWN)])
def test_who_is_found_again_at_a_thing_must_score_as_before(
    scene: Scene, score: float, age: AgeClass
) -> None:
    carer = sits_at_the_coat(scene, 70)
    scene.show(10)
    scene.show(4, {**carer, "score": score})
    assert known(scene) == {30: age}


def sits_on_under_another_number(scene: Scene) -> dict[str, Any]:
    """Let a carer sit at the coat for long, and return her as she is met anew just after."""
    carer = sits_at_the_coat(scene, 70)
    scene.show(1)
    del carer["first_seen"]
    carer["id"] = 31
    return carer


@pytest.mark.parametrize(("score", "age"), [(0.9, AgeClass.ADULT), (0.5, AgeClass.UNKNOWN)])
def test_so_must_who_is_lost_again_and_again_and_got_another_number(
    scene: Scene, score: float, age: AgeClass
) -> None:
    carer = sits_on_under_another_number(scene)
    carer["score"] = score
    for _ in range(3):
        scene.show(8, carer)
        scene.show(5)
    scene.show(4, carer)
    assert known(scene) == {31: age}


def test_but_not_for_long(scene: Scene) -> None:
    carer = sits_on_under_another_number(scene)
    for _ in range(25):
        scene.show(3, carer)
        scene.show(5)
    scene.show(3, carer)
    assert known(scene) == {31: AgeClass.UNKNOWN}


def test_a_number_found_again_beside_somebody_lost_is_her(scene: Scene) -> None:
    first = adult((0.3, 0.7), id=1)
    second = adult((0.55, 0.7), id=2)
    scene.show(30, first, second)
    scene.show(8, second)  # the first one sits down out of sight
    scene.show(6, adult((0.52, 0.7), id=1, first_seen=0.2))  # and her number goes to the second
    assert known(scene) == {1: AgeClass.ADULT}
    assert scene.hidden_adults == 0


def test_who_goes_on_at_the_edge_undecided_is_not_missed_inside(scene: Scene) -> None:
    scene.show(30, adult((0.4, 0.7), score=0.9))
    cut = {"id": 2, "age": AgeClass.UNKNOWN, "adult_log_odds": 0.8, "at": (0.2, 0.8)}
    scene.show(1, {**cut, "size": (0.4, 0.4), "at": (0.2, 0.95)})
    scene.show(6)
    assert scene.hidden_adults == 0


def test_who_seemed_to_leave_and_sat_down_under_another_number_may_be_an_adult(
    scene: Scene,
) -> None:
    carer = adult((0.5, 0.7), score=0.9)
    scene.show(20, carer)
    carer["step"] = -0.035
    scene.show(2, carer)
    sits = {"id": 2, "age": AgeClass.UNKNOWN, "adult_log_odds": 0.3, "at": (0.16, 0.72)}
    scene.show(6, {**sits, "size": (0.1, 0.2)})
    (found,) = scene.presence.out_of_nowhere(scene.time)
    assert scene.presence.arrivals.may_be(found, here=True)


@pytest.mark.parametrize(("score", "is_one"), [(0.3, False), (0.8, True)])
def test_what_lies_where_a_thing_is_must_not_be_as_faint_as_it_to_be_a_child(
    scene: Scene, score: float, is_one: bool
) -> None:
    carer_seen_well(scene)
    take_the_coat_for_people(scene)
    carer = adult((0.02, 0.9), id=30, step=0.02, score=0.9)
    scene.show(4, carer)
    carer["step"] = 0.0
    half_found(scene, 30, doll(20, score=score), carer)
    assert (20 in known(scene)) == is_one
