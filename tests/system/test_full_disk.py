"""The disk of the fault test is one that writes really fail on, for whom it is meant."""

from __future__ import annotations

import multiprocessing
import random
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from tests.system.full_disk import Disk

pytestmark = pytest.mark.system
_MORE_THAN_EVER_FITS = 100_000


def write_when_asked(path: Path, asked: Connection) -> None:
    while asked.recv():
        try:
            path.write_bytes(bytes(_MORE_THAN_EVER_FITS))
        except OSError:
            asked.send(path.stat().st_size)
        else:
            asked.send(None)


def test_a_full_disk_tears_what_is_written_until_it_is_free_again(tmp_path: Path) -> None:
    context = multiprocessing.get_context("forkserver")
    ask, asked = context.Pipe()
    process = context.Process(target=write_when_asked, args=(tmp_path / "file", asked))
    process.start()
    disk = Disk(random.Random(1))

    def torn_at() -> int | None:
        ask.send(True)
        size: int | None = ask.recv()
        return size

    assert process.pid is not None
    assert torn_at() is None
    disk.fill([process.pid])
    assert disk.full
    size = torn_at()
    assert size is not None
    assert size < _MORE_THAN_EVER_FITS
    (tmp_path / "ours").write_bytes(bytes(_MORE_THAN_EVER_FITS))  # only theirs is full
    disk.free()
    assert torn_at() is None
    ask.send(False)
    process.join()
