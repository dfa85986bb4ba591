from __future__ import annotations

import platform
from pathlib import Path

import pytest

from monitor.runtime.spare_memory import SpareMemory

BLOCK = 100_000  # bytes: below what glibc asks the system for singly


def resident() -> int:
    """Return the bytes of this process that lie in memory."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * 4096


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc alone keeps what was freed")
def test_freed_memory_goes_back_to_the_system() -> None:
    blocks = [bytearray(BLOCK) for _ in range(600)]
    last = blocks[-1]
    full = resident()
    del blocks
    assert SpareMemory(every=0).give_back()
    assert resident() < full - 400 * BLOCK
    assert len(last) == BLOCK


def test_nothing_is_done_before_its_time() -> None:
    assert not SpareMemory(every=3600).give_back()
