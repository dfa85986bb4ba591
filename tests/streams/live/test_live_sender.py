"""What reaches a viewer by our own sender: every packet, lost ones again, and true reports."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from monitor.streams.live import LiveServer, Overlay

if TYPE_CHECKING:
    from tests.streams.live.conftest import Clip, MemoryCamera, Viewer


def test_a_lost_packet_is_sent_again_as_it_was(
    feed: MemoryCamera, clip: Clip, make_viewer: type[Viewer]
) -> None:
    lost: dict[int, bytes] = {}
    again: dict[int, bytes] = {}

    async def scenario() -> None:
        feed.play(clip)
        server = LiveServer(lambda _: feed, lambda _: Overlay("online"))
        viewer = make_viewer(server)
        await viewer.watch()
        await viewer.until(lambda: viewer.frames > 5)
        ice = viewer.connection.getReceivers()[0].transport.transport
        receive = ice._recv

        async def losing() -> bytes:
            while True:
                data: bytes = await receive()
                number = int.from_bytes(data[2:4], "big")
                video = data[0] == 0x80 and not 64 <= data[1] & 0x7F < 96  # those are RTCP
                if video and number in lost:
                    again[number] = data
                elif video and number % 20 == 0:
                    lost[number] = data
                    continue
                return data

        ice._recv = losing
        await viewer.until(lambda: len(again) >= 3)
        await viewer.leave()
        await server.shutdown()

    asyncio.run(scenario())
    assert all(lost[number] == data for number, data in again.items())


def test_sender_reports_count_what_was_sent(
    feed: MemoryCamera, clip: Clip, make_viewer: type[Viewer]
) -> None:
    async def scenario() -> None:
        feed.play(clip)
        server = LiveServer(lambda _: feed, lambda _: Overlay("online"))
        viewer = make_viewer(server)
        await viewer.watch()
        receiver = viewer.connection.getReceivers()[0]
        reports: list[Any] = []

        async def told() -> None:
            while not reports or not reports[-1].packetsSent:
                stats = (await receiver.getStats()).values()
                reports.extend(one for one in stats if one.type == "remote-outbound-rtp")
                await asyncio.sleep(0.05)

        await asyncio.wait_for(told(), 10)
        received = [
            one for one in (await receiver.getStats()).values() if one.type == "inbound-rtp"
        ]
        assert 0 < reports[-1].packetsSent <= received[0].packetsReceived
        assert reports[-1].bytesSent > reports[-1].packetsSent
        await viewer.leave()
        await server.shutdown()

    asyncio.run(scenario())
