from __future__ import annotations

from pathlib import Path

from structlog.testing import capture_logs

from monitor.domain.headcount import Counted, Headcount
from monitor.domain.room_state import CameraView, ViewFault
from monitor.runtime.metrics import TRACK_CHUNKS_LOST
from monitor.runtime.tracks.calls import Chunk, Heads, Look, Sight, Still
from monitor.runtime.tracks.files import read_chunks
from monitor.runtime.tracks.recorder import CHUNK_SECONDS, MOST_WAITING, RoomTape, TrackRecorder

START = 1_793_000_000.0


def lost() -> float:
    return float(TRACK_CHUNKS_LOST._value.get())


def test_a_tape_hands_over_every_few_seconds_and_loses_nothing() -> None:
    chunks: list[Chunk] = []
    tape = RoomTape("room", ["east"], chunks.append)
    for n in range(600):
        tape.look(Look("east", START + n / 5, ()))
        tape.step(START + n / 5, ())
    tape.still("east", START + 120)  # after the last step, nothing was decided from it
    tape.flush()
    assert [chunk.number for chunk in chunks] == list(range(6))
    assert all(chunk.end - chunk.start < CHUNK_SECONDS for chunk in chunks)
    calls = [call for chunk in chunks for call in chunk.calls]
    assert [call.time for call in calls if isinstance(call, Look)] == [
        START + n / 5 for n in range(600)
    ]
    assert isinstance(calls[-1], Still)


def test_each_chunk_says_how_far_views_can_be_trusted_and_then_only_what_changes() -> None:
    chunks: list[Chunk] = []
    tape = RoomTape("room", ["east"], chunks.append)
    good, dark = CameraView("east"), CameraView("east", ViewFault.DARK, START + 30)
    for n in range(120):
        tape.view(good if n < 60 else dark)
        tape.step(START + n / 2, ())
    tape.flush()
    sights = [[call.view for call in chunk.calls if isinstance(call, Sight)] for chunk in chunks]
    assert sights == [[good], [good, dark], [dark]]


def test_each_chunk_says_who_is_signed_in_and_then_only_what_changes() -> None:
    chunks: list[Chunk] = []
    tape = RoomTape("room", ["east"], chunks.append)
    few, more = (Headcount(8, count, Counted(9, 9)) for count in (20, 30))
    for n in range(120):
        tape.headcount(START + n / 2, None if n < 20 else few if n < 60 else more)
        tape.step(START + n / 2, ())
    tape.flush()
    heads = [
        [(call.time - START, call.headcount) for call in chunk.calls if isinstance(call, Heads)]
        for chunk in chunks
    ]
    assert heads == [[(10.0, few)], [(10.0, few), (30.0, more)], [(30.0, more)]]


def test_two_sessions_of_a_room_can_be_told_apart(tmp_path: Path) -> None:
    for _ in range(2):
        recorder = TrackRecorder(tmp_path)
        tape = recorder.tape("room", ["east"])
        recorder.start()
        tape.step(START, ())
        recorder.stop()
    first, second = read_chunks(tmp_path, "room")
    assert (first.number, second.number) == (0, 0)
    assert first.session != second.session


def test_a_slow_disk_costs_chunks_but_never_time(tmp_path: Path) -> None:
    recorder = TrackRecorder(tmp_path)  # whose thread never runs
    tape = recorder.tape("room", ["east"])
    before = lost()
    with capture_logs() as logs:
        for n in range(MOST_WAITING + 12):
            tape.step(START + n * CHUNK_SECONDS, ())
            tape.flush()
    assert lost() - before == 12
    assert [entry["event"] for entry in logs] == ["tracks_lost"]


def test_a_folder_that_cannot_be_written_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    recorder = TrackRecorder(tmp_path / "file")
    tape = recorder.tape("room", ["east"])
    before = lost()
    with capture_logs() as logs:
        recorder.start()
        for n in range(3):
            tape.step(START + n * CHUNK_SECONDS, ())
        recorder.stop()
    assert lost() - before == 3
    assert [entry["event"] for entry in logs] == ["tracks_lost"]
