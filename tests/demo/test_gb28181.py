from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import av
import pytest
import yaml

from monitor.demo.district import demo_config, find_demo_template
from monitor.demo.gb28181.footage import load_footage
from monitor.demo.gb28181.muxer import pack
from monitor.demo.gb28181.run import recorder_of, recordings
from monitor.demo.scenes import SCENES
from monitor.domain.errors import InputError
from monitor.streams.gb28181.manscdp import merge

NOW = datetime(2026, 11, 26, 1, 30, tzinfo=UTC)


def video(path: Path, codec: str, b_frames: int = 0) -> Path:
    options = {"g": "10", "bf": str(b_frames), "preset": "ultrafast"}
    if codec == "libx265":
        options["x265-params"] = f"log-level=none:keyint=10:bframes={b_frames}"
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25, options=options)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        for _ in range(20):
            container.mux(stream.encode(av.VideoFrame(128, 96, "yuv420p")))
        container.mux(stream.encode())
    return path


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_a_programme_stream_of_ours_plays_whole(tmp_path: Path, codec: str) -> None:
    footage = load_footage(video(tmp_path / "v.mp4", codec))
    assert len(footage.pictures) == 20
    stream = io.BytesIO(
        b"".join(
            pack(footage.codec, item.data, round(item.due * 90_000), keyframe=item.keyframe)
            for item in footage.pictures
        )
    )
    with av.open(stream, "r", format="mpeg") as container:
        frames = list(container.decode(video=0))
    assert len(frames) == 20
    assert frames[1].time is not None
    assert frames[0].time is not None
    assert frames[1].time - frames[0].time == pytest.approx(0.04, abs=0.001)


def test_footage_goes_on_for_ever_from_a_keyframe(tmp_path: Path) -> None:
    footage = load_footage(video(tmp_path / "v.mp4", "libx264"))
    following = footage.following(0.1)
    due, first = next(following)
    assert first.keyframe
    assert due == pytest.approx(0.4)
    rest = [due for due, _ in (next(following) for _ in range(30))]
    assert rest == sorted(rest)
    assert rest[-1] == pytest.approx(0.4 + 30 * 0.04)


def test_what_is_no_footage(tmp_path: Path) -> None:
    path = tmp_path / "text.mp4"
    path.write_text("not a video")
    with pytest.raises(InputError, match=r"text\.mp4"):
        load_footage(path)


def test_the_recorder_has_the_channels_that_the_configuration_reads(tmp_path: Path) -> None:
    text = demo_config(
        tmp_path,
        8554,
        data_dir=tmp_path,
        registers=find_demo_template().with_name("demo-registers.yaml"),
        inbox="json://127.0.0.1/inbox",
        today=date(2026, 11, 26),
        sip_port=15060,
        nvr_password="made up",
    )
    footage = {name: tmp_path / f"{name}.mp4" for name in SCENES}
    recorder = recorder_of(yaml.safe_load(text), footage)
    assert recorder.port == 15060
    assert [path.stem for _, _, path in recorder.channels] == [
        "maple-playroom",
        "maple-mixed",
        "maple-entrance",
    ]
    assert "made up" not in repr(recorder)


def test_recordings_reach_back_as_far_as_said_with_a_gap_where_wanted() -> None:
    (whole,) = merge(recordings(NOW, 93, gap=False))
    assert whole.start <= NOW - timedelta(days=93)
    assert whole.end > NOW + timedelta(days=1)
    before, after = merge(recordings(NOW, 93, gap=True))
    missing = after.start - before.end
    assert timedelta(hours=5) <= missing <= timedelta(hours=7)
