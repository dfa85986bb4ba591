"""One demux, many consumers: bounded queues that lose whole groups of pictures, never halves.

A consumer that is too slow first loses its oldest pictures, up to the next keyframe in its queue;
if there is none, everything up to the next keyframe that arrives. What it does receive always
decodes, and it never slows the camera or another consumer.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from monitor.domain.media import Packet

DEFAULT_SIZE = 256
"""Packets a queue holds: about ten seconds of a camera at 25 frames a second."""
_GATHERED = 16  # packets for which a patient consumer is woken even without a rest


class Subscription:
    """One consumer's queue. Iterate over it, or call :meth:`get`; close it when done."""

    def __init__(self, fanout: Fanout, name: str, maxsize: int, *, patient: bool = False) -> None:
        if maxsize < 1:
            raise ValueError("a subscription holds at least one packet")
        self.name = name
        self.patient = patient
        self._fanout = fanout
        self._maxsize = maxsize
        self._queue: deque[Packet] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._waits_for_keyframe = True
        self._begun = False
        self._dropped = 0

    def get(self, timeout: float | None = None) -> Packet | None:
        """Return the next packet, or ``None`` after ``timeout`` seconds or once closed and empty.

        Without ``timeout`` it waits until a packet comes or the subscription is closed.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        with self._changed:
            while not self._queue and not self._closed:
                remaining = None if deadline is None else deadline - time.monotonic()
                if remaining is not None and remaining <= 0:
                    return None
                self._changed.wait(remaining)
            return self._queue.popleft() if self._queue else None

    def __iter__(self) -> Iterator[Packet]:
        while (packet := self.get()) is not None:
            yield packet

    @property
    def closed(self) -> bool:
        """Whether no more packets will be added."""
        return self._closed

    @property
    def dropped(self) -> int:
        """How many packets this consumer lost by being slow."""
        return self._dropped

    def __len__(self) -> int:
        return len(self._queue)

    def close(self) -> None:
        """Leave the fan-out; packets already queued can still be taken."""
        self._fanout.remove(self)
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def offer(self, packet: Packet) -> None:
        """Add ``packet``, making room if necessary; never blocks. For the fan-out."""
        with self._changed:
            if self._closed:
                return
            if len(self._queue) >= self._maxsize:
                self._shed()
            if packet.keyframe:
                self._waits_for_keyframe = False
                self._begun = True
            if self._waits_for_keyframe:
                # What comes before the first keyframe was never this consumer's to lose.
                self._dropped += int(self._begun)
                return
            self._queue.append(packet)
            if not self._gathers:
                self._changed.notify()

    @property
    def _gathers(self) -> bool:
        """Say whether a packet may wait for others before somebody is woken for it."""
        return self.patient and self._fanout.gathering and len(self._queue) % _GATHERED != 0

    def wake(self) -> None:
        """Let whoever waits have what has gathered. For the fan-out."""
        with self._changed:
            if self._queue:
                self._changed.notify()

    def _shed(self) -> None:
        self._queue.popleft()
        self._dropped += 1
        while self._queue and not self._queue[0].keyframe:
            self._queue.popleft()
            self._dropped += 1
        if not self._queue:
            self._waits_for_keyframe = True


class Fanout:
    """Hands each packet to every subscription of one camera. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._subscriptions: tuple[Subscription, ...] = ()
        self._closed = False
        self.gathering = False

    @property
    def hurried(self) -> bool:
        """Whether some consumer wants every packet at once."""
        return any(not subscription.patient for subscription in self._subscriptions)

    def subscribe(
        self, name: str, maxsize: int = DEFAULT_SIZE, *, patient: bool = False
    ) -> Subscription:
        """Return a new subscription that begins at the next keyframe.

        A ``patient`` one does not mind if packets come a few at a time.
        """
        subscription = Subscription(self, name, maxsize, patient=patient)
        with self._lock:
            closed = self._closed
            if not closed:
                self._subscriptions += (subscription,)
        if closed:
            subscription.close()
        return subscription

    @property
    def subscriptions(self) -> tuple[Subscription, ...]:
        """The present subscriptions, for statistics."""
        return self._subscriptions

    def publish(self, packet: Packet) -> None:
        """Offer ``packet`` to every subscription."""
        for subscription in self._subscriptions:
            subscription.offer(packet)

    def rest(self) -> None:
        """Let the patient ones have what has gathered.

        From the first call on they are woken by this alone: once for a few packets, not for each.
        """
        self.gathering = True
        for subscription in self._subscriptions:
            if subscription.patient:
                subscription.wake()

    def remove(self, subscription: Subscription) -> None:
        """Forget ``subscription``; harmless if it is not there."""
        with self._lock:
            self._subscriptions = tuple(s for s in self._subscriptions if s is not subscription)

    def close(self) -> None:
        """End every subscription, present and future."""
        with self._lock:
            self._closed = True
            leaving = self._subscriptions
        for subscription in leaving:
            subscription.close()
