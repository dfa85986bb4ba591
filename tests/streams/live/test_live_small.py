"""The small stream of a camera, for tiles: shown while there is one, and the main one otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from monitor.domain.media import StreamInfo
from monitor.streams.live import LIVE, LiveServer, Overlay

if TYPE_CHECKING:
    from tests.streams.live.conftest import Clip, MemoryCamera, Viewer

MakeFeed = Callable[[StreamInfo | None], "MemoryCamera"]


def live_viewers(feed: MemoryCamera) -> int:
    return sum(one.name == LIVE for one in feed.fanout.subscriptions)


def test_each_viewer_gets_the_size_asked_for_and_main_while_there_is_no_small_one(
    make_feed: MakeFeed, clip: Clip, make_viewer: type[Viewer]
) -> None:
    async def scenario() -> None:
        main, small = make_feed(clip.info), make_feed(clip.info)
        there: list[MemoryCamera] = [small]
        server = LiveServer(
            lambda _: main,
            lambda _: Overlay("online"),
            small_feeds=lambda _: there[0] if there else None,
        )
        viewer = make_viewer(server)
        await viewer.watch(small=True)
        assert (live_viewers(main), live_viewers(small)) == (0, 1)
        large = make_viewer(server)
        await large.watch()
        assert (live_viewers(main), live_viewers(small)) == (1, 1)
        assert server.watched == ("c1",)
        there.clear()
        late = make_viewer(server)
        await late.watch(small=True)
        assert (live_viewers(main), live_viewers(small)) == (1, 1)
        assert server.viewers == 3
        await server.forget("c1")
        assert server.viewers == 0
        for one in (viewer, large, late):
            await one.leave()
        await server.shutdown()

    asyncio.run(scenario())


def test_viewers_of_a_small_stream_that_goes_away_are_let_go(
    make_feed: MakeFeed, clip: Clip, make_viewer: type[Viewer]
) -> None:
    async def scenario() -> None:
        main, small = make_feed(clip.info), make_feed(clip.info)
        server = LiveServer(
            lambda _: main, lambda _: Overlay("online"), small_feeds=lambda _: small
        )
        viewer = make_viewer(server)
        await viewer.watch(small=True)
        for subscription in small.fanout.subscriptions:
            subscription.close()
        async with asyncio.timeout(10):
            while server.viewers:
                await asyncio.sleep(0.02)
        await viewer.leave()
        await server.shutdown()

    asyncio.run(scenario())
