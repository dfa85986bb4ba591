"""History with its search, hand-overs, and alarm quality on pages and on paper."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader

from monitor.domain.access import DISTRICT, Role
from monitor.domain.alerts import Actor, AlertAction
from monitor.domain.clock import ManualClock
from monitor.domain.events import Severity
from monitor.domain.registers import StaffMember, StaffRole
from monitor.store.alert_repository import AlertRepository
from monitor.store.event_repository import EventRepository

if TYPE_CHECKING:
    import httpx

    from monitor.store.users import User
    from tests.web.conftest import Served, World

WANG = Actor(7, "Wang")
_KEYED = re.compile(r'<tr data-key="(\d+)"')


def _found(client: httpx.Client, query: str) -> list[int]:
    answer = client.get(f"/alerts?{query}")
    assert answer.status_code == 200, query
    return [int(number) for number in _KEYED.findall(answer.text)]


def _token(client: httpx.Client, path: str) -> str:
    return client.get(path).text.partition('name="token" value="')[2].partition('"')[0]


def _end(world: World, alert: int, action: AlertAction, reason: str = "看过录像") -> None:
    AlertRepository(world.database).act(DISTRICT, alert, action, WANG, world.now, reason=reason)


@pytest.fixture
def three(world: World) -> tuple[int, int, int]:
    """Raise three alerts: one open, one false, one confirmed."""
    alone = world.raise_alert(ago=300)
    crowd = world.raise_alert("bamboo-hall", "crowding", Severity.MEDIUM, ago=200)
    nap = world.raise_alert("sunshine-nap", ago=100)
    _end(world, crowd, AlertAction.MARK_FALSE, "Family day_7")
    _end(world, nap, AlertAction.RESOLVE)
    return alone, crowd, nap


def test_the_history_is_filtered_and_searched(
    served: Served, operator: User, three: tuple[int, int, int]
) -> None:
    alone, crowd, nap = three
    with served.client(operator) as client:
        assert _found(client, "") == [nap, crowd, alone]
        assert _found(client, "severity=medium") == [crowd]
        assert _found(client, "room=sunshine-nap") == [nap]
        assert _found(client, "verdict=false") == [crowd]
        assert _found(client, "verdict=none") == [alone]
        assert _found(client, "verdict=confirmed&state=resolved") == [nap]
        assert _found(client, "q=family+DAY_7") == [crowd]
        assert _found(client, "q=超限") == _found(client, "q=over+CAPACITY") == [crowd]
        assert _found(client, "q=阳光") == [nap, alone]
        assert _found(client, "q=阳光+nap") == [nap]
        assert _found(client, "q=nothing-like-it") == []
        for wrong in ("severity=x", "verdict=x", "verdict=false&state=open", f"q={'x' * 201}"):
            assert client.get(f"/alerts?{wrong}").status_code == 422, wrong


def test_the_next_shift_takes_over(
    served: Served, world: World, operator: User, three: tuple[int, int, int]
) -> None:
    with served.client(operator) as client:
        form = {"token": _token(client, "/handovers"), "note": "竹林今天亲子活动\n<b>人多</b>"}
        assert client.post("/handovers", data={**form, "note": " "}).status_code == 422
        assert client.post("/handovers", data=form).status_code == 303
        own = client.get("/handovers").text
        assert "&lt;b&gt;人多" in own
        assert f'href="/alerts/{three[0]}"' in own
        assert 'action="/handovers/take"' not in own
        assert "已交班" in client.get("/").text
    with served.client(world.user("li", language="en")) as client:
        page = client.get("/handovers").text
        number = page.partition('data-handover="')[2].partition('"')[0]
        taking = {"token": _token(client, "/handovers"), "handover": number}
        assert client.post("/handovers/take", data=taking).status_code == 303
        assert client.post("/handovers/take", data=taking).status_code == 409
        assert "Taken over by" in client.get("/handovers").text
        assert "has handed over" not in client.get("/").text


def test_a_hand_over_stays_within_its_sight(
    served: Served, operator: User, sunshine_staff: User
) -> None:
    with served.client(operator) as client:
        form = {"token": _token(client, "/handovers"), "note": "secret of the district"}
        client.post("/handovers", data=form)
    with served.client(sunshine_staff) as client:
        assert "secret of the district" not in client.get("/handovers").text
        form = {"token": _token(client, "/handovers"), "handover": "1"}
        assert client.post("/handovers/take", data=form).status_code == 404


def test_alarm_quality_counts_and_suggests(served: Served, world: World, operator: User) -> None:
    for number in range(8):
        assert isinstance(world.clock, ManualClock)
        event = world.event(ago=70)
        alert = EventRepository(world.database).record(event, world.now).alert_id
        world.clear(event)
        _end(world, alert, AlertAction.MARK_FALSE if number % 2 else AlertAction.RESOLVE)
        world.clock.advance(400)
    with served.client(world.user("chief", Role.SUPERVISOR)) as client:
        page = client.get("/alarm-quality").text
        assert "50.0%" in page
        assert "/backtest?place=room.sunshine-toddler&amp;rule=unattended_child&amp;after=" in page
        link = re.findall(r'href="(/backtest\?place[^"]+)"', page)[0].replace("&amp;", "&")
        after = link.rpartition("=")[2]
        assert f'value="{after}"' in client.get(link).text
        pdf = client.get("/alarm-quality/report.pdf?people=2&language=en")
        assert pdf.headers["content-type"] == "application/pdf"
        text = "".join(item.extract_text() for item in PdfReader(io.BytesIO(pdf.content)).pages)
        assert "Alarm quality" in text
        assert "Toddler room" in text
        assert pdf.content == client.get("/alarm-quality/report.pdf?people=2&language=en").content
        assert client.get("/alarm-quality/report.pdf?month=2026-10").status_code == 200
        for wrong in ("month=2026-12", "month=x", "people=0", "month=9999-12"):
            assert client.get(f"/alarm-quality?{wrong}").status_code == 422, wrong
    with served.client(operator) as client:
        assert "/backtest?" not in client.get("/alarm-quality").text


def test_a_rush_is_called_one(served: Served, world: World, operator: User) -> None:
    rooms = ("sunshine-toddler", "sunshine-nap", "bamboo-hall", "bamboo-yard")
    with served.client(operator) as client:
        for rule in ("unattended_child", "crowding", "view_lost"):
            for room in rooms:
                world.raise_alert(room, rule, snapshot=False)
            if rule == "crowding":
                assert "告警过多" not in client.get("/").text
        assert "告警过多：最近 10 分钟 12 条" in client.get("/").text


def test_a_long_queue_is_shown_in_parts(served: Served, world: World, operator: User) -> None:
    world.raise_alert("sunshine-toddler")
    world.raise_alert("bamboo-hall", "crowding", Severity.MEDIUM)
    world.raise_alert("bamboo-yard", "view_lost", Severity.TECHNICAL)
    with served.client(operator) as client:
        part = client.get("/?shown=1").text
        assert part.count('class="row"') == 1
        assert "另有 1 条未显示" in part
        assert 'href="/?shown=201"' in part
        assert 'data-severity="medium" data-waiting><span class="figure-number number">1<' in part
        assert "另有" not in client.get("/").text
        assert client.get("/?shown=0").status_code == 422


def test_the_page_of_an_alert_knows_its_place(
    served: Served, world: World, operator: User, three: tuple[int, int, int]
) -> None:
    served.app.state.site.registers.put(
        "sunshine", [StaffMember("1", "赵保安", StaffRole.GUARD)], world.now
    )
    with served.client(operator) as client:
        page = client.get(f"/alerts/{three[0]}").text
        assert '<polygon points="16.0,45.0 144.0,45.0 144.0,85.5"/>' in page
        assert "近 30 天本房间：1 条，属实 0，误报 0" in page
        assert "赵保安" in page
        assert "近 30 天本房间：1 条，属实 0，误报 1" in client.get(f"/alerts/{three[1]}").text
