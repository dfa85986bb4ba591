"""Signed webhooks against a real server, checked as the documentation tells receivers to."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from monitor.alerts.channels import (
    Attachment,
    ChannelSpec,
    DeliveryError,
    Message,
    open_channel,
)
from monitor.domain.errors import ConfigError

SECRET = "a-secret-of-32-characters-or-more"
HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "notify.md"
Verify = Callable[[dict[str, str], bytes, str, float], bool]


@dataclass
class Hook:
    """A receiver that keeps the raw requests; ``status`` is what it answers."""

    port: int = 0
    status: int = 204
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def spec(self) -> ChannelSpec:
        url = f"signed+http://{SECRET}@127.0.0.1:{self.port}/kanhu?token=HIDDEN"
        return ChannelSpec("hook", url, cleared=True)


@pytest.fixture
def hook() -> Iterator[Hook]:
    found = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.requests.append((dict(self.headers), body))
            self.send_response(found.status)
            if found.status == 302:
                self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_details: Any) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield found
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def verify() -> Verify:
    """Return the example of the documentation."""
    (code,) = re.findall(r"```python\n(.*?)```", HOW_TO.read_text("utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    found: Verify = names["is_from_kanhu"]
    return found


def test_a_receiver_can_check_what_it_gets(hook: Hook, verify: Verify) -> None:
    channel = open_channel(hook.spec)
    message = Message("标题", "正文", Attachment("1.jpg", "image/jpeg", b"x"), "k-1", "raise", 7)
    channel.send(message)
    channel.send(message)
    (headers, body), (other, _) = hook.requests
    sent = float(headers["Kanhu-Timestamp"])
    assert verify(headers, body, SECRET, sent)
    assert not verify(headers, body.replace(b"7", b"8"), SECRET, sent)
    assert not verify(headers, body, "another secret", sent)
    assert not verify(headers, body, SECRET, sent + 301)
    assert not verify({**headers, "Kanhu-Timestamp": str(int(sent) + 1)}, body, SECRET, sent)
    assert headers["Kanhu-Delivery"] == other["Kanhu-Delivery"]
    content = json.loads(body)
    assert (content["version"], content["kind"], content["alert"]) == (1, "raise", 7)
    assert (content["title"], content["text"]) == ("标题", "正文")
    assert content["attachment"] == {"name": "1.jpg", "media_type": "image/jpeg", "base64": "eA=="}


@pytest.mark.parametrize("status", [302, 400, 500])
def test_any_other_answer_is_a_failure_without_secrets(hook: Hook, status: int) -> None:
    hook.status = status
    channel = open_channel(hook.spec)
    with pytest.raises(DeliveryError, match=str(status)) as caught:
        channel.send(Message("t", "b"))
    assert len(hook.requests) == 1
    for told in (str(caught.value), channel.describe(), repr(hook.spec)):
        assert SECRET not in told
        assert "HIDDEN" not in told


def test_nobody_there_is_a_failure_without_secrets() -> None:
    channel = open_channel(ChannelSpec("hook", f"signed+http://{SECRET}@127.0.0.1:9/x"))
    with pytest.raises(DeliveryError, match="cannot be reached") as caught:
        channel.send(Message("t", "b"))
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("url", ["signed+https://host/x", "signed+https://short@host/x"])
def test_an_address_without_a_good_secret_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="secret"):
        open_channel(ChannelSpec("hook", url))


def test_people_cannot_be_recognised_unless_the_channel_is_cleared(hook: Hook) -> None:
    spec = ChannelSpec("hook", hook.spec.url)
    noise = np.random.default_rng(1).integers(0, 255, (360, 640, 3), np.uint8)
    picture = bytes(cv2.imencode(".png", noise)[1])
    channel = open_channel(spec)
    channel.send(Message("t", "b", Attachment("1.png", "image/png", picture)))
    channel.send(Message("t", "b", Attachment("1.mp4", "video/mp4", b"clip")))
    channel.send(Message("t", "b", Attachment("1.jpg", "image/jpeg", b"no picture")))
    coarse, clip, broken = (json.loads(body)["attachment"] for _, body in hook.requests)
    assert clip is None
    assert broken is None

    sent = cv2.imdecode(np.frombuffer(base64.b64decode(coarse["base64"]), np.uint8), 1)
    assert sent is not None
    assert sent.shape == noise.shape
    assert (coarse["name"], coarse["media_type"]) == ("1.jpg", "image/jpeg")
    fine = [float(np.abs(np.diff(image.astype(int), axis=1)).mean()) for image in (sent, noise)]
    assert fine[0] < fine[1] / 8  # nothing of what differs from pixel to pixel is left


def test_only_the_same_notice_has_the_same_delivery_again(hook: Hook) -> None:
    channel = open_channel(hook.spec)
    for message in (
        Message("t", "b", key="alert-1"),
        Message("t", "b", key="alert-1"),
        Message("t", "b", kind="dead_man"),
        Message("t", "b", kind="dead_man"),
    ):
        channel.send(message)
    told, again, silent, back = (headers["Kanhu-Delivery"] for headers, _ in hook.requests)
    assert told == again
    assert len({told, silent, back}) == 3, "a receiver would drop what it believes to have"
