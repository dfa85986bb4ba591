from __future__ import annotations

import random
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from monitor.alerts.channels import Channel, ChannelSpec, DeliveryError, Message, open_channel
from monitor.alerts.notifier import DeliveryPolicy, Notifier, Step
from monitor.alerts.rate_limit import RateLimit
from monitor.alerts.routing import Router
from monitor.alerts.templates import MessageWriter
from monitor.domain.access import DISTRICT
from monitor.domain.alerts import SYSTEM
from monitor.domain.clock import ManualClock, utc_now
from monitor.domain.events import Event, Severity
from monitor.domain.evidence import EvidenceKind, NewEvidence
from monitor.domain.notices import NoticeKind, Reason
from monitor.domain.places import District
from monitor.domain.text import Text
from monitor.store.alert_repository import AlertRepository
from monitor.store.base import Database
from monitor.store.dead_letters import DeadLetterRepository
from monitor.store.event_repository import EventRepository
from monitor.store.feed import FeedRepository
from monitor.store.files import FileStore
from monitor.store.outbox import DeliveryState, DeliveryView
from monitor.store.outbox_repository import OutboxRepository

MakeEvent = Callable[..., Event]
POLICY = DeliveryPolicy(attempts=3, first_wait=timedelta(seconds=10))


@dataclass
class Scripted:
    """A channel of a third party that fails as told, then takes everything."""

    failures: list[Exception] = field(default_factory=list)
    takes_files: bool = True
    taken: list[Message] = field(default_factory=list)

    def send(self, message: Message) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.taken.append(message)

    def describe(self) -> str:
        return "scripted"


@dataclass
class Desk:
    """Everything from an event to a message, on a real database."""

    database: Database
    clock: ManualClock
    files: FileStore
    district: District

    def record(
        self, event: Event, *channels: ChannelSpec, evidence: tuple[NewEvidence, ...] = ()
    ) -> int:
        router = Router(channels, MessageWriter(self.district))
        events = EventRepository(self.database, router)
        return events.record(event, utc_now(self.clock), evidence).alert_id

    def attach(self, event: Event, evidence: NewEvidence, *channels: ChannelSpec) -> None:
        router = Router(channels, MessageWriter(self.district))
        EventRepository(self.database, router).attach(event.id, [evidence], utc_now(self.clock))

    def notifier(self, limit: RateLimit | None = None, **channels: Channel) -> Notifier:
        return Notifier(
            OutboxRepository(self.database),
            channels,
            self.files,
            clock=self.clock,
            limits={"duty": limit} if limit else None,
            policy=POLICY,
            rng=random.Random(1),
        )

    def deliveries(self, alert_id: int) -> tuple[DeliveryView, ...]:
        return AlertRepository(self.database).get(DISTRICT, alert_id).deliveries

    def keep(self, kind: EvidenceKind, key: str, content: bytes) -> NewEvidence:
        stored = self.files.write(key, content)
        media_type = "image/jpeg" if kind is EvidenceKind.SNAPSHOT else "video/mp4"
        return NewEvidence(kind, key, media_type, stored.sha256, stored.size, 0.0, 0.0)


@pytest.fixture
def desk(database: Database, clock: ManualClock, tmp_path: Path, district: District) -> Desk:
    return Desk(database, clock, FileStore(tmp_path / "files"), district)


DUTY = ChannelSpec("duty", "scripted://", cleared=True)


def test_words_and_picture_at_once_then_the_clip_then_the_end(
    desk: Desk, make_event: MakeEvent, receiver: Any
) -> None:
    spec = ChannelSpec("duty", receiver.url, cleared=True)
    notifier = desk.notifier(duty=open_channel(spec))
    picture = desk.keep(EvidenceKind.SNAPSHOT, "sun/1.jpg", b"picture")
    event = make_event()

    alert_id = desk.record(event, spec, evidence=(picture,))
    assert notifier.deliver_due() == Step(sent=1)
    desk.attach(event, desk.keep(EvidenceKind.CLIP, "sun/1.mp4", b"clip"), spec)
    assert notifier.deliver_due() == Step(sent=1)
    desk.record(make_event(cleared=90.0), spec)
    assert notifier.deliver_due() == Step(sent=1)
    assert notifier.deliver_due() == Step()

    assert [message["title"] for message in receiver.received] == [
        "【重要】阳光 · 托小班：儿童无人看护",
        "【重要】录像：阳光 · 托小班：儿童无人看护",
        "【重要】已解除：阳光 · 托小班：儿童无人看护",
    ]
    assert [
        [attachment["filename"] for attachment in message["attachments"]]
        for message in receiver.received
    ] == [["1.jpg"], ["1.mp4"], []]
    assert {delivery.state for delivery in desk.deliveries(alert_id)} == {DeliveryState.SENT}


