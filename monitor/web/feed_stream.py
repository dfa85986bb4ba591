"""The server-sent events of one page: entries in order, rooms' states, and a beat.

What is new is sent in one piece however much it is, and the hub encoded it already: with many
operators and many events that is most of what a web process does.

The beat comes every few seconds for as long as the feed is being read. A page that misses it says
that it is stale, whatever the reason: network, web process or database.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.concurrency import run_in_threadpool

from monitor.domain.access import Scope, ScopeKind
from monitor.web.feed_hub import RoomNews
from monitor.web.frames import comment, frame
from monitor.web.site import Site
from monitor.web.visitor import Visitor

BEAT_SECONDS = 4.0
CHECK_SECONDS = 20.0
_RETRY_MILLISECONDS = 1000

Admits = Callable[[str | None], bool]


def admits(site: Site, scope: Scope) -> Admits:
    """Return the test whether an institution's news are for somebody with ``scope``."""
    if scope.kind is ScopeKind.DISTRICT:
        return lambda _institution: True
    own = frozenset(institution.id for institution in site.places.institutions(scope))
    return lambda institution: institution in own


async def events(site: Site, visitor: Visitor, after: int | None) -> AsyncIterator[bytes]:
    """Yield what happens after entry ``after``, or from now on, until the session ends."""
    hub = site.hub
    admitted = await run_in_threadpool(admits, site, visitor.scope)
    latest = await run_in_threadpool(site.feed.latest_id)
    position = latest if after is None else after
    if position > latest:  # the browser remembers another database
        position = latest
        yield frame("resync", {}, position)
    yield comment("listening", retry_ms=_RETRY_MILLISECONDS)
    rooms, beat_due, check_due = 0, 0.0, time.monotonic() + CHECK_SECONDS
    while True:
        tick = hub.tick
        entries = await hub.after(position)
        if entries is None:
            position = hub.head
            yield frame("resync", {}, position)
            continue
        frames = [item.frame for item in entries if admitted(item.institution_id)]
        position = entries[-1].id if entries else position
        news, rooms = hub.rooms_after(rooms), hub.room_number
        states = [_room(item) for item in news if admitted(item.institution_id)]
        if states:
            frames.append(frame("rooms", {"rooms": states}))
        now = time.monotonic()
        if now >= check_due:
            if not await run_in_threadpool(_still_signed_in, site, visitor):
                yield b"".join([*frames, frame("signed-out", {})])
                return
            check_due = now + CHECK_SECONDS
        if now >= beat_due and hub.well:
            frames.append(frame("beat", {"now": site.context.now().isoformat()}))
            beat_due = now + BEAT_SECONDS
        if frames:
            yield b"".join(frames)
        if not entries:
            await hub.wait(tick, min(BEAT_SECONDS, max(0.05, beat_due - now)))


def _room(news: RoomNews) -> dict[str, Any]:
    status = news.status
    return {
        "room": status.room_id,
        "view": status.view.value,
        "adults": status.adults,
        "children": status.children,
        "unknown": status.unknown,
        "updated": status.updated.isoformat(),
    }


def _still_signed_in(site: Site, visitor: Visitor) -> bool:
    if visitor.bearer is not None:
        return site.tokens.works(visitor.bearer.id, site.context.now())
    # Listening counts as being there: an operator who watches for hours is not idle.
    return site.sessions.find(visitor.token, site.context.now()) is not None
