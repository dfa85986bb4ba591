from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from monitor.demo.footage.staging import stage
from monitor.demo.footage.truth import SceneTruth, truth
from monitor.demo.footage.world import Scene
from monitor.demo.scenes import SCENES
from monitor.domain.people import AgeClass

STEP = 0.2
PLAYROOM_LIMIT = 8

every_scene = pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)


def times(scene: Scene) -> list[float]:
    return [float(time) for time in np.arange(0, scene.world.loop, STEP)]


def first_and_last(scene: Scene, holds: dict[float, bool]) -> tuple[float, float]:
    lasting = [time for time, held in holds.items() if held]
    assert lasting == [t for t in times(scene) if lasting[0] <= t <= lasting[-1]], "one stretch"
    return lasting[0], lasting[-1] + STEP


def test_the_district_has_all_that_it_shall_show() -> None:
    assert len(SCENES) >= 8
    assert {event.rule for scene in SCENES.values() for event in scene.expected} == {
        "unattended_child",
        "crowding",
        "view_lost",
    }
    assert any(not scene.world.actors for scene in SCENES.values()), "a quiet room"
    assert len({scene.world.name for scene in SCENES.values()}) < len(SCENES), "two cameras"


@every_scene
def test_every_loop_closes(scene: Scene) -> None:
    assert 60 <= scene.world.loop <= 120
    assert (scene.world.loop * scene.fps).is_integer()
    for actor in scene.world.actors:
        start, end = actor.path.at(0), actor.path.at(scene.world.loop)
        assert (start.x, start.z, start.seated) == pytest.approx((end.x, end.z, end.seated))
        assert actor.path.end <= scene.world.loop + 1e-6


@every_scene
def test_people_are_of_plausible_size_and_speed(scene: Scene) -> None:
    for actor in scene.world.actors:
        low, high = (1.55, 1.75) if actor.age is AgeClass.ADULT else (0.80, 0.98)
        assert low <= actor.height_m <= high
        assert max(actor.path.at(time).speed for time in times(scene)) <= 1.3


@every_scene
def test_people_keep_apart(scene: Scene) -> None:
    for time in times(scene)[::5]:
        people = truth(scene).people(time)
        spots = [
            np.array(person.floor)
            for person in people
            if scene.world.actors[person.actor].path.at(time).speed < 0.05
        ]
        for i, spot in enumerate(spots):
            assert all(np.linalg.norm(spot - other) > 0.25 for other in spots[:i])


@every_scene
def test_only_the_expected_children_are_without_an_adult(scene: Scene) -> None:
    known = truth(scene)
    alone = {t: known.children(t) > 0 and known.adults(t) == 0 for t in times(scene)}
    expected = [event for event in scene.expected if event.rule == "unattended_child"]
    if not expected:
        assert not any(alone.values())
        return
    assert first_and_last(scene, alone) == pytest.approx(
        (expected[0].onset, expected[0].clear), abs=0.3
    )
    assert 35 <= expected[0].clear - expected[0].onset <= 45


def test_the_playroom_fills_and_empties() -> None:
    scene = SCENES["maple-playroom"]
    (event,) = scene.expected
    counts = {t: len(truth(scene).people(t)) for t in times(scene)}
    assert max(counts.values()) == 11
    over = first_and_last(scene, {t: count > PLAYROOM_LIMIT for t, count in counts.items()})
    assert over[0] == pytest.approx(event.onset, abs=0.3)
    assert min(t for t in counts if t > over[1] and counts[t] < PLAYROOM_LIMIT) == pytest.approx(
        event.clear, abs=0.3
    )
    assert sum(count == 11 for count in counts.values()) * STEP >= 40


def test_the_carer_sits_most_of_the_time_and_stands_up_again() -> None:
    known = truth(SCENES["riverside-toddler"])
    carers = [
        person
        for time in times(known.scene)
        for person in known.people(time)
        if person.age is AgeClass.ADULT
    ]
    assert len(carers) == len(times(known.scene)), "always there"
    seated = [person.seated for person in carers]
    assert 0.5 < np.mean(seated) < 0.8
    assert not seated[0]
    assert not seated[-1]
    assert sum(a != b for a, b in pairwise(seated)) == 2


def test_both_cameras_of_a_room_see_everybody() -> None:
    east, west = truth(SCENES["sunshine-older-east"]), truth(SCENES["sunshine-older-west"])
    for time in times(east.scene)[::10]:
        assert {p.actor for p in east.people(time)} == {p.actor for p in west.people(time)}
        assert len(east.people(time)) == 6


def test_the_expected_loss_of_view_is_when_the_lens_is_covered() -> None:
    known: SceneTruth = truth(SCENES["riverside-infant"])
    (event,) = known.expected
    assert not known.covered(event.onset - 0.1)
    assert known.covered((event.onset + event.clear) / 2)
    assert not known.covered(event.clear + 0.1)
    assert event.clear - event.onset >= 30


@every_scene
def test_people_in_view_are_large_enough_to_be_found(scene: Scene) -> None:
    for time in times(scene)[::10]:
        for stance in stage(scene.world, scene.optics, time):
            inside = 0 < stance.foot[0] < 1280 and stance.foot[1] < 720
            assert not inside or stance.height_px > 80