def test_a_snapshot_that_comes_late_still_goes_along(desk: Desk, make_event: MakeEvent) -> None:
    channel = Scripted()
    event = make_event()
    desk.record(event, DUTY)
    desk.attach(event, desk.keep(EvidenceKind.SNAPSHOT, "sun/1.jpg", b"picture"), DUTY)
    assert desk.notifier(duty=channel).deliver_due() == Step(sent=1)
    (message,) = channel.taken
    assert message.attachment is not None
    assert message.attachment.content == b"picture"


@pytest.mark.parametrize("gone", [True, False])
def test_words_go_without_a_picture_that_is_gone_or_too_large(
    desk: Desk, make_event: MakeEvent, gone: bool
) -> None:
    size = 10 if gone else POLICY.largest_file + 1
    picture = desk.keep(EvidenceKind.SNAPSHOT, "sun/1.jpg", b"x" * size)
    desk.record(make_event(), DUTY, evidence=(picture,))
    if gone:
        desk.files.delete("sun/1.jpg")
    channel = Scripted()
    assert desk.notifier(duty=channel).deliver_due() == Step(sent=1)
    assert channel.taken[0].attachment is None


def test_a_channel_without_files_is_not_bothered_with_clips(
    desk: Desk, make_event: MakeEvent
) -> None:
    channel = Scripted(takes_files=False)
    event = make_event()
    alert_id = desk.record(event, DUTY)
    desk.attach(event, desk.keep(EvidenceKind.CLIP, "sun/1.mp4", b"clip"), DUTY)
    notifier = desk.notifier(duty=channel)
    assert notifier.deliver_due() == Step(sent=1)
    assert notifier.deliver_due() == Step(held=1)
    clip = desk.deliveries(alert_id)[-1]
    assert (clip.kind, clip.state, clip.reason) == (
        NoticeKind.CLIP,
        DeliveryState.HELD,
        Reason.NO_FILES,
    )


def test_a_failure_is_tried_again_later_and_later_and_then_given_up(
    desk: Desk, make_event: MakeEvent
) -> None:
    channel = Scripted([DeliveryError("busy"), RuntimeError("bug"), DeliveryError("down")])
    alert_id = desk.record(make_event(), DUTY)
    notifier = desk.notifier(duty=channel)

    assert notifier.deliver_due() == Step(failed=1)
    assert notifier.deliver_due() == Step(), "not due yet"
    first = desk.deliveries(alert_id)[0]
    assert (first.attempts, Text.read_back(first.last_error).en) == (1, "busy")
    wait = first.next_attempt - utc_now(desk.clock)
    assert timedelta(seconds=5) <= wait <= timedelta(seconds=15)

    desk.clock.advance(15)
    assert notifier.deliver_due() == Step(failed=1)
    second = desk.deliveries(alert_id)[0]
    assert Text.read_back(second.last_error).en == "the channel failed: RuntimeError"
    wait = second.next_attempt - utc_now(desk.clock)
    assert timedelta(seconds=10) <= wait <= timedelta(seconds=30)

    desk.clock.advance(30)
    assert notifier.deliver_due() == Step(dead=1)
    assert desk.deliveries(alert_id)[0].state is DeliveryState.DEAD
    outbox = OutboxRepository(desk.database)
    assert outbox.backlog().dead == 1
    assert FeedRepository(desk.database).after(DISTRICT, 0)[-1].payload["what"] == "dead"

    letters = DeadLetterRepository(desk.database)
    assert [letter.id for letter in letters.list(DISTRICT)] == [first.id]
    letters.resend(DISTRICT, first.id, SYSTEM, utc_now(desk.clock))
    assert letters.count(DISTRICT) == 0
    assert notifier.deliver_due() == Step(sent=1)


def test_a_failing_channel_does_not_hold_up_another_nor_lose_its_own(
    desk: Desk, make_event: MakeEvent
) -> None:
    bad, good = Scripted([DeliveryError("down")]), Scripted()
    specs = (DUTY, ChannelSpec("boss", "scripted://"))
    for number in range(3):
        desk.record(make_event(rule=f"rule_{number}"), *specs)
    notifier = desk.notifier(duty=bad, boss=good)
    assert notifier.deliver_due() == Step(sent=3, failed=1, put_back=2)
    desk.clock.advance(15)
    assert notifier.deliver_due() == Step(sent=3)
    assert (len(bad.taken), len(good.taken)) == (3, 3)


def test_the_end_is_not_told_before_the_beginning(desk: Desk, make_event: MakeEvent) -> None:
    channel = Scripted([DeliveryError("busy")])
    desk.record(make_event(), DUTY)
    notifier = desk.notifier(duty=channel)
    notifier.deliver_due()
    desk.record(make_event(cleared=90.0), DUTY)
    assert notifier.deliver_due() == Step()
    desk.clock.advance(15)
    assert notifier.deliver_due() == Step(sent=1)
    assert notifier.deliver_due() == Step(sent=1)
    assert ["已解除" in message.title for message in channel.taken] == [False, True]


