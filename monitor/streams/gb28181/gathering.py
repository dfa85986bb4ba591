"""Answers that come in several messages: gathered by serial number until all are there.

``SumNum`` says how many entries there are, but devices miscount and repeat themselves; what is
counted is therefore distinct entries, and a pause ends the gathering as well.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar

from monitor.streams.gb28181.xml import Element

Entry = TypeVar("Entry", bound=Hashable)
_MOST_ENTRIES = 20_000


class Gathering(Generic[Entry]):
    """The entries of one answer. ``complete`` once as many as announced are there."""

    def __init__(
        self, read: Callable[[Element], Iterable[Entry]], key: Callable[[Entry], Hashable]
    ) -> None:
        self._read = read
        self._key = key
        self._entries: dict[Hashable, Entry] = {}
        self._unreadable = 0
        self._announced: int | None = None
        self._answered = False
        self._changed = asyncio.Event()

    @property
    def entries(self) -> list[Entry]:
        """What has come so far, each once."""
        return list(self._entries.values())

    @property
    def answered(self) -> bool:
        """Whether anything has come at all."""
        return self._answered

    @property
    def complete(self) -> bool:
        """Whether as much has come as was announced, counting what cannot be read."""
        come = len(self._entries) + self._unreadable
        return self._announced is not None and come >= self._announced

    def add(self, root: Element, items: int) -> None:
        """Take in one message that lists ``items`` entries, readable or not."""
        entries = list(self._read(root))
        before = len(self._entries)
        for entry in entries:
            if len(self._entries) < _MOST_ENTRIES:
                self._entries.setdefault(self._key(entry), entry)
        # A message that only repeats what is known must not make up for one that is missing.
        if len(self._entries) > before:
            self._unreadable += max(0, items - len(entries))
        announced = root.number("SumNum")
        if announced is not None:
            self._announced = max(self._announced or 0, announced)
        self._answered = True
        self._changed.set()

    async def wait(self, first: float, pause: float) -> bool:
        """Wait until all is there; ``first`` seconds for a beginning, ``pause`` between messages.

        Returns whether it is, as far as the device says how much there is.
        """
        while not self.complete:
            self._changed.clear()
            try:
                async with asyncio.timeout(pause if self.answered else first):
                    await self._changed.wait()
            except TimeoutError:
                return self.answered and self._announced is None
        return True
