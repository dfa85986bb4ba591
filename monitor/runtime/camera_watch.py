"""One camera on its way from packets to frames worth looking at.

One thread a camera takes packets from the reader, asks the gate which of them deserve a look, and
puts frames into the worker's slots. What it learns besides (the view's health, a picture that has
not changed) it tells its listener. A fault here ends nothing but this camera's analysis, and that
begins anew.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

from monitor.domain.clock import Clock
from monitor.domain.media import Frame, Packet
from monitor.domain.people import Person
from monitor.domain.places import Camera
from monitor.domain.room_state import CameraView
from monitor.runtime.analysis_feed import PATIENCE, PATIENCE_QUIET, AnalysisFeed
from monitor.runtime.attention import Attention, GateMode, gate_settings
from monitor.runtime.masking import MaskedOut
from monitor.runtime.metrics import GATE
from monitor.runtime.slots import FrameSlots
from monitor.streams.gate import Gate, GateSettings
from monitor.streams.health import CameraHealth
from monitor.streams.reach import Reach
from monitor.streams.reader import CameraReader
from monitor.streams.recorder import Recorder
from monitor.streams.ring import PacketRing
from monitor.streams.sampler import FrameSampler
from monitor.streams.shadow import ShadowSampler

log = structlog.get_logger(__name__)

_WIDEST = 1280
_TICK = 0.5
_QUEUE = 512
_LONGEST_MEMORY = 180.0
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
        attention: Callable[[], Attention],
        calm_fps: float,
        remember: float,
        remember_quiet: float | None = None,
        gate: GateMode = GateMode.ON,
        reach: Reach | None = None,
        recorder: Callable[[CameraReader], Recorder] | None = None,
    ) -> None:
        """``attention`` says how closely this camera's room must be looked at just now.

        At most ``calm_fps`` frames a second are looked at while nothing is pressing. The packets
        of the last ``remember`` seconds are kept for clips; of ``remember_quiet`` seconds while
        nobody is there, so that nothing can have begun.
        """
        self.camera = camera
        self._slots = slots
        self._listener = listener
        self._attention = attention
        self._remember = min(remember, _LONGEST_MEMORY)
        self._remember_quiet = min(remember_quiet or remember, self._remember)
        ring = PacketRing(seconds=self._remember)
        self._health = CameraHealth(camera.id, clock=clock)
        self.reader = CameraReader(
            camera,
            on_state=lambda *_: self._tell_health(),
            clock=clock,
            ring=ring,
            patience=PATIENCE if camera.substream_url is None else PATIENCE_QUIET,
            reach=reach,
        )
        self._feed = AnalysisFeed(
            camera, self.reader, clock=clock, changed=self._tell_health, reach=reach
        )
        self._recorder = recorder(self.reader) if recorder is not None else None
        self._settings = gate_settings(camera.analysis_fps, calm_fps)
        self._gate = gate
        self._sampler: FrameSampler | ShadowSampler = self._new_sampler(self.reader)
        self._mask = MaskedOut([mask.points for mask in camera.masks])
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"watch-{camera.id}", daemon=True)

    @property
    def small(self) -> CameraReader | None:
        """The reader of the substream while it is there."""
        return self._feed.small

    def start(self) -> None:
        """Begin to read and to look."""
        if self._recorder is not None:
            self._recorder.start()
        self.reader.start()
        self._feed.start()
        self._thread.start()

    def stop(self) -> None:
        """End reading, looking and recording."""
        self._stopping.set()
        self._feed.stop()
        self.reader.stop()
        if self._recorder is not None:
            self._recorder.stop()
        self._thread.join(2)
        self._slots.forget(self.camera.id)

    def found(self, frame: Frame, people: Sequence[Person]) -> None:
        """Take in who was found on a frame of this camera; the gate in shadow wants to know."""
        if isinstance(self._sampler, ShadowSampler):
            GATE.labels(self._sampler.found(frame, people)).inc()

    def _tell_health(self) -> None:
        self._health.online(self._feed.online)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._watch(self._feed.choose())
            except Exception:
                log.exception("camera_analysis_failed", camera=self.camera.id)
                self._stopping.wait(_AFTER_FAULT)

    def _watch(self, reader: CameraReader) -> None:
        """Look at one stream until it ends, or another one is to be looked at."""
        self._sampler = self._new_sampler(reader)
        self._health.online(False)  # nothing that was seen of another stream counts for this one
        self._tell_health()
        next_view = 0.0
        with reader.subscribe("analysis", _QUEUE, patient=True) as subscription:
            while not self._stopping.is_set() and not subscription.closed:
                packet = subscription.get(_TICK)
                if packet is not None:
                    self._consider(packet)
                if (
                    packet is None
                    or packet.wall >= next_view
                    or packet.wall < next_view - 2 * _TICK
                ):
                    next_view = (packet.wall if packet is not None else 0.0) + _TICK
                    self._listener.view(self._health.view())
                    if self._feed.choose() is not reader:
                        log.info("camera_stream_chosen", camera=self._feed.current.camera.id)
                        reader.patience = PATIENCE_QUIET
                        return
        if subscription.closed and not self._stopping.is_set():
            self._stopping.wait(_TICK)

    def _consider(self, packet: Packet) -> None:
        attention = self._attention()
        quiet = attention is Attention.QUIET
        self._feed.current.patience = PATIENCE_QUIET if quiet else PATIENCE
        self.reader.ring.seconds = self._remember_quiet if quiet else self._remember
        # A condition that may soon be raised is looked at as often as the camera allows.
        self._sampler.gate.settings = self._settings[attention]
        frames = self._sampler.offer(packet, urgent=self._gate is GateMode.OFF)
        self._slots.put([self._mask.apply(frame) for frame in frames], urgency=attention)

    def _still(self, packet: Packet) -> None:
        self._listener.still(self.camera.id, packet.wall)

    def _new_sampler(self, reader: CameraReader) -> FrameSampler | ShadowSampler:
        sampler = self._sampler_with(reader, self._settings[Attention.QUIET])
        if self._gate is not GateMode.SHADOW:
            return sampler
        return ShadowSampler(
            self._sampler_with(reader, self._settings[Attention.PRESSING]), sampler
        )

    def _sampler_with(self, reader: CameraReader, settings: GateSettings) -> FrameSampler:
        return FrameSampler(
            self.camera.id,
            lambda: reader.info,
            gate=Gate(settings),
            health=self._health,
            max_width=_WIDEST,
            on_still=self._still,
        )
