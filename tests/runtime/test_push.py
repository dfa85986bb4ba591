"""From an alert to the devices of people: the whole way, with a real push service at its end."""

from __future__ import annotations

import json
import random
import stat
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.alerts.channels import DeliveryError
from monitor.alerts.notifier import DeliveryPolicy, Notifier
from monitor.domain.access import DISTRICT, Role, Scope, ScopeKind
from monitor.domain.alerts import Actor, AlertAction
from monitor.domain.clock import ManualClock, utc_now
from monitor.domain.errors import ConfigError
from monitor.domain.events import Event, Provenance, Severity, event_id
from monitor.domain.text import Text
from monitor.runtime.environment import Environment
from monitor.runtime.notices import decide_with, ladder_of, open_channels, send_test
from monitor.runtime.push import KEY_FILE, PushDesk
from monitor.settings.escalation import life_of
from monitor.store.alert_repository import AlertRepository
from monitor.store.base import Database
from monitor.store.dead_letters import DeadLetterRepository
from monitor.store.escalation_repository import EscalationRepository
from monitor.store.event_repository import EventRepository
from monitor.store.files import FileStore
from monitor.store.outbox import DeliveryView
from monitor.store.outbox_repository import OutboxRepository
from monitor.store.place_repository import PlaceRepository
from monitor.store.push_devices import PushDevices
from monitor.store.user_repository import UserRepository
from monitor.store.users import NewUser
from tests.alerts.push.browser import Browser
from tests.alerts.push.service import PushService, push_service

START = 1_793_582_940.0
WANG = Actor(7, "Wang", "10.0.0.7", "page")
TIER = {"name": {"zh": "值班", "en": "Duty"}, "after": 0, "channels": ["phones"]}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[PushService]:
    with push_service(tmp_path) as found:
        yield found


class Town:
    """A district whose only channel is browser push, and the people in it."""

    def __init__(self, folder: Path, database: Database, service: PushService) -> None:
        self.service, self.database = service, database
        self.clock = ManualClock(START)
        config = folder / "district.yaml"
        config.write_text(yaml.safe_dump(_configuration(folder), allow_unicode=True), "utf-8")
        self.environment = Environment.load(config)
        self.settings = self.environment.settings
        now = utc_now(self.clock)
        PlaceRepository(database).sync(self.environment.district, now)
        self.push = PushDesk(database, self.settings, self.clock)
        self.ladder = ladder_of(self.environment, database)
        self.notifier = Notifier(
            OutboxRepository(database),
            open_channels(self.settings, self.push),
            FileStore(folder / "evidence"),
            clock=self.clock,
            policy=DeliveryPolicy(attempts=3),
            rng=random.Random(1),
        )

    def device(self, name: str, scope: Scope = DISTRICT, language: Any = "zh") -> Browser:
        new = NewUser(name, name.capitalize(), Role.OPERATOR, scope, language=language)
        users, now, browser = UserRepository(self.database), utc_now(self.clock), Browser()
        user = users.create(new, "a fine long password", now)
        subscription = browser.subscription(self.service.endpoint(name))
        PushDevices(self.database).add(user.id, subscription, "Phone", now)
        return browser

    def alert(self, severity: Severity = Severity.CRITICAL) -> int:
        onset = self.clock.now() - 60
        event = Event(
            id=event_id("unattended_child", "room", None, onset),
            rule="unattended_child",
            institution_id="sun",
            room_id="room",
            zone_id=None,
            camera_id=None,
            onset=onset,
            raised=self.clock.now(),
            cleared=None,
            severity=severity,
            confidence=0.9,
            evidence={},
            explain=Text(zh="无人看护", en="alone"),
            provenance=Provenance(rule_version="1"),
        )
        events = EventRepository(self.database, decide_with(self.environment), self.ladder)
        return events.record(event, utc_now(self.clock)).alert_id

    def deliver(self, rounds: int = 2, seconds: float = 0) -> None:
        for _ in range(rounds):
            self.clock.advance(seconds)
            self.notifier.deliver_due()

    def log(self, alert: int) -> list[DeliveryView]:
        return list(AlertRepository(self.database).get(DISTRICT, alert).deliveries)

    def states(self, alert: int) -> list[tuple[str, str, str]]:
        return [(item.addressee, item.state, item.reason) for item in self.log(alert)]


