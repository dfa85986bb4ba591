"""People are told that telling has stopped, once, whoever watches and whatever has died."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from monitor.alerts.channels import ChannelSpec, DeliveryError, Message, open_channel
from monitor.alerts.dead_man import DeadManWatch, Outlet
from monitor.domain.clock import ManualClock, utc_now
from monitor.runtime.repeated_work import RepeatedWork
from monitor.store.base import Database
from monitor.store.pulses import PulseRepository


@dataclass
class Phone:
    """A channel in memory that is engaged as often as told."""

    engaged: int = 0
    taken: list[str] = field(default_factory=list)
    takes_files: bool = True

    def send(self, message: Message) -> None:
        if self.engaged:
            self.engaged -= 1
            raise DeliveryError("engaged")
        self.taken.append(message.title)

    def describe(self) -> str:
        return "phone"


Beat = Callable[[], None]


@pytest.fixture
def beat(database: Database, clock: ManualClock) -> Beat:
    pulses = PulseRepository(database)
    loops = [
        RepeatedWork(name, lambda: None, pulses, "me", clock) for name in ("notifier", "escalation")
    ]

    def both() -> None:
        for loop in loops:
            loop.once()

    return both


def watch(database: Database, clock: ManualClock, **outlets: Outlet) -> DeadManWatch:
    return DeadManWatch(PulseRepository(database), outlets, clock=clock)


def test_a_silence_is_told_once_and_so_is_its_end(
    database: Database, clock: ManualClock, beat: Beat
) -> None:
    phone = Phone()
    watches = [watch(database, clock, phone=Outlet(phone, "en")) for _ in range(3)]

    def look() -> None:
        for one in watches:
            one.look()

    beat()
    look()
    clock.advance(290)
    beat()
    clock.advance(299)
    look()
    assert phone.taken == []
    clock.advance(1)
    look()
    look()
    assert phone.taken == [
        "[Technical] The sending of notices: stopped for 5 min",
        "[Technical] The escalation of alerts: stopped for 5 min",
    ]
    clock.advance(3600)
    look()
    assert len(phone.taken) == 4
    clock.advance(10)
    beat()
    look()
    assert phone.taken[4:] == [
        "[Technical] The sending of notices: working again",
        "[Technical] The escalation of alerts: working again",
    ]
    look()
    assert len(phone.taken) == 6


def test_a_notifier_that_never_ran_is_missed(database: Database, clock: ManualClock) -> None:
    phone = Phone()
    one = watch(database, clock, phone=Outlet(phone))
    one.look()
    clock.advance(300)
    one.look()
    assert phone.taken[0] == "【技术】通知发送已停止 5 分钟"


def test_after_a_long_pause_of_everything_the_notifier_gets_its_time(
    database: Database, clock: ManualClock, beat: Beat
) -> None:
    beat()
    clock.advance(86_400)
    phone = Phone()
    one = watch(database, clock, phone=Outlet(phone))
    one.look()
    clock.advance(20)
    beat()
    clock.advance(290)
    one.look()
    assert phone.taken == []


def test_what_nobody_took_is_told_again_at_the_next_look(
    database: Database, clock: ManualClock, beat: Beat
) -> None:
    beat()
    phone = Phone(engaged=2)
    one = watch(database, clock, phone=Outlet(phone))
    one.look()
    clock.advance(301)
    one.look()
    assert phone.taken == []
    clock.advance(10)
    one.look()
    assert len(phone.taken) == 2


def test_work_that_fails_gives_no_sign_of_life(database: Database, clock: ManualClock) -> None:
    pulses = PulseRepository(database)

    def fail() -> None:
        raise OSError("no")

    loop = RepeatedWork("notifier", fail, pulses, "me", clock)
    with pytest.raises(OSError, match="no"):
        loop.once()
    assert pulses.all() == ()
    assert pulses.claim_silence("notifier", utc_now(clock), timedelta(), timedelta()) is None


class Gone:
    """A store that cannot be reached, until it can."""

    def __init__(self, pulses: PulseRepository) -> None:
        self._pulses = pulses
        self.away = False

    def __getattr__(self, name: str) -> Any:
        if self.away:
            raise OSError("the database is away")
        return getattr(self._pulses, name)


@contextmanager
def away(store: Gone) -> Iterator[None]:
    store.away = True
    yield
    store.away = False


def test_a_database_that_is_away_is_told_too(
    database: Database, clock: ManualClock, receiver: Any, beat: Beat
) -> None:
    beat()
    store = Gone(PulseRepository(database))
    outlet = Outlet(open_channel(ChannelSpec("duty", receiver.url)), "en")
    one = DeadManWatch(store, {"duty": outlet}, clock=clock)
    with away(store):
        one.look()
        clock.advance(299)
        one.look()
        assert receiver.received == []
        clock.advance(1)
        one.look()
        one.look()
        titles = [message["title"] for message in receiver.received]
        assert titles == ["[Technical] The database cannot be reached: stopped for 5 min"]
    beat()
    one.look()
    assert len(receiver.received) == 1
