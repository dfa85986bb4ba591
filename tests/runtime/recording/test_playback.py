from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import av
import pytest

from monitor.domain.errors import ConflictError, NotFoundError
from monitor.runtime.recording.playback import Exported, export, layout_of, stream_bytes
from monitor.store.recordings import Recording
from tests.runtime.recording.conftest import FPS, Archive, key_of, record

DATABASES = ["sqlite"]  # the SQL itself is tested with the store


@pytest.fixture(params=["file", "memory"])
def stored(request: pytest.FixtureRequest, open_archive: Callable[..., Archive]) -> Archive:
    """Return an archive on disk, and one in an object store."""
    extra = {"store": "memory://kanhu-playback"} if request.param == "memory" else {}
    return open_archive(enabled=True, **extra)


def pieces_of(archive: Archive) -> list[Recording]:
    long = timedelta(days=1)
    return list(archive.recordings.paths("hall-1", archive.now - long, archive.now).values())


def export_range(archive: Archive, begin: datetime, start: float, end: float, to: Path) -> Exported:
    zero = begin.timestamp()
    return export(archive.files, pieces_of(archive), zero + start, zero + end, to)


def pictures(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


def test_a_range_over_several_files_is_one_mp4_with_its_hash(
    stored: Archive, tmp_path: Path
) -> None:
    begin = stored.now - timedelta(minutes=10)
    for part in range(3):
        stored.add(begin + timedelta(seconds=8 * part))
    target = tmp_path / "range.mp4"
    result = export_range(stored, begin, 5.0, 20.0, target)
    assert result.start == pytest.approx(begin.timestamp() + 4.0, abs=0.01), "the keyframe before"
    assert result.end == pytest.approx(begin.timestamp() + 20.0, abs=0.11)
    assert result.gaps == ()
    assert result.sha256 == hashlib.sha256(target.read_bytes()).hexdigest()
    assert result.size == target.stat().st_size
    assert pictures(target) == pytest.approx(16 * FPS, abs=1)


def test_an_export_is_the_camera_s_own_pictures(stored: Archive, tmp_path: Path) -> None:
    begin = stored.now - timedelta(minutes=10)
    stored.add(begin)
    target = tmp_path / "whole.mp4"
    export_range(stored, begin, 0.0, 8.0, target)
    recorded = tmp_path / "recorded.mp4"
    recorded.write_bytes(stored.content)

    def decoded(path: Path) -> list[bytes]:
        with av.open(str(path)) as container:
            return [frame.to_ndarray().tobytes() for frame in container.decode(video=0)]

    assert decoded(target) == decoded(recorded)


def test_a_gap_is_named_and_keeps_its_length(stored: Archive, tmp_path: Path) -> None:
    begin = stored.now - timedelta(minutes=10)
    stored.add(begin)
    stored.add(begin + timedelta(seconds=30))
    target = tmp_path / "gap.mp4"
    result = export_range(stored, begin, 0.0, 40.0, target)
    zero = begin.timestamp()
    ends = [moment - zero for gap in result.gaps for moment in (gap.start, gap.end)]
    assert ends == pytest.approx([8.0, 30.0, 38.0, 40.0], abs=0.01)
    with av.open(str(target)) as container:
        assert float(container.duration or 0) / av.time_base == pytest.approx(38.0, abs=0.3)


def test_nothing_recorded_is_not_found(stored: Archive, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        export_range(stored, stored.now, 0.0, 10.0, tmp_path / "none.mp4")


def test_two_formats_do_not_go_into_one_file(archive: Archive, tmp_path: Path) -> None:
    begin = archive.now - timedelta(minutes=10)
    archive.add(begin)
    archive.content = record(tmp_path, (320, 180))
    archive.add(begin + timedelta(seconds=8))
    with pytest.raises(ConflictError, match="format"):
        export_range(archive, begin, 0.0, 16.0, tmp_path / "mixed.mp4")
    result = export_range(archive, begin, 8.0, 16.0, tmp_path / "second.mp4")
    assert result.gaps == ()


def test_h265_leaves_under_the_name_that_all_players_know(archive: Archive, tmp_path: Path) -> None:
    archive.content = record(tmp_path, (192, 108), "libx265")
    begin = archive.now - timedelta(minutes=10)
    archive.add(begin)
    target = tmp_path / "h265.mp4"
    result = export_range(archive, begin, 0.0, 8.0, target)
    assert b"hvc1" in target.read_bytes()[:4096]
    assert result.sha256 == hashlib.sha256(target.read_bytes()).hexdigest()
    assert pictures(target) == 8 * FPS


def test_a_browser_gets_the_bytes_from_the_keyframe_on(stored: Archive) -> None:
    key = stored.add(stored.now - timedelta(minutes=10))
    layout = layout_of(stored.files, key)
    size, content = stream_bytes(stored.files, key, layout, 5.0, float("inf"))
    body = b"".join(content)
    assert len(body) == size
    assert stored.content.endswith(body)
    head = stored.content[: layout.head]
    with av.open(io.BytesIO(head + body), "r") as container:
        assert sum(1 for _ in container.decode(video=0)) == 4 * FPS
    assert stream_bytes(stored.files, key, layout, 0.0, 0.0)[0] == 0
    assert key == key_of("hall-1", stored.now - timedelta(minutes=10))
