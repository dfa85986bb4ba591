import shutil
import threading
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.detectors.finder import Finder, finder_engines, load_finder
from monitor.detectors.models import load_manifest
from monitor.detectors.models.files import sha256_of
from monitor.detectors.models.sidecar import check_export
from monitor.domain.errors import InputError, ModelError
from monitor.domain.people import AgeClass, Box, Person

Image = NDArray[np.uint8]
PEOPLE = {"bus": 4, "zidane": 2}


def iou(a: Box, b: Box) -> float:
    width = max(0.0, min(a.x2, b.x2) - max(a.x1, b.x1))
    height = max(0.0, min(a.y2, b.y2) - max(a.y1, b.y1))
    shared = width * height
    return shared / (a.width * a.height + b.width * b.height - shared)


def sure(people: list[Person], score: float) -> list[Person]:
    return [person for person in people if person.score >= score]


@pytest.mark.parametrize("engine", ["finder", "reference"])
@pytest.mark.parametrize("picture", ["bus", "zidane"])
def test_the_people_are_found(
    engine: str, picture: str, pictures: dict[str, Image], request: pytest.FixtureRequest
) -> None:
    chosen: Finder = request.getfixturevalue(engine)
    [people] = chosen.find([pictures[picture]])
    # The fourth person of the street is half out of the picture and scores just above 0.2.
    assert len(sure(people, 0.2 if picture == "bus" else 0.5)) == PEOPLE[picture]
    assert [p.score for p in people] == sorted((p.score for p in people), reverse=True)
    for box in (person.box for person in people):
        assert 0 <= box.x1 < box.x2 <= 1
        assert 0 <= box.y1 < box.y2 <= 1


@pytest.mark.parametrize("picture", ["bus", "zidane"])
@pytest.mark.parametrize("scale", [1.0, 0.4])
def test_the_exported_model_agrees_with_the_reference(
    picture: str, scale: float, pictures: dict[str, Image], finder: Finder, reference: Finder
) -> None:
    image = cv2.resize(pictures[picture], None, fx=scale, fy=scale).astype(np.uint8, copy=False)
    [ours], [theirs] = finder.find([image]), reference.find([image])
    # Two people may score all but the same, so the order says nothing.
    assert sure(ours, 0.25)
    for some, others in ((ours, theirs), (theirs, ours)):
        for one in sure(some, 0.3):
            twin = max(others, key=lambda other: iou(one.box, other.box))
            assert iou(one.box, twin.box) > 0.8
            assert one.score == pytest.approx(twin.score, abs=0.05)


def test_both_name_their_model(finder: Finder, reference: Finder) -> None:
    sha256 = load_manifest().model("yolov8n").sha256
    for each in (finder, reference):
        assert each.sha256 == sha256
        assert each.classes == ("person",)
        assert each.name.startswith("yolov8n (")


def test_frames_of_all_sizes_go_together(pictures: dict[str, Image], finder: Finder) -> None:
    bus, zidane = pictures["bus"], pictures["zidane"]
    frames = [bus, zidane, bus[:, ::-1], zidane[::3, ::3], np.zeros((1, 2000, 3), np.uint8), bus]
    together = finder.find(frames)
    assert together == [finder.find([frame])[0] for frame in frames]
    assert [len(sure(people, 0.5)) for people in together] == [3, 2, 3, 2, 0, 3]


def test_nothing_in_nothing_out(finder: Finder, reference: Finder) -> None:
    assert finder.find([]) == []
    assert reference.find([]) == []


@pytest.mark.parametrize(
    "frame",
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((0, 4, 3), np.uint8),
        np.zeros((4, 4, 3), np.float32),
    ],
)
def test_what_is_no_picture_is_refused_and_harms_nothing(
    frame: Image, pictures: dict[str, Image], finder: Finder
) -> None:
    with pytest.raises(ValueError, match="not a uint8 BGR picture"):
        finder.find([pictures["bus"], frame])
    assert len(sure(finder.find([pictures["bus"]])[0], 0.5)) == 3


