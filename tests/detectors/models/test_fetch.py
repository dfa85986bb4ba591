import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.progress import Progress

from monitor.detectors.models import fetch_model, progress_display, sources
from monitor.domain.errors import InputError, ModelError, NotFoundError


def left_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {".lock", "manifest.toml"}


def test_takes_the_first_source_that_has_the_model(
    mirror: Any, declare: Callable[..., Path], content: bytes
) -> None:
    folder = declare(mirror.url("missing"), mirror.url("moved"), mirror.url("good"))
    path = fetch_model("tiny", folder)
    assert path == folder / "tiny.pt"
    assert path.read_bytes() == content
    assert mirror.asked == ["missing", "moved", "good"]
    assert left_in(folder) == {"tiny.pt"}


def test_good_weights_are_not_fetched_again(mirror: Any, declare: Callable[..., Path]) -> None:
    folder = declare(mirror.url("good"))
    fetch_model("tiny", folder)
    fetch_model("tiny", folder)
    assert mirror.asked == ["good"]


@pytest.mark.parametrize(
    ("way", "reason"),
    [
        ("missing", "answered 404"),
        ("altered", "is not the model"),
        ("large", "more than the 320000 bytes"),
        ("broken", "peer closed connection"),
    ],
)
def test_a_bad_source_leaves_nothing_behind(
    way: str, reason: str, mirror: Any, declare: Callable[..., Path]
) -> None:
    folder = declare(mirror.url(way))
    with pytest.raises(ModelError, match=reason) as caught:
        fetch_model("tiny", folder)
    assert mirror.url(way) in str(caught.value)
    assert str(folder / "tiny.pt") in caught.value.hint
    assert left_in(folder) == set()


def test_a_wrong_hash_names_both_hashes(
    mirror: Any, declare: Callable[..., Path], content: bytes
) -> None:
    with pytest.raises(ModelError) as caught:
        fetch_model("tiny", declare(mirror.url("altered")))
    assert f"expected SHA-256 {hashlib.sha256(content).hexdigest()}" in caught.value.message
    altered = hashlib.sha256(b"x" + content[1:]).hexdigest()
    assert f"actual {altered}" in caught.value.message


def test_an_altered_source_does_not_keep_a_good_one_from_serving(
    mirror: Any, declare: Callable[..., Path], content: bytes
) -> None:
    folder = declare(mirror.url("altered"), mirror.url("broken"), mirror.url("good"))
    assert fetch_model("tiny", folder).read_bytes() == content


