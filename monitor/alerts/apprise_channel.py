"""Every service that Apprise knows, behind the plain face of a channel.

Apprise makes one attempt a call and answers only yes or no; why it failed goes to its log, from
where it is taken here, freed of everything that stands in the address, and shown to people.
"""

from __future__ import annotations

import logging
import re
import threading
import warnings
from functools import cache
from typing import Any
from urllib.parse import unquote

import apprise
from apprise.attachment.memory import AttachMemory

from monitor.alerts.channels import ChannelSpec, DeliveryError, Message
from monitor.domain.text import Text

_SHORTEST_SECRET = 4
_PARTS = re.compile(r"[/:@?&=#,;+|]+")


class AppriseChannel:
    """One service, by Apprise."""

    def __init__(self, spec: ChannelSpec, plugin: Any) -> None:
        self._plugin = plugin
        self._secrets = _secrets(spec.url)
        self._complaints = _complaints()

    @classmethod
    def open(cls, spec: ChannelSpec) -> AppriseChannel | None:
        """Return the channel, or ``None`` if Apprise does not understand its address."""
        _complaints()
        plugin = apprise.Apprise.instantiate(spec.url, suppress_exceptions=True)
        return None if plugin is None else cls(spec, plugin)

    @property
    def takes_files(self) -> bool:
        """Whether attachments arrive."""
        return bool(self._plugin.attachment_support)

    def describe(self) -> str:
        """Return scheme and host: not every service hides what stands in path and query."""
        scheme, _, rest = str(self._plugin.url(privacy=True)).partition("://")
        host = re.split(r"[/?#]", rest, maxsplit=1)[0]
        return f"{scheme}://{host}/…"

    def send(self, message: Message) -> None:
        """Hand a message over.

        Raises:
            DeliveryError: the service did not take it.
        """
        with self._complaints.heard() as lines:
            taken = self._plugin.notify(
                body=message.body,
                title=message.title,
                attach=self._attachments(message),
                body_format=apprise.NotifyFormat.TEXT,
            )
        if not taken:
            said = self._redact("; ".join(lines))
            raise DeliveryError(
                Text(
                    f"服务没有接收：{said}" if said else "服务没有接收",
                    said or "the service did not take it",
                )
            )

    def _attachments(self, message: Message) -> Any:
        file = message.attachment
        if file is None or not self.takes_files:
            return None
        in_memory: Any = AttachMemory  # untyped upstream
        content = in_memory(content=file.content, name=file.name, mimetype=file.media_type)
        return apprise.AppriseAttachment(content)

    def _redact(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "…")
        return " ".join(text.split())[:300]


class _Complaints(logging.Handler):
    """Hears what Apprise complains about in the thread that is sending."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._sending = threading.local()

    def heard(self) -> _Hearing:
        return _Hearing(self._sending)

    def emit(self, record: logging.LogRecord) -> None:
        lines: list[str] | None = getattr(self._sending, "lines", None)
        if lines is not None and len(lines) < 5:
            lines.append(record.getMessage())


class _Hearing:
    def __init__(self, sending: threading.local) -> None:
        self._sending = sending

    def __enter__(self) -> list[str]:
        self._sending.lines = []
        lines: list[str] = self._sending.lines
        return lines

    def __exit__(self, *_error: object) -> None:
        self._sending.lines = None


@cache
def _complaints() -> _Complaints:
    handler = _Complaints()
    logger = logging.getLogger("apprise")
    logger.addHandler(handler)
    logger.propagate = False
    for name in ("apprise", "urllib3"):  # in detail they write addresses and whole messages
        logging.getLogger(name).setLevel(logging.WARNING)
    with warnings.catch_warnings():  # loading all services imports modules on their way out
        warnings.simplefilter("ignore", DeprecationWarning)
        apprise.Apprise.instantiate("json://localhost")
    return handler


def _secrets(url: str) -> tuple[str, ...]:
    parts = [part for part in _PARTS.split(url.partition("://")[2]) if part]
    both = {*parts, *(unquote(part) for part in parts)}
    return tuple(sorted((part for part in both if len(part) >= _SHORTEST_SECRET), key=len))[::-1]
