from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from av.codec import CodecContext
from av.packet import Packet as EncodedPacket
from av.video.codeccontext import VideoCodecContext

from monitor.domain.media import Packet
from monitor.streams.live.bitstream import has_b_slice
from monitor.streams.live.transcode import EncodingSlots, Transcoder, _fitted

if TYPE_CHECKING:
    from tests.streams.live.conftest import Clip


def encoded(transcoder: Transcoder, packets: Iterator[Packet], count: int) -> list[Packet]:
    return [out for packet in itertools.islice(packets, count) for out in transcoder.feed(packet)]


def test_the_outcome_is_plain_h264_in_the_order_of_showing(b_clip: Clip) -> None:
    outcome = encoded(Transcoder("h264"), b_clip.endless(wall=1000.0), 110)
    assert len(outcome) > 100
    assert all(after.time > before.time for before, after in pairwise(outcome))
    assert not any(has_b_slice(packet.data) for packet in outcome)
    assert all(packet.wall - packet.time == 1000.0 for packet in outcome)
    keyframes = [packet.time for packet in outcome if packet.keyframe]
    assert keyframes[0] == outcome[0].time
    assert all(1.9 < after - before < 2.2 for before, after in pairwise(keyframes))
    decoder = CodecContext.create("h264", "r")
    assert isinstance(decoder, VideoCodecContext)
    frames = [frame for packet in outcome for frame in decoder.decode(EncodedPacket(packet.data))]
    assert len(frames) >= len(outcome) - 2


def test_a_new_epoch_begins_with_a_keyframe(hevc_clip: Clip) -> None:
    transcoder = Transcoder("hevc")
    encoded(transcoder, hevc_clip.endless(), 30)
    outcome = encoded(transcoder, hevc_clip.endless(epoch=1), 30)
    assert outcome[0].keyframe
    assert {packet.epoch for packet in outcome} == {1}


def test_damage_costs_pictures_and_nothing_else(hevc_clip: Clip) -> None:
    chance = random.Random(3)

    def damaged() -> Iterator[Packet]:
        for number, packet in enumerate(hevc_clip.endless()):
            broken = number % 3 == 1
            yield replace(packet, data=chance.randbytes(200)) if broken else packet

    outcome = encoded(Transcoder("hevc"), damaged(), 120)
    assert outcome
    assert all(after.time > before.time for before, after in pairwise(outcome))


def test_large_pictures_are_made_smaller_and_even() -> None:
    assert _fitted(3840, 2160) == (1280, 720)
    assert _fitted(640, 480) == (640, 480)
    assert _fitted(641, 361) == (640, 360)


def test_slots_are_taken_and_given_back() -> None:
    slots = EncodingSlots(1)
    assert slots.take()
    assert not slots.take()
    slots.give_back()
    assert slots.free == 1
