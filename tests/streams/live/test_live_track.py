from __future__ import annotations

import asyncio

import pytest
from aiortc.mediastreams import MediaStreamError

from monitor.streams.live.rtp_time import LivePacket
from monitor.streams.live.track import ForwardTrack


def live(number: int, *, keyframe: bool = False) -> LivePacket:
    payload = bytes([number % 256])
    return LivePacket(number * 3600, 1000 + number / 25, keyframe, (payload,), 1)


def group(count: int) -> tuple[LivePacket, ...]:
    return tuple(live(number, keyframe=number == 0) for number in range(count))


def track_of(*begin: LivePacket, size: int = 10) -> ForwardTrack:
    return ForwardTrack(lambda _track: begin, size)


async def received(track: ForwardTrack, count: int) -> list[tuple[int, bytes]]:
    packets = [await track.recv() for _ in range(count)]
    return [(packet.ticks, b"".join(packet.payloads)) for packet in packets]


def test_the_group_it_begins_with_is_hurried_up_to_the_present() -> None:
    async def scenario() -> None:
        track = track_of(*group(5))
        got = await received(track, 5)
        assert [data[0] for _, data in got] == [0, 1, 2, 3, 4]
        assert [pts for pts, _ in got] == [4 * 3600 - back * 90 for back in (4, 3, 2, 1, 0)]
        track.offer(live(5))
        assert await received(track, 1) == [(5 * 3600, b"\x05")]

    asyncio.run(scenario())


def test_it_joins_only_when_media_can_flow() -> None:
    joined = []

    async def scenario() -> None:
        track = ForwardTrack(lambda track: joined.append(track) or group(1), 10)  # type: ignore[func-returns-value]
        assert joined == []
        await received(track, 1)
        assert joined == [track]

    asyncio.run(scenario())


def test_without_a_group_it_waits_for_a_keyframe() -> None:
    async def scenario() -> None:
        track = track_of()
        waiting = asyncio.ensure_future(received(track, 1))
        await asyncio.sleep(0)
        track.offer(live(1))
        track.offer(live(2, keyframe=True))
        assert await waiting == [(7200, b"\x02")]
        assert track.dropped == 1

    asyncio.run(scenario())


def test_a_slow_viewer_loses_everything_up_to_the_newest_keyframe() -> None:
    async def scenario() -> None:
        track = track_of(live(0, keyframe=True), size=4)
        await received(track, 1)
        for packet in (live(1), live(2), live(3, keyframe=True), live(4), live(5)):
            track.offer(packet)
        assert track.dropped == 2
        assert [data[0] for _, data in await received(track, 3)] == [3, 4, 5]

    asyncio.run(scenario())


def test_a_slow_viewer_without_a_keyframe_waits_for_the_next() -> None:
    async def scenario() -> None:
        track = track_of(live(0, keyframe=True), size=2)
        await received(track, 1)
        for packet in (live(1), live(2), live(3), live(4), live(5, keyframe=True)):
            track.offer(packet)
        assert track.dropped == 4
        assert await received(track, 1) == [(5 * 3600, b"\x05")]

    asyncio.run(scenario())


def test_stopping_wakes_who_waits() -> None:
    async def scenario() -> None:
        track = track_of()
        waiting = asyncio.ensure_future(track.recv())
        await asyncio.sleep(0)
        track.stop()
        with pytest.raises(MediaStreamError):
            await waiting
        with pytest.raises(MediaStreamError):
            await track.recv()

    asyncio.run(scenario())
