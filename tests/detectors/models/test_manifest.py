from pathlib import Path

import pytest

from monitor.detectors.finders.roles import roles_of
from monitor.detectors.models import Role, load_manifest
from monitor.detectors.models.manifest import UrlSource, read_manifest
from monitor.detectors.models.pins import PINS, write_pin
from monitor.domain.errors import ConfigError, NotFoundError
from monitor.domain.people import AgeClass

GOOD = """version = 1

[models.mine]
task = "detect"
licence = "own"
sha256 = "{sha}"
input_sizes = [[960, 544]]
classes = ["toddler", "teacher", "chair"]
roles = {{ toddler = "child", teacher = "adult" }}

[[models.mine.sources]]
kind = "file"
path = "mine.pt"

[[models.mine.sources]]
kind = "url"
url = "https://example.invalid/mine.pt"
""".format(sha="a" * 64)


def write(folder: Path, text: str) -> Path:
    path = folder / "manifest.toml"
    path.write_text(text)
    return path


def test_our_own_manifest_is_good() -> None:
    spec = load_manifest().model("yolov8n")
    assert spec.roles == {"person": Role.PERSON}
    assert len(spec.classes) == 80
    assert spec.input_sizes[0] == (640, 384)
    assert [source.kind for source in spec.sources] == ["url", "wheel"]


def test_every_model_of_ours_is_pinned_or_says_that_nobody_did() -> None:
    models = load_manifest().models
    assert {name for name, spec in models.items() if spec.unverified} == {
        "yolov8n-oiv7",
        "yolov8s-oiv7",
    }
    hashes = [spec.sha256 for spec in models.values() if not spec.unverified]
    assert len(set(hashes)) == len(hashes)
    for name, spec in models.items():
        assert spec.task == ("pose" if name.endswith("-pose") else "detect")
        assert any(
            isinstance(source, UrlSource) and source.url.endswith(f"/{name}.pt")
            for source in spec.sources
        )


def test_open_images_names_adults_and_children() -> None:
    spec = load_manifest().model("yolov8n-oiv7")
    roles = roles_of(spec, ["Boy", "Chair", "Girl", "Man", "Person", "Woman"])
    child, adult, unknown = AgeClass.CHILD, AgeClass.ADULT, AgeClass.UNKNOWN
    assert roles.ages == (child, child, adult, unknown, adult)


def test_a_hash_pinned_here_makes_a_model_known(tmp_path: Path) -> None:
    assert load_manifest(tmp_path).model("yolov8n-oiv7").unverified
    write_pin(tmp_path, "yolov8n-oiv7", "b" * 64)
    write_pin(tmp_path, "yolov8n", "c" * 64)
    manifest = load_manifest(tmp_path)
    assert manifest.model("yolov8n-oiv7").sha256 == "b" * 64
    assert manifest.model("yolov8n") == load_manifest().model("yolov8n")


@pytest.mark.parametrize("text", ["[]", "{", '{"yolov8n-oiv7": "short"}'])
def test_pins_that_cannot_be_read_are_a_mistake(text: str, tmp_path: Path) -> None:
    (tmp_path / PINS).write_text(text)
    with pytest.raises(ConfigError, match="not a list of pinned hashes"):
        load_manifest(tmp_path)


def test_a_manifest_in_the_models_folder_adds_to_ours(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    manifest = load_manifest(tmp_path)
    assert list(manifest.models) == [*load_manifest().models, "mine"]
    assert manifest.model("mine").roles == {"toddler": Role.CHILD, "teacher": Role.ADULT}


def test_an_unknown_model_is_not_found() -> None:
    with pytest.raises(NotFoundError, match="no model called 'absent'"):
        load_manifest().model("absent")


@pytest.mark.parametrize(
    ("change", "line", "field", "reason"),
    [
        (("licence =", "license ="), 3, "models.mine.licence", "Field required"),
        (
            ('task = "detect"', 'task = "detect"\nspeed = 3'),
            5,
            "models.mine.speed",
            "not permitted",
        ),
        (('sha256 = "' + "a" * 64 + '"\n', ""), 3, "models.mine", "give sha256"),
        (
            ('licence = "own"', 'licence = "own"\nunverified = true'),
            3,
            "models.mine",
            "give sha256",
        ),
        (("a" * 64, "A" * 64), 6, "models.mine.sha256", "match pattern"),
        (("a" * 64, "a" * 63), 6, "models.mine.sha256", "match pattern"),
        (('licence = "own"', "licence = 3"), 5, "models.mine.licence", "valid string"),
        (('"detect"', '"segment"'), 4, "models.mine.task", "'detect'"),
        (("960, 544", "960, 540"), 7, "models.mine.input_sizes", "multiple of 32"),
        (("960, 544", '"wide", 544'), 7, "models.mine.input_sizes.0.0", "valid integer"),
        (('"child"', '"pupil"'), 9, "models.mine.roles.toddler", "'person', 'adult' or 'child'"),
        (("toddler =", "baby ="), 3, "models.mine", "no class of the model: baby"),
        (('kind = "file"', 'kind = "ftp"'), 11, "models.mine.sources.0", "'url', 'wheel', 'file'"),
        (('path = "mine.pt"', "path = 7"), 13, "models.mine.sources.0.path", "path"),
        (("https://", "ftp://"), 17, "models.mine.sources.1.url", "match pattern"),
        (('url = "https', 'uri = "https'), 15, "models.mine.sources.1.url", "Field required"),
        (("models.mine", 'models."../mine"'), 3, "models.../mine.name", "match pattern"),
        (("version = 1", "version = 2"), 1, "version", "Input should be 1"),
        (("version = 1\n", ""), 1, "version", "Field required"),
        (
            ("[models.mine]\n", '[models.mine]\nname = "yours"\n'),
            4,
            "models.mine.name",
            "title of the table",
        ),
    ],
)
def test_a_mistake_is_named_with_file_line_and_field(
    change: tuple[str, str], line: int, field: str, reason: str, tmp_path: Path
) -> None:
    assert change[0] in GOOD
    path = write(tmp_path, GOOD.replace(*change))
    with pytest.raises(ConfigError) as caught:
        read_manifest(path)
    assert caught.value.where.startswith(f"{path}:{line}: {field}")
    assert reason in caught.value.message


def test_a_requirement_cannot_smuggle_an_option(tmp_path: Path) -> None:
    bad = 'kind = "wheel"\nrequirement = "--index-url=evil==1"\nmember = "a"'
    path = write(tmp_path, GOOD.replace('kind = "file"\npath = "mine.pt"', bad))
    with pytest.raises(ConfigError, match="match pattern") as caught:
        read_manifest(path)
    assert ":13: models.mine.sources.0.requirement" in caught.value.where


def test_broken_toml_names_the_file_and_the_line(tmp_path: Path) -> None:
    path = write(tmp_path, "version = 1\n[models\n")
    with pytest.raises(ConfigError, match=r"not valid TOML.*line 2") as caught:
        read_manifest(path)
    assert caught.value.where == str(path)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"models = 3\nversion = 1"])
def test_garbage_is_an_error_for_people(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "manifest.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"TOML|dictionary"):
        read_manifest(path)


def test_a_missing_manifest_is_an_error_for_people(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        read_manifest(tmp_path / "manifest.toml")
