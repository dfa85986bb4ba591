from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from monitor.demo.footage.cutouts import Cutout
from monitor.demo.footage.optics import Optics
from monitor.demo.footage.painter import Painter
from monitor.demo.footage.staging import stage
from monitor.demo.footage.surfaces import Canvas, Face, box
from monitor.demo.footage.truth import truth
from monitor.demo.footage.world import Covering, Scene
from monitor.domain.people import AgeClass

LOOKING = Optics(x=0, z=0, width=320, height=180, focal_px=220)


@pytest.fixture(scope="module")
def painter(tiny: Scene, cutouts: Sequence[Cutout]) -> Painter:
    return Painter(tiny, cutouts)


def test_only_the_sides_that_face_the_camera_are_drawn() -> None:
    canvas = Canvas(LOOKING, backdrop=(0, 0, 0))
    near = Face(((-1, 2, 4), (1, 2, 4), (1, 0, 4), (-1, 0, 4)), (10, 200, 10))
    canvas.draw([near])
    assert canvas.picture()[90, 160, 1] == 200
    turned = Canvas(LOOKING, backdrop=(0, 0, 0))
    turned.draw([replace(near, corners=near.corners[::-1])])
    assert not turned.picture().any()


def test_what_reaches_behind_the_camera_is_cut_off() -> None:
    canvas = Canvas(LOOKING, backdrop=(0, 0, 0))
    floor = Face(((-9, 0, 20), (9, 0, 20), (9, 0, -9), (-9, 0, -9)), (50, 60, 70))
    behind = Face(((-1, 2, -4), (1, 2, -4), (1, 0, -4), (-1, 0, -4)), (9, 9, 9), two_sided=True)
    canvas.draw([floor, behind])
    assert (canvas.picture()[150, :, 2] == 70).all()
    assert canvas.mask([behind]).max() == 0


def test_a_box_covers_what_it_should() -> None:
    canvas = Canvas(LOOKING)
    mask = canvas.mask(box((-0.5, 0.5), (0, 1), (4, 5), (90, 90, 90)))
    corners = LOOKING.project(
        np.array([[x, y, z] for x in (-0.5, 0.5) for y in (0, 1) for z in (4.0, 5.0)])
    )
    rows, columns = np.nonzero(mask > 127)
    assert rows.min() == pytest.approx(corners[:, 1].min(), abs=1.5)
    assert columns.max() == pytest.approx(corners[:, 0].max(), abs=1.5)


def test_people_are_drawn_where_and_as_tall_as_they_are(painter: Painter) -> None:
    (child,) = (drawn for drawn in painter.drawn(0.0) if drawn.stance.index == 2)
    solid = child.patch[..., 3] > 127
    rows, columns = np.nonzero(solid)
    top, bottom = child.corner[1] + rows.min(), child.corner[1] + rows.max() + 1
    assert top == pytest.approx(child.stance.head[1], abs=2)
    assert bottom == pytest.approx(child.stance.foot[1], abs=2)
    assert child.corner[0] + columns.mean() == pytest.approx(child.stance.foot[0], abs=9)


def test_the_table_hides_the_child_behind_it_only(painter: Painter) -> None:
    shown = {stance.index: mask.sum() / whole for stance, mask, whole in painter.visible(0.0)}
    assert shown[1] < 0.9
    assert shown[0] == pytest.approx(1, abs=0.03)
    assert shown[2] == pytest.approx(1, abs=0.03)


def test_the_truth_says_what_is_drawn(painter: Painter, tiny: Scene) -> None:
    known = truth(tiny)
    assert (known.adults(0), known.children(0)) == (1, 2)
    for person in known.people(0):
        (drawn,) = (d for d in painter.drawn(0) if d.stance.index == person.actor)
        rows = np.nonzero((drawn.patch[..., 3] > 127).any(axis=1))[0]
        assert person.box.y1 * 360 == pytest.approx(drawn.corner[1] + rows.min(), abs=3)
        assert person.box.y2 * 360 == pytest.approx(drawn.corner[1] + rows.max(), abs=3)
        tall = person.height_m
        assert tall > 1.5 if person.age is AgeClass.ADULT else tall < 1.0


def test_nobody_jumps_between_pictures(tiny: Scene) -> None:
    before = {s.index: s for s in stage(tiny.world, tiny.optics, tiny.world.loop - 0.1)}
    for stance in stage(tiny.world, tiny.optics, tiny.world.loop):
        assert stance.foot == pytest.approx(before[stance.index].foot, abs=1.5)
        assert stance.head == pytest.approx(before[stance.index].head, abs=1.5)


def test_the_picture_says_that_it_is_composed(painter: Painter) -> None:
    corner = painter.frame(0.0)[335:355, 8:110]
    assert (corner.min(axis=2) > 225).sum() > 60


def test_a_covered_lens_sees_nothing(tiny: Scene, cutouts: Sequence[Cutout]) -> None:
    painter = Painter(replace(tiny, covering=Covering(2.0, 8.0)), cutouts)
    open_picture, covered = painter.frame(1.0), painter.frame(5.0)
    assert np.array_equal(open_picture, painter.frame(1.0))
    assert covered[:300].std() < 12 < open_picture[:300].std()
    assert truth(painter.scene).covered(5.0)
    assert not truth(painter.scene).covered(9.0)


def test_no_two_pictures_are_equal_for_long(painter: Painter) -> None:
    first, later = painter.planar(0.0, 0), painter.planar(0.0, 2)
    assert 0 < np.abs(first[:360].astype(int) - later[:360]).mean() < 3
