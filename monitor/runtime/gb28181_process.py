"""The GB/T 28181 platform as a process of its own: signs devices in, places and ends their calls.

Media never pass through it: each worker receives those of the cameras that it reads.
"""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import structlog

from monitor.domain.errors import ConfigError, KanhuError
from monitor.domain.text import Text
from monitor.runtime.environment import Environment
from monitor.runtime.logs import configure_logs
from monitor.streams.gb28181.station import Station

log = structlog.get_logger(__name__)


def run_platform(config: Path, log_file: Path | None) -> None:
    """Run the platform until SIGTERM; the target of a process."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    configure_logs(log_file)
    try:
        with station(Environment.load(config)) as running:
            log.info("gb28181_platform", port=running.platform.port)
            stop.wait()
    except KanhuError as error:
        log.error("gb28181_platform_cannot_start", error=str(error))
        raise SystemExit(2) from None


def station(environment: Environment) -> Station:
    """Return the platform of a configuration with a ``gb28181`` section, not yet started.

    Raises:
        ConfigError: there is no such section.
    """
    part = environment.settings.gb28181
    if part is None:
        raise ConfigError(
            Text("缺少 gb28181 一节", "there is no gb28181 section"),
            where=str(environment.config),
            hint=Text(
                "添加这一节：见 docs/how-to/gb28181.md", "add one: see docs/how-to/gb28181.md"
            ),
        )
    return Station(part.plan(environment.district.timezone), environment.data)
