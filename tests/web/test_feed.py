"""The live feed: quick, in order, resumable, scoped, and honest about being stale."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from monitor.domain.clock import ManualClock
from monitor.domain.events import Severity
from monitor.domain.room_state import ViewFault
from monitor.store.camera_status import CameraState
from monitor.store.feed import FeedRepository
from monitor.store.session_repository import SessionRepository
from monitor.web import feed_stream

if TYPE_CHECKING:
    from monitor.store.users import User
    from tests.web.conftest import Served, World


@dataclass
class Sse:
    """One server-sent event as a browser sees it."""

    event: str
    data: dict[str, Any]
    id: int | None


@contextlib.contextmanager
def listening(client: httpx.Client, **options: Any) -> Iterator[Iterator[Sse]]:
    """Open the feed and yield its events."""
    with client.stream("GET", "/api/v1/feed", timeout=15, **options) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        yield _events(response.iter_lines())


def _events(lines: Iterator[str]) -> Iterator[Sse]:
    fields: dict[str, str] = {}
    for line in lines:
        if line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            fields[name] = value
        elif not line and "event" in fields:
            number = int(fields["id"]) if "id" in fields else None
            yield Sse(fields["event"], json.loads(fields["data"]), number)
            fields = {}


def _next(events: Iterator[Sse], kind: str) -> Sse:
    return next(event for event in events if event.event == kind)


def test_an_alert_and_what_is_done_to_it_reach_the_page(
    served: Served, world: World, operator: User
) -> None:
    with served.client(operator) as client, listening(client) as events:
        _next(events, "beat")
        number = world.raise_alert()
        event = _next(events, "alert")
        assert event.data["subject"] == str(number)
        assert event.data["what"] == "raised"
        assert event.data["severity"] == "high"
        assert event.data["explain"]["en"].startswith("2 children")
        assert event.data["place"]["en"] == "Sunshine Nursery"
        with served.client(operator) as other:
            path = f"/api/v1/alerts/{number}/actions"
            assert other.post(path, json={"action": "acknowledge"}).status_code == 200
        assert _next(events, "alert").data["state"] == "acknowledged"


def test_a_page_resumes_where_it_was(served: Served, world: World, operator: User) -> None:
    position = FeedRepository(world.database).latest_id()
    first = world.raise_alert()
    second = world.raise_alert("bamboo-hall", "crowding", Severity.MEDIUM)
    with served.client(operator) as client:
        with listening(client, params={"after": position}) as events:
            told = [_next(events, "alert") for _ in range(2)]
        assert [event.data["subject"] for event in told] == [str(first), str(second)]
        with listening(client, headers={"Last-Event-ID": str(told[0].id)}) as events:
            assert _next(events, "alert").data["subject"] == str(second)


def test_a_page_that_missed_too_much_loads_anew(
    served: Served, world: World, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served.client(operator) as client:
        with listening(client, params={"after": 99999}) as events:  # of another database
            assert next(events).event == "resync"
        monkeypatch.setattr("monitor.web.feed_hub._KEPT", 1)
        for _ in range(4):
            world.raise_alert()
            world.clock.now()
            world.report_camera("bamboo-hall-1", CameraState.OFFLINE)
            world.report_camera("bamboo-hall-1")
        with listening(client, params={"after": 0}) as events:
            assert _next(events, "resync").id is not None


def test_a_page_hears_only_of_its_own_institution(
    served: Served, world: World, sunshine_staff: User
) -> None:
    with served.client(sunshine_staff) as client, listening(client) as events:
        rooms = _next(events, "rooms").data["rooms"]
        assert {room["room"] for room in rooms} == {"sunshine-toddler", "sunshine-nap"}
        world.raise_alert("bamboo-hall", "crowding")
        world.report_camera("bamboo-yard-1", CameraState.OFFLINE, ViewFault.OFFLINE)
        own = world.raise_alert("sunshine-nap")
        heard = next(event for event in events if event.event in ("alert", "camera"))
        assert heard.data["subject"] == str(own)


def test_counts_of_rooms_follow(served: Served, world: World, operator: User) -> None:
    with served.client(operator) as client, listening(client) as events:
        _next(events, "rooms")
        world.report_room("bamboo-hall", 4, 21)
        told = _next(events, "rooms").data["rooms"]
        assert [(room["room"], room["adults"], room["children"]) for room in told] == [
            ("bamboo-hall", 4, 21)
        ]


def test_the_feed_ends_with_the_session(
    served: Served, world: World, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_stream, "CHECK_SECONDS", 0.1)
    monkeypatch.setattr(feed_stream, "BEAT_SECONDS", 0.1)
    with served.client(operator) as client, listening(client) as events:
        _next(events, "beat")
        SessionRepository(world.database).revoke_all(operator.id)
        assert _next(events, "signed-out").data == {}
        assert next(events, None) is None


def test_listening_counts_as_being_there(
    served: Served,
    world: World,
    operator: User,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(feed_stream, "CHECK_SECONDS", 0.05)
    monkeypatch.setattr(feed_stream, "BEAT_SECONDS", 0.05)
    with served.client(operator) as client:
        with listening(client) as events:
            for _ in range(3):
                clock.advance(timedelta(hours=6).total_seconds())
                now = world.now.isoformat()
                next(event for event in events if event.data.get("now") == now)
                _next(events, "beat")
                _next(events, "beat")
        assert client.get("/").status_code == 200


def test_no_beat_while_the_database_is_away(
    served: Served, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OSError("the database is away")

    monkeypatch.setattr(feed_stream, "BEAT_SECONDS", 0.05)
    monkeypatch.setattr("monitor.web.feed_hub._WELL_SECONDS", 0.3)
    with served.client(operator) as client, listening(client) as events:
        _next(events, "beat")
        with monkeypatch.context() as broken:
            broken.setattr("monitor.store.feed.FeedRepository.after", away)
            deadline = time.monotonic() + 60
            while client.get("/healthz").status_code == 200:
                assert time.monotonic() < deadline
                time.sleep(0.02)
        assert _next(events, "beat").data["now"]
        deadline = time.monotonic() + 60
        while client.get("/healthz").status_code != 200:
            assert time.monotonic() < deadline
            time.sleep(0.02)
