"""The platform and its desk on an event loop in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from monitor.domain.errors import ConfigError
from monitor.streams.gb28181.desk import DESK_FILE, Desk
from monitor.streams.gb28181.memory import Memory
from monitor.streams.gb28181.plan import PlatformPlan
from monitor.streams.gb28181.platform import Platform
from monitor.streams.gb28181.queries import Patience

_MEMORY_FILE = "gb28181-sessions.json"
_WITHIN = 15.0  # seconds
_Result = TypeVar("_Result")


class Station:
    """Runs a platform that keeps its files in ``folder``. A context manager."""

    def __init__(
        self, plan: PlatformPlan, folder: Path, *, patience: Patience | None = None
    ) -> None:
        self.platform = Platform(plan, memory=Memory(folder / _MEMORY_FILE), patience=patience)
        self._desk = Desk(self.platform, folder / DESK_FILE)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="gb28181", daemon=True)

    def start(self) -> None:
        """Listen.

        Raises:
            ConfigError: the address or port cannot be used.
        """
        self._thread.start()
        plan = self.platform.plan
        try:
            self._wait(self._open())
        except OSError as error:
            self._end()
            raise ConfigError(
                f"cannot listen on {plan.host}:{plan.port}: {error.strerror}",
                where="gb28181.listen",
                hint="stop what uses it, or choose another address or port",
            ) from None

    def stop(self) -> None:
        """Hang up all calls and stop listening."""
        self._wait(self._close())
        self._end()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    async def _open(self) -> None:
        await self.platform.open()
        await self._desk.open()

    async def _close(self) -> None:
        await self._desk.close()
        await self.platform.close()

    def _wait(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_WITHIN)

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
