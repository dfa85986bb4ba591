"""What camera threads report, until the thread that looks takes it in."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from monitor.domain.room_state import CameraView


class Inbox:
    """Views and pictures found unchanged; ``latest`` has the last view of each camera."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._views: dict[str, CameraView] = {}
        self._stills: dict[str, float] = {}
        self.latest: dict[str, CameraView] = {}

    def view(self, view: CameraView) -> None:
        """Take down how far a camera's view can be trusted."""
        with self._lock:
            self._views[view.camera_id] = view
            self.latest[view.camera_id] = view

    def still(self, camera_id: str, wall: float) -> None:
        """Take down that the picture at ``wall`` shows what the one before showed."""
        with self._lock:
            self._stills[camera_id] = wall

    def forget(self, camera_ids: Iterable[str]) -> None:
        """Drop what cameras reported that are watched no more."""
        with self._lock:
            for camera_id in camera_ids:
                for known in (self._views, self._stills, self.latest):
                    known.pop(camera_id, None)

    def take_views(self) -> list[CameraView]:
        """Return the views reported since, the last of each camera."""
        with self._lock:
            views, self._views = list(self._views.values()), {}
        return views

    def take_stills(self) -> list[tuple[str, float]]:
        """Return cameras and times of pictures found unchanged since."""
        with self._lock:
            stills, self._stills = list(self._stills.items()), {}
        return stills
