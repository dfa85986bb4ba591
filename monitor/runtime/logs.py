"""Structured logs with credentials taken out, whatever wrote them."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any, TextIO

import structlog

from monitor.streams.url import redact

_LIBRARY_LEVELS = {
    "httpx": logging.WARNING,
    "aioice": logging.WARNING,
    "aiortc": logging.WARNING,
    "apscheduler": logging.WARNING,
    "libav": logging.CRITICAL,
    "alembic": logging.WARNING,
    "uvicorn.access": logging.WARNING,
}


def configure_logs(file: Path | None = None, *, level: int = logging.INFO) -> None:
    """Set up logging of this process.

    JSON lines to ``file`` or, without one, to the error stream; readable lines on a terminal.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _without_credentials,
    ]
    renderer: Any = (
        structlog.dev.ConsoleRenderer(pad_event_to=28)
        if file is None and sys.stderr.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = _ErrorStream() if file is None else logging.FileHandler(file, encoding="utf-8")
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, library_level in _LIBRARY_LEVELS.items():
        logging.getLogger(name).setLevel(library_level)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


class _ErrorStream(logging.StreamHandler[TextIO]):
    """Writes to what is the error stream now: progress bars put themselves in front of it."""

    @property
    def stream(self) -> TextIO:
        return sys.stderr

    @stream.setter
    def stream(self, _stream: TextIO) -> None:
        """Ignore the stream of the moment at which the handler is made."""


def _without_credentials(
    _logger: Any, _method: str, entry: MutableMapping[str, Any]
) -> Mapping[str, Any]:
    return {
        key: redact(value) if isinstance(value, str) and "://" in value else value
        for key, value in entry.items()
    }
