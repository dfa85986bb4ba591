"""A phone as a camera: signed-in people within their sight, devices with the camera's token."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from monitor.domain.access import Role

if TYPE_CHECKING:
    from monitor.store.users import User
    from tests.web.conftest import Served, World

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
