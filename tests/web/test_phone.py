"""A phone as a camera: signed-in people within their sight, devices with the camera's token."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import httpx

from monitor.domain.access import Role
from monitor.settings.live import Live

if TYPE_CHECKING:
    from monitor.store.users import User
    from tests.web.conftest import Served, Serving, World

DATABASES = ["sqlite"]
CAMERA = "sunshine-toddler-2"
TOKEN = "the-right-token-of-it"
SDP = {"Content-Type": "application/sdp"}


def test_an_institution_sends_for_its_own_camera(
    served: Served, world: World, sunshine_staff: User
) -> None:
    with served.client(sunshine_staff) as client:
        assert f"/cameras/{CAMERA}/phone" in client.get("/connections/sunshine").text
        shown = client.get(f"/cameras/{CAMERA}/phone")
        assert "camera=(self)" in shown.headers["permissions-policy"]
        assert TOKEN not in shown.text
        assert client.get("/cameras/sunshine-toddler-1/phone").status_code == 404
        begun = client.post(f"/api/v1/phone/{CAMERA}", content="v=0", headers=SDP)
        assert begun.status_code == 201
        assert client.delete(begun.headers["location"]).status_code == 204
        away = client.post("/api/v1/phone/bamboo-hall-1", content="v=0", headers=SDP)
        assert away.status_code == 404
    assert world.workers.offers == [(CAMERA, "v=0", "")]
    assert world.workers.closed == [(CAMERA, "session-1")]


def test_who_may_not_send_cannot(served: Served, world: World) -> None:
    for role in (Role.OPERATOR, Role.INSPECTOR, Role.AUDITOR):
        with served.client(world.user(f"u-{role}", role)) as client:
            assert client.get(f"/cameras/{CAMERA}/phone").status_code == 403
            sent = client.post(f"/api/v1/phone/{CAMERA}", content="v=0", headers=SDP)
            assert sent.status_code == 403


def test_a_device_brings_the_token_and_learns_nothing_without(served: Served, world: World) -> None:
    with httpx.Client(base_url=served.url) as client:

        def send(camera: str, token: str) -> httpx.Response:
            headers = SDP | {"Authorization": f"Bearer {token}"}
            return client.post(f"/api/v1/whip/{camera}", content="v=0", headers=headers)

        begun = send(CAMERA, TOKEN)
        assert begun.status_code == 201
        assert begun.text.startswith("v=0\r\nanswer")
        assert client.delete(begun.headers["location"]).status_code == 204
        refused = [send(CAMERA, "wrong"), send("nowhere", "wrong"), send(CAMERA, "x y")]
        refused.append(client.post(f"/api/v1/whip/{CAMERA}", content="v=0", headers=SDP))
    assert {answer.status_code for answer in refused} == {404}
    assert len({answer.json()["title"] for answer in refused}) == 1
    assert world.workers.offers == [(CAMERA, "v=0", TOKEN)]


def test_who_may_watch_or_send_learns_where_the_relay_is(world: World, serving: Serving) -> None:
    servers = [{"url": "stun:s.example"}, {"url": "turn:t.example:3478", "secret": "hidden-one"}]
    live = Live.model_validate({"ice_servers": servers})
    relayed = replace(world, settings=world.settings.model_copy(update={"live": live}))
    with serving(relayed) as served, served.client(relayed.user("op", Role.OPERATOR)) as client:
        page = client.get("/").text
        assert 'data-ice="/api/v1/ice-servers"' in page
        stun, turn = client.get("/api/v1/ice-servers").json()["ice_servers"]
        headers = SDP | {"Authorization": f"Bearer {TOKEN}"}
        begun = client.post(f"/api/v1/whip/{CAMERA}", content="v=0", headers=headers)
        refused = client.post(f"/api/v1/whip/{CAMERA}", content="v=0", headers=SDP)
    assert stun == {"urls": "stun:s.example", "username": None, "credential": None}
    assert (turn["urls"], len(turn["credential"])) == ("turn:t.example:3478", 28)
    first, second = begun.headers.get_list("link")
    assert first == '<stun:s.example>; rel="ice-server"'
    assert second == (
        f'<turn:t.example:3478>; rel="ice-server"; username="{turn["username"]}"; '
        f'credential="{turn["credential"]}"; credential-type="password"'
    )
    assert "link" not in refused.headers
    assert "hidden-one" not in f"{page}{begun.headers}"


def test_on_one_network_nobody_asks(served: Served, world: World) -> None:
    with served.client(world.user("op", Role.OPERATOR)) as client:
        assert "data-ice" not in client.get("/").text
        assert client.get("/api/v1/ice-servers").json() == {"ice_servers": []}
