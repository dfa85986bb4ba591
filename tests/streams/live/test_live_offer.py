from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection

from monitor.domain.errors import InputError
from monitor.streams.live import LiveServer, Overlay
from monitor.streams.live.offer import checked_offer

if TYPE_CHECKING:
    from tests.streams.live.conftest import MemoryCamera


@cache
def browser_offer(*kinds: str, direction: str = "recvonly") -> str:
    async def make() -> str:
        connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        for kind in kinds:
            connection.addTransceiver(kind, direction=direction)
        connection.createDataChannel("overlay")
        await connection.setLocalDescription(await connection.createOffer())
        sdp = str(connection.localDescription.sdp)
        await connection.close()
        return sdp

    return asyncio.run(make())


def test_addresses_are_dropped_unless_they_are_needed() -> None:
    sdp = browser_offer("video")
    assert "a=candidate:" in sdp
    assert "a=candidate:" not in checked_offer(sdp, keep_candidates=False).sdp
    assert "a=end-of-candidates" not in checked_offer(sdp, keep_candidates=False).sdp
    assert "a=candidate:" in checked_offer(sdp, keep_candidates=True).sdp


def test_host_names_for_multicast_are_always_dropped() -> None:
    line = "a=candidate:1 1 udp 2113937151 0f3c.local 50000 typ host\r\n"
    assert ".local" not in checked_offer(browser_offer("video") + line, keep_candidates=True).sdp


@pytest.mark.parametrize(
    ("sdp", "words"),
    [
        ("", "exactly one video"),
        ("hello", "not an SDP offer|exactly one video"),
        ("v=0\r\n" * 10_000, "too long"),
        (browser_offer(), "exactly one video"),
        (browser_offer("video", "video"), "exactly one video"),
        (browser_offer("video", "audio"), "more than live view gives"),
        (browser_offer("video").replace("BUNDLE 0 1", "BUNDLE 0"), "do not share one"),
        (browser_offer("video", direction="sendonly"), "does not ask to receive"),
        (browser_offer("video").replace("H264/90000", "VP9/90000"), "does not play H.264"),
        (
            browser_offer("video").replace("packetization-mode=1", "packetization-mode=0"),
            "does not play H.264",
        ),
    ],
)
def test_what_cannot_be_answered_is_refused_in_words(sdp: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        checked_offer(sdp, keep_candidates=False)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda sdp: sdp.replace("a=fingerprint", "a=nothing"),
        lambda sdp: sdp.replace("a=ice-ufrag", "a=nothing"),
        lambda sdp: sdp.replace("a=rtcp-mux\r\n", ""),
        lambda sdp: sdp.replace("a=setup:actpass", "a=setup:holdconn"),
        lambda sdp: sdp.replace("profile-level-id=42", "profile-level-id=zz"),
        lambda sdp: sdp.replace("a=mid:", "a=nothing:"),
        lambda sdp: sdp.replace("a=group:BUNDLE 0 1", "a=group:BUNDLE 7 8"),
        lambda sdp: sdp.replace("a=sctp-port:5000\r\n", ""),
    ],
)
def test_a_spoilt_offer_is_refused_and_leaves_nothing_behind(
    spoil: Callable[[str], str], feed: MemoryCamera
) -> None:
    async def scenario() -> None:
        server = LiveServer(lambda _: feed, lambda _: Overlay("online"))
        spoilt = spoil(browser_offer("video"))
        assert spoilt != browser_offer("video")
        try:
            session, _ = await server.offer("c1", spoilt)
        except InputError:
            pass
        else:
            await server.close(session)
        assert (server.viewers, server.watched) == (0, ())
        await server.shutdown()
        await asyncio.sleep(0.05)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(scenario())


def mutilated(sdp: str, chance: random.Random) -> str:
    lines = sdp.splitlines()
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(lines))
        line = lines[at]
        cut = chance.randrange(len(line) + 1)
        lines[at : at + 1] = chance.choice(
            [
                [],
                [line, line],
                [line[:cut]],
                [line[:cut] + chance.choice(["0", "-", "9999999999", " ", ":", "é"]) + line[cut:]],
            ]
        )
    return "\r\n".join(lines) + "\r\n"


def test_mutilated_offers_are_answered_or_refused_and_leave_nothing_behind(
    feed: MemoryCamera,
) -> None:
    async def scenario() -> None:
        server = LiveServer(lambda _: feed, lambda _: Overlay("online"))
        chance, refused = random.Random(7), 0
        for _ in range(60):
            try:
                session, _ = await server.offer("c1", mutilated(browser_offer("video"), chance))
            except InputError:
                refused += 1
            else:
                await server.close(session)
        assert 10 < refused < 50
        assert (server.viewers, server.watched) == (0, ())
        await asyncio.sleep(0.05)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(scenario())
