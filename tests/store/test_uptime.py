from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.places import District
from monitor.store.base import Database
from monitor.store.camera_status import (
    SILENCE,
    CameraReport,
    CameraState,
    CameraStatusRepository,
)
from monitor.store.place_repository import PlaceRepository
from monitor.store.uptime import Gap, Stretch, Uptime, measure

CAMERA = "sun-nap-1"


class Story:
    """Tells what happened to a camera, second by second, and asks for its uptime."""

    def __init__(self, database: Database, now: datetime) -> None:
        self._cameras = CameraStatusRepository(database)
        self._start = now

    def at(self, second: float) -> datetime:
        return self._start + timedelta(seconds=second)

    def says(self, second: float, state: CameraState) -> None:
        self._cameras.report(CameraReport(CAMERA, state, "w1"), self.at(second))

    def alive(self, start: float, end: float) -> None:
        for second in range(int(start), int(end) + 1, 30):
            self._cameras.touch([CAMERA], self.at(second))

    def uptime(self, start: float, end: float, now: float) -> Uptime:
        found = self._cameras.uptime([CAMERA], self.at(start), self.at(end), self.at(now))
        return found[CAMERA]


def test_time_on_and_off_line_and_before_the_start(
    places: PlaceRepository, database: Database, now: datetime
) -> None:
    story = Story(database, now)
    story.says(10, CameraState.CONNECTING)
    story.says(20, CameraState.ONLINE)
    story.alive(20, 620)
    story.says(620, CameraState.OFFLINE)
    story.alive(620, 720)
    story.says(720, CameraState.CONNECTING)
    story.alive(720, 770)
    story.says(770, CameraState.ONLINE)
    story.alive(770, 830)

    found = story.uptime(0, 860, now=860)
    assert (found.online_seconds, found.offline_seconds, found.unknown_seconds) == (690, 150, 20)
    assert found.ratio == 690 / 840
    assert found.gaps == (
        Gap(story.at(0), story.at(20), known=False),
        Gap(story.at(620), story.at(770), known=True),
    )
    assert story.uptime(100, 200, now=860).ratio == 1.0


def test_time_in_which_the_service_was_down_is_unknown(
    places: PlaceRepository, database: Database, now: datetime
) -> None:
    story = Story(database, now)
    story.says(0, CameraState.ONLINE)
    story.alive(0, 600)
    story.says(5000, CameraState.CONNECTING)
    story.says(5010, CameraState.ONLINE)
    story.alive(5010, 6000)

    found = story.uptime(0, 6000, now=6000)
    assert (found.online_seconds, found.offline_seconds) == (600 + 990, 0)
    assert found.gaps == (Gap(story.at(600), story.at(5010), known=False),)
    assert found.ratio == 1.0


def test_a_worker_that_only_touches_after_a_pause_does_not_cover_it_up(
    places: PlaceRepository, database: Database, now: datetime
) -> None:
    story = Story(database, now)
    story.says(0, CameraState.ONLINE)
    story.alive(1000, 1060)
    found = story.uptime(0, 1060, now=1060)
    assert (found.online_seconds, found.unknown_seconds) == (60, 1000)


def test_nobody_vouches_for_silence_at_the_end_nor_for_the_future(
    places: PlaceRepository, database: Database, now: datetime
) -> None:
    story = Story(database, now)
    story.says(0, CameraState.ONLINE)
    quiet = SILENCE.total_seconds()
    assert story.uptime(0, 10_000, now=quiet).online_seconds == quiet
    found = story.uptime(0, 10_000, now=quiet + 1)
    assert (found.online_seconds, found.unknown_seconds) == (0, quiet + 1)
    assert found.ratio is None
    assert story.uptime(500, 400, now=900).ratio is None


def test_a_retired_camera_is_not_on_line_any_more(
    places: PlaceRepository, database: Database, district: District, now: datetime
) -> None:
    story = Story(database, now)
    story.says(0, CameraState.ONLINE)
    kept = tuple(camera for camera in district.cameras if camera.id != CAMERA)
    places.sync(replace(district, cameras=kept), story.at(40))
    assert story.uptime(0, 60, now=60).online_seconds == 40


@given(
    cuts=st.lists(st.floats(0, 1000), min_size=2, max_size=12, unique=True),
    kinds=st.lists(st.sampled_from([True, False, None]), min_size=11, max_size=11),
    window=st.tuples(st.floats(-100, 1100), st.floats(0, 500)),
)
def test_all_time_is_accounted_for(
    now: datetime, cuts: list[float], kinds: list[bool | None], window: tuple[float, float]
) -> None:
    moments = [now + timedelta(seconds=cut) for cut in sorted(cuts)]
    stretches = [
        Stretch(start, end, kind)
        for start, end, kind in zip(moments, moments[1:], kinds, strict=False)
        if kind is not None
    ]
    start = now + timedelta(seconds=window[0])
    end = start + timedelta(seconds=window[1])
    found = measure("c", stretches, start, end)
    total = found.online_seconds + found.offline_seconds + found.unknown_seconds
    assert abs(total - (end - start).total_seconds()) < 1e-5
    dark = sum((gap.end - gap.start).total_seconds() for gap in found.gaps)
    missing = found.offline_seconds + found.unknown_seconds
    assert missing - 13 <= dark <= missing + 1e-5
    for earlier, later in zip(found.gaps, found.gaps[1:], strict=False):
        assert earlier.end <= later.start
