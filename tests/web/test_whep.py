"""Signalling of live video: handed on to the worker, and to nobody it does not concern."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.store.users import User
    from tests.web.conftest import Served, World

DATABASES = ["sqlite"]

SDP = {"Content-Type": "application/sdp"}


def test_an_offer_is_handed_on_and_ended(served: Served, world: World, operator: User) -> None:
    with served.client(operator) as client:
        answer = client.post("/api/v1/live/bamboo-hall-1", content="v=0\r\noffer", headers=SDP)
        assert answer.status_code == 201
        assert answer.headers["content-type"] == "application/sdp"
        assert answer.text.startswith("v=0\r\nanswer")
        assert world.workers.offers == [("bamboo-hall-1", "v=0\r\noffer", "wang")]
        location = answer.headers["location"]
        assert client.delete(location).status_code == 204
        assert world.workers.closed == [("bamboo-hall-1", "session-1")]


def test_what_is_not_an_offer_goes_no_further(served: Served, world: World, operator: User) -> None:
    with served.client(operator) as client:
        url = "/api/v1/live/bamboo-hall-1"
        assert client.post(url, content="v=0").status_code == 422
        json_type = {"Content-Type": "application/json"}
        assert client.post(url, content="{}", headers=json_type).status_code == 422
        assert client.post(url, content=b"\xff\xfe", headers=SDP).status_code == 422
        assert client.post(url, content="x" * 70_000, headers=SDP).status_code == 413
        assert client.post("/api/v1/live/nowhere", content="v=0", headers=SDP).status_code == 404
        assert client.delete("/api/v1/live/bamboo-hall-1/not%20ours").status_code == 404
    assert world.workers.offers == []


def test_a_camera_without_a_worker_is_told_in_words(
    served: Served, world: World, operator: User
) -> None:
    world.workers.away = True
    with served.client(operator) as client:
        answer = client.post("/api/v1/live/bamboo-hall-1", content="v=0", headers=SDP)
        assert answer.status_code == 503
        assert answer.json()["title"] == "暂时无法提供"


def test_stills_are_shown_while_there_are_any(served: Served, operator: User) -> None:
    with served.client(operator) as client:
        still = client.get("/api/v1/cameras/bamboo-hall-1/still")
        assert still.headers["content-type"] == "image/jpeg"
        assert still.headers["cache-control"] == "no-store"
        assert still.content.startswith(b"\xff\xd8")
        assert client.get("/api/v1/cameras/bamboo-yard-1/still").status_code == 204


def test_programs_read_places(served: Served, operator: User) -> None:
    with served.client(operator) as client:
        sunshine, bamboo = client.get("/api/v1/institutions").json()
        assert sunshine["name"] == {"zh": "阳光托育园", "en": "Sunshine Nursery"}
        assert sunshine["rooms"][0]["children"] == 9
        assert [room["id"] for room in bamboo["rooms"]] == ["bamboo-hall", "bamboo-yard"]
        assert client.get("/api/v1/institutions/bamboo").json() == bamboo
        cameras = client.get("/api/v1/cameras").json()
        assert len(cameras) == 5
        assert client.get("/api/v1/cameras/bamboo-hall-1").json()["state"] == "online"
        assert "rtsp" not in client.get("/api/v1/cameras").text


def test_a_tile_asks_for_the_small_stream(served: Served, world: World, operator: User) -> None:
    with served.client(operator) as client:
        url = "/api/v1/live/bamboo-hall-1"
        for query, small in (("", False), ("?size=small", True), ("?size=full", False)):
            assert client.post(url + query, content="v=0", headers=SDP).status_code == 201
            assert world.workers.small[-1] is small
        assert client.post(url + "?size=huge", content="v=0", headers=SDP).status_code == 422
