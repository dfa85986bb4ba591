from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from monitor.domain.errors import InputError
from monitor.streams.stills import pictures_of


def photograph(path: Path, grey: int) -> Path:
    cv2.imwrite(str(path), np.full((18, 32, 3), grey, np.uint8))
    return path


def recording(path: Path) -> Path:
    """Ten key frames, each lighter than the last, and a darker frame after each."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10, options={"sc_threshold": "0"})
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = 64, 64, "yuv420p", 2
        for index in range(20):
            grey = 20 + 10 * index if index % 2 == 0 else 0
            picture = np.full((64, 64, 3), grey, np.uint8)
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return path


def test_photographs_and_recordings_of_a_folder_are_mixed(tmp_path: Path) -> None:
    photograph(tmp_path / "a.png", 50)
    recording(tmp_path / "b.mp4")
    (tmp_path / "notes.txt").write_text("no picture")
    greys = [float(picture.mean()) for picture in pictures_of([tmp_path], 8)]
    assert greys[0] == 50
    assert len(greys) == 5
    assert greys[1:] == sorted(greys[1:])
    assert greys[1] == pytest.approx(20, abs=6)
    assert greys[-1] == pytest.approx(200, abs=6)


def test_more_files_than_wanted_are_thinned_evenly(tmp_path: Path) -> None:
    for grey in range(0, 200, 10):
        photograph(tmp_path / f"{grey:03}.png", grey)
    greys = [round(float(picture.mean())) for picture in pictures_of([tmp_path], 3)]
    assert greys[0] == 0
    assert greys[-1] == 190
    assert len(greys) == 3


def test_what_is_no_picture_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.jpg").write_bytes(b"none")
    (tmp_path / "bad.mp4").write_bytes(b"none")
    (tmp_path / "empty").mkdir()
    for name, reason in (
        ("bad.jpg", "no photograph"),
        ("bad.mp4", "recording"),
        ("empty", "neither"),
        ("absent", "no such file"),
    ):
        with pytest.raises(InputError, match=reason):
            pictures_of([tmp_path / name], 4)
