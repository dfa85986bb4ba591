"""Room state: who is in a room, fused over all its cameras.

Every analysed frame of every camera of the room goes in by :meth:`RoomFusion.observe`, every change
of a camera's health by :meth:`RoomFusion.view`, and :meth:`RoomFusion.still` says that a picture
has not changed since it was last looked at. :meth:`RoomFusion.state` may then be asked at any time.

Invariants: the order in which cameras report does not matter; a room is fully seen only while all
its cameras are healthy and fresh; people who vanish in the middle of a picture are presumed inside
for a bounded time, people who leave by its edge, through a doorway (a zone of kind ``door``, or
named ``door…``) or over a line are gone. Where lines are drawn, a book is kept at the door: who
came in by a line and has not left is inside though unseen, for at most ``inside`` seconds after
she was last accounted for, so that a wrong entry cannot silence a room for longer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from monitor.detectors.doors import Doors
from monitor.detectors.everybody_back import EverybodyBack
from monitor.detectors.presence import CameraPresence
from monitor.detectors.presence_settings import PresenceSettings
from monitor.detectors.recent import RecentCounts
from monitor.detectors.shared_floor import Tally, merged_tally
from monitor.domain.hours import Calendar
from monitor.domain.people import AgeClass, Track
from monitor.domain.places import Camera, Room
from monitor.domain.room_state import CameraView, RoomState, View, ViewFault

_LEANS_CHILD = -0.75
_HIDING = 0.7


@dataclass(frozen=True, slots=True)
class FusionSettings:
    """How long things stay true, in seconds, and how cameras are joined.

    ``fresh`` is after how long without an analysed or unchanged picture a camera counts as
    unwatched. With ``shared_floor`` the cameras' ground planes have one common origin, and somebody
    seen by two cameras within ``same_place_m`` metres is one person. ``inside`` and ``beyond`` are
    for how long the books at the doors are believed: of this room, and of the rooms behind them.
    """

    fresh: float = 5.0
    presence: PresenceSettings = field(default_factory=PresenceSettings)
    shared_floor: bool = False
    same_place_m: float = 0.8
    inside: float = 60.0
    beyond: float = 1200.0


class RoomFusion:
    """One room. Not thread-safe; all cameras of a room report to the same worker thread."""

    def __init__(
        self,
        room: Room,
        cameras: Sequence[Camera],
        settings: FusionSettings | None = None,
        calendar: Calendar | None = None,
    ) -> None:
        """``cameras`` are those of the room; disabled ones are left out.

        Without ``calendar`` the time of day is not known, and the states say so.
        """
        self._room = room
        self._settings = settings or FusionSettings()
        self._calendar = calendar
        here = [
            camera
            for camera in sorted(cameras, key=lambda camera: camera.id)
            if camera.enabled and camera.room_id == room.id
        ]
        self._cameras = {
            camera.id: CameraPresence(camera, self._settings.presence) for camera in here
        }
        self._doors = Doors(here, self._settings.inside, self._settings.beyond)
        self._clear_share = 1 - 0.5 * _blind_share(here)
        self._recent = RecentCounts()
        self._back = EverybodyBack()
        self._views = {camera_id: CameraView(camera_id) for camera_id in self._cameras}
        self._started: float | None = None

    def observe(self, camera_id: str, time: float, tracks: Sequence[Track]) -> tuple[Track, ...]:
        """Take in the judged tracks of the frame of ``time``; return them with their zones.

        Raises:
            KeyError: the room has no such enabled camera.
        """
        self._started = time if self._started is None else min(self._started, time)
        camera = self._cameras[camera_id]
        placed = camera.observe(time, tracks)
        for crossing in self._doors.observe(camera_id, time, placed, camera.departed()):
            camera.cross(crossing.track.id, inward=crossing.inward)
        self._share_company(camera)
        for _ in range(camera.gone_by_door()):
            for other_id, other in self._cameras.items():
                if other_id != camera_id:
                    other.seen_leaving(time)
        return placed

    def _share_company(self, camera: CameraPresence) -> None:
        company = camera.belief.company
        if company is not None:
            for other in self._cameras.values():
                other.belief.accompany(company)

    def still(self, camera_id: str, time: float) -> None:
        """Say that the picture at ``time`` is as it was when last analysed: who was there is."""
        self._cameras[camera_id].still(time)

    def view(self, view: CameraView) -> None:
        """Take in what the stream says about a camera's view.

        Raises:
            KeyError: the room has no such enabled camera.
        """
        if view.camera_id not in self._cameras:
            raise KeyError(view.camera_id)
        self._views[view.camera_id] = view

    def state(self, time: float) -> RoomState:
        """Return who is in the room at ``time`` (POSIX or media seconds)."""
        views = [self._seen_by(camera_id, time) for camera_id in self._cameras]
        good = {view.camera_id for view in views if view.sees}
        present = {
            camera_id: camera.present(time)
            for camera_id, camera in self._cameras.items()
            if camera_id in good
        }
        tally = self._tally(present.values())
        self._doors.settle()
        self._back.add(time, tally.adults)
        for camera in self._cameras.values():
            camera.account(self._back)
        tracks = tuple(track for seen in present.values() for track in seen)
        entered_adults, entered_children, missed_adults = self._entered(
            time, tally, present, tracks
        )
        view = _view(len(good), len(views))
        self._recent.add(time, view, tally, entered_adults)
        return RoomState(
            room_id=self._room.id,
            time=time,
            view=view,
            adults=tally.adults,
            children=tally.children,
            unknown=tally.unknown,
            unlikely_adults=self._unlikely_adults(time, tally.unknown, present),
            entered_adults=entered_adults,
            entered_children=entered_children,
            missed_adults=missed_adults,
            no_adult_seen=self._no_adult_seen(present),
            surely_attended=self._surely_attended(present),
            confidence=round(self._clear(time) * _confidence(view, tally, tracks), 4),
            tracks=tracks,
            cameras=tuple(views),
            zone_counts=_zone_counts(self._cameras.values(), present),
            crossings=self._doors.crossings(time),
            beyond=self._doors.beyond(time),
            children_per_adult=self._recent.children_per_adult,
            child_seen=self._recent.child_seen,
            day=None if self._calendar is None else self._calendar.at(time),
        )

    def _clear(self, time: float) -> float:
        """Return 0–1: how much of the room is not behind something, as far as is declared."""
        hiding = any(camera.hiding(time) for camera in self._cameras.values())
        return self._clear_share * (_HIDING if hiding else 1.0)

    def _seen_by(self, camera_id: str, time: float) -> CameraView:
        """Return the camera's view, unwatched when it has not been looked at for too long."""
        view = self._views[camera_id]
        looked = self._cameras[camera_id].looked
        if not view.sees:
            return view
        if looked is None:
            if self._started is None:
                self._started = time
            return CameraView(camera_id, ViewFault.UNWATCHED, self._started)
        patience = max(self._settings.fresh, 3 * self._cameras[camera_id].interval)
        if time - looked > patience:
            return CameraView(camera_id, ViewFault.UNWATCHED, looked)
        return view

    def _no_adult_seen(self, present: dict[str, tuple[Track, ...]]) -> float:
        return min(
            (
                self._cameras[camera_id].missed(track.id)
                for camera_id, tracks in present.items()
                for track in tracks
                if track.age is AgeClass.ADULT
            ),
            default=0.0,
        )

    def _surely_attended(self, present: dict[str, tuple[Track, ...]]) -> bool:
        return any(
            self._cameras[camera_id].sees_for_sure(track)
            for camera_id, tracks in present.items()
            for track in tracks
        )

    def _tally(self, present: Iterable[Sequence[Track]]) -> Tally:
        cameras = list(present)
        tally = _greatest(cameras)
        if self._settings.shared_floor:
            merged = merged_tally(
                [track for seen in cameras for track in seen], self._settings.same_place_m
            )
            tally = Tally(
                max(tally.adults, merged.adults),
                max(tally.children, merged.children),
                max(tally.unknown, merged.unknown),
            )
        return tally

    def _unlikely_adults(
        self, time: float, unknown: int, present: dict[str, tuple[Track, ...]]
    ) -> int:
        """Return how many of the ``unknown`` can hardly be adults: no adult was missing."""
        if not unknown:
            return 0
        arrivals = {camera_id: camera.arrivals for camera_id, camera in self._cameras.items()}
        possible = 0
        for camera_id, tracks in present.items():
            doubtful = sum(track.age is AgeClass.UNKNOWN for track in tracks)
            nobody = sum(
                not any(
                    known.may_be(newcomer, here=there == camera_id)
                    for there, known in arrivals.items()
                )
                for newcomer in self._cameras[camera_id].out_of_nowhere(time)
            )
            possible = max(possible, doubtful - nobody)
        return max(unknown - possible, 0)

    def _entered(
        self,
        time: float,
        tally: Tally,
        present: dict[str, tuple[Track, ...]],
        tracks: Sequence[Track],
    ) -> tuple[int, int, int]:
        """Return how many adults and children must be inside beyond those seen.

        The third are the adults who vanished where nothing hides them, and may only be missed.
        """
        most_adults = most_children = most_missed = 0
        for camera_id, camera in self._cameras.items():
            seen = _counts(present.get(camera_id, ()))
            inside = camera.presumed(time)
            most_adults = max(most_adults, seen.adults + inside.adults)
            most_children = max(most_children, seen.children + inside.children)
            if inside.adults:
                inside = camera.presumed(time, hiding=False)
            most_missed = max(most_missed, seen.adults + inside.adults)
        booked = self._doors.unseen(time, tally, tracks)
        return (
            max(most_adults - tally.adults, booked.adults),
            max(most_children - tally.children, booked.children),
            0 if booked.adults else max(most_missed - tally.adults, 0),
        )


