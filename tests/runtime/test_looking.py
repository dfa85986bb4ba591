from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from monitor.detectors.finder import Finder
from monitor.detectors.finders.by_size import SizedFinders
from monitor.detectors.rules import Origin
from monitor.domain.media import Frame
from monitor.domain.people import Box, Person
from monitor.domain.places import Camera, Room, RoomType, Tiles
from monitor.domain.room_state import CameraView, ViewFault
from monitor.domain.text import Text
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


def frame(camera_id: str, grey: int) -> Frame:
    image = np.full((90, 160, 3), grey, np.uint8)
    return Frame(camera_id=camera_id, epoch=0, time=0.0, wall=0.0, image=image)


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


def test_later_events_name_the_model_that_found_the_people() -> None:
    text = Text(zh="室", en="room")
    room = Room(id="room", institution_id="sun", name=text, type=RoomType.ACTIVITY)
    watch = RoomWatch(room, [camera("plain")], Origin("old", "0" * 64))
    watch.found_by(Origin("new", "1" * 64))
    watch.view(CameraView("plain", ViewFault.OFFLINE))
    events = [event for second in range(600) for event in watch.step(float(second))]
    assert {event.provenance.model for event in events} == {"new"}
