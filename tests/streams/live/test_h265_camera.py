"""A camera that sends H.265 over the wire: recorded as it is, encoded again for a viewer."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import av

from monitor.demo.camera_simulator import CameraSimulator
from monitor.domain.places import Camera
from monitor.domain.text import Text
from monitor.streams.live import LiveServer, Overlay
from monitor.streams.reader import CameraReader
from monitor.streams.recorder import Recorder
from monitor.streams.segments import Segment
from tests.streams.conftest import MakeVideo

if TYPE_CHECKING:
    from tests.streams.live.conftest import Viewer


def test_it_is_recorded_as_it_is_and_seen_by_a_browser(
    simulator: CameraSimulator, make_video: MakeVideo, make_viewer: type[Viewer], tmp_path: Path
) -> None:
    video = make_video("camera-h265.mp4", seconds=1.2, codec="libx265", size=(480, 270))
    camera = Camera("c1", "room", Text("", ""), simulator.add("c1", video))
    reader = CameraReader(camera)
    segments: list[Segment] = []
    recorder = Recorder(
        "c1",
        reader.subscribe("recorder"),
        lambda: reader.info,
        tmp_path,
        on_segment=segments.append,
        seconds=2.0,
    )
    reader.start()
    recorder.start()

    async def watch() -> None:
        server = LiveServer(lambda _id: reader, lambda _id: Overlay(state="online"))
        viewer = make_viewer(server)
        await viewer.watch()
        await viewer.until(lambda: viewer.frames > 25)
        assert viewer.sizes == {(480, 270)}
        await viewer.leave()
        await server.shutdown()

    asyncio.run(watch())
    reader.stop()
    recorder.stop()
    assert simulator.viewers("c1") <= 1
    with av.open(str(segments[0].path)) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "hevc"
        assert sum(1 for _ in container.decode(stream)) > 25
