from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.streams.h264_rtp import fragments


@given(st.binary(min_size=1, max_size=5000), st.integers(8, 1400))
def test_fragments_fit_and_make_the_whole(nal: bytes, largest: int) -> None:
    parts = fragments(nal, largest)
    assert max(map(len, parts)) <= largest
    if len(parts) == 1:
        assert parts[0] == nal
        return
    assert [part[1] >> 6 for part in parts] == [2, *[0] * (len(parts) - 2), 1]
    assert {part[0] & 0x1F for part in parts} == {28}
    head = (parts[0][0] & 0xE0) | (parts[0][1] & 0x1F)
    assert bytes((head,)) + b"".join(part[2:] for part in parts) == nal
