from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.demo.footage.composer import compose, render
from monitor.demo.footage.cutouts import Cutout
from monitor.demo.footage.encode import GOP_SECONDS, encode
from monitor.demo.footage.world import Scene
from monitor.domain.errors import InputError


class Shares:
    """Keeps what a composer told of its progress."""

    def __init__(self) -> None:
        self.told: dict[str, list[float]] = {}

    def __call__(self, name: str, share: float) -> None:
        self.told.setdefault(name, []).append(share)


def test_a_clip_is_what_a_camera_sends(
    tiny: Scene, cutouts: Sequence[Cutout], tmp_path: Path
) -> None:
    path = tmp_path / "tiny.mp4"
    render(tiny, path, seconds=5, size=(320, 180), cutouts=cutouts)
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        assert (stream.codec.name, stream.width, stream.height) == ("h264", 320, 180)
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert not stream.codec_context.has_b_frames
        packets = [packet for packet in file.demux(stream) if packet.size]
        assert len(packets) == 50
        keys = [i for i, packet in enumerate(packets) if packet.is_keyframe]
        assert keys == list(range(0, 50, GOP_SECONDS * tiny.fps))
    with av.open(str(path)) as file:
        pictures = [frame.to_ndarray(format="gray") for frame in file.decode(video=0)]
    assert np.abs(pictures[0].astype(int) - pictures[20]).max() > 40, "somebody has moved"


def test_the_same_scene_gives_the_same_file(
    tiny: Scene, cutouts: Sequence[Cutout], tmp_path: Path
) -> None:
    for name in ("a.mp4", "b.mp4"):
        render(tiny, tmp_path / name, seconds=1, size=(320, 180), cutouts=cutouts)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_a_failed_drawing_leaves_nothing_behind(tmp_path: Path) -> None:
    def draw(index: int) -> NDArray[np.uint8]:
        if index == 3:
            raise MemoryError("no more room")
        return np.full((96, 64), 90, np.uint8)

    with pytest.raises(MemoryError):
        encode(tmp_path / "x.mp4", (64, 64), 10, 9, draw, lambda _share: None, digest="d")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_scene_is_named_with_those_that_exist(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no scene 'attic'") as caught:
        compose(["attic"], tmp_path, Shares(), workers=1)
    assert "riverside-nap" in caught.value.hint


def test_scenes_are_composed_once_and_again_when_damaged(tmp_path: Path) -> None:
    names, shares = ["riverside-nap", "maple-entrance"], Shares()
    files = compose(names, tmp_path, shares, workers=2, seconds=2)
    assert files == {name: tmp_path / f"{name}.mp4" for name in names}
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(f"{n}.mp4" for n in names)
    for name in names:
        assert shares.told[name] == sorted(shares.told[name])
        assert (shares.told[name][0], shares.told[name][-1]) == (0.0, 1.0)
    made = {name: path.stat().st_mtime_ns for name, path in files.items()}

    again = Shares()
    files["riverside-nap"].write_bytes(files["riverside-nap"].read_bytes()[:5000])
    compose(names, tmp_path, again, workers=2, seconds=2)
    assert again.told["maple-entrance"] == [1.0], "left alone"
    assert again.told["riverside-nap"][0] == 0.0
    assert files["maple-entrance"].stat().st_mtime_ns == made["maple-entrance"]
    with av.open(str(files["riverside-nap"])) as file:
        assert file.streams.video[0].frames == 16
