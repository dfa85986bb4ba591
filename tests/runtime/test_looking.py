from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from monitor.detectors.finder import Finder
from monitor.detectors.finders.by_size import SizedFinders
from monitor.detectors.finders.smaller_size import COMPARED_EVERY, TRUSTED_FROM
from monitor.detectors.rules import Origin
from monitor.domain.errors import ModelError
from monitor.domain.media import Frame
from monitor.domain.people import Box, Person
from monitor.domain.places import Camera, Room, RoomType, Tiles
from monitor.domain.room_state import CameraView, ViewFault
from monitor.domain.text import Text
from monitor.runtime.finder_swap import SwappableFinder
from monitor.runtime.looking import Looks
from monitor.runtime.room_watch import RoomWatch

Image = NDArray[np.uint8]


class Counted:
    """Finds one person a frame, whose score tells the frame's grey; keeps how it was asked."""

    sha256, classes = "0" * 64, ("person",)

    def __init__(self, size: tuple[int, int], asked: list[tuple[tuple[int, int], int]]) -> None:
        self.name = f"counted {size}"
        self._size, self._asked = size, asked

    def find(self, frames: Sequence[Image]) -> list[list[Person]]:
        self._asked.append((self._size, len(frames)))
        middle = Box(0.4, 0.4, 0.6, 0.6)
        return [[Person(middle, float(frame.mean()) / 255)] for frame in frames]


def camera(name: str, **parts: object) -> Camera:
    text = Text(zh=name, en=name)
    return Camera(id=name, room_id="room", name=text, url="file:none", **parts)  # type: ignore[arg-type]


def frame(camera_id: str, grey: int, wall: float = 0.0) -> Frame:
    image = np.full((90, 160, 3), grey, np.uint8)
    return Frame(camera_id=camera_id, epoch=0, time=0.0, wall=wall, image=image)


def test_every_camera_is_looked_at_as_it_asks_and_answers_keep_their_order() -> None:
    asked: list[tuple[tuple[int, int], int]] = []

    def counted(size: tuple[int, int]) -> Finder:
        return Counted(size, asked)

    cameras = [
        camera("plain"),
        camera("large", input_size=(960, 544)),
        camera("tiled", tiles=Tiles(2, 1)),
        camera("other"),
    ]
    looks = Looks(SizedFinders(counted, (640, 384)), cameras)
    names = ["large", "plain", "tiled", "other"]
    found = looks.find([frame(name, 50 * (i + 1)) for i, name in enumerate(names)])
    assert asked == [((640, 384), 2), ((960, 544), 1), ((640, 384), 3)]
    greys = [round(255 * max(person.score for person in people)) for people in found]
    assert greys == [50, 100, 150, 200]
    assert len(found[2]) == 3


def test_only_special_cameras_need_no_common_call() -> None:
    asked: list[tuple[tuple[int, int], int]] = []
    looks = Looks(Counted((640, 384), asked), [camera("tiled", tiles=Tiles(1, 1))])
    assert len(looks.find([frame("tiled", 9)])) == 1
    assert looks.find([]) == []
    assert asked == [((640, 384), 1)]


USUAL, HALF = (640, 384), (320, 192)


class Adapting:
    """Looks that may look smaller; keeps at which sizes they were asked, and can fail at some."""

    def __init__(self, *cameras: Camera) -> None:
        self.asked: list[tuple[tuple[int, int], int]] = []
        self.impossible: set[tuple[int, int]] = set()
        self.critical: set[str] = set()
        self.finder = SwappableFinder(SizedFinders(self._open, USUAL))
        self.cameras = cameras or (camera("a"), camera("b"))
        self.looks = Looks(
            self.finder, self.cameras, adapt=True, closely=self.critical.__contains__
        )

    def _open(self, size: tuple[int, int], sha256: str = "0" * 64) -> Finder:
        if size in self.impossible:
            raise ModelError("cannot run at that size")
        finder = Counted(size, self.asked)
        finder.sha256 = sha256
        return finder

    def swap(self) -> None:
        self.finder.swap(lambda: SizedFinders(lambda size: self._open(size, "1" * 64), USUAL))
        assert self.finder.wait(20)

    def settle(self) -> None:
        for number in range(TRUSTED_FROM):
            wall = COMPARED_EVERY * number
            self.looks.find([frame(item.id, 200, wall) for item in self.cameras])

    def sizes(self, *frames: Frame) -> list[tuple[tuple[int, int], int]]:
        self.asked.clear()
        found = self.looks.find(frames)
        assert [round(255 * people[0].score) for people in found] == [
            int(item.image[0, 0, 0]) for item in frames
        ]
        return self.asked


