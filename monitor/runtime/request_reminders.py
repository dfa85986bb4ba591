"""Requests about personal data that are to be answered soon, or should have been, told by outbox.

Nobody's name leaves the system: a notice names the number, the days and the page.
"""

from __future__ import annotations

from datetime import date

from monitor.alerts.channels import ChannelSpec
from monitor.domain.access import DISTRICT
from monitor.domain.clock import Clock, utc_now
from monitor.domain.data_requests import DataRequest
from monitor.domain.text import Language, Text
from monitor.runtime.environment import Environment
from monitor.runtime.notices import channel_specs, page_address
from monitor.store.base import Database
from monitor.store.data_request_repository import DataRequests
from monitor.store.register_reminders import PlainNotice, ReminderRepository

_AGAIN = 7


class RequestReminders:
    """Reminds the channels of the whole district: once ahead, once when late, then each week."""

    def __init__(self, environment: Environment, database: Database, clock: Clock) -> None:
        self._clock = clock
        self._channels = [c for c in channel_specs(environment.settings) if not c.institutions]
        self._ahead = environment.settings.privacy.requests.remind_days
        self._address = page_address(environment)
        self._requests = DataRequests(database)
        self._reminders = ReminderRepository(database)

    def run(self, today: date) -> Text:
        """Put out what is due on ``today`` and say how many notices that were."""
        notices = [
            self._notice(channel, one, step, today)
            for one in self._requests.list(DISTRICT, unclosed=True)
            if (step := self._step(one, today))
            for channel in self._channels
        ]
        told = self._reminders.announce(notices, utc_now(self._clock))
        return Text(f"发出 {told} 条通知", f"{told} notices")

    def _step(self, request: DataRequest, today: date) -> str:
        late = request.late(today)
        if late:
            return f"late-{late // _AGAIN}"
        answered = request.decided is not None
        return "soon" if not answered and (request.due - today).days <= self._ahead else ""

    def _notice(
        self, channel: ChannelSpec, request: DataRequest, step: str, today: date
    ) -> PlainNotice:
        return PlainNotice(
            channel.id,
            f"request:{request.id}:{step}",
            _title(request, request.late(today), channel.language),
            f"{self._address}/privacy/requests/{request.id}",
        )


def _title(request: DataRequest, late: int, language: Language) -> str:
    if language == "zh":
        state = f"已逾期 {late} 日" if late else f"应于 {request.due} 前答复"
        return f"个人信息请求 {request.number}：{state}"
    state = f"{late} days late" if late else f"to be answered by {request.due}"
    return f"Data request {request.number}: {state}"
