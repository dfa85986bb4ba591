from __future__ import annotations

from monitor.streams.annexb import START_CODE, ParameterSets, parameter_sets, split

SPS, PPS, IDR, SLICE = b"\x67\x64\x00", b"\x68\xee", b"\x65\x88\x84", b"\x41\x9a"


def unit(*parts: bytes) -> bytes:
    return b"".join(START_CODE + part for part in parts)


def test_split_accepts_short_and_long_start_codes() -> None:
    assert list(split(b"\x00\x00\x01" + SPS.rstrip(b"\0") + unit(IDR))) == [b"\x67\x64", IDR]
    assert list(split(b"garbage")) == []
    assert list(split(b"\x00\x00\x01")) == []


def test_parameter_sets_stop_at_the_first_picture() -> None:
    assert parameter_sets("h264", unit(IDR, b"\x67\x01")) == {}


def test_keyframes_are_completed_from_extradata_then_from_the_stream() -> None:
    sets = ParameterSets("h264", unit(b"\x67\x01", b"\x68\x01"))
    assert sets.complete(unit(IDR)) == unit(b"\x67\x01", b"\x68\x01", IDR)
    changed = unit(b"\x67\x02", b"\x68\x02", IDR)
    assert sets.complete(changed) == changed
    assert sets.complete(unit(IDR)) == unit(b"\x67\x02", b"\x68\x02", IDR)


def test_avcc_extradata_is_understood() -> None:
    record = b"\x01\x64\x00\x1f\xff\xe1\x00\x03\x67\x64\x01\x01\x00\x02\x68\xee"
    assert ParameterSets("h264", record).data == unit(b"\x67\x64\x01", b"\x68\xee")


def test_truncated_extradata_does_no_harm() -> None:
    record = b"\x01\x64\x00\x1f\xff\xe1\x00\x03\x67\x64\x01\x01\x00\x02\x68\xee"
    for size in range(len(record)):
        ParameterSets("h264", record[:size])
        ParameterSets("hevc", record[:size])


def test_all_picture_parameter_sets_are_kept() -> None:
    sets = ParameterSets("h264", unit(b"\x67\x01", b"\x68\x01", b"\x68\x42"))
    assert sets.complete(unit(IDR)) == unit(b"\x67\x01", b"\x68\x01", b"\x68\x42", IDR)
