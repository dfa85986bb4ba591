"""An event loop on a thread of its own, for servers that plain code starts, asks and stops."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

_Result = TypeVar("_Result")


class LoopThread:
    """The loop and its thread. Begins once and ends once; :meth:`run` may be called by any thread.

    ``within`` is for how many seconds the caller of :meth:`run` waits.
    """

    def __init__(self, name: str, within: float = 15.0) -> None:
        self.loop = asyncio.new_event_loop()
        self._within = within
        self._thread = threading.Thread(target=self.loop.run_forever, name=name, daemon=True)

    @property
    def running(self) -> bool:
        """Whether it has begun and not ended."""
        return self._thread.is_alive()

    def begin(self) -> None:
        """Start the thread."""
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        """Do ``work`` on the loop and return what comes of it.

        Raises:
            TimeoutError: it takes too long.
        """
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(self._within)

    def end(self) -> None:
        """Stop the loop, wait for the thread, and release both."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()
