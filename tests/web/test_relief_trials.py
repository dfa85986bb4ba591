"""What would halve a loud rule is tried on kept tracks by night, and said beside the suggestion."""

from __future__ import annotations

import html
import re
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from monitor.domain.access import Role
from monitor.domain.alerts import AlertAction
from monitor.runtime.backtest.reliefs import ReliefTrials
from monitor.store.relief_trials import ReliefTrialRepository

if TYPE_CHECKING:
    from tests.conftest import LeaveAlone
    from tests.web.conftest import Served, World
from tests.web.verdicts import judged_alerts

DATABASES = ["sqlite"]
ROOM = "sunshine-toddler"
SHORT = 6


@pytest.fixture
def alerts(world: World, leave_alone: LeaveAlone) -> list[int]:
    """Let six short absences and a long one have been; the first was confirmed, others false."""
    room = next(room for room in world.district.rooms if room.id == ROOM)
    start = world.clock.now() - 7200
    absences = [(100 + 300 * number, 180 + 300 * number) for number in range(SHORT)]
    absences.append((2000, 2400))
    messages = leave_alone(room, world.district.cameras, world.tracks_folder, start, 2600, absences)
    found = judged_alerts(world, messages, AlertAction.RESOLVE, AlertAction.MARK_FALSE)
    assert len(found) == SHORT + 1
    return found


@pytest.fixture
def configured(world: World) -> Path:
    return world.write_config()


def test_a_suggestion_says_what_its_back_test_gave(
    served: Served, world: World, alerts: list[int]
) -> None:
    trials = ReliefTrials(world.database, world.district, world.backtests, world.clock)
    with served.client(world.user("admin", Role.ADMIN, language="en")) as client:
        assert "Not back-tested yet" in client.get("/alarm-quality").text
        assert trials.run().en == "1 of 1 suggestions tried"
        page = client.get("/alarm-quality").text
        assert "Not back-tested yet" not in page
        assert "alerts before: 7, after: 1." in page
        assert "Confirmed alerts that would be lost: 1." in page
        relief = page[page.index('class="reliefs"') :]
        assert re.findall(r'href="/alerts/(\d+)"', relief[: relief.index("</ul>")]) == [
            str(alerts[0])
        ]


def test_a_suggestion_that_changed_has_not_been_tried(
    served: Served, world: World, alerts: list[int]
) -> None:
    trials = ReliefTrials(world.database, world.district, world.backtests, world.clock)
    trials.run()
    (trial,) = ReliefTrialRepository(world.database).latest().values()
    assert (trial.before, trial.remaining, trial.lost) == (SHORT + 1, 1, (alerts[0],))
    ReliefTrialRepository(world.database).put(replace(trial, after=trial.after + 5))
    with served.client(world.user("admin", Role.ADMIN, language="en")) as client:
        assert "Not back-tested yet" in client.get("/alarm-quality").text


def test_what_is_stopped_tries_nothing_more(world: World, alerts: list[int]) -> None:
    trials = ReliefTrials(world.database, world.district, world.backtests, world.clock)
    assert alerts
    trials.stop()
    assert trials.run().en == "0 of 1 suggestions tried"
    assert ReliefTrialRepository(world.database).latest() == {}


def test_what_was_tried_can_be_taken_over_into_the_thresholds(
    configured: Path, served: Served, world: World, alerts: list[int]
) -> None:
    assert configured.exists()
    assert alerts
    fields = {"place": f"room.{ROOM}", "rule": "unattended_child", "days": "1"}
    for role, offered in ((Role.ADMIN, True), (Role.SUPERVISOR, False)):
        with served.client(world.user(role.value, role, language="en")) as client:
            token = re.search(r'name="token" value="([0-9a-f]+)"', client.get("/backtest").text)
            assert token is not None
            client.post("/backtest", data={**fields, "token": token[1], "set.after": "90s"})
            deadline = time.monotonic() + 180
            while "data-running" in (page := client.get("/backtest").text):
                assert time.monotonic() < deadline
                time.sleep(0.05)
            link = re.search(r'href="(/configuration/rules\?[^"]*set\.after=90s[^"]*)"', page)
            assert (link is not None) is offered
            if link is not None:
                form = client.get(html.unescape(link[1])).text
                assert 'name="set.after" type="text"' in form
                assert 'value="90s"' in form
