"""Uploads that wait for their sender's confirmation, in memory only, for a while."""

from __future__ import annotations

import hashlib
import hmac
import threading
from dataclasses import dataclass, field

from monitor.domain.errors import NotFoundError
from monitor.domain.text import Text

_LASTS = 15 * 60.0  # seconds
_MOST = 8


@dataclass(slots=True)
class PendingUploads:
    """At most a few uploads, one a person; the oldest goes first."""

    _kept: dict[int, tuple[float, str, bytes]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def keep(self, user_id: int, content: bytes, now: float) -> str:
        """Keep an upload, in place of the person's last one, and return its digest."""
        digest = hashlib.sha256(content).hexdigest()
        with self._lock:
            self._kept.pop(user_id, None)
            self._kept[user_id] = (now, digest, content)
            while len(self._kept) > _MOST:
                del self._kept[next(iter(self._kept))]
        return digest

    def take(self, user_id: int, digest: str, now: float) -> bytes:
        """Return the upload with this digest, once.

        Raises:
            NotFoundError: this person did not try it, or too long ago.
        """
        with self._lock:
            kept = self._kept.get(user_id)
            if kept is None or not hmac.compare_digest(kept[1], digest) or now - kept[0] > _LASTS:
                raise NotFoundError(
                    Text("没有试过", "this was not tried"),
                    where="digest",
                    hint=Text("请重新试导入", "try it again"),
                )
            del self._kept[user_id]
        return kept[2]
