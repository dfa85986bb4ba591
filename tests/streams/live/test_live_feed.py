from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from monitor.domain.media import Packet, StreamInfo
from monitor.streams.live.feed import GaplessReader

if TYPE_CHECKING:
    from tests.streams.live.conftest import Clip, MemoryCamera


@pytest.mark.parametrize("seen_before", [1, 7, 25, 26, 40])
def test_it_begins_with_the_current_group_and_nothing_is_missing_or_comes_twice(
    feed: MemoryCamera, clip: Clip, seen_before: int
) -> None:
    packets = list(itertools.islice(clip.endless(wall=1000.0), 90))
    for packet in packets[:seen_before]:
        feed.publish(packet)
    reader = GaplessReader(feed, 256).packets()
    read = [next(reader)]
    for packet in packets[seen_before:]:
        feed.publish(packet)
    feed.close()
    read += reader
    assert read == packets[(seen_before - 1) // 25 * 25 :]


def test_a_camera_that_comes_later_is_read_from_its_first_keyframe(
    feed: MemoryCamera, clip: Clip
) -> None:
    packets = list(itertools.islice(clip.endless(wall=1000.0), 60))
    read: list[Packet] = []
    reading = threading.Thread(target=lambda: read.extend(GaplessReader(feed, 256).packets()))
    reading.start()
    while not feed.fanout.subscriptions:
        pass
    for packet in packets:
        feed.publish(packet)
        time.sleep(0.001)
    feed.close()
    reading.join(5)
    assert not reading.is_alive()
    assert read == packets


def test_the_last_picture_of_a_camera_that_is_away_is_read(feed: MemoryCamera, clip: Clip) -> None:
    packets = list(itertools.islice(clip.endless(wall=1000.0), 30))
    for packet in packets:
        feed.publish(packet)
    reader = GaplessReader(feed, 256)
    read = list(itertools.islice(reader.packets(), 5))
    assert read == packets[25:]
    reader.close()


def test_a_new_epoch_follows(feed: MemoryCamera, clip: Clip) -> None:
    before = list(itertools.islice(clip.endless(wall=1000.0), 30))
    after = list(itertools.islice(clip.endless(epoch=1, wall=1010.0), 30))
    for packet in before:
        feed.publish(packet)
    reader = GaplessReader(feed, 256)
    for packet in after:
        feed.publish(packet)
    feed.close()
    read = list(reader.packets())
    # The ring begins at the newest group, which is already one of the new epoch.
    assert read == after[25:]


def test_closing_ends_a_reader_that_waits(
    make_feed: Callable[[StreamInfo | None], MemoryCamera],
) -> None:
    reader = GaplessReader(make_feed(None), 256)
    reading = threading.Thread(target=lambda: list(reader.packets()))
    reading.start()
    reader.close()
    reading.join(2)
    assert not reading.is_alive()
