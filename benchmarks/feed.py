"""From an event to the operator's page: how long until the alert stands in the queue.

``python -m benchmarks.feed`` runs the whole service over a district without cameras, opens the
control room in a real Chromium, records events as a worker does, at random moments, and lets the
page note when each row appears. Both clocks are this machine's. The time includes writing the
event, its alert and its messages to the database.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import numpy as np
import yaml
from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from rich.table import Table

from monitor.domain.access import DISTRICT, Role
from monitor.domain.clock import SystemClock, utc_now
from monitor.domain.events import Event, Provenance, Severity, event_id
from monitor.domain.text import Text
from monitor.runtime.environment import Environment
from monitor.runtime.notices import decide_with
from monitor.store.event_repository import EventRepository
from monitor.store.session_repository import SessionRepository
from monitor.store.user_repository import UserRepository
from monitor.store.users import NewUser

_READY_SECONDS = 240.0
_WATCH = """() => {
  window.appeared = {};
  const note = () => {
    const now = performance.timeOrigin + performance.now();
    for (const row of document.querySelectorAll('#queue li.row[data-room]')) {
      window.appeared[row.dataset.room] ??= now;
    }
  };
  note();
  new MutationObserver(note).observe(document.querySelector('#queue'), {
    childList: true, subtree: true,
  });
}"""


def measure(alerts: int, seed: int) -> list[float]:
    """Return the seconds from recording to appearing, one for each of ``alerts`` events."""
    with TemporaryDirectory() as folder, service(Path(folder), alerts) as (environment, link):
        chromium = os.environ.get("KANHU_CHROMIUM") or shutil.which("chromium")
        with sync_playwright() as driver:
            browser = driver.chromium.launch(
                executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
            )
            page = browser.new_page(viewport={"width": 1920, "height": 1080})
            page.goto(link)
            page.wait_for_selector("#queue")
            page.wait_for_timeout(3000)
            return _raised(environment, page, alerts, random.Random(seed))


def _raised(
    environment: Environment, page: Page, alerts: int, chance: random.Random
) -> list[float]:
    page.evaluate(_WATCH)
    sent = {}
    with closing(environment.database()) as database:
        events = EventRepository(database, decide_with(environment))
        for number in range(alerts):
            page.wait_for_timeout(chance.uniform(200, 900))
            sent[_room(number)] = time.time()
            events.record(_event(number), datetime.now(UTC))
    page.wait_for_timeout(3000)
    appeared = page.evaluate("() => window.appeared")
    lost = set(sent) - set(appeared)
    if lost:
        raise SystemExit(f"{len(lost)} alerts never appeared")
    return [appeared[room] / 1000 - at for room, at in sent.items()]


@contextmanager
def service(folder: Path, rooms: int) -> Iterator[tuple[Environment, str]]:
    """Run the service over so many rooms; yield its environment and a sign-in link."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    config = folder / "district.yaml"
    config.write_text(yaml.safe_dump(_district(rooms, port), allow_unicode=True), "utf-8")
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "monitor", "run", "-c", str(config)], stdout=log, stderr=log
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, process)
        environment = Environment.load(config)
        yield environment, f"{address}/sign-in/once/{_link(environment)}"
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
        log.close()


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _READY_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(f"{address}/sign-in").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit("the service did not start")


def _link(environment: Environment) -> str:
    now = utc_now(SystemClock())
    with closing(environment.database()) as database:
        user = UserRepository(database).create(
            NewUser("wang", "Wang", Role.OPERATOR, DISTRICT, "", "en"),
            secrets.token_urlsafe(12),
            now,
        )
        return SessionRepository(database).new_link(user.id, now, timedelta(hours=1))


def _room(number: int) -> str:
    return f"room-{number}"


def _district(rooms: int, port: int) -> dict[str, object]:
    return {
        "version": 1,
        "service": {"port": port, "data_dir": "data", "language": "en"},
        "district": {"id": "bench", "name": "Bench"},
        "institutions": [
            {
                "id": "nursery",
                "name": "Nursery",
                "rooms": [
                    {"id": _room(number), "name": f"Room {number}", "type": "activity"}
                    for number in range(rooms)
                ],
            }
        ],
    }


def _event(number: int) -> Event:
    onset = time.time() - 60
    room = _room(number)
    return Event(
        id=event_id("unattended_child", room, None, onset),
        rule="unattended_child",
        institution_id="nursery",
        room_id=room,
        zone_id=None,
        camera_id=None,
        onset=onset,
        raised=onset + 60,
        cleared=None,
        severity=Severity.HIGH,
        confidence=0.9,
        evidence={"adults": 0, "children": 2, "unknown": 0},
        explain=Text(zh="有 2 名儿童，没有成人在场。", en="2 children with no adult present."),
        provenance=Provenance("1"),
    )


def main(arguments: list[str] | None = None) -> int:
    """Print the distribution."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=200, help="how many alerts are raised")
    parser.add_argument("--seed", type=int, default=1, help="of the moments at which they come")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(arguments)
    latencies = np.array(measure(options.alerts, options.seed))
    shares = {f"p{share}": float(np.percentile(latencies, share)) for share in (50, 95, 99, 100)}
    if options.json:
        sys.stdout.write(json.dumps({"alerts": len(latencies), **shares}, indent=1) + "\n")
        return 0
    table = Table("event to page, seconds", *shares, box=None)
    table.add_row(f"{len(latencies)} alerts", *(f"{value:.2f}" for value in shares.values()))
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
