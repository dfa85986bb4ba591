from __future__ import annotations

from monitor.detectors.evaluation.attended import Costs, Curve, Point
from monitor.detectors.evaluation.evaluate import Ages, Evaluation
from monitor.detectors.evaluation.people import Findings, Share
from monitor.detectors.training.verdict import decide


def findings(ap50: float) -> Findings:
    return Findings(Share(1, 1), Share(1, 1), ap50, ap50, {})


def evaluation(
    person: float, ages: tuple[float, float, int] | None = None, images: int = 100
) -> Evaluation:
    """Build one: AP50 of adults and children, and how many of ten moments are misjudged."""
    told = None
    if ages is not None:
        curve = Curve((Point(0.5, Share(ages[2], 10), Share(0, 10)),), 20)
        told = Ages(findings(ages[0]), findings(ages[1]), curve, None)
    return Evaluation("m", images, 0.25, Costs(), findings(person), 0.0, told)


def test_better_in_all_is_proposed() -> None:
    verdict = decide(evaluation(0.5, (0.8, 0.7, 4)), evaluation(0.5, (0.9, 0.8, 2)))
    assert verdict.proposed
    assert [(mark.before, mark.after) for mark in verdict.marks] == [
        (0.8, 0.9),
        (0.7, 0.8),
        (0.8, 0.9),
    ]


def test_worse_in_one_is_not_proposed() -> None:
    before = evaluation(0.5, (0.8, 0.7, 2))
    assert not decide(before, evaluation(0.9, (0.9, 0.6, 2))).proposed
    assert not decide(before, evaluation(0.9, (0.9, 0.9, 4))).proposed


def test_the_same_is_not_proposed() -> None:
    before = evaluation(0.5, (0.8, 0.7, 2))
    verdict = decide(before, before)
    assert not verdict.proposed
    assert "没有更好" in verdict.lines("new")[-1].zh
    assert "not registered" in verdict.lines("new")[-1].en


def test_ages_newly_told_must_be_worth_something_and_people_still_found() -> None:
    stock = evaluation(0.8)
    assert decide(stock, evaluation(0.8, (0.9, 0.8, 2))).proposed
    assert not decide(stock, evaluation(0.7, (0.9, 0.8, 2))).proposed
    assert not decide(stock, evaluation(0.8, (0.3, 0.4, 10))).proposed


def test_a_model_that_no_longer_tells_ages_is_worse() -> None:
    assert not decide(evaluation(0.5, (0.8, 0.7, 2)), evaluation(0.9)).proposed


def test_a_small_held_out_part_is_mentioned() -> None:
    verdict = decide(evaluation(0.5), evaluation(0.6, images=8))
    assert any("only 8 pictures" in line.en for line in verdict.lines("new"))
