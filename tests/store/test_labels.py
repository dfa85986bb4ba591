from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor.domain.errors import ConflictError, InputError, NotFoundError
from monitor.domain.labels import LabelBox
from monitor.domain.people import AgeClass, Box
from monitor.store.label_export import export_labels
from monitor.store.labels import LabelStore

NOON = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
ADULT = LabelBox(Box(0.1, 0.2, 0.3, 0.6), AgeClass.ADULT, 0.9)
CHILD = LabelBox(Box(0.5, 0.5, 0.6, 0.8), AgeClass.CHILD)
SOMEBODY = LabelBox(Box(0.7, 0.5, 0.8, 0.8), AgeClass.UNKNOWN)


@pytest.fixture
def store(tmp_path: Path) -> LabelStore:
    return LabelStore(tmp_path / "labels")


def add(store: LabelStore, camera: str = "cam-1", hours: float = 0.0) -> str:
    taken = NOON + timedelta(hours=hours)
    return store.add(camera, taken, b"jpeg " + camera.encode(), (640, 360), [ADULT]).id


def test_what_is_kept_is_read_back(store: LabelStore) -> None:
    name = add(store)
    frame = store.get(name)
    assert (frame.camera_id, frame.taken, frame.width, frame.height) == ("cam-1", NOON, 640, 360)
    assert frame.boxes == (ADULT,)
    assert not frame.reviewed
    assert store.picture(name) == b"jpeg cam-1"
    assert store.count() == 1


def test_reviewed_frames_come_last_and_the_newest_first(store: LabelStore) -> None:
    old, new, done = add(store), add(store, hours=1), add(store, hours=2)
    reviewed = store.review(done, [CHILD], "li", NOON)
    assert reviewed.boxes == (CHILD,)
    assert [frame.id for frame in store.list()] == [new, old, done]
    assert store.get(done).reviewed_at == NOON


def test_an_empty_or_spoilt_folder_holds_nothing(store: LabelStore, tmp_path: Path) -> None:
    assert store.list() == []
    assert store.count() == 0
    name = add(store)
    (tmp_path / "labels" / "cam-1" / f"{name}.json").write_text("{")
    (tmp_path / "labels" / "cam-1" / "notes.txt").write_text("mine")
    assert store.list() == []
    with pytest.raises(NotFoundError):
        store.get(name)


@pytest.mark.parametrize("name", ["", "cam-1", "../x_1", "cam-1_1/../../x_2", "CAM_1", "a_1\n"])
def test_other_names_lead_nowhere(store: LabelStore, name: str) -> None:
    for look in (store.get, store.picture, store.delete):
        with pytest.raises(NotFoundError):
            look(name)


def test_old_frames_are_removed_reviewed_or_not(store: LabelStore, tmp_path: Path) -> None:
    old, reviewed, new = add(store), add(store, hours=1), add(store, hours=5)
    store.review(reviewed, [ADULT], "li", NOON)
    assert store.prune(NOON + timedelta(hours=4)) == 2
    assert [frame.id for frame in store.list()] == [new]
    assert len(list((tmp_path / "labels" / "cam-1").iterdir())) == 2
    assert old != reviewed


def test_reviewed_frames_are_exported_by_camera_and_day(store: LabelStore, tmp_path: Path) -> None:
    for camera in ("cam-1", "cam-2"):
        for hours in (0, 0.1, 24, 48):
            store.review(add(store, camera, hours), [CHILD, ADULT], "li", NOON)
    add(store, "cam-3")
    exported = export_labels(store, tmp_path / "set", ZONE)
    assert exported.train + exported.val == 8
    assert exported.data.read_text().endswith("names:\n  0: adult\n  1: child\n")
    groups: dict[str, set[str]] = {}
    for picture in (tmp_path / "set" / "images").rglob("*.jpg"):
        camera, moment = picture.stem.split("_")
        day = datetime.fromtimestamp(int(moment) / 1000, ZONE).date()
        groups.setdefault(f"{camera} {day}", set()).add(picture.parent.name)
        label = tmp_path / "set" / "labels" / picture.parent.name / f"{picture.stem}.txt"
        assert label.read_text() == (
            "1 0.550000 0.650000 0.100000 0.300000\n0 0.200000 0.400000 0.200000 0.400000\n"
        )
    assert len(groups) == 6
    assert all(len(parts) == 1 for parts in groups.values())
    assert sorted(parts.pop() for parts in groups.values()) == ["train"] * 4 + ["val"] * 2


def test_somebody_of_unclear_age_becomes_a_person(store: LabelStore, tmp_path: Path) -> None:
    store.review(add(store, "cam-1"), [SOMEBODY], "li", NOON)
    store.review(add(store, "cam-2"), [], "li", NOON)
    data = export_labels(store, tmp_path / "set", ZONE).data
    assert "2: person" in data.read_text()


def test_what_cannot_be_split_or_written_is_refused(store: LabelStore, tmp_path: Path) -> None:
    store.review(add(store), [ADULT], "li", NOON)
    with pytest.raises(ConflictError, match="1 reviewed frames of 1 camera and day"):
        export_labels(store, tmp_path / "set", ZONE)
    store.review(add(store, "cam-2"), [ADULT], "li", NOON)
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine.txt").write_text("x")
    with pytest.raises(InputError, match="not an empty folder"):
        export_labels(store, full, ZONE)
    assert [path.name for path in full.iterdir()] == ["mine.txt"]
