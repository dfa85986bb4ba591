"""Real peer connections over the machine's own network: what a browser would see."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from monitor.domain.errors import NotFoundError
from monitor.domain.media import StreamInfo
from monitor.domain.people import AgeClass, Box, Track
from monitor.domain.room_state import RoomState, View
from monitor.streams.live import LiveFullError, LiveLimits, LiveServer, Overlay

if TYPE_CHECKING:
    from tests.streams.live.conftest import Clip, MemoryCamera, Viewer


def nothing_seen(_camera_id: str) -> Overlay:
    return Overlay(state="online")


@asynccontextmanager
async def serving(
    feed: MemoryCamera, limits: LiveLimits | None = None
) -> AsyncIterator[LiveServer]:
    server = LiveServer(
        lambda camera_id: feed if camera_id == "c1" else None, nothing_seen, limits=limits
    )
    try:
        yield server
    finally:
        await server.shutdown()


async def settled(server: LiveServer, viewers: int) -> None:
    deadline = time.monotonic() + 30
    while server.viewers != viewers:
        assert time.monotonic() < deadline, server.viewers
        await asyncio.sleep(0.02)


def test_h264_is_agreed_and_pictures_come_at_once(
    feed: MemoryCamera, clip: Clip, make_viewer: type[Viewer]
) -> None:
    async def scenario() -> None:
        feed.play(clip)
        async with serving(feed) as server:
            viewer = make_viewer(server)
            await viewer.watch()
            await viewer.until(lambda: viewer.frames > 40)
            assert viewer.first_frame is not None
            assert viewer.first_frame < 1.5
            assert viewer.sizes == {(clip.info.width, clip.info.height)}
            await viewer.leave()
        codecs = {line.split()[1] for line in viewer.answer.splitlines() if "a=rtpmap" in line}
        assert codecs == {"H264/90000", "rtx/90000"}

    asyncio.run(scenario())


def test_who_joins_between_keyframes_sees_the_present_without_waiting(
    feed: MemoryCamera, clip: Clip, make_viewer: type[Viewer]
) -> None:
    async def scenario() -> None:
        packets = clip.endless(wall=time.time())
        for _ in range(18):  # the next keyframe would be the 26th
            feed.publish(next(packets))
        async with serving(feed) as server:
            first, second = make_viewer(server), make_viewer(server)
            await first.watch()
            await first.until(lambda: first.frames == 17)  # a frame is complete with the next
            feed.publish(next(packets))
            await first.until(lambda: first.frames == 18)
            await second.watch()
            await second.until(lambda: second.frames == 18)
            for viewer in (first, second):
                burst = [after - before for before, after in pairwise(viewer.times)]
                assert max(burst[:16]) < 0.002
                await viewer.leave()

    asyncio.run(scenario())


def test_a_camera_that_reconnects_goes_on_in_the_same_session(
    feed: MemoryCamera, clip: Clip, make_viewer: type[Viewer]
) -> None:
    async def scenario() -> None:
        feed.play(clip)
        async with serving(feed) as server:
            viewer = make_viewer(server)
            await viewer.watch()
            await viewer.until(lambda: viewer.frames > 10)
            feed.stall()
            seen = viewer.frames
            await asyncio.sleep(0.3)
            feed.play(clip, epoch=1)
            await viewer.until(lambda: viewer.frames > seen + 20)
            steps = [after - before for before, after in pairwise(viewer.times)]
            assert min(steps) > 0
            assert max(steps) < 1.0
            await viewer.leave()

    asyncio.run(scenario())


def test_the_overlay_tells_who_is_seen_and_how_old_the_picture_is(
    feed: MemoryCamera, clip: Clip, make_viewer: type[Viewer]
) -> None:
    child = Track(3, "c1", Box(0.1, 0.2, 0.3, 0.9), 0.8, 0, 0, 5, AgeClass.CHILD)
    room = RoomState("r1", 1.0, View.PARTIAL, adults=0, children=1, unknown=0)

    def seen(_camera_id: str) -> Overlay:
        return Overlay("online", 12.5, time.time(), (child,), room)

    async def scenario() -> None:
        feed.play(clip)
        server = LiveServer(lambda _: feed, seen)
        viewer = make_viewer(server)
        await viewer.watch()
        await viewer.until(lambda: len(viewer.messages) >= 5)
        message = viewer.messages[-1]
        assert message["t"] == 12.5
        assert message["tracks"] == [
            {"id": 3, "box": [0.1, 0.2, 0.3, 0.9], "age": "child", "score": 0.8}
        ]
        assert message["room"] == {"adults": 0, "children": 1, "unknown": 0, "view": "partial"}
        assert message["camera"] == {"state": "online", "fault": None, "reason": None}
        assert message["now"] - message["picture"] < 0.5
        times = [message["now"] for message in viewer.messages]
        assert len(times) / (times[-1] - times[0]) <= 13  # ten a second, and some slack
        feed.stall()
        await viewer.until(lambda: viewer.messages[-1]["now"] - message["picture"] > 1)
        assert viewer.messages[-1]["now"] - viewer.messages[-1]["picture"] > 0.8
        await viewer.leave()
        await server.shutdown()

    asyncio.run(scenario())


def test_trouble_of_the_detectors_does_not_take_the_picture_away(
    feed: MemoryCamera, clip: Clip, make_viewer: type[Viewer]
) -> None:
    def broken(_camera_id: str) -> Overlay:
        raise RuntimeError("out of order")

    async def scenario() -> None:
        feed.play(clip)
        server = LiveServer(lambda _: feed, broken)
        viewer = make_viewer(server)
        await viewer.watch()
        await viewer.until(lambda: viewer.frames > 10 and len(viewer.messages) > 1)
        assert viewer.messages[-1]["camera"]["state"] == "online"
        await viewer.leave()
        await server.shutdown()

    asyncio.run(scenario())


def test_one_viewer_too_many_is_told_why(feed: MemoryCamera, make_viewer: type[Viewer]) -> None:
    async def scenario() -> None:
        async with serving(feed, LiveLimits(viewers=1)) as server:
            first, second = make_viewer(server), make_viewer(server)
            await first.watch()
            with pytest.raises(LiveFullError, match="too many people are watching") as refused:
                await second.watch()
            assert refused.value.text.zh
            assert refused.value.advice.zh
            await second.leave()
            await server.close(first.session)
            await second.watch()
            await first.leave()
            await second.leave()

    asyncio.run(scenario())


def test_an_unknown_camera_is_not_found(feed: MemoryCamera, make_viewer: type[Viewer]) -> None:
    async def scenario() -> None:
        async with serving(feed) as server:
            viewer = make_viewer(server, "c9")
            with pytest.raises(NotFoundError, match="c9"):
                await viewer.watch()
            await viewer.leave()

    asyncio.run(scenario())


def test_who_never_connects_is_dropped(feed: MemoryCamera, make_viewer: type[Viewer]) -> None:
    async def scenario() -> None:
        async with serving(feed, LiveLimits(connect_seconds=0.2)) as server:
            viewer = make_viewer(server)
            await viewer.watch()
            await viewer.leave()
            await settled(server, 0)
            assert server.watched == ()

    asyncio.run(scenario())


def test_who_leaves_without_a_word_is_noticed(
    feed: MemoryCamera, clip: Clip, make_viewer: type[Viewer]
) -> None:
    async def scenario() -> None:
        feed.play(clip)
        async with serving(feed) as server:
            viewer = make_viewer(server)
            await viewer.watch()
            await viewer.until(lambda: viewer.frames > 0)
            await viewer.leave()
            await settled(server, 0)
            assert feed.fanout.subscriptions == ()

    asyncio.run(scenario())


@pytest.mark.parametrize("removal", ["the feed ends", "the server is told", "another feed comes"])
def test_sessions_end_with_their_camera(
    make_feed: Callable[[StreamInfo | None], MemoryCamera],
    clip: Clip,
    make_viewer: type[Viewer],
    removal: str,
) -> None:
    async def scenario() -> None:
        feed = make_feed(clip.info)
        feed.play(clip)
        feeds = {"c1": feed}
        server = LiveServer(feeds.get, nothing_seen)
        viewer, newcomer = make_viewer(server), make_viewer(server)
        await viewer.watch()
        await viewer.until(lambda: viewer.frames > 0)
        if removal == "the feed ends":
            feed.close()
        elif removal == "the server is told":
            await server.forget("c1")
        else:
            feeds["c1"] = make_feed(clip.info)
            await newcomer.watch()
        await settled(server, 1 if newcomer.session else 0)
        if newcomer.session:
            await newcomer.leave()
        await viewer.leave()
        await server.shutdown()
        assert (server.viewers, server.watched) == (0, ())

    asyncio.run(scenario())


def _resident_megabytes() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20


def test_thirty_sessions_leave_nothing_behind(
    feed: MemoryCamera, clip: Clip, make_viewer: type[Viewer]
) -> None:
    async def visit(server: LiveServer, number: int) -> None:
        viewer = make_viewer(server)
        await viewer.watch()
        if number % 3:
            await viewer.until(lambda: viewer.frames > 0)
        if number % 2 or not number % 3:
            await server.close(viewer.session)
        await viewer.leave()
        await settled(server, 0)

    async def scenario() -> None:
        feed.play(clip)
        server = LiveServer(lambda _: feed, nothing_seen)
        for number in range(6):
            await visit(server, number)
        gc.collect()
        tasks, threads, before = (
            asyncio.all_tasks(),
            threading.active_count(),
            _resident_megabytes(),
        )
        for number in range(30):
            await visit(server, number)
        await server.shutdown()
        await asyncio.sleep(0.1)
        gc.collect()
        assert asyncio.all_tasks() == tasks
        assert threading.active_count() <= threads
        assert feed.fanout.subscriptions == ()
        assert _resident_megabytes() - before < 16

    asyncio.run(scenario())


@pytest.mark.parametrize("kind", ["hevc", "b-frames", "b-frames not announced"])
def test_what_browsers_cannot_play_is_encoded_again(
    hevc_clip: Clip, b_clip: Clip, make_viewer: type[Viewer], feed: MemoryCamera, kind: str
) -> None:
    async def scenario() -> None:
        clip = hevc_clip if kind == "hevc" else b_clip
        feed.info = replace(clip.info, has_b_frames=kind == "b-frames")
        feed.play(clip)
        async with serving(feed, LiveLimits(encodings=1)) as server:
            first, second = make_viewer(server), make_viewer(server)
            await first.watch()
            await second.watch()
            for viewer in (first, second):
                await viewer.until(lambda viewer=viewer: viewer.frames > 40)  # type: ignore[misc]
                late = viewer.times[30:]
                steps = [after - before for before, after in pairwise(late)]
                assert min(steps) > 0
                assert max(steps) < 0.2
                await viewer.leave()

    asyncio.run(scenario())


def test_encoding_again_is_limited_and_the_place_becomes_free(
    hevc_clip: Clip,
    make_feed: Callable[[StreamInfo | None], MemoryCamera],
    make_viewer: type[Viewer],
) -> None:
    async def scenario() -> None:
        feeds = {name: make_feed(hevc_clip.info) for name in ("c1", "c2")}
        for camera in feeds.values():
            camera.play(hevc_clip)
        server = LiveServer(feeds.get, nothing_seen, limits=LiveLimits(encodings=1))
        first, second = make_viewer(server, "c1"), make_viewer(server, "c2")
        await first.watch()
        await first.until(lambda: first.frames > 0)
        with pytest.raises(LiveFullError, match="cannot play"):
            await second.watch()
        await second.leave()
        await server.close(first.session)
        await second.watch()
        await second.until(lambda: second.frames > 0)
        for viewer in (first, second):
            await viewer.leave()
        await server.shutdown()

    asyncio.run(scenario())


def test_a_codec_found_out_too_late_is_explained_in_the_overlay(
    hevc_clip: Clip,
    make_feed: Callable[[StreamInfo | None], MemoryCamera],
    make_viewer: type[Viewer],
) -> None:
    async def scenario() -> None:
        camera = make_feed(None)  # not connected yet, so nobody knows its codec
        server = LiveServer(lambda _: camera, nothing_seen, limits=LiveLimits(encodings=0))
        viewer = make_viewer(server)
        await viewer.watch()
        camera.info = hevc_clip.info
        camera.play(hevc_clip)
        await viewer.until(
            lambda: bool(viewer.messages and viewer.messages[-1]["camera"]["reason"])
        )
        assert "cannot play" in viewer.messages[-1]["camera"]["reason"]["en"]
        assert viewer.frames == 0
        await viewer.leave()
        await server.shutdown()

    asyncio.run(scenario())
