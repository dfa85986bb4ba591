"""What a worker counts about itself, for Prometheus."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

FRAMES = Counter("kanhu_frames_analysed_total", "Frames in which people were looked for")
SMALLER = Counter(
    "kanhu_frames_smaller_total", "Frames looked at with a smaller input that finds the same people"
)
SHED = Gauge("kanhu_frames_replaced", "Frames replaced by newer ones before anybody looked")
GATE = Counter(
    "kanhu_gate_looks_total",
    "Pictures looked at, gate in shadow: passed, suppressed, changed (suppressed wrongly)",
    ["outcome"],
)
INFERENCE = Histogram(
    "kanhu_inference_seconds",
    "Time to find the people of one batch of frames",
    buckets=(0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28),
)
ROOM_EVENTS = Counter("kanhu_events_total", "Messages about events, by rule", ["rule"])
EVENTS_IN_MEMORY = Gauge(
    "kanhu_events_in_memory",
    "Messages about events that no disk has taken yet",
)
TRACK_BYTES = Counter("kanhu_track_bytes_total", "Bytes of tracks written for back-testing")
TRACK_CHUNKS_LOST = Counter(
    "kanhu_track_chunks_lost_total", "Chunks of tracks that could not be written and were dropped"
)
