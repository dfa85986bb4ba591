from __future__ import annotations

from collections.abc import Callable
from itertools import islice, pairwise

import pytest

from monitor.domain.media import Packet
from monitor.streams.annexb import parameter_sets
from monitor.streams.catalogue import make_source
from monitor.streams.gb28181.sdp import Transport
from monitor.streams.source import SourceRequest, Timeouts
from monitor.streams.url import parse_url

from .conftest import Rig

SOON = Timeouts(open=4.0, read=1.0)


def read(url: str, count: int) -> list[Packet]:
    source = make_source(SourceRequest("camera", parse_url(url), timeouts=SOON))
    try:
        source.open()
        return list(islice(source.packets(), count))
    finally:
        source.close()


@pytest.mark.parametrize("transport", list(Transport))
@pytest.mark.parametrize("tcp", [False, True])
def test_pictures_come_by_every_transport_and_end_with_the_reader(
    rig: Rig,
    online: Callable[[], None],
    eventually: Callable[[Callable[[], bool]], None],
    transport: Transport,
    tcp: bool,
) -> None:
    rig.platform(transport)
    nvr = rig.nvr(tcp=tcp)
    online()
    packets = read(rig.url(), 60)
    assert packets[0].keyframe
    steps = [after.time - before.time for before, after in pairwise(packets)]
    assert min(steps) == pytest.approx(0.02, abs=0.002)
    assert max(steps) == pytest.approx(0.02, abs=0.002)
    for packet in packets:
        assert bool(parameter_sets("h264", packet.data)) == packet.keyframe
    eventually(lambda: nvr.sessions == 0)
    assert nvr.invites == 1
