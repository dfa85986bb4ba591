"""A declared model whose classes name ages: how often it is wrong, and for how long."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.scenarios.drive import drive, persons
from benchmarks.scenarios.noise import MODELS, declared_noise
from benchmarks.scenarios.stage import Scenario
from benchmarks.scenarios.worth import worth
from monitor.domain.people import AgeClass


def test_every_declared_model_can_look_at_a_room() -> None:
    assert set(MODELS) == {"stock", "trained", "tuned"}
    for model in MODELS:
        assert drive(Scenario(3, "staged", model), until=120).looks > 20


def test_only_models_of_ones_own_name_ages() -> None:
    for model, named in (("stock", False), ("tuned", True), ("trained", True)):
        chunk = next(Scenario(3, "staged", model).chunks())
        people, _ = persons(chunk.views[0].sightings(2500))
        assert people
        assert all((p.age is not AgeClass.UNKNOWN) is named for p in people)


def test_wrong_ages_last() -> None:
    scenario = Scenario(4, "staged", "tuned")
    chunk = next(scenario.chunks())
    leans = chunk.views[0].found.leans
    assert leans is not None
    wrong = (leans > 0) != chunk.crowd.adult[None, :]
    assert 0.02 < wrong.mean() < 0.3
    after_a_second = (wrong[10:] & wrong[:-10]).sum() / wrong[:-10].sum()
    assert after_a_second > 2 * wrong.mean()


def test_the_tuned_model_is_worth_what_it_was_fitted_to() -> None:
    figures = worth("tuned", 9000, 6)
    assert 0.7 < figures["balanced"] < 0.9
    assert 0.25 < 1 - figures["person_recall"] < 0.45
    assert figures["miss_at_0.2"] < figures["miss_at_0.5"] < 0.3
    assert figures["ghost_at_0.2"] > figures["ghost_at_0.5"] > 0.15
    with pytest.raises(KeyError):
        worth("stock", 9000, 1)["balanced"]


def test_seated_children_are_missed_four_times_in_ten() -> None:
    missed = np.zeros(2)
    for seed in range(9000, 9008):
        for chunk in Scenario(seed, "staged", "tuned").chunks():
            for view in chunk.views:
                seated = (chunk.crowd.posture == 1) & ~chunk.crowd.adult[None, :]
                seated &= view.sight.in_view
                missed += [(seated & ~view.found.found).sum(), seated.sum()]
    assert missed[0] / missed[1] == pytest.approx(0.4, abs=0.07)
    assert declared_noise("tuned").table["ages"]["adult"]["sitting"] > 0


def test_the_trained_model_is_better_at_adults_and_no_better_at_seated_children() -> None:
    tuned, trained = worth("tuned", 9000, 2), worth("trained", 9000, 2)
    assert trained["adult_ap50"] > tuned["adult_ap50"]
    assert trained["balanced"] > 0.88
    assert trained["child_ap50"] < 0.85
