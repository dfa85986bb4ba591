from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.demo.footage import cutouts as cutouts_module
from monitor.demo.footage.cutouts import Cutout, cut_out, find_picture
from monitor.demo.footage.figures import STANDING, STEPS, Figure, make_figure
from monitor.demo.footage.wardrobe import Look, dress
from monitor.domain.errors import InputError

RED = Look(top=(60, 60, 210), trousers=(90, 80, 70))


def solid(picture: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return np.asarray(picture[..., 3] > 128)


def test_the_picture_is_found_without_loading_torch() -> None:
    script = (
        "import sys; from monitor.demo.footage import composer, cutouts; cutouts.find_picture();"
        "sys.exit('torch' in sys.modules or 'ultralytics' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_another_picture_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutouts_module, "PICTURE_SHA256", "0" * 64)
    with pytest.raises(InputError, match="not the picture the people were traced in") as caught:
        find_picture()
    assert caught.value.where.endswith("bus.jpg")
    broken = tmp_path / "bus.jpg"
    broken.write_bytes(b"no picture")
    with pytest.raises(InputError, match="cannot be read"):
        cut_out(broken)


def test_people_are_whole_with_soft_edges(cutouts: tuple[Cutout, ...]) -> None:
    assert [cutout.name for cutout in cutouts] == ["fleece", "dark-coat"]
    for cutout in cutouts:
        mask = solid(cutout.image)
        assert mask[:4].any()
        assert mask[-4:].any()
        assert 0.35 < mask.mean() < 0.75
        assert (mask.any(axis=1)).all(), "no gap between head and feet"
        soft = (cutout.image[..., 3] > 8) & (cutout.image[..., 3] < 247)
        assert 0 < soft.mean() < 0.05
        assert 0 < cutout.chin < cutout.hip < len(mask)


def test_cutting_out_gives_the_same_each_time(cutouts: tuple[Cutout, ...]) -> None:
    again = cut_out()
    assert all(np.array_equal(a.image, b.image) for a, b in zip(cutouts, again, strict=True))


def test_clothes_take_the_colour_of_the_look(cutouts: tuple[Cutout, ...]) -> None:
    for cutout in cutouts:
        front = dress(cutout, RED, away=False)
        chest = solid(front)[round(cutout.chin * 1.3) : round(cutout.hip * 0.9)]
        blue, _, red = np.moveaxis(
            front[round(cutout.chin * 1.3) : round(cutout.hip * 0.9), :, :3].astype(int), 2, 0
        )
        assert np.median((red - blue)[chest]) > 60


def test_no_skin_is_seen_from_behind_but_the_neck(cutouts: tuple[Cutout, ...]) -> None:
    for cutout in cutouts:
        x, y = cutout.face.mean(axis=0).astype(int)
        front, back = (dress(cutout, RED, away=away)[y, x, :3] for away in (False, True))
        assert front.mean() > 120
        assert back.mean() < 80


@pytest.fixture(scope="module", params=[0, 1])
def grown_and_small(
    request: pytest.FixtureRequest, cutouts: tuple[Cutout, ...]
) -> tuple[Figure, Figure]:
    cutout = cutouts[request.param]
    return make_figure(cutout, RED, child=False), make_figure(cutout, RED, child=True)


def test_a_child_is_no_small_adult(grown_and_small: tuple[Figure, Figure]) -> None:
    adult, child = (figure.picture(512, STANDING, away=False) for figure in grown_and_small)
    assert adult.shape[0] == child.shape[0] == 512
    assert solid(child)[40:90].sum(axis=1).max() > 1.3 * solid(adult)[40:70].sum(axis=1).max()
    assert grown_and_small[1].hip > grown_and_small[0].hip


def test_steps_move_the_legs_only(grown_and_small: tuple[Figure, Figure]) -> None:
    for figure in grown_and_small:
        standing = figure.picture(512, STANDING, away=False)
        hip = round(figure.hip * 512)
        for step in range(STEPS):
            picture = figure.picture(512, step, away=False)
            assert np.array_equal(picture[: hip - 2], standing[: hip - 2])
            assert not np.array_equal(picture[hip:], standing[hip:])
            assert solid(picture)[-25:].any(), "one foot is always near the floor"


def test_small_people_are_drawn_from_small_pictures(cutouts: tuple[Cutout, ...]) -> None:
    figure = make_figure(cutouts[0], RED, child=True, tallest_px=120)
    assert [steps[0].shape[0] for steps in figure.front] == [128, 64]
    assert figure.picture(60, 0, away=True).shape[0] == 64
    assert figure.picture(400, 0, away=True).shape[0] == 128
    assert all(len(steps) == STEPS + 1 for steps in figure.back)
