"""Server-sent events as bytes, as the HTML standard has them (section 9.2.5)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from fastapi.sse import format_sse_event

from monitor.store.feed import FeedEntry


@dataclass(frozen=True, slots=True)
class EncodedEntry:
    """An entry of the feed as it is sent to everybody who may see it."""

    id: int
    institution_id: str | None
    frame: bytes


def encoded(entry: FeedEntry) -> EncodedEntry:
    """Encode an entry, once for all who listen."""
    data = {
        **entry.payload,
        "subject": entry.subject,
        "institution": entry.institution_id,
        "at": entry.at.isoformat(),
    }
    return EncodedEntry(entry.id, entry.institution_id, frame(entry.kind.value, data, entry.id))


def frame(event: str, data: dict[str, Any], number: int | None = None) -> bytes:
    """Return an event with JSON on one line, and with a number to resume from if it has one."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return format_sse_event(data_str=text, event=event, id=None if number is None else f"{number}")


def comment(text: str, retry_ms: int) -> bytes:
    """Return a comment, which opens the stream, and after how long to connect again if it ends."""
    return format_sse_event(comment=text, retry=retry_ms)
