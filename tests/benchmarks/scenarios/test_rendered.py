import numpy as np

from benchmarks.scenarios.people import Posture
from benchmarks.scenarios.rendered import SECONDS, minute_of
from benchmarks.scenarios.stage import Scenario
from benchmarks.scenarios.tally import Ages, Life
from monitor.domain.people import AgeClass


def test_the_minute_shows_only_people_who_are_inside_for_all_of_it() -> None:
    scenario = Scenario(3, "staged")
    minute = minute_of(scenario)
    times = np.arange(minute.start, minute.start + SECONDS, 0.5)
    assert len(minute.courses) == len(scenario.routine.courses)
    assert minute.start > 0  # the room is empty at first
    for course in minute.courses:
        assert Posture.AWAY not in course.at(times).posture
    assert len(minute.scene.world.actors) == len(minute.courses)


def test_a_track_is_judged_by_what_was_said_of_it_most_often() -> None:
    child, any_posture, standing = AgeClass.CHILD, Ages(), Ages()
    life = Life()
    for said in [AgeClass.UNKNOWN] * 3 + [child] * 9:
        life.vote(said, child, stands=False)
    for said in [AgeClass.UNKNOWN] * 3 + [child] * 2:
        life.vote(said, child, stands=True)
    life.judge(life.all.total(), any_posture, standing)
    assert (any_posture.right, any_posture.tracks) == (1, 1)
    assert (standing.unknown, standing.tracks) == (1, 1)
    brief = Life()
    brief.vote(child, AgeClass.ADULT, stands=True)
    brief.judge(brief.all.total(), any_posture, standing)
    assert any_posture.tracks == standing.tracks == 1
