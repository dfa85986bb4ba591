from __future__ import annotations

import numpy as np
import pytest

from benchmarks.scenarios.floor import floor_plan
from benchmarks.scenarios.ghosts import Ghosts
from benchmarks.scenarios.noise import Model, declared_noise
from benchmarks.scenarios.people import Posture
from benchmarks.scenarios.sight import Crowd, Sight

PEOPLE, MOMENTS = 40, 3000


def crowd_and_sight(posture: Posture, adult: bool, hidden: float = 0.0) -> tuple[Crowd, Sight]:
    shape = (MOMENTS, PEOPLE)
    box = np.broadcast_to(np.array([0.4, 0.4, 0.45, 0.6]), (*shape, 4)).copy()
    yes, no = np.ones(shape, bool), np.zeros(shape, bool)
    crowd = Crowd(
        np.zeros(shape),
        np.full(shape, 4.0),
        np.full(shape, int(posture), np.int8),
        no,
        np.full(PEOPLE, adult),
        np.ones(PEOPLE),
    )
    share = np.full(shape, hidden)
    return crowd, Sight(box, box, yes, share, share, np.full(shape, 4.0), no)


@pytest.mark.parametrize("adult", [True, False])
@pytest.mark.parametrize("posture", [Posture.STANDING, Posture.SITTING, Posture.LYING])
def test_people_are_missed_as_often_as_declared(posture: Posture, adult: bool) -> None:
    crowd, sight = crowd_and_sight(posture, adult)
    model = Model(declared_noise(), PEOPLE, 0.1, np.random.default_rng(1))
    found = model.find(crowd, sight, np.zeros(MOMENTS, bool))
    declared = declared_noise().miss[int(adult), posture]
    assert 1 - found.found.mean() == pytest.approx(declared, abs=0.025)


def test_misses_come_in_runs() -> None:
    crowd, sight = crowd_and_sight(Posture.SITTING, adult=False)
    model = Model(declared_noise(), PEOPLE, 0.1, np.random.default_rng(2))
    found = model.find(crowd, sight, np.zeros(MOMENTS, bool))
    missed = ~found.found
    again = (missed[1:] & missed[:-1]).sum() / missed[:-1].sum()
    assert again > 2 * missed.mean()


def test_hiding_makes_people_hard_to_find() -> None:
    shares = []
    for hidden in (0.0, 0.4, 0.8, 0.9):
        crowd, sight = crowd_and_sight(Posture.SITTING, False, hidden)
        model = Model(declared_noise(), PEOPLE, 0.1, np.random.default_rng(3))
        shares.append(model.find(crowd, sight, np.zeros(MOMENTS, bool)).found.mean())
    assert shares == sorted(shares, reverse=True)
    assert shares[-1] == 0


@pytest.mark.parametrize(("poor", "least", "most"), [(False, 0.3, 0.8), (True, 1.2, 2.3)])
def test_false_boxes_are_as_many_as_declared(poor: bool, least: float, most: float) -> None:
    counts = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        plan = floor_plan(rng, 1)
        ghosts = Ghosts(declared_noise(), plan, plan.eyes[0].optics, poor, 0.1, rng)
        counts.append(np.mean([len(some) for some in ghosts.boxes(2000)]))
    assert least < float(np.mean(counts)) < most
