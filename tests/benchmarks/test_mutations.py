"""A sample of the ten thousand damaged streams, and what counts as having killed the process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks import mutations

SAMPLE = 64


def test_a_sample_of_damaged_streams_ends_in_words(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.mutations", "--count", str(SAMPLE)]
    command += ["--first", "20000", "--state", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    notes = [line.split() for line in (tmp_path / "notes").read_text().splitlines()]
    assert [int(seed) for seed, *_ in notes] == list(range(20_000, 20_000 + SAMPLE))
    assert {reason for _, _, reason, _ in notes} <= {
        *("ended", "unreadable", "truncated", "no_video", "unsupported", "cut", "other"),
    }
    assert {form for _, form, reason, _ in notes if reason == "ended"} >= {"h264.ts", "h264.nal"}
    assert max(int(memory) for *_, memory in notes) < 400


def test_a_stream_that_was_begun_and_never_ended_killed_its_process(tmp_path: Path) -> None:
    assert mutations.following(tmp_path, 7) == 7
    (tmp_path / "begun").write_text("7 1234 0.0")
    assert mutations.following(tmp_path, 7) == 8
    assert mutations.report(tmp_path, 1.0) == 1


def test_damage_can_be_repeated() -> None:
    whole = bytes(range(256)) * 16
    damaged = [mutations.mutated(whole, seed) for seed in range(200)]
    assert damaged == [mutations.mutated(whole, seed) for seed in range(200)]
    assert all(damaged)
    assert sum(one != whole for one in damaged) > 190
