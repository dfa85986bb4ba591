"""The thread that reads one watched camera and hands its packets to the event loop.

It never runs ahead of the loop by more than a few packets: while the loop is busy the pump waits,
and the camera's subscription, which is bounded, loses whole groups of pictures.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

import structlog

from monitor.domain.media import Packet
from monitor.streams.live.bitstream import has_b_slice, plays_in_browsers, without_empty_units
from monitor.streams.live.feed import GaplessReader, PacketFeed
from monitor.streams.live.transcode import EncodingSlots, Transcoder

_log = structlog.get_logger(__name__)

_AHEAD = 32
_CHECK_SECONDS = 0.5


class Pump:
    """Reads ``feed`` on its own thread from :meth:`start` to :meth:`stop`, or until it ends.

    ``deliver`` is called with each packet that browsers can play; whoever has dealt with a packet
    calls :meth:`done`. ``ended`` is called once, last. Both are called on the pump's thread.
    """

    def __init__(
        self,
        camera_id: str,
        feed: PacketFeed,
        *,
        deliver: Callable[[Packet], None],
        ended: Callable[[], None],
        slots: EncodingSlots,
        size: int,
    ) -> None:
        self._camera_id = camera_id
        self._feed = feed
        self._deliver = deliver
        self._ended = ended
        self._slots = slots
        self._reader = GaplessReader(feed, size)
        self._ahead = threading.Semaphore(_AHEAD)
        self._stopping = threading.Event()
        self._transcoder: Transcoder | None = None
        self._codec = ""
        self._has_b_slices = False
        self.refused = False
        self._thread = threading.Thread(target=self._run, name=f"live-{camera_id}", daemon=True)

    def start(self) -> None:
        """Begin to read; call once."""
        self._thread.start()

    def stop(self) -> None:
        """Let the thread end soon; does not wait for it."""
        self._stopping.set()
        self._reader.close()

    def done(self) -> None:
        """Say that one delivered packet has been dealt with; safe from any thread."""
        self._ahead.release()

    def _run(self) -> None:
        try:
            for packet in self._reader.packets():
                for playable in self._playable(packet):
                    if not self._wait_for_room():
                        return
                    self._deliver(playable)
        except Exception:
            # Its viewers connect anew; no other camera notices.
            _log.exception("live_pump_failed", camera=self._camera_id)
        finally:
            self._reader.close()
            self._leave_encoding()
            self._ended()

    def _wait_for_room(self) -> bool:
        while not self._stopping.is_set():
            if self._ahead.acquire(timeout=_CHECK_SECONDS):
                return True
        return False

    def _playable(self, packet: Packet) -> Iterable[Packet]:
        if packet.keyframe:
            self._choose()
        if self._transcoder is not None:
            return self._transcoder.feed(packet)
        if self.refused:
            return ()
        if not self._has_b_slices and has_b_slice(packet.data):
            # Takes effect at the next keyframe, where the decoder can begin.
            self._has_b_slices = True
            _log.info("live_b_frames_found", camera=self._camera_id)
        return (_repaired(packet),)

    def _choose(self) -> None:
        info = self._feed.info
        codec = info.codec if info is not None else "h264"
        if codec != self._codec:
            self._leave_encoding()
            self._codec, self._has_b_slices = codec, False
        needed = self._has_b_slices or (info is not None and not plays_in_browsers(info))
        if not needed:
            self._leave_encoding()
            self.refused = False
        elif self._transcoder is None:
            self.refused = not self._slots.take()
            if not self.refused:
                self._transcoder = Transcoder(codec)
                _log.info("live_encoding_begins", camera=self._camera_id, codec=codec)

    def _leave_encoding(self) -> None:
        if self._transcoder is not None:
            self._transcoder = None
            self._slots.give_back()


def _repaired(packet: Packet) -> Packet:
    data = without_empty_units(packet.data)
    if data is packet.data:
        return packet
    return Packet(
        camera_id=packet.camera_id,
        epoch=packet.epoch,
        time=packet.time,
        duration=packet.duration,
        wall=packet.wall,
        keyframe=packet.keyframe,
        data=data,
        shift=packet.shift,
    )
