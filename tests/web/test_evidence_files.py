"""Snapshots and clips: whole, in ranges, never beyond the scope or out of their type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.access import DISTRICT, Role
from monitor.domain.access_register import AccessKind
from monitor.domain.clock import ManualClock
from monitor.store.access_register import AccessRegister
from monitor.store.alert_repository import AlertRepository
from monitor.web.api.evidence import wanted_range

if TYPE_CHECKING:
    import httpx

    from monitor.store.users import User
    from tests.web.conftest import Served, World

DATABASES = ["sqlite"]

CLIP = bytes(range(256)) * 8


def _url_of_clip(world: World) -> str:
    alert = world.raise_alert()
    world.add_clip(alert, CLIP)
    pieces = AlertRepository(world.database).get(DISTRICT, alert).evidence
    return f"/api/v1/evidence/{pieces[-1].id}"


def _say_why(client: httpx.Client) -> None:
    said = client.post("/api/v1/alerts/1/viewings", json={"reason": "a family asks"})
    assert said.status_code == 201


def test_a_player_asks_for_ranges(served: Served, world: World, operator: User) -> None:
    url = _url_of_clip(world)
    with served.client(operator) as client:
        _say_why(client)
        whole = client.get(url)
        assert (whole.status_code, whole.content) == (200, CLIP)
        assert whole.headers["accept-ranges"] == "bytes"
        assert whole.headers["cache-control"] == "no-store"  # shifts share the machine
        assert whole.headers["content-type"] == "video/mp4"
        for asked, start, end in (
            ("bytes=0-", 0, 2048),
            ("bytes=100-199", 100, 200),
            ("bytes=-48", 2000, 2048),
            ("bytes=2000-9999", 2000, 2048),
        ):
            part = client.get(url, headers={"Range": asked})
            assert part.status_code == 206, asked
            assert part.content == CLIP[start:end]
            assert part.headers["content-range"] == f"bytes {start}-{end - 1}/2048"
        for asked in ("bytes=5000-", "bytes=2048-2050"):
            beyond = client.get(url, headers={"Range": asked})
            assert beyond.status_code == 416
            assert beyond.headers["content-range"] == "bytes */2048"
        for asked in ("bytes=0-1,5-6", "lines=1-2", "bytes=x"):
            assert client.get(url, headers={"Range": asked}).status_code == 200


def test_a_clip_is_shown_to_who_says_why_and_for_a_while(
    served: Served, world: World, operator: User, clock: ManualClock
) -> None:
    url = _url_of_clip(world)
    register = AccessRegister(world.database)
    with served.client(operator) as client, served.client(world.user("li")) as other:
        refused = client.get(url)
        assert refused.status_code == 403
        assert "请先说明事由" in refused.json()["title"]
        assert "<video" not in client.get("/alerts/1").text
        assert client.get(url.replace("/2", "/1")).status_code == 200, "a snapshot needs none"
        page = client.get("/alerts/1").text
        token = page.partition('name="token" value="')[2].partition('"')[0]
        assert client.post("/alerts/1/view", data={"token": token}).status_code == 422
        assert register.verify().rows == 0
        given = {"token": token, "reason": "家长询问"}
        assert client.post("/alerts/1/view", data=given).status_code == 303
        assert client.get(url).status_code == 200
        assert "<video" in client.get("/alerts/1").text
        assert other.get(url).status_code == 403, "a reason is one person's"
        clock.advance(31 * 60)
        assert client.get(url).status_code == 403
    entry = register.search(DISTRICT).entries[0]
    assert (entry.access.kind, entry.access.reason) == (AccessKind.VIEWED, "家长询问")
    assert (entry.access.who.person, entry.access.who.unit) == ("Wang", "指导中心")
    assert entry.access.who.address == "127.0.0.1"
    assert entry.access.what["clips"] == [2]
    assert (entry.access.alert_id, entry.access.institution_id) == (1, "sunshine")


def test_an_auditor_sees_the_alert_but_not_the_child(served: Served, world: World) -> None:
    url = _url_of_clip(world)
    with served.client(world.user("auditor", Role.AUDITOR)) as client:
        assert client.get(url).status_code == 403
        page = client.get("/alerts/1").text
        assert "/api/v1/evidence/" not in page
        assert "<kanhu-live" not in page
        assert "您的角色不能查看影像证据" in page
        assert "/api/v1/evidence/" not in client.get("/").text


@given(
    st.integers(1, 5000),
    st.one_of(
        st.none(),
        st.text(max_size=20),
        st.from_regex(r"bytes=\d{0,5}-\d{0,5}", fullmatch=True),
    ),
)
def test_a_range_lies_within_the_file(size: int, header: str | None) -> None:
    wanted = wanted_range(header, size)
    if wanted is not None:
        start, end = wanted
        assert 0 <= start < end <= size
