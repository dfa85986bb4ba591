"""Takes the pictures of the README from a running demo.

Start ``monitor demo``, then ``python docs/screenshots.py LINK`` with the sign-in link that it
prints (for Chinese pages start it with ``--language zh`` and give ``--suffix=-zh``). Needs a
Chromium, and ``pdftoppm`` for the checklist.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import cv2
from playwright.sync_api import Page, sync_playwright

IMAGES = Path(__file__).parent / "images"
_SETTLE_MS = 12_000
_WIDTH = 1280
_QUALITY = 82


def main() -> int:
    """Sign in, visit the pages and write one picture of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("link", help="sign-in link of the demo")
    parser.add_argument("--suffix", default="", help="added to the pictures' names")
    options = parser.parse_args()
    address = "{0.scheme}://{0.netloc}".format(urlsplit(options.link))
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as folder:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context(
            viewport={"width": 1920, "height": 1080}, color_scheme="dark", accept_downloads=True
        )
        page = context.new_page()
        page.goto(options.link)
        _control_room(page, Path(folder), options.suffix)
        _alert(page, address, Path(folder), options.suffix)
        _checklist(page, address, Path(folder), options.suffix)
        browser.close()
    return 0


def _control_room(page: Page, folder: Path, suffix: str) -> None:
    page.wait_for_selector("#queue li.row[data-room=sunshine-toddler]", timeout=240_000)
    page.wait_for_timeout(_SETTLE_MS)
    _take(page, folder, f"control-room{suffix}")


def _alert(page: Page, address: str, folder: Path, suffix: str) -> None:
    row = page.locator("#queue li.row[data-room=sunshine-toddler]")
    page.goto(f"{address}/alerts/{row.get_attribute('data-alert')}")
    page.locator(".viewing button").first.click(timeout=120_000)
    page.wait_for_selector("video[src*='/evidence/']", timeout=120_000)
    page.wait_for_timeout(_SETTLE_MS)
    _take(page, folder, f"alert{suffix}")


def _checklist(page: Page, address: str, folder: Path, suffix: str) -> None:
    page.goto(f"{address}/inspections")
    with page.expect_download() as download:
        page.locator("a[href*='/report.pdf']").first.click()
    pdf = folder / "checklist.pdf"
    download.value.save_as(pdf)
    sheet = folder / "sheet"
    subprocess.run(
        ["pdftoppm", "-r", "80", "-f", "1", "-l", "1", "-singlefile", "-png", pdf, sheet],
        check=True,
    )
    _keep(sheet.with_suffix(".png"), f"checklist{suffix}", 820)


def _take(page: Page, folder: Path, name: str) -> None:
    path = folder / f"{name}.png"
    page.screenshot(path=path)
    _keep(path, name, _WIDTH)


def _keep(source: Path, name: str, width: int) -> None:
    """Write a picture of the README small enough to be kept under version control."""
    picture = cv2.imread(str(source))
    if picture is None:
        raise SystemExit(f"{source} is not a picture")
    height = round(picture.shape[0] * width / picture.shape[1])
    small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(IMAGES / f"{name}.jpg"), small, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    print(IMAGES / f"{name}.jpg")


if __name__ == "__main__":
    sys.exit(main())
