"""Files that people send: told apart by their bytes, not by their names, and nothing else taken."""

from __future__ import annotations

import secrets
import struct
from collections.abc import Iterable, Sequence

from starlette.datastructures import UploadFile

from monitor.domain.errors import InputError
from monitor.domain.text import Text
from monitor.store.files import FileStore, NewFile

LARGEST_UPLOAD = 8 * 1024 * 1024
_MOST_PIXELS = 50_000_000
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_BARE = frozenset({0x01, *range(0xD0, 0xD9)})
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}


def media_type_of(content: bytes) -> str:
    """Return what a file is: JPEG, PNG or PDF, whole, and not too large to be drawn.

    Raises:
        InputError: it is none of these, broken off, or too large.
    """
    if len(content) > LARGEST_UPLOAD:
        raise InputError(
            Text("文件太大", "the file is too large"),
            where="file",
            hint=Text("最大 8 MB", "at most 8 MB"),
        )
    if content.startswith(b"\xff\xd8\xff"):
        _check_size(jpeg_size(content))
        return "image/jpeg"
    if (
        content.startswith(_PNG)
        and content[12:16] == b"IHDR"
        and content.endswith(b"IEND\xaeB`\x82")
    ):
        width, height = struct.unpack(">II", content[16:24])
        _check_size((width, height))
        return "image/png"
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:]:
        return "application/pdf"
    raise InputError(
        Text("不能接收这个文件", "this file cannot be taken"),
        where="file",
        hint=Text("请发送 JPEG、PNG 或 PDF", "send a JPEG, PNG or PDF"),
    )


def store_uploads(files: FileStore, folder: str, uploads: Sequence[UploadFile]) -> list[NewFile]:
    """Write what a form brought into ``folder`` of the store; fields left empty are passed over.

    Raises:
        InputError: one of them cannot be taken; then none was written.
    """
    checked = []
    for upload in uploads:
        content = upload.file.read(LARGEST_UPLOAD + 1)
        if content:
            checked.append((content, media_type_of(content), upload.filename or ""))
    stored = []
    for content, media_type, name in checked:
        key = f"{folder}/{secrets.token_hex(16)}.{ENDINGS[media_type]}"
        written = files.write(key, content)
        stored.append(NewFile(key, name, media_type, written.sha256, written.size))
    return stored


def throw_away(files: FileStore, stored: Iterable[NewFile]) -> None:
    """Delete files again that were not filed after all."""
    for one in stored:
        files.delete(one.key)


def jpeg_size(content: bytes) -> tuple[int, int]:
    """Return width and height of a JPEG, without decoding it.

    Raises:
        InputError: it is not one, or broken off.
    """
    position = 2
    whole = content.rstrip(b"\x00").endswith(b"\xff\xd9")
    while whole and position + 9 < len(content) and content[position] == 0xFF:
        marker = content[position + 1]
        if marker == 0xFF:
            position += 1
            continue
        if marker in _JPEG_BARE:
            position += 2
            continue
        length = int.from_bytes(content[position + 2 : position + 4], "big")
        if marker in _JPEG_SIZES:
            height, width = struct.unpack(">HH", content[position + 5 : position + 9])
            return width, height
        if length < 2:
            break
        position += 2 + length
    raise InputError(Text("这不是完整的 JPEG", "this is not a whole JPEG"), where="file")


def _check_size(size: tuple[int, int]) -> None:
    width, height = size
    if width < 1 or height < 1 or width * height > _MOST_PIXELS:
        raise InputError(
            Text("图片没有尺寸，或尺寸太大", "the picture has no size, or too large a one"),
            where="file",
        )
