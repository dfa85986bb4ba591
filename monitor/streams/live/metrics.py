"""What live view counts."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

VIEWERS = Gauge("kanhu_live_viewers", "People watching live now")
OPENED = Counter("kanhu_live_sessions", "Live sessions opened")
REFUSED = Counter("kanhu_live_refused", "Live sessions refused because a limit was reached")
DROPPED = Counter("kanhu_live_dropped_packets", "Packets that slow viewers lost")
OVERLAYS_DROPPED = Counter("kanhu_live_dropped_overlays", "Overlay messages that slow viewers lost")
ENCODINGS = Gauge("kanhu_live_encodings", "Cameras encoded again for browsers now")