def _configuration(folder: Path) -> dict[str, Any]:
    room = {"id": "room", "name": {"zh": "托小班", "en": "Toddlers"}, "type": "activity"}
    sun = {"id": "sun", "name": {"zh": "阳光", "en": "Sunshine"}, "rooms": [room]}
    return {
        "version": 1,
        "service": {"data_dir": "data", "public_url": "https://kanhu.example.org"},
        "district": {"id": "d", "name": "区", "timezone": "Asia/Shanghai"},
        "institutions": [sun, {"id": "moon", "name": "月亮"}],
        "notify": {
            "channels": [{"id": "phones", "url": "push://everyone"}],
            "policies": [{"id": "usual", "tiers": [{"id": "duty", **TIER}]}],
            "push": {"networks": ["127.0.0.0/8"], "authorities": str(folder / "push.pem")},
        },
    }


@pytest.fixture
def town(tmp_path: Path, database: Database, service: PushService) -> Town:
    return Town(tmp_path, database, service)


def read(browser: Browser, service: PushService, name: str) -> list[dict[str, Any]]:
    return [json.loads(browser.open(item.body)) for item in service.of(name)]


def test_each_person_is_told_once_in_their_language_and_of_what_they_may_see(town: Town) -> None:
    li = town.device("li")
    ann = town.device("ann", Scope(ScopeKind.INSTITUTION, "sun"), "en")
    town.device("moon", Scope(ScopeKind.INSTITUTION, "moon"))
    alert = town.alert()
    town.deliver(rounds=4)
    (chinese,) = read(li, town.service, "li")
    (english,) = read(ann, town.service, "ann")
    assert chinese["title"] == "【紧急】阳光 · 托小班：儿童无人看护"
    assert english["title"] == "[Critical] Sunshine · Toddlers: unattended child"
    assert "for 1 min" in english["body"]
    assert english["path"] == f"/alerts/{alert}"
    assert english["stays"] is True
    assert town.service.of("moon") == []
    assert town.states(alert) == [
        ("", "spread", "told"),
        ("Li · Phone", "sent", "told"),
        ("Ann · Phone", "sent", "told"),
    ]
    assert {item.channel_id for item in town.log(alert)} == {"phones"}
    assert OutboxRepository(town.database).backlog().pending == 0


def test_one_device_that_fails_is_tried_again_and_holds_nobody_up(town: Town) -> None:
    li, wu = town.device("li"), town.device("wu")
    town.service.answers["li"] = 503
    alert = town.alert()
    town.deliver()
    assert len(read(wu, town.service, "wu")) == 1
    (failing,) = [item for item in town.log(alert) if item.addressee == "Li · Phone"]
    assert (failing.state, failing.attempts) == ("pending", 1)
    assert failing.next_attempt > utc_now(town.clock)
    assert "503" in failing.last_error
    town.deliver()  # not yet due
    assert len(town.service.of("li")) == 1
    town.service.answers.clear()
    town.deliver(seconds=30)
    assert len(read(li, town.service, "li")) == 2
    assert [state for _, state, _ in town.states(alert)] == ["spread", "sent", "sent"]
    assert len(town.service.of("wu")) == 1


def test_what_cannot_be_delivered_is_a_dead_letter_that_can_be_sent_again(town: Town) -> None:
    li = town.device("li")
    town.service.answers["li"] = 500
    alert = town.alert()
    town.deliver(rounds=5, seconds=60)
    letters = DeadLetterRepository(town.database)
    (letter,) = letters.list(DISTRICT)
    assert (letter.alert_id, letter.channel_id, letter.attempts) == (alert, "phones", 3)
    town.service.answers.clear()
    letters.resend(DISTRICT, letter.id, WANG, utc_now(town.clock))
    town.deliver()
    assert len(read(li, town.service, "li")) == 4
    assert [state for _, state, _ in town.states(alert)] == ["spread", "sent"]


