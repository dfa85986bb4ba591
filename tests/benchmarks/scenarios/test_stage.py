from __future__ import annotations

import numpy as np
import pytest

from benchmarks.scenarios.noise import declared_noise
from benchmarks.scenarios.people import Posture
from benchmarks.scenarios.stage import Chunk, Scenario, View
from monitor.detectors.ground import ground_plane_of
from monitor.domain.people import Box

SEEDS = range(4)


@pytest.fixture(scope="module")
def chunks() -> dict[int, list[Chunk]]:
    return {seed: list(Scenario(seed, "staged").chunks()) for seed in SEEDS}


def views(chunks: dict[int, list[Chunk]]) -> list[tuple[Chunk, View]]:
    return [(chunk, view) for some in chunks.values() for chunk in some for view in chunk.views]


def test_everything_follows_from_the_seed(chunks: dict[int, list[Chunk]]) -> None:
    again = list(Scenario(1, "staged").chunks())
    for first, second in zip(chunks[1], again, strict=True):
        np.testing.assert_array_equal(first.crowd.x, second.crowd.x)
        assert first.views[0].sightings(70) == second.views[0].sightings(70)
    assert chunks[1][0].views[0].sightings(70) != chunks[2][0].views[0].sightings(70)


@pytest.mark.parametrize("seed", SEEDS)
def test_carers_leave_the_children_alone_once(seed: int, chunks: dict[int, list[Chunk]]) -> None:
    alone = np.concatenate([chunk.children & ~chunk.adults for chunk in chunks[seed]])
    times = np.concatenate([chunk.times for chunk in chunks[seed]])
    begins = np.nonzero(np.diff(alone.astype(int)) == 1)[0]
    assert len(begins) == 1
    assert 100 <= 0.1 * alone.sum() <= 190
    assert times[begins[0]] > 60


def test_heights_are_true_under_the_products_projection(chunks: dict[int, list[Chunk]]) -> None:
    checked = 0
    for chunk, view in views(chunks):
        plane = ground_plane_of(view.eye.camera)
        assert plane is not None
        whole = view.sight.in_view & ~view.sight.edge & (chunk.crowd.posture == Posture.STANDING)
        for row, index in list(zip(*np.nonzero(whole), strict=True))[::400]:
            body = plane.body(Box(*view.sight.boxes[row, index].tolist()))
            if body is None:
                continue
            checked += 1
            assert body.height_m == pytest.approx(chunk.crowd.tall[index], abs=0.15)
            assert view.sight.distance[row, index] == pytest.approx(
                float(np.hypot(*body.place)), abs=0.35
            )
    assert checked > 20


def test_who_sits_is_narrower_from_the_front_than_from_the_side(
    chunks: dict[int, list[Chunk]],
) -> None:
    widths: dict[Posture, list[float]] = {Posture.STANDING: [], Posture.SITTING: []}
    for chunk, view in views(chunks):
        plane = ground_plane_of(view.eye.camera)
        assert plane is not None
        for posture, found in widths.items():
            whole = view.sight.in_view & ~view.sight.edge & (chunk.crowd.posture == posture)
            whole &= (view.sight.screened == 0) & chunk.crowd.adult
            for row, index in list(zip(*np.nonzero(whole), strict=True))[::100]:
                body = plane.body(Box(*view.sight.boxes[row, index].tolist()))
                if body is not None:
                    found.append(body.width_m / float(chunk.crowd.tall[index]))
    standing, sitting = widths[Posture.STANDING], widths[Posture.SITTING]
    assert np.median(standing) == pytest.approx(0.33, rel=0.08)
    assert np.std(standing) < 0.03
    assert min(sitting) < 0.33 < 0.4 < max(sitting)
    assert np.median(sitting) == pytest.approx(0.38, rel=0.12)


def test_nobody_is_found_whom_the_camera_cannot_see(chunks: dict[int, list[Chunk]]) -> None:
    gone = declared_noise().table["hidden"]["gone_from"]
    for chunk, view in views(chunks):
        assert not (view.found.found & ~view.sight.in_view).any()
        assert not (view.found.found & (view.sight.hidden >= gone)).any()
        assert not (view.sight.in_view & ~chunk.crowd.inside).any()


def test_boxes_lie_in_the_picture_and_scores_above_the_operating_point(
    chunks: dict[int, list[Chunk]],
) -> None:
    for _, view in views(chunks):
        assert view.found.boxes.min() >= 0
        assert view.found.boxes.max() <= 1
        assert view.found.scores.min() >= 0.1
        assert all(0.1 <= score <= 1 for some in view.false_boxes for _, score, _ in some)
