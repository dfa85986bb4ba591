"""From an approved request to a package that its own verifier accepts."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from monitor.domain.access import DISTRICT
from monitor.domain.access_register import Accessor
from monitor.domain.clock import ManualClock, utc_now
from monitor.domain.errors import ConflictError, InputError, PermissionDeniedError
from monitor.domain.evidence import EvidenceKind, NewEvidence
from monitor.domain.exports import KEPT, Export, ExportState, Faces
from monitor.domain.people import Box, Person
from monitor.domain.places import District
from monitor.domain.text import Text
from monitor.runtime.exports.blur import Image
from monitor.runtime.exports.maker import ExportMaker, Render, render_apart
from monitor.runtime.exports.render import Find, RenderJob, RenderTask, render
from monitor.store.access_register import AccessRegister
from monitor.store.base import Database
from monitor.store.event_repository import EventRepository
from monitor.store.exports import ExportRepository
from monitor.store.files import FileStore
from tests.store.conftest import _make_event

DATABASES = ["sqlite"]
WANG = Accessor(7, "wang", "王老师", "指导中心", "10.0.0.7")
HEAD = Accessor(8, "head", "Head", "Centre", "10.0.0.8")


def _video(path: Path, shades: Sequence[int] = (200,) * 10) -> bytes:
    """Write a second of striped pictures."""
    stripes = np.zeros((180, 320, 3), np.uint8)
    stripes[:, ::2] = 255
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10, options={"crf": "10"})
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for shade in shades:
            picture = (stripes.astype(np.float32) * shade / 255).astype(np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode())
    return path.read_bytes()


def _everywhere(frames: Sequence[Image]) -> list[list[Person]]:
    return [[Person(Box(0.3, 0.1, 0.5, 0.6), 0.4)] for _ in frames]


def _doing(find: Find | None) -> Render:
    return lambda job: render(job, find)


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "evidence")


@pytest.fixture
def alert(database: Database, files: FileStore, clock: ManualClock, tmp_path: Path) -> int:
    """Return an alert with a snapshot and a clip."""
    done, encoded = cv2.imencode(".jpg", np.full((180, 320, 3), 120, np.uint8))
    assert done
    event = _make_event()
    pieces = []
    for kind, key, media, body in (
        (EvidenceKind.SNAPSHOT, "a.jpg", "image/jpeg", encoded.tobytes()),
        (EvidenceKind.CLIP, "a.mp4", "video/mp4", _video(tmp_path / "made.mp4")),
    ):
        stored = files.write(key, body)
        pieces.append(
            NewEvidence(kind, key, media, stored.sha256, stored.size, event.onset, event.raised)
        )
    return EventRepository(database).record(event, utc_now(clock), pieces).alert_id


@pytest.fixture
def maker(
    database: Database, files: FileStore, clock: ManualClock, tmp_path: Path
) -> Callable[[Render], ExportMaker]:
    district = District(id="d", name=Text("区", "District"))
    return lambda way: ExportMaker(database, files, district, tmp_path / "tracks", way, clock)


def _approved(
    database: Database, alert: int, clock: ManualClock, faces: Faces = Faces.BLURRED
) -> Export:
    exports, now = ExportRepository(database), utc_now(clock)
    asked = exports.request(DISTRICT, alert, WANG, "公安调取", faces, now)
    return exports.decide(DISTRICT, asked.id, HEAD, approve=True, reason="属实", now=now)


def test_a_package_verifies_itself_and_shows_nobody(
    database: Database,
    files: FileStore,
    alert: int,
    clock: ManualClock,
    maker: Callable[[Render], ExportMaker],
    tmp_path: Path,
) -> None:
    export = _approved(database, alert, clock)
    assert maker(_doing(_everywhere)).run() == 1
    ready = ExportRepository(database).get(DISTRICT, export.id)
    assert ready.state is ExportState.READY
    package = tmp_path / "package.zip"
    package.write_bytes(files.read(ready.path))
    with zipfile.ZipFile(package) as archive:
        archive.extractall(tmp_path / "unpacked")
        names = set(archive.namelist())
    assert names == {
        "README.txt",
        "alert.json",
        "chain.json",
        "clip-2.mp4",
        "manifest.json",
        "snapshot-1.jpg",
        "tracks.json",
        "verify.py",
    }
    manifest = json.loads((tmp_path / "unpacked/manifest.json").read_text("utf-8"))
    assert manifest["export"]["requester"] == "王老师 (指导中心)"
    assert manifest["export"]["faces"] == "blurred"

    def verified(path: Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", "-S", str(tmp_path / "unpacked/verify.py"), str(path)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert verified(package).returncode == 0, verified(package).stdout
    assert verified(tmp_path / "unpacked").stdout.startswith("OK")
    with av.open(str(tmp_path / "unpacked/clip-2.mp4")) as clip:
        frames = [frame.to_ndarray(format="bgr24") for frame in clip.decode(video=0)]
    assert len(frames) == 10
    head = frames[5][30:55, 105:150, 0].astype(int)
    body = frames[5][110:130, 200:240, 0].astype(int)
    assert head.std() < 12, "the stripes where the head is are gone"
    assert body.std() > 40
    picture = tmp_path / "unpacked/snapshot-1.jpg"
    picture.write_bytes(picture.read_bytes() + b" ")
    (tmp_path / "unpacked/more.txt").write_text("slipped in")
    broken = verified(tmp_path / "unpacked")
    assert broken.returncode == 1
    assert "snapshot-1.jpg: altered" in broken.stdout
    assert "more.txt: not in the manifest" in broken.stdout


def test_the_verifier_finds_an_altered_chain(
    database: Database,
    files: FileStore,
    alert: int,
    clock: ManualClock,
    maker: Callable[[Render], ExportMaker],
    tmp_path: Path,
) -> None:
    export = _approved(database, alert, clock, Faces.SHOWN)
    maker(_doing(None)).run()
    package = tmp_path / "package.zip"
    package.write_bytes(files.read(ExportRepository(database).get(DISTRICT, export.id).path))
    with zipfile.ZipFile(package) as archive:
        archive.extractall(tmp_path / "unpacked")
    chain = tmp_path / "unpacked/chain.json"
    chain.write_text(chain.read_text("utf-8").replace("children", "nobodies"), "utf-8")
    command = [sys.executable, str(tmp_path / "unpacked/verify.py")]
    broken = subprocess.run(command, capture_output=True, text=True, check=False)
    assert broken.returncode == 1
    assert "chain row 1: altered" in broken.stdout


def test_without_a_model_nothing_leaves_the_house(
    database: Database,
    alert: int,
    clock: ManualClock,
    maker: Callable[[Render], ExportMaker],
) -> None:
    export = _approved(database, alert, clock)
    assert maker(_doing(None)).run() == 0
    failed = ExportRepository(database).get(DISTRICT, export.id)
    assert failed.state is ExportState.FAILED
    assert "person model" in failed.failure


def test_evidence_that_was_altered_is_not_exported(
    database: Database,
    files: FileStore,
    alert: int,
    clock: ManualClock,
    maker: Callable[[Render], ExportMaker],
) -> None:
    export = _approved(database, alert, clock)
    files.write("a.jpg", b"something else")
    assert maker(_doing(_everywhere)).run() == 0
    assert "not what was filed" in ExportRepository(database).get(DISTRICT, export.id).failure


def test_a_death_is_tried_again_but_not_for_ever(
    database: Database,
    alert: int,
    clock: ManualClock,
    maker: Callable[[Render], ExportMaker],
) -> None:
    export = _approved(database, alert, clock)
    tries: list[RenderJob] = []

    def dies(job: RenderJob) -> None:
        tries.append(job)
        raise OSError("killed")

    maker(dies).run()
    assert len(tries) == 3
    assert ExportRepository(database).get(DISTRICT, export.id).state is ExportState.FAILED


def test_what_a_dead_maker_took_is_due_again(
    database: Database,
    alert: int,
    clock: ManualClock,
    maker: Callable[[Render], ExportMaker],
) -> None:
    exports = ExportRepository(database)
    _approved(database, alert, clock)
    assert exports.claim(utc_now(clock)) is not None
    assert exports.claim(utc_now(clock)) is None
    assert maker(_doing(_everywhere)).run() == 0
    clock.advance(timedelta(minutes=31).total_seconds())
    assert maker(_doing(_everywhere)).run() == 1


def test_packages_go_after_a_while(
    database: Database,
    files: FileStore,
    alert: int,
    clock: ManualClock,
    maker: Callable[[Render], ExportMaker],
) -> None:
    export = _approved(database, alert, clock)
    maker(_doing(_everywhere)).run()
    exports = ExportRepository(database)
    path = exports.get(DISTRICT, export.id).path
    clock.advance(KEPT.total_seconds())
    with pytest.raises(ConflictError):
        exports.fetched(DISTRICT, export.id, WANG, utc_now(clock))
    maker(_doing(_everywhere)).run()
    assert exports.get(DISTRICT, export.id).state is ExportState.EXPIRED
    assert not files.exists(path)


def test_nobody_decides_about_their_own_request(
    database: Database, alert: int, clock: ManualClock
) -> None:
    exports, now = ExportRepository(database), utc_now(clock)
    asked = exports.request(DISTRICT, alert, HEAD, "why not", Faces.SHOWN, now)
    with pytest.raises(PermissionDeniedError):
        exports.decide(DISTRICT, asked.id, HEAD, approve=True, reason="me", now=now)
    with pytest.raises(InputError):
        exports.decide(DISTRICT, asked.id, WANG, approve=True, reason="", now=now)
    assert exports.get(DISTRICT, asked.id).state is ExportState.REQUESTED
    assert AccessRegister(database).verify().rows == 1, "what failed is not in the register"


def test_masks_are_filled_before_anything_leaves(tmp_path: Path) -> None:
    _video(tmp_path / "in.mp4")
    mask = ((0.0, 0.0), (0.5, 0.0), (0.5, 0.5), (0.0, 0.5))
    task = RenderTask(str(tmp_path / "in.mp4"), str(tmp_path / "out.mp4"), (mask,))
    render(RenderJob((), (task,), blur=False, mark="x"), None)
    with av.open(str(tmp_path / "out.mp4")) as clip:
        frame = next(clip.decode(video=0)).to_ndarray(format="bgr24")
    assert frame[5:35, 5:60].mean() < 25
    assert frame[5:35, 200:300].std() > 40


def test_a_process_of_its_own_blurs_real_people(tmp_path: Path) -> None:
    found = find_spec("ultralytics")
    assert found is not None
    assert found.origin is not None
    models = Path(__file__).parents[3] / "models"
    config = tmp_path / "district.yaml"
    config.write_text(
        f"version: 1\nservice: {{data_dir: data}}\nmodel: {{models_dir: {models}}}\n"
        "district: {id: d, name: 区}\n",
        "utf-8",
    )
    source = Path(found.origin).parent / "assets" / "zidane.jpg"
    task = RenderTask(str(source), str(tmp_path / "out.jpg"))
    missing = RenderTask(str(tmp_path / "no.jpg"), str(tmp_path / "x.jpg"))
    with pytest.raises(ConflictError, match="cannot be read"):
        render_apart(config)(RenderJob((task, missing), (), blur=True, mark="王老师"))
    before, after = cv2.imread(str(source)), cv2.imread(str(tmp_path / "out.jpg"))
    assert before is not None
    assert after is not None
    face = np.s_[120:260, 800:920]  # the man on the right
    assert cv2.Laplacian(after[face], cv2.CV_64F).var() < 200
    assert cv2.Laplacian(before[face], cv2.CV_64F).var() > 20
    assert np.abs(after[face].astype(int) - before[face]).mean() > 5
