"""Overdue findings reach the channels that also carry alerts, each level once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from monitor.alerts.channels import ChannelSpec, Message
from monitor.alerts.notifier import Notifier
from monitor.domain.access import DISTRICT, Role, Scope, ScopeKind
from monitor.domain.alerts import SYSTEM, Actor
from monitor.domain.checklists import ItemSeverity
from monitor.domain.clock import ManualClock
from monitor.domain.errors import NotFoundError
from monitor.domain.events import Severity
from monitor.domain.findings import FindingAction
from monitor.runtime.overdue import OverdueFindings
from monitor.store.dead_letters import DeadLetterRepository
from monitor.store.finding_repository import FindingRepository
from monitor.store.outbox_repository import OutboxRepository
from monitor.store.register_reminders import PlainNotice, ReminderRepository
from tests.web.test_finding_pages import add_finding

if TYPE_CHECKING:
    from tests.web.conftest import Served, World

DUTY = ChannelSpec("duty", "json://duty", frozenset({Severity.CRITICAL, Severity.HIGH}))
CHIEF = ChannelSpec("chief", "json://chief", frozenset({Severity.CRITICAL}), language="en")
ELSEWHERE = ChannelSpec("bamboo", "json://bamboo", institutions=frozenset({"bamboo"}))


class Ear:
    """A channel that listens."""

    def __init__(self) -> None:
        self.heard: list[Message] = []

    @property
    def takes_files(self) -> bool:
        return False

    def describe(self) -> str:
        return "ear"

    def send(self, message: Message) -> None:
        self.heard.append(message)


def test_the_later_the_more_people_are_told_and_each_once(world: World, clock: ManualClock) -> None:
    finding = add_finding(world, severity=ItemSeverity.MAJOR)
    channels = (DUTY, CHIEF, ELSEWHERE)
    job = OverdueFindings(world.database, world.district, channels, "https://kanhu", clock)
    ears = {spec.id: Ear() for spec in channels}
    notifier = Notifier(OutboxRepository(world.database), ears, world.files, clock=clock)
    heard = []
    for _day in range(9):
        job.run()
        job.run()
        notifier.deliver_due()
        heard.append((len(ears["duty"].heard), len(ears["chief"].heard)))
        clock.advance(86400)
    assert heard == [(0, 0), *[(1, 0)] * 6, (2, 1), (2, 1)]
    assert ears["bamboo"].heard == []
    first, last = ears["duty"].heard[0], ears["chief"].heard[0]
    assert first.title == "【高】整改逾期 阳光托育园：S-03"
    assert last.title == "[critical] Overdue Sunshine Nursery: S-03"
    assert f"https://kanhu/findings/{finding.id}" in last.body
    detail = FindingRepository(world.database).get(DISTRICT, finding.id)
    assert [step.action.value for step in detail.steps] == ["raise", "escalate", "escalate"]
    told = [(item.channel_id, item.state.value) for item in detail.deliveries]
    assert told.count(("bamboo", "held")) == 2
    assert told.count(("duty", "sent")) == 2
    backlog = OutboxRepository(world.database).backlog()
    assert (backlog.pending, backlog.dead) == (0, 0)


def test_what_is_extended_or_put_right_is_left_alone(world: World, clock: ManualClock) -> None:
    finding = add_finding(world, late=3)
    job = OverdueFindings(world.database, world.district, (DUTY,), "https://kanhu", clock)
    assert job.run() == 1
    later = world.now.date() + timedelta(days=5)
    FindingRepository(world.database).act(
        DISTRICT,
        finding.id,
        FindingAction.EXTEND,
        Actor(1, "Li"),
        world.now,
        text="the locksmith is ill",
        due=later,
    )
    assert job.run() == 0
    clock.advance(6 * 86400)
    assert job.run() == 1  # late again, by the new day


def test_a_notice_that_cannot_be_delivered_shows_in_the_feed(
    world: World, clock: ManualClock
) -> None:
    finding = add_finding(world, late=1)
    OverdueFindings(world.database, world.district, (DUTY,), "https://kanhu", clock).run()
    outbox = OutboxRepository(world.database)
    (notice,) = outbox.lease("me", world.now)
    assert notice.alert_id is None
    assert outbox.give_up(notice.id, "me", world.now, "no such robot")
    assert outbox.backlog().dead == 1
    near = Scope(ScopeKind.INSTITUTION, "sunshine")
    far = Scope(ScopeKind.INSTITUTION, "bamboo")
    letters = DeadLetterRepository(world.database)
    assert [item.finding_id for item in letters.list(near)] == [finding.id]
    assert letters.list(far) == ()
    with pytest.raises(NotFoundError):
        letters.resend(far, notice.id, SYSTEM, world.now)
    letters.resend(near, notice.id, SYSTEM, world.now)
    assert outbox.backlog().dead == letters.count(near) == 0
    assert [item.id for item in outbox.lease("me", world.now)] == [notice.id]


def test_a_dead_letter_about_a_finding_or_a_reminder_is_shown(
    served: Served, world: World, clock: ManualClock
) -> None:
    finding = add_finding(world, late=1)
    OverdueFindings(world.database, world.district, (DUTY,), "https://kanhu", clock).run()
    reminder = PlainNotice("duty", "reminder-1", "Certificates end soon", "two of them")
    ReminderRepository(world.database).announce([reminder], world.now)
    outbox = OutboxRepository(world.database)
    for notice in outbox.lease("me", world.now):
        outbox.give_up(notice.id, "me", world.now, "no such robot")
    with served.client(world.user("wang", Role.SUPERVISOR)) as client:
        page = client.get("/notices").text
    assert f'href="/findings/{finding.id}"' in page
    assert "Certificates end soon" in page
    scope = Scope(ScopeKind.INSTITUTION, "sunshine")
    with served.client(world.user("near", Role.SUPERVISOR, scope)) as client:
        page = client.get("/notices").text
    assert f'href="/findings/{finding.id}"' in page
    assert "Certificates end soon" not in page, "a reminder is the district's"
