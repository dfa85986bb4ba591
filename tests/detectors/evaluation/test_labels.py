from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.detectors.evaluation.data_file import read_data_file
from monitor.detectors.evaluation.labels import label_file, read_part
from monitor.domain.errors import InputError
from monitor.domain.people import AgeClass, Box

WriteSet = Callable[..., Path]


def test_people_ages_and_moments_are_read(write_set: WriteSet) -> None:
    data = read_data_file(write_set("0 0.5 0.5 0.2 0.4\n\n1 0.25 0.5 0.1 0.2\n"))
    (image,) = read_part(data, "val")
    assert [person.age for person in image.people] == [AgeClass.ADULT, AgeClass.CHILD]
    assert image.people[0].box == Box(0.4, 0.3, 0.6, 0.7)
    assert (image.sequence, image.time) == ("cam1", 1.5)
    assert image.attended
    (by_frames,) = read_part(data, "val", fps=5.0)
    assert by_frames.time == 300.0


def test_an_outline_becomes_its_box_and_the_same_line_twice_is_one_person(
    write_set: WriteSet,
) -> None:
    data = write_set("1 0.1 0.2 0.5 0.2 0.3 0.6\n1 0.1 0.2 0.5 0.2 0.3 0.6\n")
    (image,) = read_part(read_data_file(data), "val")
    assert [person.box for person in image.people] == [Box(0.1, 0.2, 0.5, 0.6)]


@pytest.mark.parametrize(
    "line",
    [
        "0 0.5 0.5 0.2",
        "0 0.5 0.5 0.2 0.2 0.9",
        "2 0.5 0.5 0.2 0.2",
        "-1 0.5 0.5 0.2 0.2",
        "adult 0.5 0.5 0.2 0.2",
        "² 0.5 0.5 0.2 0.2",
        "0 0.5 0.5 x 0.2",
        "0 nan 0.5 0.2 0.2",
        "0 0.5 inf 0.2 0.2",
        "0 0.5 0.5 0 0.2",
        "0 0.5 0.5 0.2 -0.2",
        "0 0.95 0.5 0.2 0.2",
        "0 320 240 50 100",
        "\x00\x01",
    ],
)
def test_a_broken_line_is_named_with_its_file(write_set: WriteSet, line: str) -> None:
    data = read_data_file(write_set(f"0 0.5 0.5 0.2 0.2\n{line}\n"))
    with pytest.raises(InputError) as caught:
        read_part(data, "val")
    assert "cam1_001500.txt:2: " in caught.value.message
    assert "cam1_001500.txt:1: " not in caught.value.message


def test_every_broken_line_is_named(write_set: WriteSet) -> None:
    data = read_data_file(write_set("9 0 0 0 0\n" * 30))
    with pytest.raises(InputError, match="30 label lines are wrong") as caught:
        read_part(data, "val")
    assert caught.value.message.count("cam1_001500.txt:") == 20
    assert "10 more" in caught.value.message


def test_labels_that_are_no_text_are_named(write_set: WriteSet, tmp_path: Path) -> None:
    data = read_data_file(write_set(""))
    (tmp_path / "labels" / "val" / "cam1_001500.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=r"cam1_001500\.txt:1: cannot be read"):
        read_part(data, "val")


def test_a_picture_without_people_needs_no_labels_but_a_set_without_any_is_a_mistake(
    write_set: WriteSet, tmp_path: Path
) -> None:
    data = read_data_file(write_set("", stem="empty"))
    (image,) = read_part(data, "val")
    assert image.people == ()
    assert image.time is None
    (tmp_path / "labels" / "val" / "empty.txt").unlink()
    with pytest.raises(InputError, match="no picture of the part 'val' has a label file"):
        read_part(data, "val")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("names: [\n", "data.yaml:2: is not valid YAML"),
        ("- a\n", "must be a mapping"),
        ("names: 3\nval: images/val\n", "'names' must name"),
        ("names: {0: adult, 2: child}\nval: images/val\n", "without a gap"),
        ("names: [dog, cat]\nval: images/val\n", "none of the classes"),
        ("names: [adult]\nroles: {man: adult}\nval: images/val\n", "'roles' must map"),
        ("names: [adult]\nroles: {adult: boss}\nval: images/val\n", "a role is one of"),
        ("names: [adult]\nval: 7\n", "'val' must be a folder"),
        ("names: [adult]\nval: elsewhere\n", "neither a folder"),
        ("names: [adult]\ntrain: images/val\n", "there is no part 'val'"),
        ("names: !!python/object/apply:os.getcwd []\n", "is not valid YAML"),
    ],
)
def test_a_wrong_data_file_is_explained(write_set: WriteSet, text: str, part: str) -> None:
    path = write_set("0 0.5 0.5 0.2 0.2\n")
    path.write_text(text, "utf-8")
    with pytest.raises(InputError) as caught:
        read_part(read_data_file(path), "val")
    assert part in str(caught.value)


def test_a_list_of_pictures_may_name_the_part(write_set: WriteSet, tmp_path: Path) -> None:
    path = write_set("0 0.5 0.5 0.2 0.2\n")
    listed = tmp_path / "val.txt"
    listed.write_text("images/val/cam1_001500.jpg\n", "utf-8")
    path.write_text("names: [adult, child]\nval: val.txt\n", "utf-8")
    assert len(read_part(read_data_file(path), "val")) == 1
    listed.write_text("images/val/cam1_001500.jpg\nimages/val/gone.jpg\n", "utf-8")
    with pytest.raises(InputError, match=r"val\.txt:2: 'images/val/gone\.jpg' is no picture"):
        read_part(read_data_file(path), "val")


def test_labels_lie_in_the_folder_beside_the_last_images_folder() -> None:
    assert label_file(Path("/images/a/images/b/x.jpg")) == Path("/images/a/labels/b/x.txt")
    assert label_file(Path("/a/x.jpg")) == Path("/a/x.txt")
