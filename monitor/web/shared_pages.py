"""A part of a page rendered once for all who would see the same, however many ask at once.

When something happens every open control room asks for its parts anew. Whoever has the same
scope, rights and language gets the same markup, so one rendering serves them all: it is made anew
for the first who asks after something newer than it happened, and not more often than leaves the
process time for everything else.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool

_MOST = 64
_STALE_SECONDS = 2.0
_REST = 2.0
"""For how many times as long as a rendering took the next one of the same page waits."""


@dataclass(slots=True)
class _Shared:
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    position: int = -1
    markup: str = ""
    made: float = float("-inf")
    next: float = float("-inf")

    def serves(self, position: int) -> bool:
        fresh = time.monotonic() - self.made < _STALE_SECONDS
        return fresh and self.position >= position


class SharedPages:
    """The newest rendering by what it depends on."""

    def __init__(self) -> None:
        self._shared: OrderedDict[Hashable, _Shared] = OrderedDict()

    async def get(
        self, key: Hashable, position: int, newest: Callable[[], int], render: Callable[[], str]
    ) -> str:
        """Return markup that shows everything up to entry ``position`` of the feed.

        Args:
            key: everything on which the markup depends except what happened.
            position: the newest entry when it was asked for.
            newest: returns the newest entry; asked before ``render``, both in a thread.
            render: returns the markup.
        """
        shared = self._shared.setdefault(key, _Shared())
        self._shared.move_to_end(key)
        while len(self._shared) > _MOST:
            self._shared.popitem(last=False)
        async with shared.turn:
            if not shared.serves(position):
                await asyncio.sleep(max(shared.next - time.monotonic(), 0.0))
                began = time.monotonic()
                shared.position = await run_in_threadpool(newest)
                shared.markup = await run_in_threadpool(render)
                shared.made = time.monotonic()
                shared.next = shared.made + _REST * (shared.made - began)
            return shared.markup
