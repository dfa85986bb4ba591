from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.detectors.ground import PlaneFit, Stature, fit_plane
from monitor.detectors.ground.plane import projection
from monitor.domain.people import Box

ASPECT = 16 / 9
CAMERAS = [(2.6, 28.0, 0.7), (3.0, 20.0, 0.55), (2.3, 22.0, 0.8), (3.4, 35.0, 0.62)]


def people_seen_by(
    height_m: float,
    pitch_deg: float,
    focal: float,
    *,
    count: int = 300,
    adults: float = 0.35,
    seated: float = 0.15,
    seed: int = 7,
) -> tuple[list[Stature], np.ndarray[tuple[int], np.dtype[np.float64]]]:
    rng = np.random.default_rng(seed)
    matrix = projection(height_m, math.radians(pitch_deg), focal, ASPECT)
    people: list[Stature] = []
    true: list[float] = []
    while len(people) < count:
        tall = rng.normal(1.63, 0.06) if rng.random() < adults else rng.normal(0.92, 0.06)
        tall *= 0.62 if rng.random() < seated else 1.0
        ends = np.array([[rng.uniform(-3.5, 3.5), rng.uniform(1, 8)]] * 2)
        world = np.column_stack((ends, [0.0, tall], [1.0, 1.0])) @ matrix.T
        foot, head = world[:, :2] / world[:, 2:]
        if 0 < foot[0] < 1 and foot[1] < 0.98 and head[1] > 0.01:
            jitter = rng.normal(0, 0.03 * (foot[1] - head[1]), 2)
            people.append(Stature((foot[0], foot[1] + jitter[0]), (head[0], head[1] + jitter[1])))
            true.append(tall)
    return people, np.array(true)


def relative_error(fit: PlaneFit, people: list[Stature], true: object) -> float:
    found = [
        fit.plane.height(Box(p.foot[0] - 0.01, p.head[1], p.foot[0] + 0.01, p.foot[1])) or 0.0
        for p in people
    ]
    return float(np.median(np.abs(np.array(found) - true) / true))


@pytest.mark.parametrize("camera", CAMERAS)
def test_adults_and_children_together_give_the_floor(camera: tuple[float, float, float]) -> None:
    people, true = people_seen_by(*camera)
    fit = fit_plane(people, ASPECT)
    assert fit is not None
    assert fit.usable, fit.reason
    assert fit.error_m < 0.065
    assert relative_error(fit, people, true) < 0.06


@pytest.mark.parametrize("camera", CAMERAS)
@pytest.mark.parametrize("seated", [0.15, 0.45])
def test_children_alone_never_pass_for_adults(
    camera: tuple[float, float, float], seated: float
) -> None:
    people, true = people_seen_by(*camera, adults=0.0, seated=seated)
    fit = fit_plane(people, ASPECT)
    assert fit is not None
    assert not fit.usable or relative_error(fit, people, true) < 0.1
    assert fit.usable or fit.reason


def test_a_known_height_and_lens_settle_it_with_children_alone() -> None:
    people, true = people_seen_by(2.6, 28.0, 0.7, adults=0.0)
    fit = fit_plane(people, ASPECT, height_m=2.6, focal=0.7)
    assert fit is not None
    assert fit.usable, fit.reason
    assert (fit.height_m, fit.focal) == (2.6, 0.7)
    assert fit.pitch_deg == pytest.approx(28, abs=2)
    assert relative_error(fit, people, true) < 0.06


def test_people_at_one_distance_do_not_settle_it() -> None:
    one = Stature((0.5, 0.7), (0.5, 0.4))
    fit = fit_plane([one] * 60, ASPECT)
    assert fit is not None
    assert not fit.usable


def test_nonsense_does_not_settle_it() -> None:
    rng = np.random.default_rng(1)
    rows = rng.random((400, 3))
    people = [Stature((x, max(a, b)), (x, min(a, b))) for x, a, b in rows.tolist()]
    fit = fit_plane(people, ASPECT)
    assert fit is not None
    assert not fit.usable


