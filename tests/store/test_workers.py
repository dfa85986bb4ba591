from __future__ import annotations

from datetime import datetime, timedelta

from monitor.store.base import Database
from monitor.store.demo_messages import DemoMessageRepository
from monitor.store.workers import SILENCE, WorkerRepository


def test_the_living_worker_that_started_last_owns_a_camera(
    database: Database, now: datetime
) -> None:
    workers = WorkerRepository(database)
    soon = now + timedelta(seconds=5)
    workers.register("w1", "http://127.0.0.1:9001", 11, ["a", "b"], now)
    workers.register("w2", "http://127.0.0.1:9002", 12, ["b"], soon)
    assert [worker.id for worker in workers.alive(soon)] == ["w1", "w2"]
    first, second = workers.owner_of("a", soon), workers.owner_of("b", soon)
    assert first is not None
    assert second is not None
    assert (first.id, second.url) == ("w1", "http://127.0.0.1:9002")
    assert workers.owner_of("c", soon) is None


def test_a_silent_worker_is_gone_until_it_reports(database: Database, now: datetime) -> None:
    workers = WorkerRepository(database)
    workers.register("w1", "http://127.0.0.1:9001", 11, ["a"], now)
    assert workers.owner_of("a", now + SILENCE) is None
    assert workers.heartbeat("w1", now + SILENCE)
    assert workers.owner_of("a", now + SILENCE) is not None
    workers.register("w1", "http://127.0.0.1:9009", 99, ["b"], now + SILENCE)
    assert workers.owner_of("a", now + SILENCE) is None
    workers.remove("w1")
    assert not workers.heartbeat("w1", now + SILENCE)
    assert workers.alive(now) == ()


def test_the_demo_inbox_keeps_the_latest(database: Database, now: datetime) -> None:
    inbox = DemoMessageRepository(database, keep=3)
    for number in range(5):
        inbox.add({"title": f"第 {number} 条\x00", "bad": float("nan")}, now)
    messages = inbox.latest()
    assert [message.payload["title"] for message in messages] == ["第 4 条", "第 3 条", "第 2 条"]
    assert messages[0].payload["bad"] is None
    assert messages[0].received == now
    assert len(inbox.latest(limit=1)) == 1
