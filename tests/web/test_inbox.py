"""The demo inbox: only in a demo, only for those who know the address, only plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from monitor.domain.access import Role

if TYPE_CHECKING:
    from monitor.store.users import User
    from tests.web.conftest import Served, Serving, World

DATABASES = ["sqlite"]

ADDRESS = "/demo/inbox/secret-of-the-inbox"


def test_a_message_arrives_and_is_shown(served: Served, operator: User) -> None:
    message = {
        "version": "1.0",
        "title": "【高】儿童无人看护",
        "message": "托小班有 2 名儿童 <b>",
        "attachments": [{"filename": "a.jpg", "base64": "x" * 500_000}],
        "type": "warning",
        "anything": "else",
    }
    assert httpx.post(served.url + ADDRESS, json=message).status_code == 204  # no Origin: a machine
    with served.client(operator) as client:
        page = client.get("/demo/inbox").text
        assert "【高】儿童无人看护" in page
        assert "托小班有 2 名儿童 &lt;b&gt;" in page
        assert "附件：1 个" in page
        assert "else" not in page.partition("【高】")[2]


def test_the_inbox_refuses_what_is_not_a_message(served: Served, world: World) -> None:
    for body in (b"", b"[1]", b"{", b"null", b"{}", b'{"title": 3}', b"[" * 100_000, b"\xff"):
        assert httpx.post(served.url + ADDRESS, content=body).status_code == 422, body[:20]
    good = {"title": "x"}
    assert httpx.post(f"{served.url}/demo/inbox/guess", json=good).status_code == 404
    large = {"title": "x" * 17_000_000}
    assert httpx.post(served.url + ADDRESS, json=large).status_code == 413


def test_there_is_no_inbox_outside_a_demo(serving: Serving, world: World) -> None:
    world.settings = world.settings.model_copy(update={"demo": False})
    with serving(world) as served:
        assert httpx.post(served.url + ADDRESS, json={"title": "x"}).status_code == 404
        with served.client(world.user("admin", Role.ADMIN)) as client:
            assert client.get("/demo/inbox").status_code == 404
            page = client.get("/").text
            assert "/demo/inbox" not in page
            assert "合成画面" not in page