def test_a_subscription_that_is_gone_is_removed_and_said_so(town: Town) -> None:
    town.device("li")
    town.service.answers["li"] = 410
    first = town.alert()
    town.deliver(rounds=3)
    assert town.states(first)[1] == ("Li · Phone", "held", "device_is_gone")
    user = UserRepository(town.database).find("li")
    assert user is not None
    (device,) = PushDevices(town.database).of_user(user.id)
    assert device.ended == utc_now(town.clock)
    AlertRepository(town.database).act(
        DISTRICT, first, AlertAction.RESOLVE, WANG, utc_now(town.clock)
    )
    town.clock.advance(3600)
    second = town.alert()
    town.deliver(rounds=3)
    assert town.states(second) == [("", "held", "nobody_has_a_device")]
    assert len(town.service.taken) == 1


def test_a_reminder_reaches_the_devices_too(town: Town) -> None:
    li = town.device("li")
    alert = town.alert()
    town.deliver()
    life = life_of(town.settings)
    alerts = AlertRepository(town.database, life)
    alerts.act(DISTRICT, alert, AlertAction.ACKNOWLEDGE, WANG, utc_now(town.clock))
    town.clock.advance(600)
    EscalationRepository(town.database, town.ladder, life).climb_due(utc_now(town.clock))
    town.deliver()
    first, second = read(li, town.service, "li")
    assert "已确认未办结" in second["title"]
    assert first["tag"] == second["tag"]  # the second replaces the first on the screen
    topics = {item.headers["Topic"] for item in town.service.taken}
    assert topics == {first["tag"]}


def test_a_device_taken_off_the_list_in_between_is_told_nothing(town: Town) -> None:
    town.device("li")
    alert = town.alert()
    town.deliver(rounds=1)
    user = UserRepository(town.database).find("li")
    assert user is not None
    (device,) = PushDevices(town.database).of_user(user.id)
    PushDevices(town.database).remove(user.id, device.id)
    town.deliver()
    assert town.states(alert)[1] == ("Li · Phone", "held", "nobody_has_a_device")
    assert town.service.taken == []


def test_spreading_twice_tells_once(town: Town) -> None:
    town.device("li")
    alert = town.alert()
    outbox, now = OutboxRepository(town.database), utc_now(town.clock)
    (notice,) = outbox.lease("slow", now, duration=timedelta(seconds=1))
    town.clock.advance(5)
    town.deliver()  # another took it over when the lease had run out
    assert not outbox.spread(notice.id, "slow", [], utc_now(town.clock))
    town.deliver()
    assert len(town.service.taken) == 1
    assert [state for _, state, _ in town.states(alert)] == ["spread", "sent"]


def test_devices_and_channels_are_delivered_apart(town: Town) -> None:
    li = town.device("li")
    town.alert()
    now, outbox = utc_now(town.clock), OutboxRepository(town.database)
    assert outbox.lease("devices", now, members=True) == ()
    town.deliver(rounds=1)
    assert outbox.lease("channels", now, members=False) == ()
    assert town.service.taken == []
    (notice,) = outbox.lease("devices", now, members=True)
    assert outbox.release(notice.id, "devices", now)
    town.deliver()
    assert len(read(li, town.service, "li")) == 1


def test_the_channel_can_be_tried_at_once(town: Town) -> None:
    with pytest.raises(DeliveryError, match="nobody has a device"):
        send_test(town.settings, "phones", town.push)
    li = town.device("li")
    send_test(town.settings, "phones", town.push)
    (message,) = read(li, town.service, "li")
    assert (message["path"], message["stays"]) == ("/", False)
    town.service.answers["li"] = 500
    with pytest.raises(DeliveryError, match="500"):
        send_test(town.settings, "phones", town.push)
    with pytest.raises(DeliveryError, match="does not know"):
        send_test(town.settings, "phones")


def test_the_keys_are_made_once_and_kept_from_others(town: Town) -> None:
    desks = [PushDesk(town.database, town.settings, town.clock) for _ in range(6)]
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda desk=desk: found.append(desk.sender().keys.public))
        for desk in desks
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    path = town.settings.service.data_dir / KEY_FILE
    assert len(set(found)) == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [item.name for item in path.parent.glob("push-key*")] == [KEY_FILE]
    path.write_text("broken")
    with pytest.raises(ConfigError, match="cannot be read"):
        PushDesk(town.database, town.settings, town.clock).sender()
