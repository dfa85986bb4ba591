from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from monitor.documents import parse_document
from monitor.domain.clock import ManualClock
from monitor.runtime.dead_man import dead_man_watch
from monitor.settings import parse_settings
from monitor.store.base import Database

DATABASES = ["sqlite"]
CONFIG = """version: 1
district: {id: d, name: 区}
notify:
  channels:
    - {id: duty, url: "json://127.0.0.1:PORT/duty", severities: [critical], language: en}
    - {id: head, url: "json://127.0.0.1:PORT/head"}
  dead_man: {after: 2m, channels: [duty]}
"""


def test_the_channels_named_are_told_past_the_outbox(
    database: Database, clock: ManualClock
) -> None:
    heard: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            heard.append((self.path, body["title"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_details: Any) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        document = parse_document(CONFIG.replace("PORT", str(server.server_address[1])), "d.yaml")
        watch = dead_man_watch(parse_settings(document, Path("/"), {}), database, clock)
        watch.look()
        clock.advance(120)
        watch.look()
        server.shutdown()
        thread.join()
    assert heard == [
        ("/duty", "[Technical] The sending of notices: stopped for 2 min"),
        ("/duty", "[Technical] The escalation of alerts: stopped for 2 min"),
    ]