def test_a_source_that_never_answers_is_left_within_its_time(
    mirror: Any, declare: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sources.ANSWER_SECONDS <= 5
    monkeypatch.setattr(sources, "ANSWER_SECONDS", 0.3)
    folder = declare(mirror.url("silent"), mirror.url("good"))
    fetch_model("tiny", folder)
    assert mirror.asked == ["silent", "good"]


def test_a_closed_port_and_an_unknown_host_fall_over(
    mirror: Any, declare: Callable[..., Path]
) -> None:
    closed, unknown = "http://127.0.0.1:9/tiny.pt", "http://nowhere.invalid/tiny.pt"
    assert fetch_model("tiny", declare(closed, unknown, mirror.url("good"))).exists()


def test_an_interrupted_download_leaves_nothing_behind(
    mirror: Any, declare: Callable[..., Path]
) -> None:
    class Impatient(Progress):
        def update(self, *_args: Any, **_fields: Any) -> None:
            raise KeyboardInterrupt

    folder = declare(mirror.url("good"))
    with pytest.raises(KeyboardInterrupt):
        fetch_model("tiny", folder, Impatient(console=Console(file=io.StringIO())))
    assert left_in(folder) == set()


@pytest.mark.parametrize("size", [True, False])
def test_progress_reaches_the_end(
    size: bool, mirror: Any, declare: Callable[..., Path], content: bytes
) -> None:
    out = io.StringIO()
    with progress_display(Console(file=out, width=120)) as progress:
        fetch_model("tiny", declare(mirror.url("missing"), mirror.url("good"), size=size), progress)
    assert progress.finished
    [task] = progress.tasks
    assert task.completed == (len(content) if size else 1)
    assert ("0.3/0.3 MB" in out.getvalue() or "320.0/320.0 kB" in out.getvalue()) is size


def test_weights_that_were_altered_are_refused_and_kept(
    mirror: Any, declare: Callable[..., Path]
) -> None:
    folder = declare(mirror.url("good"))
    (folder / "tiny.pt").write_bytes(b"something of the user's own")
    with pytest.raises(ModelError, match=r"expected SHA-256 .* actual"):
        fetch_model("tiny", folder)
    assert (folder / "tiny.pt").read_bytes() == b"something of the user's own"
    assert mirror.asked == []


def test_a_file_source_may_lie_beside_the_manifest(
    declare: Callable[..., Path], content: bytes
) -> None:
    folder = declare(extra='[[models.tiny.sources]]\nkind = "file"\npath = "own-weights.pt"\n')
    with pytest.raises(ModelError, match="No such file"):
        fetch_model("tiny", folder)
    (folder / "own-weights.pt").write_bytes(content)
    assert fetch_model("tiny", folder).read_bytes() == content


def test_credentials_in_an_address_are_never_shown(declare: Callable[..., Path]) -> None:
    folder = declare("http://duty:secret@127.0.0.1:9/tiny.pt?token=hidden")
    with pytest.raises(ModelError) as caught:
        fetch_model("tiny", folder)
    assert "http://127.0.0.1:9/tiny.pt" in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "hidden" not in str(caught.value)


def test_an_unknown_model_names_the_known_ones(declare: Callable[..., Path]) -> None:
    with pytest.raises(NotFoundError, match=r"yolov8n, .*, tiny"):
        fetch_model("absent", declare("http://127.0.0.1:9/"))


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="cannot be written") as caught:
        fetch_model("yolov8n", tmp_path / "file" / "models")
    assert str(tmp_path / "file" / "models") in caught.value.where


@pytest.fixture
def unverified(mirror: Any, declare: Callable[..., Path]) -> Path:
    folder = declare(mirror.url("good"), size=False)
    manifest = folder / "manifest.toml"
    lines = manifest.read_text().splitlines()
    manifest.write_text(
        "\n".join("unverified = true" if line.startswith("sha256") else line for line in lines)
    )
    return folder


def test_a_model_without_a_hash_is_fetched_only_with_one_that_is_trusted(
    unverified: Path, mirror: Any, content: bytes
) -> None:
    with pytest.raises(ModelError, match="names no hash") as caught:
        fetch_model("tiny", unverified)
    assert "--sha256" in caught.value.hint
    assert mirror.asked == []
    with pytest.raises(ModelError, match="gave a file that is not the model"):
        fetch_model("tiny", unverified, sha256="0" * 64)
    assert left_in(unverified) == set()
    digest = hashlib.sha256(content).hexdigest()
    path = fetch_model("tiny", unverified, sha256=digest.upper())
    assert left_in(unverified) == {"tiny.pt", "pins.json"}
    assert fetch_model("tiny", unverified) == path
    path.write_bytes(b"altered")
    with pytest.raises(ModelError, match=f"expected SHA-256 {digest}"):
        fetch_model("tiny", unverified)


def test_a_hash_given_by_hand_never_overrules_a_known_one(
    mirror: Any, declare: Callable[..., Path], content: bytes
) -> None:
    folder = declare(mirror.url("good"))
    with pytest.raises(InputError, match="another hash is known"):
        fetch_model("tiny", folder, sha256="0" * 64)
    with pytest.raises(InputError, match="64 hexadecimal digits"):
        fetch_model("tiny", folder, sha256="none")
    assert fetch_model("tiny", folder, sha256=hashlib.sha256(content).hexdigest()).exists()
