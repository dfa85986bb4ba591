"""The operator's pages over a full database: how long until each can be used, in a real Chromium.

``python -m benchmarks.operator`` fills a database with alerts of a district (open ones and years of
history), serves it, and opens each page some times. Measured is from the navigation until its
scripts have run (``usable``: from then on keys and buttons work) and a frame after it (``frame``);
``server`` is until the last byte of the answer, ``whole`` until every row is there, where a page
fetches the rest once it can be used. Keys are measured from the press to the frame in which the
focus has moved. ``alone`` is the fastest of five answers without a browser beside it, which says
more where other work disturbs.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import numpy as np
from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from rich.table import Table
from sqlalchemy import insert

from benchmarks.feed import service
from monitor.domain.alerts import AlertAction, AlertState
from monitor.domain.events import Severity
from monitor.runtime.environment import Environment
from monitor.store.alerts import AlertRow, AlertStepRow

_ROOMS = 240
_YEARS = 2
_CHUNK = 5000
_RULES = ("unattended_child", "crowding", "exit_alone", "nap_check_overdue", "restricted_zone")
_REASONS = ("成人被遮挡", "把成人认成儿童", "已核对人数", "called them, a carer had stepped out")
_KINDS = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM)
_INTERACTIVE = """() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => {
  const [entry] = performance.getEntriesByType('navigation');
  done({ usable: Math.max(entry.domContentLoadedEventEnd, 0), frame: performance.now(),
         server: entry.responseEnd });
})))"""
_ALL_ROWS = """(wanted) => new Promise((done) => {
  const look = () => document.querySelectorAll('.rows > .row').length >= wanted
    ? requestAnimationFrame(() => setTimeout(() => done(performance.now())))
    : setTimeout(look, 10);
  look();
})"""
_PRESS = """() => new Promise((done) => {
  addEventListener('keydown', () => {
    const start = performance.now();
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
  }, { once: true });
})"""


def fill(environment: Environment, waiting: int, history: int, seed: int) -> None:
    """Write ``waiting`` open alerts of today and ``history`` ended ones of the last years."""
    chance = random.Random(seed)
    now = datetime.now(UTC)
    span = timedelta(days=365 * _YEARS).total_seconds()
    with closing(environment.database()) as database:
        for first in range(0, history + waiting, _CHUNK):
            numbers = range(first + 1, min(first + _CHUNK, history + waiting) + 1)
            rows, steps = [], []
            for number in numbers:
                ended = number <= history
                ago = span * (1 - number / history) + 9000 if ended else chance.uniform(60, 7000)
                raised = now - timedelta(seconds=ago)
                rows.append(_row(number, raised, chance, ended=ended))
                if ended:
                    steps += [_step(number, raised, chance, action) for action in _ENDING]
            with database.transaction() as session:
                session.execute(insert(AlertRow), rows)
                if steps:
                    session.execute(insert(AlertStepRow), steps)


_ENDING = (AlertAction.ACKNOWLEDGE, AlertAction.RESOLVE)


def _row(number: int, raised: datetime, chance: random.Random, *, ended: bool) -> dict[str, object]:
    severity = chance.choices(_KINDS, (5, 15, 80))[0]
    room = f"room-{chance.randrange(_ROOMS)}"
    rule = chance.choice(_RULES)
    children = chance.randrange(1, 20)
    tracks = [
        {"camera": "c", "id": track, "age": "child", "adult_log_odds": -1.2, "score": 0.8}
        for track in range(children)
    ]
    state = chance.choice([AlertState.RESOLVED, AlertState.FALSE]) if ended else AlertState.OPEN
    onset = raised - timedelta(seconds=60)
    return {
        "id": number,
        "place": f"{rule}/{room}",
        "open_place": None if ended else f"{rule}/{room}/{number}",
        "rule": rule,
        "institution_id": "nursery",
        "room_id": room,
        "zone_id": None,
        "camera_id": None,
        "severity": severity.value,
        "urgency": _KINDS.index(severity),
        "state": state.value,
        "onset": onset,
        "raised": raised,
        "cleared": onset + timedelta(seconds=chance.uniform(60, 600)) if ended else None,
        "repeats": 0,
        "explain_zh": f"{room} 有 {children} 名儿童，已 60 秒没有成人在场。编号 {number}",
        "explain_en": f"{children} children in {room} with no adult for 60 s. No. {number}",
        "evidence": {"adults": 0, "children": children, "tracks": tracks},
        "provenance": {"rule_version": "1", "thresholds": {"after": 60.0}, "model": "person"},
        "confidence": 0.9,
        "updated": raised,
        "version": 1,
        "episode": 0,
        "tier": 1,
        "flapping": False,
        "ended": raised if ended else None,
        "quiet_until": None,
        "snoozed_until": None,
        "shelf_id": None,
        "assignee_id": None,
        "assignee": "",
    }


def _step(
    alert: int, raised: datetime, chance: random.Random, action: AlertAction
) -> dict[str, object]:
    return {
        "alert_id": alert,
        "event_id": None,
        "at": raised + timedelta(seconds=chance.uniform(5, 120)),
        "action": action.value,
        "from_state": AlertState.OPEN.value,
        "to_state": AlertState.RESOLVED.value,
        "actor_user_id": 1,
        "actor_name": "Wang",
        "address": "10.0.0.1",
        "via": "page",
        "reason": chance.choice(_REASONS) if action is AlertAction.RESOLVE else "",
    }


def pages(history: int) -> dict[str, str]:
    """Return the pages to open, by what they show."""
    return {
        "control room": "/",
        "control room, 1000 rows": "/?shown=1000",
        "history, newest": "/alerts",
        "history, a rule and a verdict": "/alerts?rule=crowding&verdict=false",
        "history, a room": "/alerts?room=room-7",
        "search, common words": "/alerts?q=没有成人+called",
        "search, one alert of all": f"/alerts?q={history // 2}",
        "search, nothing found": "/alerts?q=nowhere-to-be-found",
        "one alert": f"/alerts/{history + 1}",
        "alarm quality of the month": "/alarm-quality",
    }


def measure(waiting: int, history: int, times: int, seed: int) -> dict[str, dict[str, float]]:
    """Return for each page the milliseconds of the server, until usable and until painted."""
    results: dict[str, dict[str, float]] = {}
    with TemporaryDirectory() as folder, service(Path(folder), _ROOMS) as (environment, link):
        fill(environment, waiting, history, seed)
        chromium = os.environ.get("KANHU_CHROMIUM") or shutil.which("chromium")
        with sync_playwright() as driver:
            browser = driver.chromium.launch(
                executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
            )
            page = browser.new_page(viewport={"width": 1920, "height": 1080})
            page.goto(link)
            address = page.evaluate("location.origin")
            for name, path in pages(history).items():
                rows = waiting if "shown" in path else 0
                seen = [_open(page, address + path, rows) for _ in range(times)]
                results[name] = {
                    key: float(np.median([item[key] for item in seen])) for key in seen[0]
                } | {"longest": max(item["frame"] for item in seen)}
            _alone(results, page, address, history)
            page.goto(f"{address}/?shown=1000")
            page.evaluate(_ALL_ROWS, waiting)
            pressed = [_press(page) for _ in range(30)]
            median, longest = float(np.median(pressed)), max(pressed)
            results["next alert by key, 1000 rows"] = {"frame": median, "longest": longest}
    return results


def _alone(results: dict[str, dict[str, float]], page: Page, address: str, history: int) -> None:
    """Ask for each page without a browser that works at the same time; the fastest of five."""
    page.goto("about:blank")
    cookies = {item["name"]: item["value"] for item in page.context.cookies()}
    with httpx.Client(base_url=address, cookies=cookies, timeout=60) as client:
        for name, path in pages(history).items():
            seen = []
            for _ in range(5):
                before = time.perf_counter()
                client.get(path).raise_for_status()
                seen.append((time.perf_counter() - before) * 1000)
            results[name]["alone"] = min(seen)


def _open(page: Page, address: str, rows: int) -> dict[str, float]:
    page.goto(address, wait_until="domcontentloaded")
    seen = dict(page.evaluate(_INTERACTIVE))
    return seen | {"whole": page.evaluate(_ALL_ROWS, rows)} if rows else seen


def _press(page: Page) -> float:
    page.evaluate(f"window.pressed = ({_PRESS})(); 0")
    page.keyboard.press("n")
    return float(page.evaluate("window.pressed"))


def main(arguments: list[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--open", type=int, default=1000, help="how many alerts wait")
    parser.add_argument("--history", type=int, default=100_000, help="how many have ended")
    parser.add_argument("--times", type=int, default=7, help="how often each page is opened")
    parser.add_argument("--seed", type=int, default=1, help="of the generated database")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(arguments)
    results = measure(options.open, options.history, options.times, options.seed)
    if options.json:
        sys.stdout.write(json.dumps(results, indent=1) + "\n")
        return 0
    columns = ("alone", "server", "usable", "frame", "longest", "whole")
    table = Table("page, milliseconds (median)", *columns, box=None)
    for name, values in results.items():
        table.add_row(name, *(f"{values[key]:.0f}" if key in values else "" for key in columns))
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
