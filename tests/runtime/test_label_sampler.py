from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from monitor.domain.labels import LabelBox
from monitor.domain.media import Frame
from monitor.domain.people import AgeClass, Box, Person, Track
from monitor.runtime.label_sampler import LabelSampler, proposals
from monitor.settings.schema import Labels
from monitor.store.labels import LabelStore

BOX = Box(0.2, 0.2, 0.3, 0.6)


@pytest.fixture
def store(tmp_path: Path) -> LabelStore:
    return LabelStore(tmp_path / "labels")


def frame(wall: float, seed: int = 0, camera: str = "cam-1") -> Frame:
    """Return a picture; each seed gives another one."""
    coarse = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), dtype=np.uint8)
    image = np.asarray(cv2.resize(coarse, (320, 180), interpolation=cv2.INTER_CUBIC), np.uint8)
    return Frame(camera, 0, wall, wall, image)


def track(box: Box, age: AgeClass) -> Track:
    return Track(1, "cam-1", box, 0.9, 0.0, 1.0, 5, age)


def test_only_frames_unlike_those_kept_are_kept(store: LabelStore) -> None:
    sampler = LabelSampler(store, Labels(enabled=True, every=1))
    assert sampler.consider(frame(10), [], [])
    assert not sampler.consider(frame(20), [], [])
    assert sampler.consider(frame(30, seed=1), [], [])
    assert not sampler.consider(frame(40), [], [])
    assert store.count() == 2


def test_a_little_change_is_enough_where_the_model_is_unsure(store: LabelStore) -> None:
    sampler = LabelSampler(store, Labels(enabled=True, every=1))
    sampler.consider(frame(10), [], [])
    brighter = frame(20)
    cv2.add(brighter.image, np.full_like(brighter.image, 4), dst=brighter.image)
    assert not sampler.consider(brighter, [Person(BOX, 0.9)], [])
    assert sampler.consider(brighter, [Person(BOX, 0.3)], [])


def test_time_day_and_number_bound_what_is_kept(store: LabelStore) -> None:
    settings = Labels(enabled=True, every=60, per_camera_day=2, most=4)
    sampler = LabelSampler(store, settings)
    assert sampler.consider(frame(0, 1), [], [])
    assert not sampler.consider(frame(59, 2), [], [])
    assert sampler.consider(frame(60, 2), [], [])
    assert not sampler.consider(frame(200, 3), [], [])
    assert sampler.consider(frame(200, 3, "cam-2"), [], [])
    assert sampler.consider(frame(86400, 4), [], [])
    assert not sampler.consider(frame(90000, 5), [], [])
    assert store.count() == 4


def test_a_restart_keeps_to_the_bounds(store: LabelStore) -> None:
    settings = Labels(enabled=True, every=60, per_camera_day=2)
    assert LabelSampler(store, settings).consider(frame(1000, 1), [], [])
    assert not LabelSampler(store, settings).consider(frame(1030, 2), [], [])
    assert LabelSampler(store, settings).consider(frame(1070, 2), [], [])
    assert not LabelSampler(store, settings).consider(frame(1200, 3), [], [])
    assert LabelSampler(store, settings).consider(frame(86400, 3), [], [])


def test_a_full_disk_disturbs_nothing(tmp_path: Path) -> None:
    blocked = tmp_path / "labels"
    blocked.write_text("a file where the folder should be")
    sampler = LabelSampler(LabelStore(blocked), Labels(enabled=True, every=1))
    assert not sampler.consider(frame(10), [], [])


def test_boxes_take_the_age_of_their_track() -> None:
    far = Box(0.7, 0.7, 0.8, 0.9)
    people = [Person(BOX, 0.8), Person(far, 0.5, AgeClass.CHILD, 0.9), Person(far, 0.05)]
    found = proposals(people, [track(Box(0.21, 0.2, 0.31, 0.6), AgeClass.ADULT)])
    assert found == [
        LabelBox(BOX, AgeClass.ADULT, 0.8),
        LabelBox(far, AgeClass.CHILD, 0.5),
    ]


def test_the_sampled_picture_is_the_frame_with_its_masks(store: LabelStore) -> None:
    masked = frame(10)
    masked.image[:90] = 0
    LabelSampler(store, Labels(enabled=True, every=1)).consider(masked, [], [])
    (kept,) = store.list()
    picture = cv2.imdecode(np.frombuffer(store.picture(kept.id), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (180, 320, 3)
    assert picture[:80].max() < 12
    assert picture[100:].mean() > 20
