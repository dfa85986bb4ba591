"""Tells people that telling people has stopped.

It runs in another process than the notifier, needs nothing of its loop, and hands its messages to
channels of its own directly. Several may watch: the store lets one of them tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from monitor.alerts.channels import Channel, DeliveryError, Message
from monitor.domain.clock import Clock, utc_now
from monitor.domain.text import Language, Text

log = structlog.get_logger(__name__)

WATCHED = ("notifier", "escalation")
"""What must never stop, by the names of its pulses."""

_NAMES = {
    "notifier": Text(zh="通知发送", en="The sending of notices"),
    "escalation": Text(zh="告警升级", en="The escalation of alerts"),
}
_DATABASE = Text(zh="数据库无法访问", en="The database cannot be reached")
_ADVICE = Text(
    zh="在恢复之前不会有新的告警通知，请直接查看值班室页面，或电话联系机构。",
    en="Until it is back no alert is told. Watch the pages, or call the institutions.",
)


class Pulses(Protocol):
    """What is needed of the store; see ``monitor.store.pulses``."""

    def expect(self, name: str, now: datetime) -> None:
        """Begin to wait for something."""

    def claim_silence(
        self, name: str, now: datetime, after: timedelta, again: timedelta
    ) -> datetime | None:
        """Return since when something is silent, if the caller is to tell it."""

    def claim_return(self, name: str) -> bool:
        """Say whether something works again, and the caller is to tell it."""

    def untold(self, name: str) -> None:
        """Take back that a silence was told."""


@dataclass(frozen=True, slots=True)
class DeadManPolicy:
    """A silence is told once it has lasted for ``after``, and once more every ``again``."""

    after: timedelta = timedelta(minutes=5)
    again: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Outlet:
    """A channel and the language of its readers."""

    channel: Channel
    language: Language = "zh"


class DeadManWatch:
    """Looks whether the notifier works; call :meth:`look` now and then."""

    def __init__(
        self,
        pulses: Pulses,
        outlets: Mapping[str, Outlet],
        *,
        clock: Clock,
        policy: DeadManPolicy | None = None,
    ) -> None:
        self._pulses = pulses
        self._outlets = dict(outlets)
        self._clock = clock
        self._policy = policy or DeadManPolicy()
        self._began: datetime | None = None
        self._away_since: datetime | None = None
        self._away_told: datetime | None = None

    def look(self) -> None:
        """Tell what fell silent, and what works again. An unreachable store is a silence too.

        After a start of everything the notifier gets its time before it is missed.
        """
        now = utc_now(self._clock)
        self._began = self._began or now
        try:
            for name in WATCHED:
                self._pulses.expect(name, now)
                self._look_at(name, now)
        except Exception as error:
            # Whatever the store throws, the watch must go on.
            log.warning("dead_man_cannot_look", error=type(error).__name__)
            self._store_away(now)
        else:
            self._away_since = self._away_told = None

    def _look_at(self, name: str, now: datetime) -> None:
        since = None
        if self._began is not None and now - self._began >= self._policy.after:
            since = self._pulses.claim_silence(name, now, self._policy.after, self._policy.again)
        if since is not None:
            log.error("notifier_silent", what=name, since=since.isoformat())
            if not self._tell(_silence(_NAMES[name], now - since)):
                self._pulses.untold(name)
        elif self._pulses.claim_return(name):
            log.info("notifier_back", what=name)
            self._tell(_back(_NAMES[name]))

    def _store_away(self, now: datetime) -> None:
        self._away_since = self._away_since or now
        if now - self._away_since < self._policy.after:
            return
        if self._away_told is None or now - self._away_told >= self._policy.again:
            told = self._tell(_silence(_DATABASE, now - self._away_since))
            self._away_told = now if told else None

    def _tell(self, message: Text) -> bool:
        taken = False
        for name, outlet in self._outlets.items():
            title, _, body = message.of(outlet.language).partition("\n")
            try:
                outlet.channel.send(Message(title, body, kind="dead_man"))
                taken = True
            except DeliveryError as error:
                log.warning("dead_man_not_told", channel=name, why=error.message)
            except Exception as error:
                # A channel may come from anybody; whatever it throws must not stop the others.
                log.warning("dead_man_not_told", channel=name, why=type(error).__name__)
        return taken


def _silence(what: Text, lasted: timedelta) -> Text:
    minutes = max(1, round(lasted.total_seconds() / 60))
    return Text(
        zh=f"【技术】{what.zh}已停止 {minutes} 分钟\n{_ADVICE.zh}",
        en=f"[Technical] {what.en}: stopped for {minutes} min\n{_ADVICE.en}",
    )


def _back(what: Text) -> Text:
    return Text(
        zh=f"【技术】{what.zh}已恢复\n积压的通知正在发出。",
        en=f"[Technical] {what.en}: working again\nWhat was waiting goes out now.",
    )
