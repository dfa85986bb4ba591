"""What the web process counts, and what it reads from the store when Prometheus asks."""

from __future__ import annotations

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.web.directory import Directory
from monitor.web.queue import count_cameras
from monitor.web.site import Site

REQUESTS = Counter(
    "kanhu_http_requests_total",
    "Requests answered, by route and status",
    ["method", "route", "status"],
)
SECONDS = Histogram(
    "kanhu_http_seconds",
    "Time until an answer began, by route",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0),
)
_NOWHERE = "none"


class CountRequests:
    """Counts answers by the route that gave them, never by the path: paths are without number."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()

        async def counting(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", _NOWHERE)
                REQUESTS.labels(scope["method"], route, message["status"]).inc()
                SECONDS.labels(route).observe(time.perf_counter() - begun)
            await send(message)

        await self._app(scope, receive, counting)


def store_metrics(site: Site, directory: Directory) -> bytes:
    """Return the state of what ``directory`` holds as Prometheus text."""
    now = site.context.now()
    registry = CollectorRegistry()
    cameras = count_cameras(directory)
    backlog = site.outbox.backlog()
    oldest = (now - backlog.oldest).total_seconds() if backlog.oldest else 0.0
    free = site.context.files.free_bytes()
    for name, words, value in (
        ("kanhu_cameras", "Cameras in use", cameras.total),
        ("kanhu_cameras_online", "Cameras that work as they should", cameras.online),
        (
            "kanhu_alerts_open",
            "Alerts that have not ended",
            sum(place.open_alerts for place in directory.tree),
        ),
        ("kanhu_workers_alive", "Workers that report", len(site.workers.alive(now))),
        ("kanhu_outbox_pending", "Notices waiting to be delivered", backlog.pending),
        ("kanhu_outbox_oldest_seconds", "How long the oldest of them waits", oldest),
        ("kanhu_outbox_dead", "Notices given up", backlog.dead),
        ("kanhu_feed_well", "1 while the feed is being read", int(site.hub.well)),
        ("kanhu_evidence_free_bytes", "Room left for evidence, -1 if unknown", free or -1),
    ):
        Gauge(name, words, registry=registry).set(value)
    return generate_latest(registry)
