from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from monitor.domain.access import DISTRICT
from monitor.domain.events import Event
from monitor.store.base import Database
from monitor.store.event_repository import EventRepository
from monitor.store.feed import FeedKind, FeedRepository, append_to_feed


def append(database: Database, at: datetime, institution_id: str | None = None) -> None:
    with database.transaction() as session:
        append_to_feed(session, FeedKind.CAMERA, "c", institution_id, {"what": "x"}, at)


def test_old_entries_are_forgotten_but_ids_go_on(database: Database, now: datetime) -> None:
    feed = FeedRepository(database)
    assert feed.latest_id() == 0
    for day in range(4):
        append(database, now + timedelta(days=day))
    assert feed.prune(now + timedelta(days=2)) == 2
    assert feed.prune(now + timedelta(days=9)) == 1, "the newest stays"
    append(database, now)
    assert feed.latest_id() == 5
    assert [entry.id for entry in feed.after(DISTRICT, 4)] == [5]
    assert [entry.id for entry in feed.after(DISTRICT, 0, limit=1)] == [4]


def test_a_reader_who_follows_misses_nothing(
    database: Database, make_event: Callable[..., Event], now: datetime
) -> None:
    feed, events = FeedRepository(database), EventRepository(database)
    done = threading.Event()
    seen: list[int] = []

    def follow() -> None:
        while True:
            finishing = done.is_set()
            entries = feed.after(DISTRICT, seen[-1] if seen else 0)
            seen.extend(entry.id for entry in entries)
            if finishing and not entries:
                return

    def write(number: int) -> None:
        for occurrence in range(15):
            events.record(make_event(rule=f"r{number}", onset=occurrence), now)

    reader = threading.Thread(target=follow)
    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    reader.start()
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    done.set()
    reader.join(60)
    every = [entry.id for entry in feed.after(DISTRICT, 0, limit=1000)]
    assert len(every) == 60
    assert seen == every
