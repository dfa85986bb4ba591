from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from monitor.runtime.tracks.calls import Chunk, Step
from monitor.runtime.tracks.files import HOUR, append_chunk, bytes_kept, delete_before, read_chunks

NOON = 1_793_000_000.0 // HOUR * HOUR


def chunk(number: int, start: float, room_id: str = "room") -> Chunk:
    calls = tuple(Step(start + n / 2) for n in range(40))
    return Chunk(room_id, "s", number, ("east",), (), calls, start, start + 19.5)


def test_chunks_come_back_in_the_order_of_writing(tmp_path: Path) -> None:
    written = [chunk(n, NOON + 20 * n) for n in range(400)]
    sizes = [append_chunk(tmp_path, item) for item in written]
    assert list(read_chunks(tmp_path, "room")) == written
    assert len(list((tmp_path / "room").iterdir())) == 3
    assert bytes_kept(tmp_path, "room") == sum(sizes)


def test_only_what_touches_the_asked_time_is_read(tmp_path: Path) -> None:
    for n in range(400):
        append_chunk(tmp_path, chunk(n, NOON + 20 * n))
    found = list(read_chunks(tmp_path, "room", NOON + 4000, NOON + 4100))
    assert [item.number for item in found] == [200, 201, 202, 203, 204, 205]
    assert list(read_chunks(tmp_path, "elsewhere")) == []


@pytest.mark.parametrize("cut", [1, 17, 40])
def test_a_torn_last_chunk_is_skipped_with_a_warning(tmp_path: Path, cut: int) -> None:
    written = [chunk(n, NOON + 20 * n) for n in range(3)]
    for item in written:
        append_chunk(tmp_path, item)
    (path,) = (tmp_path / "room").iterdir()
    path.write_bytes(path.read_bytes()[:-cut])
    with capture_logs() as logs:
        assert list(read_chunks(tmp_path, "room")) == written[:2]
    assert [entry["event"] for entry in logs] == ["tracks_damaged"]
    append_chunk(tmp_path, chunk(0, NOON + 100))  # the service starts again
    assert [item.start for item in read_chunks(tmp_path, "room")] == [NOON, NOON + 20, NOON + 100]


def test_damage_in_the_middle_costs_one_chunk(tmp_path: Path) -> None:
    sizes = [append_chunk(tmp_path, chunk(n, NOON + 20 * n)) for n in range(5)]
    (path,) = (tmp_path / "room").iterdir()
    data = bytearray(path.read_bytes())
    data[sum(sizes[:2]) + 50] ^= 0xFF
    path.write_bytes(data)
    with capture_logs() as logs:
        assert [item.number for item in read_chunks(tmp_path, "room")] == [0, 1, 3, 4]
    assert logs[0]["bytes"] == sizes[2]


def test_old_hours_are_deleted_and_nothing_else(tmp_path: Path) -> None:
    for n in range(3):
        append_chunk(tmp_path, chunk(n, NOON + n * HOUR))
    append_chunk(tmp_path, chunk(0, NOON, "gone"))
    stranger = tmp_path / "room" / "notes.tracks"
    stranger.write_text("not ours")
    count, size = delete_before(tmp_path, NOON + HOUR)
    assert count == 2
    assert size > 0
    assert [item.start for item in read_chunks(tmp_path, "room")] == [NOON + HOUR, NOON + 2 * HOUR]
    assert not (tmp_path / "gone").exists()
    assert stranger.exists()
    assert delete_before(tmp_path / "never-made", NOON) == (0, 0)
