"""Questions to devices: what they have, and what they have recorded."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from functools import partial
from itertools import count
from typing import Any, TypeVar

from monitor.streams.failures import Reason, StreamError
from monitor.streams.gb28181.author import Author
from monitor.streams.gb28181.gathering import Gathering
from monitor.streams.gb28181.manscdp import (
    Channel,
    Interval,
    Notice,
    catalogue_query,
    channels_of,
    intervals_of,
    merge,
    record_query,
)
from monitor.streams.gb28181.registrar import Registration
from monitor.streams.gb28181.transactions import Asked

_Entry = TypeVar("_Entry", bound=Hashable)
_MOST_DAYS = 400


@dataclass(frozen=True, slots=True)
class Patience:
    """How long devices may take, in seconds, and how often they are asked."""

    answer: float = 8.0
    first: float = 8.0
    pause: float = 4.0
    invite: float = 10.0
    tries: int = 2


class Queries:
    """Asks devices one question at a time; ``online`` finds those that can be reached."""

    def __init__(
        self,
        author: Author,
        asked: Asked,
        online: Callable[[str], Registration],
        zone: tzinfo,
        patience: Patience,
    ) -> None:
        self._author = author
        self._asked = asked
        self._online = online
        self._zone = zone
        self._patience = patience
        self._serial = count(secrets.randbelow(100_000) + 1)
        self._gatherings: dict[tuple[str, str], Gathering[Any]] = {}
        self._busy: dict[str, asyncio.Lock] = {}

    def take(self, notice: Notice, device: str) -> bool:
        """Add what ``device`` answers to the question that it belongs to, if it does to any."""
        gathering = self._gatherings.get((device, notice.sn))
        if notice.kind != "Response" or gathering is None:
            return False
        entries = notice.root.find("DeviceList") or notice.root.find("RecordList")
        gathering.add(notice.root, len(entries.children) if entries else 0)
        return True

    async def catalogue(self, device: str) -> tuple[list[Channel], bool]:
        """Return what ``device`` has, and whether that is everything.

        Raises:
            StreamError: it is not there, or does not answer.
        """
        gathering = Gathering(channels_of, lambda channel: channel.id)
        complete = await self._query(
            device, gathering, lambda serial: catalogue_query(serial, device)
        )
        return gathering.entries, complete

    async def records(
        self, device: str, channel: str, start: datetime, end: datetime
    ) -> list[Interval]:
        """Return when ``channel`` was recorded between two aware moments, merged, in order.

        Recorders cut long answers short; so each day is asked for by itself.

        Raises:
            StreamError: the device is not there, or does not answer.
        """
        found: list[Interval] = []
        for begin, until in days_of(start, end, self._zone):
            gathering = Gathering(partial(intervals_of, zone=self._zone), lambda interval: interval)
            complete = await self._query(
                device,
                gathering,
                partial(record_query, channel=channel, start=begin, end=until, zone=self._zone),
            )
            if not complete:
                raise StreamError(Reason.TIMED_OUT, where=channel, detail="RecordInfo")
            found += [
                Interval(max(item.start, begin), min(item.end, until))
                for item in gathering.entries
                if item.start < until and item.end > begin
            ]
        return merge(found)

    async def _query(
        self, device: str, gathering: Gathering[_Entry], write: Callable[[int], bytes]
    ) -> bool:
        async with self._busy.setdefault(device, asyncio.Lock()):
            for _ in range(self._patience.tries):
                serial = next(self._serial)
                key = (device, str(serial))
                self._gatherings[key] = gathering
                try:
                    await self._tell(device, write(serial))
                    if await gathering.wait(self._patience.first, self._patience.pause):
                        return True
                finally:
                    del self._gatherings[key]
        if not gathering.answered:
            raise StreamError(Reason.TIMED_OUT, where=device)
        return False

    async def _tell(self, device: str, document: bytes) -> None:
        to = self._online(device)
        assert to.peer is not None  # noqa: S101 - what being online means
        request = self._author.message(to, document)
        response = await self._asked.ask(request, to.peer, self._patience.answer)
        if response is None:
            raise StreamError(Reason.TIMED_OUT, where=device)
        if response.status >= 300:
            raise StreamError(Reason.DECLINED, where=device, detail=f"SIP {response.status}")


def days_of(start: datetime, end: datetime, zone: tzinfo) -> list[tuple[datetime, datetime]]:
    """Return the stretch from ``start`` to ``end`` cut at the midnights of ``zone``."""
    days: list[tuple[datetime, datetime]] = []
    begin, last = start.astimezone(zone), end.astimezone(zone)
    while begin < last and len(days) < _MOST_DAYS:
        midnight = datetime.combine(begin.date() + timedelta(1), time(), zone)
        days.append((begin, min(midnight, last)))
        begin = midnight
    return days