def test_threads_share_a_finder(pictures: dict[str, Image], real_models: Path) -> None:
    shared = load_finder("yolov8n", real_models, input_size=(320, 192), streams=2)
    frames = [pictures["bus"], pictures["zidane"], pictures["bus"][:, ::-1]]
    expected = shared.find(frames)
    results: list[list[list[Person]]] = []

    def look() -> None:
        results.extend(shared.find(frames) for _ in range(4))

    threads = [threading.Thread(target=look, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(results) == 16
    assert all(result == expected for result in results)


def test_a_larger_input_finds_smaller_people(
    pictures: dict[str, Image], finder: Finder, real_models: Path
) -> None:
    wide = np.full((720, 1280, 3), 114, np.uint8)
    for column in range(4):
        small = cv2.resize(pictures["bus"], (120, 160), interpolation=cv2.INTER_AREA)
        wide[300:460, 60 + 300 * column : 180 + 300 * column] = small
    larger = load_finder("yolov8n", real_models, input_size=(1280, 736))
    assert len(sure(larger.find([wide])[0], 0.25)) > len(sure(finder.find([wide])[0], 0.25))


def test_a_model_whose_classes_name_ages_is_used_as_such(
    pictures: dict[str, Image], real_models: Path, tmp_path: Path
) -> None:
    own = load_manifest().model("yolov8n")
    (tmp_path / "manifest.toml").write_text(
        f'version = 1\n[models.aged]\ntask = "detect"\nlicence = "own"\nsha256 = "{own.sha256}"\n'
        'roles = { person = "adult", "teddy bear" = "child" }\n'
        '[[models.aged.sources]]\nkind = "file"\npath = "aged.pt"\n'
    )
    shutil.copytree(real_models / own.export_folder, tmp_path / "aged_openvino")
    sidecar = check_export(own, real_models).model_copy(update={"model": "aged"})
    sidecar.write(tmp_path / "aged_openvino")
    shutil.copy(real_models / own.weights_file, tmp_path / "aged.pt")
    for engine in ("openvino", "ultralytics"):
        aged = load_finder("aged", tmp_path, engine=engine)
        assert aged.classes == ("person", "teddy bear")
        people = sure(aged.find([pictures["zidane"]])[0], 0.5)
        assert [person.age for person in people] == [AgeClass.ADULT, AgeClass.ADULT]
        assert all(0.8 < person.age_score < 1 for person in people)


def test_an_altered_export_is_never_run(real_models: Path, tmp_path: Path) -> None:
    folder = tmp_path / "yolov8n_openvino"
    shutil.copytree(real_models / "yolov8n_openvino", folder)
    with (folder / "model.bin").open("r+b") as file:
        file.write(b"\0\1\2\3")
    with pytest.raises(ModelError, match="the exported file was altered"):
        load_finder("yolov8n", tmp_path)


def test_a_graph_that_openvino_cannot_read_is_an_error_for_people(
    real_models: Path, tmp_path: Path
) -> None:
    own = load_manifest().model("yolov8n")
    folder = tmp_path / own.export_folder
    shutil.copytree(real_models / own.export_folder, folder)
    (folder / "model.xml").write_text("<net/>")
    found = sha256_of(folder / "model.xml")
    sidecar = check_export(own, real_models)
    sidecar.model_copy(update={"files": {**sidecar.files, "model.xml": found}}).write(folder)
    with pytest.raises(ModelError, match="OpenVINO cannot run the model"):
        load_finder("yolov8n", tmp_path)


def test_the_engine_that_is_not_there_is_named(real_models: Path) -> None:
    assert {"openvino", "ultralytics"} <= set(finder_engines())
    with pytest.raises(InputError, match="no finder engine 'magic'") as caught:
        load_finder("yolov8n", real_models, engine="magic")
    assert "openvino" in caught.value.hint


@pytest.mark.parametrize(
    "options",
    [
        {"input_size": (640, 380)},
        {"input_size": (0, 384)},
        {"confidence": 0.0},
        {"confidence": 1.0},
        {"overlap": 0.0},
        {"streams": 0},
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, float], real_models: Path) -> None:
    with pytest.raises(InputError):
        load_finder("yolov8n", real_models, **options)  # type: ignore[arg-type]
