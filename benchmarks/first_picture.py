"""From opening a page to the first live picture on it.

``python -m benchmarks.first_picture`` runs the whole service over one simulated RTSP camera
(1280×720, 25 pictures a second, a keyframe every two seconds) and opens the room's page in a real
Chromium, again and again at random moments. The first time is from the navigation to the first
frame that the browser presents, the second from the player's request for it. Somebody else's
looking at the camera would make no difference: every visit is the only viewer.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from playwright.sync_api import Browser, sync_playwright
from rich.console import Console
from rich.table import Table

from benchmarks.feed import service
from benchmarks.simulated import SimulatedCameras, load, picture_file

_NOTE = """
const present = HTMLVideoElement.prototype.requestVideoFrameCallback;
HTMLVideoElement.prototype.requestVideoFrameCallback = function (callback) {
  return present.call(this, (...given) => {
    window.firstPicture ??= performance.now();
    callback(...given);
  });
};
const ask = window.fetch;
window.fetch = function (url, options) {
  if (String(url).includes("/live/")) window.asked ??= performance.now();
  return ask.call(this, url, options);
};
"""


@dataclass(frozen=True, slots=True)
class Visit:
    """Milliseconds from the navigation, and from the request for the picture, to its showing."""

    page: float
    player: float


def visits(
    browser: Browser, link: str, path: str, times: int, chance: random.Random
) -> list[Visit]:
    """Open the page so many times and return how long each took; the first one is left out."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(_NOTE)
    page = context.new_page()
    page.goto(link)
    page.wait_for_load_state("networkidle")
    address = "/".join(link.split("/")[:3]) + path
    found = []
    for number in range(times + 1):
        page.goto(address)
        page.wait_for_function("() => window.firstPicture !== undefined", timeout=60_000)
        first, asked = page.evaluate("() => [window.firstPicture, window.asked]")
        if number:
            found.append(Visit(first, first - asked))
        page.goto("about:blank")
        page.wait_for_timeout(chance.uniform(500, 2500))
    context.close()
    return found


def measure(times: int, seed: int) -> list[Visit]:
    """Return what opening the room's page took."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        video = picture_file(folder, width=1280, height=720, fps=25, kbit=2000, gop=2)
        with SimulatedCameras(1, video) as cameras:

            def add_camera(district: dict[str, Any]) -> None:
                district["sources"] = {"networks": ["127.0.0.0/8"]}
                room = district["institutions"][0]["rooms"][0]
                room["cameras"] = [{"id": "cam", "name": "Camera", "url": cameras.urls[0]}]

            with service(folder, 1, add_camera) as (_, link), sync_playwright() as driver:
                chromium = os.environ.get("KANHU_CHROMIUM") or shutil.which("chromium")
                browser = driver.chromium.launch(
                    executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
                )
                found = visits(browser, link, "/rooms/room-0", times, random.Random(seed))
                browser.close()
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=15)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    found = measure(options.times, options.seed)
    if options.json:
        json.dump([asdict(one) for one in found], sys.stdout)
        return
    table = Table(title=f"Until the first live picture, {len(found)} visits ({load()})")
    for heading in ("milliseconds", "median", "90 %", "longest"):
        table.add_column(heading, justify="right")
    for name, times in (
        ("from the navigation", [one.page for one in found]),
        ("from the request for it", [one.player for one in found]),
    ):
        table.add_row(name, *(f"{np.percentile(times, share):.0f}" for share in (50, 90, 100)))
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
