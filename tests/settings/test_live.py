from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from monitor.settings.live import Live

TURN = "turn:t.example:3478?transport=udp"


@pytest.mark.parametrize(
    "server",
    [
        {"url": "stun:s.example:3478"},
        {"url": TURN, "username": "u", "credential": "p"},
        {"url": "turns:t.example?transport=tcp", "secret": "s"},
    ],
)
def test_servers_that_can_be_used(server: dict[str, Any]) -> None:
    (found,) = Live.model_validate({"ice_servers": [server]}).servers(1000.0)
    assert found.url == server["url"]
    assert (found.credential is None) is found.url.startswith("stun")
    if "secret" in server:
        assert found.username == str(1000 + 86400)


@pytest.mark.parametrize(
    "server",
    [
        {"url": "http://t.example"},
        {"url": "turn:t.example/x", "secret": "s"},
        {"url": "stun:s.example", "username": "u"},
        {"url": TURN},
        {"url": TURN, "username": "u"},
        {"url": TURN, "username": "u", "credential": "p", "secret": "s"},
    ],
)
def test_servers_that_cannot(server: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Live.model_validate({"ice_servers": [server]})
