"""One camera on its way from packets to frames worth looking at.

One thread a camera takes packets from the reader, asks the gate which of them deserve a look, and
puts frames into the worker's slots. What it learns besides (the view's health, a picture that has
not changed) it tells its listener. A fault here ends nothing but this camera's analysis, and that
begins anew.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

import cv2
import numpy as np
import structlog

from monitor.domain.clock import Clock
from monitor.domain.media import Frame, Packet
from monitor.domain.places import Camera
from monitor.domain.room_state import CameraView
from monitor.runtime.slots import FrameSlots
from monitor.streams.decode import Decoder
from monitor.streams.gate import Gate, GateSettings, Look
from monitor.streams.health import CameraHealth
from monitor.streams.reader import CameraReader, ConnectionState, ReaderStatus
from monitor.streams.recorder import Recorder

log = structlog.get_logger(__name__)

_WIDEST = 1280
_TICK = 0.5
_QUEUE = 512
_AFTER_FAULT = 1.0


class Listener(Protocol):
    """Whoever wants to know more than the frames."""

    def view(self, view: CameraView) -> None:
        """Take in the state of a camera's view; comes about twice a second."""

    def still(self, camera_id: str, wall: float) -> None:
        """Take in that the picture at ``wall`` is as it was when last analysed."""


class CameraWatch:
    """Reads, gates and decodes one camera until stopped."""

    def __init__(
        self,
        camera: Camera,
        slots: FrameSlots,
        listener: Listener,
        *,
        clock: Clock,
        urgent: Callable[[], bool],
        recorder: Callable[[CameraReader], Recorder] | None = None,
    ) -> None:
        """``urgent`` says whether this camera's room must be looked at as often as allowed."""
        self.camera = camera
        self._slots = slots
        self._listener = listener
        self._urgent = urgent
        self.reader = CameraReader(camera, on_state=self._state, clock=clock)
        self._recorder = recorder(self.reader) if recorder is not None else None
        self._health = CameraHealth(camera.id, clock=clock)
        self._gate = Gate(GateSettings(fps=camera.analysis_fps))
        self._decoder: Decoder | None = None
        self._decoded_as: tuple[str, bool] | None = None
        self._mask = _MaskedOut(camera)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"watch-{camera.id}", daemon=True)
        self.analysed = 0

    def start(self) -> None:
        """Begin to read and to look."""
        if self._recorder is not None:
            self._recorder.start()
        self.reader.start()
        self._thread.start()

    def stop(self) -> None:
        """End reading, looking and recording."""
        self._stopping.set()
        self.reader.stop()
        if self._recorder is not None:
            self._recorder.stop()
        self._thread.join(2)
        self._slots.forget(self.camera.id)

    def _state(self, _camera_id: str, status: ReaderStatus) -> None:
        self._health.online(status.state is ConnectionState.ONLINE)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._watch()
            except Exception:
                log.exception("camera_analysis_failed", camera=self.camera.id)
                self._decoder = self._decoded_as = None
                self._stopping.wait(_AFTER_FAULT)

    def _watch(self) -> None:
        next_view = 0.0
        with self.reader.subscribe("analysis", _QUEUE) as subscription:
            while not self._stopping.is_set() and not subscription.closed:
                packet = subscription.get(_TICK)
                if packet is not None:
                    self._health.packet(packet)
                    self._consider(packet)
                if (
                    packet is None
                    or packet.wall >= next_view
                    or packet.wall < next_view - 2 * _TICK
                ):
                    next_view = (packet.wall if packet is not None else 0.0) + _TICK
                    self._listener.view(self._health.view())

    def _consider(self, packet: Packet) -> None:
        decoder = self._decoder_for()
        if decoder is None:
            return
        look = self._gate.consider(packet, urgent=self._urgent())
        fresh = decoder.take(packet, look is not Look.SKIP)
        if look is Look.SKIP:
            return
        luma = decoder.luma() if fresh else None
        if luma is None:
            self._health.unreadable()
            return
        self._health.picture(luma)
        if look is Look.PEEK and not self._gate.moved(luma, packet.time):
            self._listener.still(self.camera.id, packet.wall)
            return
        if look is Look.ANALYSE:
            self._gate.analysed(luma)
        frame = decoder.frame()
        if frame is not None:
            self.analysed += 1
            self._slots.put(self._mask.apply(frame), urgent=self._urgent())

    def _decoder_for(self) -> Decoder | None:
        info = self.reader.info
        if info is None:
            return None
        wanted = (info.codec, info.has_b_frames)
        if self._decoder is None or self._decoded_as != wanted:
            self._decoder = Decoder(
                self.camera.id, info.codec, max_width=_WIDEST, reordered=info.has_b_frames
            )
            self._decoded_as = wanted
        return self._decoder


class _MaskedOut:
    """Blackens the camera's masked polygons before anything looks at a frame."""

    def __init__(self, camera: Camera) -> None:
        self._polygons = [np.asarray(mask.points, np.float64) for mask in camera.masks]

    def apply(self, frame: Frame) -> Frame:
        """Return ``frame`` with the masks filled; the picture is changed in place."""
        if self._polygons:
            size = np.array([frame.width, frame.height])
            corners = [np.round(polygon * size).astype(np.int32) for polygon in self._polygons]
            cv2.fillPoly(frame.image, corners, (0, 0, 0))
        return frame
