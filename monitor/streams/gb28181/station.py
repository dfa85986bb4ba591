"""The platform and its desk on an event loop in a thread of its own."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from monitor.domain.errors import ConfigError
from monitor.domain.system_words import system_words
from monitor.domain.text import Text
from monitor.streams.gb28181.desk import DESK_FILE, Desk
from monitor.streams.gb28181.memory import Memory
from monitor.streams.gb28181.plan import PlatformPlan
from monitor.streams.gb28181.platform import Platform
from monitor.streams.gb28181.queries import Patience
from monitor.streams.loop_thread import LoopThread

_MEMORY_FILE = "gb28181-sessions.json"


class Station:
    """Runs a platform that keeps its files in ``folder``. A context manager."""

    def __init__(
        self, plan: PlatformPlan, folder: Path, *, patience: Patience | None = None
    ) -> None:
        self.platform = Platform(plan, memory=Memory(folder / _MEMORY_FILE), patience=patience)
        self._desk = Desk(self.platform, folder / DESK_FILE)
        self._own = LoopThread("gb28181")

    def start(self) -> None:
        """Listen.

        Raises:
            ConfigError: the address or port cannot be used.
        """
        self._own.begin()
        plan = self.platform.plan
        try:
            self._own.run(self._open())
        except OSError as error:
            self._own.end()
            why = system_words(error)
            raise ConfigError(
                Text(
                    f"无法在 {plan.host}:{plan.port} 监听：{why.zh}",
                    f"cannot listen on {plan.host}:{plan.port}: {why.en}",
                ),
                where="gb28181",
                hint=Text(
                    "停止占用它的程序，或换一个地址、端口",
                    "stop what uses it, or choose another address or port",
                ),
            ) from None

    def stop(self) -> None:
        """Hang up all calls and stop listening."""
        self._own.run(self._close())
        self._own.end()

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
