from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest

from monitor.streams.catalogue import make_source
from monitor.streams.clip import write_clip
from monitor.streams.mux import PacketWriter
from monitor.streams.source import SourceRequest

FULL_DISK = Path("/dev/full")


@pytest.mark.skipif(not FULL_DISK.exists(), reason="only Linux has a disk that is always full")
@pytest.mark.parametrize("form", ["clip", "recording"])
def test_a_full_disk_is_an_os_error(
    room_video: Path,
    recorded: Callable[[Path], SourceRequest],
    form: Literal["clip", "recording"],
) -> None:
    source = make_source(recorded(room_video))
    writer = PacketWriter(FULL_DISK, source.open(), form)

    def fill() -> None:
        try:
            for packet in source.packets():
                writer.write(packet, packet.time)
        finally:
            writer.close()

    with pytest.raises(OSError, match="space") as caught:
        fill()
    assert caught.value.errno == errno.ENOSPC
    source.close()


def test_a_clip_that_cannot_be_written_leaves_nothing(
    room_video: Path, recorded: Callable[[Path], SourceRequest], tmp_path: Path
) -> None:
    source = make_source(recorded(room_video))
    info = source.open()
    packets = list(source.packets())
    source.close()
    path = tmp_path / "missing" / "clip.mp4"
    with pytest.raises(OSError, match="No such file"):
        write_clip(packets, info, path)
    assert not path.exists()