def test_few_people_are_not_tried() -> None:
    people, _ = people_seen_by(*CAMERAS[0], count=39)
    assert fit_plane(people, ASPECT) is None


def test_the_fit_is_the_same_every_time() -> None:
    people, _ = people_seen_by(*CAMERAS[1], count=120)
    first, second = fit_plane(people, ASPECT), fit_plane(list(reversed(people)), ASPECT)
    assert first is not None
    assert second is not None
    assert first.height_m == pytest.approx(second.height_m)
    assert first.pitch_deg == pytest.approx(second.pitch_deg)


def one_person(
    camera: tuple[float, float, float], tall: float, *, seed: int, noise: float = 0.03
) -> list[Stature]:
    rng = np.random.default_rng(seed)
    matrix = projection(camera[0], math.radians(camera[1]), camera[2], ASPECT)
    people: list[Stature] = []
    while len(people) < 200:
        ends = np.array([[rng.uniform(-3, 3), rng.uniform(1, 8)]] * 2)
        world = np.column_stack((ends, [0.0, tall], [1.0, 1.0])) @ matrix.T
        foot, head = world[:, :2] / world[:, 2:]
        if 0 < foot[0] < 1 and foot[1] < 0.98 and head[1] > 0.01:
            jitter = rng.normal(0, noise * (foot[1] - head[1]), 2)
            people.append(Stature((foot[0], foot[1] + jitter[0]), (head[0], head[1] + jitter[1])))
    return people


@given(
    st.floats(2.5, 3.4),
    st.floats(15, 30),
    st.floats(0.5, 0.75),
    st.floats(1.5, 1.9),
    st.integers(0, 99),
)
@settings(max_examples=25)
def test_one_person_of_known_height_gives_the_scale_of_children_too(
    height_m: float, pitch_deg: float, focal: float, tall: float, seed: int
) -> None:
    camera = (height_m, pitch_deg, focal)
    fit = fit_plane(one_person(camera, tall, seed=seed), ASPECT, person_m=tall)
    assert fit is not None
    if not fit.usable:
        assert fit.reason
        return
    children = one_person(camera, 0.9, seed=seed, noise=0.0)
    assert relative_error(fit, children, np.full(len(children), 0.9)) < 0.1
    adults = one_person(camera, 1.7, seed=seed, noise=0.0)
    assert relative_error(fit, adults, np.full(len(adults), 1.7)) < 0.06


@pytest.mark.parametrize("camera", CAMERAS)
def test_with_its_lens_known_one_person_gives_height_and_pitch(
    camera: tuple[float, float, float],
) -> None:
    people = one_person(camera, 1.72, seed=3)
    fit = fit_plane(people, ASPECT, person_m=1.72, focal=camera[2])
    assert fit is not None
    assert fit.usable, fit.reason
    assert fit.height_m == pytest.approx(camera[0], rel=0.06)
    assert fit.pitch_deg == pytest.approx(camera[1], abs=2.5)
    assert fit.error_m < 0.05
    assert fit.agreement.error_p90_m < 0.12
    assert fit.agreement.inliers > 0.9


def test_somebody_else_in_the_picture_does_not_spoil_the_person_of_known_height() -> None:
    people = one_person(CAMERAS[0], 1.7, seed=1)
    children = one_person(CAMERAS[0], 0.9, seed=2)[:40]
    fit = fit_plane([*people, *children], ASPECT, person_m=1.7)
    assert fit is not None
    assert fit.agreement.inliers == pytest.approx(200 / 240, abs=0.05)
    assert relative_error(fit, people, np.full(len(people), 1.7)) < 0.05


def test_a_wrong_person_height_scales_everything_by_as_much() -> None:
    people = one_person(CAMERAS[0], 1.7, seed=1)
    fit = fit_plane(people, ASPECT, person_m=1.87)
    assert fit is not None
    ratio = [
        (fit.plane.height(Box(p.foot[0], p.head[1], p.foot[0] + 0.01, p.foot[1])) or 0)
        for p in people
    ]
    assert float(np.median(ratio)) == pytest.approx(1.87, abs=0.05)
