"""Carries notices from the outbox to the channels, over and over until they have arrived.

A notice is leased, handed over, and only then marked as sent: whatever dies in between, it is sent
again rather than lost. Channels do not wait for one another; one that fails is left alone for the
rest of the step, and tries again later and later. What cannot be delivered at all ends as a dead
letter that people see.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Protocol

import structlog

from monitor.alerts.channels import (
    Attachment,
    Channel,
    DeliveryError,
    Group,
    HeldBackError,
    Message,
)
from monitor.alerts.rate_limit import RateLimit
from monitor.domain.clock import Clock, utc_now
from monitor.domain.errors import KanhuError
from monitor.domain.notices import Member, NoticeKind, OutgoingNotice, Reason
from monitor.domain.text import Text

_NOT_CONFIGURED = Text("渠道已不在配置中", "the channel is not configured any more")
log = structlog.get_logger(__name__)


class Outbox(Protocol):
    """What the notifier needs of the store; see ``monitor.store.outbox_repository``."""

    def lease(
        self,
        owner: str,
        now: datetime,
        limit: int,
        duration: timedelta,
        *,
        members: bool | None,
    ) -> Sequence[OutgoingNotice]:
        """Take notices that are due, only those for ``members`` of groups or all but those."""

    def sent(self, notice_id: int, owner: str, now: datetime) -> bool:
        """Take down that a notice was delivered."""

    def retry(self, notice_id: int, owner: str, at: datetime, error: str) -> bool:
        """Put a notice back after a failure."""

    def release(self, notice_id: int, owner: str, at: datetime) -> bool:
        """Put a notice back untried."""

    def hold(self, notice_id: int, owner: str, reason: Reason) -> bool:
        """Hold a notice back after all."""

    def spread(self, notice_id: int, owner: str, members: Sequence[Member], now: datetime) -> bool:
        """Put down a notice for each member of a group in place of the one for all."""

    def give_up(self, notice_id: int, owner: str, now: datetime, error: str) -> bool:
        """Take down that a notice cannot be delivered."""


class Files(Protocol):
    """Where evidence is read from."""

    def read(self, key: str) -> bytes:
        """Return a whole file."""


@dataclass(frozen=True, slots=True)
class DeliveryPolicy:
    """How hard to try: waits double from ``first_wait`` to ``longest_wait``, give or take a half.

    After ``attempts`` failures a notice is given up: with these values after about two hours.
    ``lease`` must be well above the time that a service takes to answer. Larger files than
    ``largest_file`` bytes are not sent along.
    """

    attempts: int = 14
    first_wait: timedelta = timedelta(seconds=5)
    longest_wait: timedelta = timedelta(minutes=15)
    lease: timedelta = timedelta(minutes=2)
    batch: int = 64
    largest_file: int = 8 * 1024 * 1024

    def wait(self, attempt: int, rng: random.Random) -> timedelta:
        """Return how long to wait after the failure of ``attempt`` (from 1)."""
        doubled = self.first_wait * 2.0 ** min(attempt - 1, 30)
        return min(doubled, self.longest_wait) * rng.uniform(0.5, 1.5)


@dataclass(frozen=True, slots=True)
class Step:
    """What one step did with the notices it leased."""

    sent: int = 0
    failed: int = 0
    dead: int = 0
    put_back: int = 0
    held: int = 0
    spread: int = 0

    def __add__(self, other: Step) -> Step:
        return Step(
            self.sent + other.sent,
            self.failed + other.failed,
            self.dead + other.dead,
            self.put_back + other.put_back,
            self.held + other.held,
            self.spread + other.spread,
        )


class Notifier:
    """Delivers what is due; call :meth:`deliver_due` in a loop. Several may run side by side."""

    def __init__(
        self,
        outbox: Outbox,
        channels: Mapping[str, Channel],
        files: Files,
        *,
        clock: Clock,
        limits: Mapping[str, RateLimit] | None = None,
        policy: DeliveryPolicy | None = None,
        rng: random.Random | None = None,
        members: bool | None = None,
    ) -> None:
        """With ``members`` set it delivers only to members of groups, or to all but those."""
        self._outbox = outbox
        self._members = members
        self._channels = dict(channels)
        self._files = files
        self._clock = clock
        self._limits = dict(limits or {})
        self._policy = policy or DeliveryPolicy()
        self._rng = rng or random.Random()  # noqa: S311 - spreads retries, guards nothing
        self._owner = f"notifier-{secrets.token_hex(8)}"

    def deliver_due(self) -> Step:
        """Lease what is due, deliver it, and return what became of it."""
        due = self._outbox.lease(
            self._owner,
            utc_now(self._clock),
            self._policy.batch,
            self._policy.lease,
            members=self._members,
        )
        by_channel: dict[str, list[OutgoingNotice]] = {}
        for notice in due:
            by_channel.setdefault(notice.channel_id, []).append(notice)
        if not by_channel:
            return Step()
        with ThreadPoolExecutor(max_workers=min(8, len(by_channel))) as threads:
            return sum(threads.map(self._deliver, by_channel.values()), Step())

    def _deliver(self, notices: Sequence[OutgoingNotice]) -> Step:
        total = Step()
        for position, notice in enumerate(notices):
            step = self._deliver_one(notice)
            total += step
            if step.sent + step.held + step.spread == 0:
                return total + self._put_back(notices[position + 1 :])
        return total

    def _deliver_one(self, notice: OutgoingNotice) -> Step:
        now = utc_now(self._clock)
        channel = self._channel(notice.channel_id)
        if channel is None:
            return self._failed(notice, _NOT_CONFIGURED)
        if notice.kind is NoticeKind.CLIP and not channel.takes_files:
            self._outbox.hold(notice.id, self._owner, Reason.NO_FILES)
            return Step(held=1)
        limit = self._limits.get(notice.channel_id)
        free_at = limit.take(now.timestamp()) if limit is not None else None
        if free_at is not None:
            self._outbox.release(notice.id, self._owner, now + timedelta(seconds=free_at))
            return Step(put_back=1)
        if now + self._policy.lease / 4 > notice.lease_until:
            self._outbox.release(notice.id, self._owner, now)
            return Step(put_back=1)
        return self._hand_over(notice, channel)

    def _channel(self, channel_id: str) -> Channel | None:
        whole, _, name = channel_id.partition("/")
        channel = self._channels.get(whole)
        if not name:
            return channel
        return channel.member(name) if isinstance(channel, Group) else None

    def _hand_over(self, notice: OutgoingNotice, channel: Channel) -> Step:
        try:
            if isinstance(channel, Group):
                return self._spread(notice, channel.members(self._message(notice)))
            channel.send(self._message(notice))
        except HeldBackError as held:
            self._outbox.hold(notice.id, self._owner, held.reason)
            log.warning("notice_held", channel=notice.channel_id, why=held.message)
            return Step(held=1)
        except DeliveryError as error:
            return self._failed(notice, error.text)
        except Exception as error:
            # A channel may come from anybody; whatever it throws must not stop the others.
            kind = type(error).__name__
            failed = Text(f"渠道出错：{kind}", f"the channel failed: {kind}")
            return self._failed(notice, failed)
        self._outbox.sent(notice.id, self._owner, utc_now(self._clock))
        log.info("notice_sent", channel=notice.channel_id, notice=notice.id, alert=notice.alert_id)
        return Step(sent=1)

    def _spread(self, notice: OutgoingNotice, members: Sequence[Member]) -> Step:
        if not members:
            self._outbox.hold(notice.id, self._owner, Reason.NO_DEVICE)
            return Step(held=1)
        self._outbox.spread(notice.id, self._owner, members, utc_now(self._clock))
        return Step(spread=1)

    def _failed(self, notice: OutgoingNotice, why: Text) -> Step:
        now = utc_now(self._clock)
        about = {"channel": notice.channel_id, "notice": notice.id, "alert": notice.alert_id}
        if notice.attempts >= self._policy.attempts:
            self._outbox.give_up(notice.id, self._owner, now, why.kept())
            log.error("notice_given_up", why=why.en, attempts=notice.attempts, **about)
            return Step(dead=1)
        wait = self._policy.wait(notice.attempts, self._rng)
        self._outbox.retry(notice.id, self._owner, now + wait, why.kept())
        log.warning("notice_failed", why=why.en, again_in=round(wait.total_seconds(), 1), **about)
        return Step(failed=1)

    def _put_back(self, notices: Sequence[OutgoingNotice]) -> Step:
        at = utc_now(self._clock) + self._policy.first_wait
        for notice in notices:
            self._outbox.release(notice.id, self._owner, at)
        return Step(put_back=len(notices))

    def _message(self, notice: OutgoingNotice) -> Message:
        return Message(
            notice.title,
            notice.body,
            self._attachment(notice),
            key=notice.dedup_key,
            kind=notice.kind.value,
            alert_id=notice.alert_id,
            urgency=notice.urgency,
        )

    def _attachment(self, notice: OutgoingNotice) -> Attachment | None:
        if notice.path is None or notice.size > self._policy.largest_file:
            return None
        try:
            content = self._files.read(notice.path)
        except (KanhuError, OSError) as error:
            # The words matter more than the picture: tell them without it.
            log.warning("attachment_missing", notice=notice.id, error=type(error).__name__)
            return None
        return Attachment(PurePosixPath(notice.path).name, notice.media_type, content)