def _view(good: int, cameras: int) -> View:
    if not good:
        return View.LOST
    return View.FULL if good == cameras else View.PARTIAL


def _counts(tracks: Sequence[Track]) -> Tally:
    ages = [track.age for track in tracks]
    return Tally(
        ages.count(AgeClass.ADULT), ages.count(AgeClass.CHILD), ages.count(AgeClass.UNKNOWN)
    )


def _greatest(cameras: Sequence[Sequence[Track]]) -> Tally:
    """Return the greatest count of each class over the cameras.

    Whom one camera cannot judge, another often can. So an unknown of one camera is taken for an
    adult that only others recognise; for a child only if she looks rather like one.
    """
    counts = [_counts(tracks) for tracks in cameras]
    adults = max((count.adults for count in counts), default=0)
    children = max((count.children for count in counts), default=0)
    undecided = childlike = 0
    for tracks, count in zip(cameras, counts, strict=True):
        small = sum(
            track.age is AgeClass.UNKNOWN and track.adult_log_odds <= _LEANS_CHILD
            for track in tracks
        )
        undecided = max(undecided, count.unknown - small - (adults - count.adults))
        childlike = max(childlike, small - (children - count.children))
    return Tally(adults, children, max(undecided, 0) + max(childlike, 0))


def _confidence(view: View, tally: Tally, tracks: Sequence[Track]) -> float:
    """Return 0–1: how far the counts can be relied on."""
    share = {View.FULL: 1.0, View.PARTIAL: 0.5, View.LOST: 0.0}[view]
    if not tracks:
        return share
    score = sum(min(max(track.score, 0.0), 1.0) for track in tracks) / len(tracks)
    people = tally.adults + tally.children + tally.unknown
    known = 1 - 0.5 * tally.unknown / max(people, 1)
    return share * known * (0.6 + 0.4 * score)


def _blind_share(cameras: Sequence[Camera]) -> float:
    """Return how much of the pictures is declared blind, on average over the cameras."""
    if not cameras:
        return 0.0
    shares = [min(sum(area.area() for area in camera.blind), 1.0) for camera in cameras]
    return sum(shares) / len(shares)


def _zone_counts(
    cameras: Iterable[CameraPresence], present: dict[str, tuple[Track, ...]]
) -> dict[str, int]:
    counts: dict[str, int] = {}
    for camera in cameras:
        for zone in camera.zones:
            here = sum(zone.id in track.zones for track in present.get(camera.id, ()))
            counts[zone.id] = max(counts.get(zone.id, 0), here)
    return counts
