from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aiortc.codecs.h264 import H264Encoder
from hypothesis import given
from hypothesis import strategies as st

from monitor.streams.annexb import START_CODE
from monitor.streams.live.bitstream import has_b_slice, plays_in_browsers, without_empty_units

if TYPE_CHECKING:
    from tests.streams.live.conftest import Clip


def test_b_slices_are_found_where_they_are(clip: Clip, b_clip: Clip) -> None:
    assert not any(has_b_slice(packet.data) for packet in clip.packets)
    found = sum(has_b_slice(packet.data) for packet in b_clip.packets)
    assert found > len(b_clip.packets) / 2
    assert not any(has_b_slice(packet.data) for packet in b_clip.packets if packet.keyframe)


def test_what_browsers_play(clip: Clip, b_clip: Clip, hevc_clip: Clip) -> None:
    assert plays_in_browsers(clip.info)
    assert not plays_in_browsers(b_clip.info)
    assert not plays_in_browsers(hevc_clip.info)


@given(st.binary(max_size=60))
def test_any_bytes_can_be_looked_at(data: bytes) -> None:
    has_b_slice(START_CODE + data)


def test_a_sound_access_unit_is_left_alone(clip: Clip) -> None:
    data = clip.packets[0].data
    assert without_empty_units(data) is data


@pytest.mark.parametrize(
    "broken",
    [
        START_CODE + START_CODE + b"\x65\x88",
        START_CODE + b"\x00\x00\x01" + b"\x65\x88",
        START_CODE + b"\x65\x88" + b"\x00\x00\x01",
        START_CODE + b"\x65\x88" + START_CODE,
    ],
)
def test_empty_units_are_taken_out(broken: bytes) -> None:
    assert without_empty_units(broken) == START_CODE + b"\x65\x88"


@given(st.lists(st.sampled_from([b"\x00\x00\x01", START_CODE, b"\x00", b"\x65\x88", b"\x01"])))
def test_the_packetiser_stumbles_over_nothing(parts: list[bytes]) -> None:
    data = without_empty_units(b"".join(parts))
    H264Encoder._packetize(H264Encoder._split_bitstream(data))
