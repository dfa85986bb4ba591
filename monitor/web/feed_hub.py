"""One reader of the feed table for all pages that listen.

The hub polls four times a second, keeps the latest entries and wakes its listeners. A listener
that falls behind what the hub keeps reads on from the database; one that is too far behind is told
to load its page anew. Nothing grows with the number of listeners.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass

import structlog
from starlette.concurrency import run_in_threadpool

from monitor.domain.access import DISTRICT
from monitor.store.feed import FeedRepository
from monitor.store.place_repository import PlaceRepository
from monitor.store.room_status import RoomStatus, RoomStatusRepository
from monitor.web.frames import EncodedEntry, encoded

POLL_SECONDS = 0.25
ROOMS_SECONDS = 2.0
_KEPT = 1000
_BATCH = 200
_WELL_SECONDS = 5.0
_logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RoomNews:
    """A room whose reported state is new, and whose it is."""

    number: int
    institution_id: str | None
    status: RoomStatus


class FeedHub:
    """Reads the feed and the rooms' states on behalf of all listeners."""

    def __init__(
        self, feed: FeedRepository, rooms: RoomStatusRepository, places: PlaceRepository
    ) -> None:
        self._feed = feed
        self._rooms = rooms
        self._places = places
        self._entries: deque[EncodedEntry] = deque(maxlen=_KEPT)
        self._room_news: dict[str, RoomNews] = {}
        self._room_number = 0
        self._institutions: dict[str, str | None] = {}
        self._read = 0.0
        self._failing = False
        self._stopping = asyncio.Event()
        self.tick = asyncio.Event()
        self.head = 0

    @property
    def well(self) -> bool:
        """Say whether the feed was read lately; if not, what pages show may be old."""
        return self._read > 0 and time.monotonic() - self._read < _WELL_SECONDS

    @property
    def room_number(self) -> int:
        """The number of the newest news about a room."""
        return self._room_number

    async def run(self) -> None:
        """Read on until :meth:`stop`; while the database is away, keep trying."""
        started = False
        rooms_due = 0.0
        while not self._stopping.is_set():
            try:
                if not started:
                    self.head = await run_in_threadpool(self._feed.latest_id)
                    started = True
                await self._read_feed()
                if time.monotonic() >= rooms_due:
                    await self._read_rooms()
                    rooms_due = time.monotonic() + ROOMS_SECONDS
                self._told(None)
            except Exception as error:  # whatever the driver raises while the database is away
                self._told(error)
            await self.wait(self._stopping, POLL_SECONDS)

    def stop(self) -> None:
        """Let :meth:`run` end once it has read what it is reading."""
        self._stopping.set()

    async def wait(self, tick: asyncio.Event, seconds: float) -> None:
        """Wait until ``tick`` is set because something is new, at most ``seconds``.

        ``tick`` is the value of :attr:`tick` from before the caller last looked, so that nothing
        slips in between.
        """
        try:
            async with asyncio.timeout(seconds):
                await tick.wait()
        except TimeoutError:
            return

    async def after(self, entry_id: int) -> tuple[EncodedEntry, ...] | None:
        """Return entries after ``entry_id``, at most a batch; ``None`` if too much was missed."""
        if entry_id >= self.head:
            return ()
        if self.head - entry_id > _KEPT:
            return None
        if self._entries and self._entries[0].id <= entry_id + 1:
            return tuple(entry for entry in self._entries if entry.id > entry_id)[:_BATCH]
        return await run_in_threadpool(self._fetch, entry_id)

    def rooms_after(self, number: int) -> tuple[RoomNews, ...]:
        """Return the latest news of every room that changed after news ``number``."""
        return tuple(news for news in self._room_news.values() if news.number > number)

    async def _read_feed(self) -> None:
        fresh = await run_in_threadpool(self._fetch, self.head)
        if fresh:
            self._entries.extend(fresh)
            self.head = fresh[-1].id
            self._wake()

    def _fetch(self, entry_id: int) -> tuple[EncodedEntry, ...]:
        return tuple(encoded(entry) for entry in self._feed.after(DISTRICT, entry_id, _BATCH))

    async def _read_rooms(self) -> None:
        states = await run_in_threadpool(self._rooms.all, DISTRICT)
        changed = False
        for room_id, status in states.items():
            known = self._room_news.get(room_id)
            if known is not None and known.status == status:
                continue
            if room_id not in self._institutions:
                self._institutions[room_id] = await run_in_threadpool(
                    self._places.institution_of_room, room_id
                )
            self._room_number += 1
            self._room_news[room_id] = RoomNews(
                self._room_number, self._institutions[room_id], status
            )
            changed = True
        if changed:
            self._wake()

    def _told(self, error: Exception | None) -> None:
        if error is None:
            self._read = time.monotonic()
        if (error is not None) == self._failing:
            return
        self._failing = error is not None
        if error is None:
            _logger.info("feed_readable_again")
        else:
            _logger.warning("feed_unreadable", error=type(error).__name__)

    def _wake(self) -> None:
        tick, self.tick = self.tick, asyncio.Event()
        tick.set()