def test_a_flood_is_throttled_and_the_most_urgent_goes_first(
    desk: Desk, make_event: MakeEvent
) -> None:
    for number in range(5):
        desk.record(make_event(rule=f"rule_{number}", severity=Severity.MEDIUM), DUTY)
    desk.record(make_event(rule="exit", severity=Severity.CRITICAL), DUTY)
    channel = Scripted()
    notifier = desk.notifier(RateLimit(per_minute=6, burst=2), duty=channel)

    assert notifier.deliver_due() == Step(sent=2, put_back=4)
    assert "exit" in channel.taken[0].title
    assert notifier.deliver_due() == Step()
    sent_at = []
    for second in range(60):
        desk.clock.advance(1)
        sent_at.extend([second + 1] * notifier.deliver_due().sent)
    assert len(channel.taken) == 6
    assert sent_at[0] == 10
    assert all(later - earlier >= 9 for earlier, later in pairwise(sent_at))
    attempts = {row.attempts for number in range(1, 7) for row in desk.deliveries(number)}
    assert attempts == {1}, "waiting its turn is not a failure"


def test_a_channel_that_is_no_longer_configured(desk: Desk, make_event: MakeEvent) -> None:
    alert_id = desk.record(make_event(), DUTY)
    assert desk.notifier().deliver_due() == Step(failed=1)
    assert (
        Text.read_back(desk.deliveries(alert_id)[0].last_error).en
        == "the channel is not configured any more"
    )


CRASH = """
import os, sys
from datetime import datetime, timedelta
from monitor.alerts.channels import ChannelSpec, Message, open_channel
from monitor.store.base import Database
from monitor.store.outbox_repository import OutboxRepository

url, hook, now = sys.argv[1:]
outbox = OutboxRepository(Database(url))
(notice,) = outbox.lease("doomed", datetime.fromisoformat(now), 10, timedelta(minutes=2))
open_channel(ChannelSpec("duty", hook)).send(Message(notice.title, notice.body))
os._exit(9)
"""


def test_a_crash_between_sending_and_marking_sends_it_again(
    desk: Desk, make_event: MakeEvent, receiver: Any, database_url: str
) -> None:
    spec = ChannelSpec("duty", receiver.url)
    alert_id = desk.record(make_event(), spec)
    now = utc_now(desk.clock).isoformat()
    command = [sys.executable, "-W", "ignore", "-c", CRASH, database_url, receiver.url, now]
    assert subprocess.run(command, timeout=60).returncode == 9
    assert len(receiver.received) == 1

    notifier = desk.notifier(duty=open_channel(spec))
    assert notifier.deliver_due() == Step(), "the lease of the dead process still runs"
    desk.clock.advance(121)
    assert notifier.deliver_due() == Step(sent=1)
    assert len(receiver.received) == 2
    assert desk.deliveries(alert_id)[0].attempts == 2


def test_a_late_mark_of_a_lost_lease_is_refused(desk: Desk, make_event: MakeEvent) -> None:
    alert_id = desk.record(make_event(), DUTY)
    outbox = OutboxRepository(desk.database)
    (notice,) = outbox.lease("slow", utc_now(desk.clock), 10, timedelta(minutes=2))
    desk.clock.advance(121)
    now = utc_now(desk.clock)
    assert len(outbox.lease("other", now, 10, timedelta(minutes=2))) == 1
    assert not outbox.sent(notice.id, "slow", now)
    assert not outbox.give_up(notice.id, "slow", now, "why")
    assert outbox.sent(notice.id, "other", now)
    assert desk.deliveries(alert_id)[0].state is DeliveryState.SENT


def test_notifiers_side_by_side_send_everything_once(desk: Desk, make_event: MakeEvent) -> None:
    for number in range(60):
        desk.record(make_event(rule=f"rule_{number}"), DUTY)
    channels = [Scripted() for _ in range(3)]
    barrier = threading.Barrier(3)

    def work(channel: Scripted) -> None:
        notifier = desk.notifier(duty=channel)
        barrier.wait(30)
        while notifier.deliver_due() != Step():
            continue

    threads = [threading.Thread(target=work, args=(channel,)) for channel in channels]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    titles = [message.title for channel in channels for message in channel.taken]
    assert len(titles) == len(set(titles)) == 60
    assert OutboxRepository(desk.database).backlog().pending == 0


def test_a_bucket_of_tokens() -> None:
    limit = RateLimit(per_minute=30, burst=1)
    assert limit.take(0.0) is None
    assert limit.take(0.0) == pytest.approx(2.0)
    assert limit.take(1.0) == pytest.approx(1.0)
    assert limit.take(2.0) is None
    assert limit.take(1.0) is not None, "a clock that went back gives nothing away"
    assert limit.take(1000.0) is None
    assert limit.take(1000.0) == pytest.approx(2.0)
    with pytest.raises(ValueError, match="some messages"):
        RateLimit(per_minute=0)


def test_waits_double_up_to_a_limit() -> None:
    rng = random.Random(3)
    policy = DeliveryPolicy()
    for attempt in range(1, 60):
        middle = min(5.0 * 2 ** (attempt - 1), 900.0)
        assert middle * 0.5 <= policy.wait(attempt, rng).total_seconds() <= middle * 1.5
