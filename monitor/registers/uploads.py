"""Files that people send: what they may be, told from their first bytes, never from their name.

Nothing here decodes what was sent; a picture is measured from its header alone.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from monitor.domain.errors import InputError
from monitor.domain.text import Text

MOST_BYTES = 10 * 1024 * 1024
"""Largest document or photo."""

_MOST_PIXELS = 60_000_000
_SIZES = (*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0))


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that is what it says: a PDF, a JPEG or a PNG; ``name`` is fit to be shown."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


def checked_upload(name: str, content: bytes) -> Upload:
    """Return a file that may be kept.

    Raises:
        InputError: it is empty, too large, or neither PDF, JPEG nor PNG.
    """
    shown = PurePosixPath(name.replace("\\", "/")).name
    if not content:
        raise InputError(
            Text("文件是空的", "the file is empty"),
            where=shown,
            hint=Text("请另选文件", "choose another file"),
        )
    if len(content) > MOST_BYTES:
        raise InputError(
            Text(
                f"文件超过 {MOST_BYTES // 2**20} MiB",
                f"the file is larger than {MOST_BYTES // 2**20} MiB",
            ),
            where=shown,
            hint=Text("请用较低的分辨率扫描", "scan it at a lower resolution"),
        )
    kind = _kind(content)
    if kind is None:
        raise InputError(
            Text(
                "这不是 PDF，也不是 JPEG 或 PNG 图片",
                "this is neither a PDF nor a JPEG or PNG picture",
            ),
            where=shown,
            hint=Text("请存为 PDF，或拍成照片", "save the document as PDF, or take a photo of it"),
        )
    return Upload(shown, kind, content)


def _kind(content: bytes) -> str | None:
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:]:
        return "application/pdf"
    if _fits(_png_size(content)):
        return "image/png"
    if _fits(_jpeg_size(content)):
        return "image/jpeg"
    return None


def _fits(size: tuple[int, int] | None) -> bool:
    return size is not None and 0 < size[0] * size[1] <= _MOST_PIXELS


def _png_size(content: bytes) -> tuple[int, int] | None:
    if not content.startswith(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR") or len(content) < 33:
        return None
    if b"IEND" not in content[-16:]:
        return None
    width, height = struct.unpack(">II", content[16:24])
    return int(width), int(height)


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    if not content.startswith(b"\xff\xd8\xff") or b"\xff\xd9" not in content[-64:]:
        return None
    for marker, start, end in _segments(content):
        if marker in _SIZES and end - start >= 5:
            height, width = struct.unpack(">HH", content[start + 1 : start + 5])
            return int(width), int(height)
    return None


def _segments(content: bytes) -> Iterator[tuple[int, int, int]]:
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        length = int.from_bytes(content[at + 2 : at + 4], "big")
        if length < 2 or at + 2 + length > len(content):
            return
        yield marker, at + 4, at + 2 + length
        at += 2 + length
