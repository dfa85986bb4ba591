"""What is wrong with the address of a camera, and how it is written."""

from __future__ import annotations

from pathlib import Path

from monitor.domain.text import Text
from monitor.streams.catalogue import schemes, serves
from monitor.streams.reach import Reach
from monitor.streams.url import UrlError, parse_url
from monitor.streams.whip.server import SCHEME as WHIP
from monitor.streams.whip.server import token_of


def address_mistake(url: str, reach: Reach, folder: Path) -> tuple[Text, Text] | None:
    """Return what is wrong with a camera URL and what to do; ``None`` if it may be used.

    ``folder`` is where relative files start.
    """
    try:
        parsed = parse_url(url, folder)
        if not serves(parsed.scheme):
            return (
                Text(f"不支持“{parsed.scheme}:”地址", f"no source serves '{parsed.scheme}:' URLs"),
                Text(f"可用：{'、'.join(schemes())}", f"use one of: {', '.join(schemes())}"),
            )
        if parsed.scheme == WHIP:
            token_of(parsed)
        reach.check(parsed)
    except UrlError as error:
        return error.text, error.advice
    return None