LAST = COMPARED_EVERY * (TRUSTED_FROM - 1)


def test_cameras_that_are_found_the_same_in_are_looked_at_smaller() -> None:
    day = Adapting()
    assert day.sizes(frame("a", 200), frame("b", 180)) == [(USUAL, 2), (HALF, 2)]
    day.settle()
    assert day.sizes(frame("a", 200, LAST + 0.5), frame("b", 180, LAST + 0.5)) == [(HALF, 2)]
    assert day.sizes(frame("a", 200, LAST + 2.0), frame("b", 180, LAST + 1.0)) == [
        (USUAL, 1),
        (HALF, 1),
        (HALF, 1),
    ]


def test_what_is_critical_has_the_usual_size_and_the_others_do_not_suffer() -> None:
    day = Adapting()
    day.settle()
    day.critical.add("a")
    assert day.sizes(frame("a", 200, LAST + 0.5), frame("b", 180, LAST + 0.5)) == [
        (USUAL, 1),
        (HALF, 1),
    ]


def test_cameras_with_a_size_of_their_own_keep_it() -> None:
    day = Adapting(camera("large", input_size=(960, 544)), camera("tiled", tiles=Tiles(1, 1)))
    day.settle()
    assert {size for size, _ in day.asked} == {(960, 544), USUAL}


def test_another_model_begins_to_learn_anew() -> None:
    day = Adapting()
    day.settle()
    day.swap()
    assert day.sizes(frame("a", 200, LAST + 0.5)) == [(USUAL, 1), (HALF, 1)]
    assert day.sizes(frame("a", 200, LAST + 1.0)) == [(USUAL, 1)]


def test_a_change_of_cameras_keeps_what_is_known_of_those_that_stay() -> None:
    day = Adapting()
    day.settle()
    day.looks.change([camera("a"), camera("new")])
    assert day.sizes(frame("a", 200, LAST + 0.5)) == [(HALF, 1)]
    assert day.sizes(frame("new", 200, LAST + 0.5)) == [(USUAL, 1), (HALF, 1)]


def test_a_size_that_cannot_be_opened_costs_no_picture() -> None:
    day = Adapting()
    day.impossible = {HALF}
    assert day.sizes(frame("a", 200)) == [(USUAL, 1)]
    assert day.sizes(frame("a", 200, 2.0)) == [(USUAL, 1), ((416, 256), 1)]


def test_a_size_that_can_no_longer_be_opened_gives_way_to_the_usual_one() -> None:
    day = Adapting()
    day.settle()
    day.impossible = {HALF}
    for side in range(1, 7):  # more sizes than are kept open
        day.finder.at((32 * side, 32))
    assert day.sizes(frame("a", 200, LAST + 0.5)) == [(USUAL, 1)]


def test_nothing_is_tried_unless_asked_for() -> None:
    asked: list[tuple[tuple[int, int], int]] = []
    finder = SizedFinders(lambda size: Counted(size, asked), USUAL)
    looks = Looks(finder, [camera("a")])
    for number in range(TRUSTED_FROM + 1):
        looks.find([frame("a", 200, COMPARED_EVERY * number)])
    assert {size for size, _ in asked} == {USUAL}


def test_later_events_name_the_model_that_found_the_people() -> None:
    text = Text(zh="室", en="room")
    room = Room(id="room", institution_id="sun", name=text, type=RoomType.ACTIVITY)
    watch = RoomWatch(room, [camera("plain")], Origin("old", "0" * 64))
    watch.found_by(Origin("new", "1" * 64))
    watch.view(CameraView("plain", ViewFault.OFFLINE))
    events = [event for second in range(600) for event in watch.step(float(second))]
    assert {event.provenance.model for event in events} == {"new"}
