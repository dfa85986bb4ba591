"""Cursors of paged lists: opaque to the caller, a moment and an id to us."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime

from monitor.domain.errors import InputError
from monitor.domain.text import Text


def encode_cursor(moment: datetime, row_id: int) -> str:
    """Return the cursor that stands right behind a row."""
    text = f"{moment.isoformat()}|{row_id}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> tuple[datetime, int]:
    """Return the moment and the id behind which a page begins.

    Raises:
        InputError: this is not a cursor.
    """
    try:
        padded = cursor.encode() + b"=" * (-len(cursor) % 4)
        moment, _, row_id = base64.b64decode(padded, b"-_", validate=True).decode().partition("|")
        parsed = datetime.fromisoformat(moment)
        if parsed.tzinfo is None or not 0 <= int(row_id) < 2**63:
            raise ValueError
        return parsed, int(row_id)
    except (ValueError, binascii.Error):
        raise InputError(
            Text("这不是翻页标记", "this is not the mark of a page"),
            where="cursor",
            hint=Text("请从第一页开始", "begin at the first page"),
        ) from None
