"""From a camera's packets to the few frames that are analysed: gate, decoder and health joined.

Feed every packet of one camera, in order, on one thread. Pictures are decoded only where the gate
wants to look, converted only where they are to be analysed, and judged for the health of the view
every other second. When a keyframe shows that something moved while nobody looked, the pictures
since the last look are decoded after all (:mod:`monitor.streams.replay`).
"""

from __future__ import annotations

from collections.abc import Callable

from monitor.domain.media import Frame, Packet, StreamInfo
from monitor.streams.decode import DecodeCounts, Decoder
from monitor.streams.gate import Gate, Look
from monitor.streams.health import CameraHealth
from monitor.streams.replay import Replay

_JUDGE_EVERY = 2.0  # seconds of stream time


class FrameSampler:
    """Chooses and decodes the frames of one camera.

    ``info`` is asked for the stream's format whenever a new epoch begins: a camera may come back
    with another codec. ``max_width`` pixels limits the frames, see
    :class:`~monitor.streams.decode.Decoder`. ``on_still`` is called with each packet whose picture
    was looked at and found to be as when it was last analysed.
    """

    def __init__(
        self,
        camera_id: str,
        info: Callable[[], StreamInfo | None],
        *,
        gate: Gate,
        health: CameraHealth,
        max_width: int | None = None,
        skip_loop_filter: bool = False,
        on_still: Callable[[Packet], None] | None = None,
    ) -> None:
        self.camera_id = camera_id
        self.gate = gate
        self.health = health
        self._info = info
        self._max_width = max_width
        self._skip_loop_filter = skip_loop_filter
        self._on_still = on_still
        self._format: tuple[str, bool] | None = None
        self._decoder: Decoder | None = None
        self._epoch: int | None = None
        self._judge_at = 0.0
        self._replay = Replay(camera_id, max_width=max_width, skip_loop_filter=skip_loop_filter)

    @property
    def counts(self) -> DecodeCounts:
        """What has been decoded since the stream last changed its format."""
        return self._decoder.counts if self._decoder is not None else DecodeCounts()

    def offer(self, packet: Packet, urgent: bool = False) -> list[Frame]:
        """Take the next packet and return the frames that are to be analysed now, oldest first.

        Mostly there is none, or one; there are several when the moments before a movement are
        looked at afterwards. ``urgent`` (a rule is about to fire) asks for the full rate.
        """
        self.health.packet(packet)
        decoder = self._decoder_for(packet)
        look = self.gate.consider(packet, urgent)
        self._replay.keep(packet)
        if decoder is None:
            return []
        if not decoder.take(packet, look is not Look.SKIP):
            if look is not Look.SKIP:
                self.health.unreadable()
            return []
        return self._chosen(decoder, packet, look)

    def _chosen(self, decoder: Decoder, packet: Packet, look: Look) -> list[Frame]:
        luma = decoder.luma()
        if luma is None:
            return []
        if packet.time >= self._judge_at:
            self._judge_at = packet.time + _JUDGE_EVERY
            self.health.picture(luma)
        reference = self.gate.reference
        if look is Look.ANALYSE:
            moved = self.gate.analysed(luma, packet.time)
        else:
            moved = self.gate.moved(luma, packet.time)
        before: list[Frame] = []
        if moved and packet.keyframe and reference is not None:
            before = self._replay.frames(self.gate, reference)
        self._replay.looked(packet)
        if look is not Look.ANALYSE and not moved:
            if self._on_still is not None:
                self._on_still(packet)
            self._perhaps_rest(decoder, packet)
            return []
        frame = decoder.frame()
        self._perhaps_rest(decoder, packet)
        return before if frame is None else [*before, frame]

    def _perhaps_rest(self, decoder: Decoder, packet: Packet) -> None:
        """Keep no decoder's pictures for a room in which nothing happens: they are most of it."""
        if packet.keyframe and self.gate.calm(packet.time):
            decoder.rest(packet)

    def _decoder_for(self, packet: Packet) -> Decoder | None:
        if packet.epoch == self._epoch and self._decoder is not None:
            return self._decoder
        self._epoch = packet.epoch
        self._judge_at = packet.time
        info = self._info()
        if info is not None and self._format != (info.codec, info.has_b_frames):
            self._format = info.codec, info.has_b_frames
            self._decoder = Decoder(
                self.camera_id,
                info.codec,
                max_width=self._max_width,
                skip_loop_filter=self._skip_loop_filter,
                reordered=info.has_b_frames,
            )
            self._replay.format(info)
        return self._decoder
