"""What is wrong with the address of a camera, and how it is written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from monitor.domain.text import Text
from monitor.streams.catalogue import schemes, serves
from monitor.streams.reach import Reach
from monitor.streams.url import UrlError, parse_url
from monitor.streams.whip.server import SCHEME as WHIP
from monitor.streams.whip.server import token_of

_WAYS: Mapping[str, str] = {
    "file": "写作 file:路径，可加选项 loop=1、start=秒数",
    "whip": "写作 whip://名称?token=…，token 用足够长的随机字符，最好写作 ${PHONE_TOKEN}",
    "gb28181": "写作 gb28181://设备编码/通道编码，各 20 位数字",
}
"""How addresses of a scheme are written; of all others as :data:`_USUAL`."""
_USUAL = "写作 {scheme}://用户名:密码@主机:端口/路径，特殊字符用百分号编码，如空格写作 %20"


def address_mistake(url: str, reach: Reach, folder: Path) -> tuple[Text, Text] | None:
    """Return what is wrong with a camera URL and what to do; ``None`` if it may be used.

    ``folder`` is where relative files start.
    """
    scheme = url.partition(":")[0].lower()
    try:
        parsed = parse_url(url, folder)
        if not serves(parsed.scheme):
            return (
                Text(f"不支持“{parsed.scheme}:”地址", f"no source serves '{parsed.scheme}:' URLs"),
                Text(f"可用：{'、'.join(schemes())}", f"use one of: {', '.join(schemes())}"),
            )
        if parsed.scheme == WHIP:
            token_of(parsed)
    except UrlError as error:
        usual = _USUAL.format(scheme=scheme if serves(scheme) else "rtsp")
        return error.text, Text(_WAYS.get(scheme, usual), error.hint)
    try:
        reach.check(parsed)
    except UrlError as error:
        named = "sources.folders" if parsed.scheme == "file" else "sources.networks"
        return error.text, Text(f"改正地址，或在 {named} 中写明", error.hint)
    return None
