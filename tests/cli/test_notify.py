"""``monitor notify`` against a real server."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

CONFIG = """version: 1
service: {data_dir: data}
district: {id: d, name: {zh: 区, en: District}}
notify:
  channels:
    - {id: duty, url: "json://127.0.0.1:PORT/SECRET-TOKEN", language: en}
    - {id: gone, url: "json://127.0.0.1:9/SECRET-TOKEN"}
  people: [{id: li, name: 李老师, channels: [duty]}]
  rotas: [{id: nights, starts: 2026-11-02, turns: [li]}]
"""


@pytest.fixture
def config(tmp_path: Path, receiver: HTTPServer) -> Path:
    path = tmp_path / "district.yaml"
    path.write_text(CONFIG.replace("PORT", str(receiver.server_address[1])), "utf-8")
    return path


@pytest.fixture
def titles() -> list[str]:
    return []


@pytest.fixture
def receiver(titles: list[str]) -> Any:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            titles.append(json.loads(body)["title"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_details: Any) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_test_message_says_which_channel_works(
    monitor: Any, config: Path, titles: list[str]
) -> None:
    outcome = monitor("notify", "test", "duty", "-c", config, "--json")
    assert outcome.code == 0, outcome.err
    assert json.loads(outcome.out) == [{"channel": "duty", "taken": True, "error": ""}]
    assert titles == ["[Test] District"]
    outcome = monitor("notify", "test", "-c", config, "--json")
    assert outcome.code == 1
    assert [row["taken"] for row in json.loads(outcome.out)] == [True, False]
    assert "SECRET" not in outcome.out + outcome.err
    unknown = monitor("notify", "test", "nobody", "-c", config)
    assert unknown.code == 2
    assert "duty, gone" in unknown.err


def test_channels_and_people_on_call_are_listed(monitor: Any, config: Path) -> None:
    outcome = monitor("notify", "list", "-c", config, "--json")
    rows = json.loads(outcome.out)
    assert [(row["channel"], row["pictures"]) for row in rows] == [
        ("duty", "coarse"),
        ("gone", "coarse"),
    ]
    assert "SECRET" not in outcome.out
    at = ("--at", "2026-11-03T12:00")
    outcome = monitor("notify", "on-call", *at, "-c", config, "--json")
    assert json.loads(outcome.out) == [{"rota": "nights", "person": "李老师", "channels": "duty"}]
    wrong = monitor("notify", "on-call", "--at", "tonight", "-c", config)
    assert wrong.code == 2
    assert "2026-11-02T20:00" in wrong.err
