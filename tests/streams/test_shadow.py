from __future__ import annotations

from pathlib import Path

import pytest

from monitor.demo.footage.composer import render
from monitor.demo.scenes import SCENES
from monitor.domain.clock import ManualClock
from monitor.domain.media import StreamInfo
from monitor.domain.people import Box, Person
from monitor.streams.catalogue import make_source
from monitor.streams.gate import Gate, GateSettings
from monitor.streams.health import CameraHealth
from monitor.streams.sampler import FrameSampler
from monitor.streams.shadow import ShadowSampler, alike
from monitor.streams.source import SourceRequest
from monitor.streams.url import file_url

CHILD = Person(Box(0.4, 0.4, 0.45, 0.6), 0.8)
ELSEWHERE = Person(Box(0.7, 0.4, 0.75, 0.6), 0.8)


def shadowed(info: StreamInfo, clock: ManualClock) -> ShadowSampler:
    health = CameraHealth("c", clock=clock)
    health.online(True)

    def sampler(fps: float) -> FrameSampler:
        return FrameSampler("c", lambda: info, gate=Gate(GateSettings(fps=fps)), health=health)

    return ShadowSampler(sampler(4), sampler(4))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shadow") / "empty.mp4"
    render(SCENES["riverside-nap"], path, 12.0, (320, 180))
    return path


@pytest.mark.parametrize("appears", [False, True])
def test_what_would_have_been_left_out_is_counted(empty: Path, appears: bool) -> None:
    source = make_source(SourceRequest("c", file_url(empty), realtime=False))
    info, clock = source.open(), ManualClock(0.0)
    shadow = shadowed(info, clock)
    for packet in source.packets():
        clock.set(packet.time)
        for frame in shadow.offer(packet):
            # The picture does not change, so only a finder could know that somebody came.
            there = appears and 8.3 < frame.time < 9.2
            shadow.found(frame, [CHILD] if there else [])
    source.close()
    report = shadow.report
    assert report.looked == pytest.approx(48, abs=2)
    assert report.saved > 0.6
    assert (report.changed > 0) == appears
    assert (0 < report.longest <= 1.0) == appears


def test_the_same_people_in_the_same_places() -> None:
    here, there = CHILD.box, ELSEWHERE.box
    assert alike([here, there], [there, here])
    assert not alike([here], [there])
    assert not alike([here], [])
    assert not alike([], [here])
    assert alike([], [])
