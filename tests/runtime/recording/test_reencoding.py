from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.domain.errors import ConflictError, NotFoundError
from monitor.runtime.recording import reencoding
from monitor.runtime.recording.playback import layout_of
from monitor.runtime.recording.reencoding import Piece, Reencoder
from monitor.store.recordings import Recording
from monitor.streams.fragments import Layout, read_layout
from tests.runtime.recording.conftest import FPS, Archive, record

DATABASES = ["sqlite"]  # the SQL itself is tested with the store


@pytest.fixture(scope="session")
def hevc(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return record(tmp_path_factory.mktemp("hevc"), (192, 108), "libx265")


@pytest.fixture
def stored(archive: Archive, hevc: bytes) -> tuple[Archive, Recording, Layout]:
    archive = replace(archive, content=hevc)
    key = archive.add(archive.now - timedelta(minutes=10))
    found = archive.recordings.paths("hall-1", archive.now - timedelta(days=1), archive.now)
    return archive, found[key], layout_of(archive.files, key)


def pictures(piece: Piece) -> int:
    with av.open(io.BytesIO(piece.content), "r") as container:
        assert container.streams.video[0].codec_context.name == "h264"
        return len(list(container.decode(video=0)))


def decoded(content: bytes) -> list[NDArray[Any]]:
    with av.open(io.BytesIO(content), "r") as container:
        return [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]


def test_pieces_follow_on_one_another_and_show_every_picture(
    stored: tuple[Archive, Recording, Layout],
) -> None:
    archive, recording, layout = stored
    assert layout.codec.startswith("hev1.")
    reencoder = Reencoder(archive.files)
    pieces = []
    at = 0.0
    while at < 7.95:
        pieces.append(reencoder.piece(recording, layout, at))
        at = pieces[-1].end
    assert [piece.start for piece in pieces] == [pytest.approx(0.0), pytest.approx(4.0, abs=0.11)]
    assert sum(map(pictures, pieces)) == 8 * FPS
    assert read_layout(io.BytesIO(pieces[0].content)).codec.startswith("avc1.42")


def test_what_comes_out_looks_like_what_was_recorded(
    stored: tuple[Archive, Recording, Layout], hevc: bytes
) -> None:
    archive, recording, layout = stored
    piece = Reencoder(archive.files).piece(recording, layout, 0.0)
    for before, after in zip(decoded(hevc)[:40:8], decoded(piece.content)[::8], strict=True):
        error = np.mean((before.astype(float) - after.astype(float)) ** 2)
        assert 10 * np.log10(255**2 / error) > 32


def test_a_piece_from_the_middle_begins_at_the_keyframe_before(
    stored: tuple[Archive, Recording, Layout],
) -> None:
    archive, recording, layout = stored
    piece = Reencoder(archive.files).piece(recording, layout, 3.0)
    assert piece.start == pytest.approx(2.0, abs=0.11)
    assert piece.end == pytest.approx(6.0, abs=0.11)


def test_beyond_the_end_there_is_nothing(stored: tuple[Archive, Recording, Layout]) -> None:
    archive, recording, layout = stored
    with pytest.raises(NotFoundError):
        Reencoder(archive.files).piece(recording, layout, 8.5)


def test_only_so_many_are_made_at_the_same_time(
    stored: tuple[Archive, Recording, Layout], monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, recording, layout = stored
    monkeypatch.setattr(reencoding, "_AT_ONCE", 0)
    monkeypatch.setattr(reencoding, "_PATIENCE", 0.01)
    with pytest.raises(ConflictError):
        Reencoder(archive.files).piece(recording, layout, 0.0)


def test_a_failure_gives_its_place_back(
    stored: tuple[Archive, Recording, Layout], monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, recording, layout = stored
    monkeypatch.setattr(reencoding, "_AT_ONCE", 1)
    monkeypatch.setattr(reencoding, "_PATIENCE", 0.01)
    reencoder = Reencoder(archive.files)
    away = replace(recording, path="hall-1/2020-01-01/000000.000.mp4")
    with pytest.raises(NotFoundError):
        reencoder.piece(away, layout, 0.0)
    assert pictures(reencoder.piece(recording, layout, 0.0)) == 4 * FPS
