import numpy as np

from benchmarks.scenarios.people import Posture
from benchmarks.scenarios.rendered import SECONDS, Rendered, TrackLife, minute_of
from benchmarks.scenarios.stage import Scenario
from monitor.demo.footage.truth import PersonTruth
from monitor.domain.people import AgeClass, Box


def test_the_minute_shows_only_people_who_are_inside_for_all_of_it() -> None:
    scenario = Scenario(3, "staged")
    minute = minute_of(scenario)
    times = np.arange(minute.start, minute.start + SECONDS, 0.5)
    assert len(minute.courses) == len(scenario.routine.courses)
    assert minute.start > 0  # the room is empty at first
    for course in minute.courses:
        assert Posture.AWAY not in course.at(times).posture
    assert len(minute.scene.world.actors) == len(minute.courses)


def seen(age: AgeClass, seated: bool) -> PersonTruth:
    return PersonTruth(0, age, 1.6, Box(0.4, 0.4, 0.5, 0.8), (0.0, 4.0), seated)


def test_a_track_is_judged_by_what_was_said_of_it_most_often() -> None:
    total = Rendered()
    life = TrackLife()
    for age in [AgeClass.UNKNOWN] * 3 + [AgeClass.CHILD] * 9:
        life.vote(seen(AgeClass.CHILD, seated=True), age)
    for age in [AgeClass.UNKNOWN] * 3 + [AgeClass.CHILD] * 2:
        life.vote(seen(AgeClass.CHILD, seated=False), age)
    life.close(total)
    brief = TrackLife()
    brief.vote(seen(AgeClass.ADULT, seated=False), AgeClass.CHILD)
    brief.close(total)
    assert (total.any_posture[False].right, total.any_posture[False].tracks) == (1, 1)
    assert (total.standing[False].unknown, total.standing[False].tracks) == (1, 1)
    assert total.any_posture[True].tracks == total.standing[True].tracks == 0
