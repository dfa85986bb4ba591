"""The district's file on disk: read whole, replaced whole, the one before kept beside it."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from monitor.documents import MAX_DOCUMENT_BYTES, not_utf8
from monitor.domain.errors import ConfigError, ConflictError
from monitor.domain.system_words import system_words, unreadable
from monitor.domain.text import Text


def read_text(config: Path) -> str:
    """Return the file's text, byte for byte.

    Raises:
        ConfigError: it is missing, too large, or no UTF-8 text.
    """
    try:
        content = config.read_bytes()
    except OSError as error:
        raise ConfigError(
            unreadable(error),
            where=str(config),
            hint=Text("检查路径", "check the path"),
        ) from None
    if len(content) > MAX_DOCUMENT_BYTES:
        raise ConfigError(
            Text("文件太大", "the file is too large"),
            where=str(config),
            hint=Text("是这个文件吗？", "is it the right file?"),
        )
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise not_utf8(error, str(config)) from None


def replace_file(config: Path, text: str) -> None:
    """Replace the file at once; what it was before is kept as ``….bak``.

    Raises:
        ConflictError: this user may not write there.
    """
    target = config.resolve()
    try:
        mode = target.stat().st_mode & 0o777
        _write(target.with_name(f"{target.name}.bak"), target.read_bytes(), mode)
        _write(target, text.encode("utf-8"), mode)
    except OSError as error:
        why = system_words(error)
        raise ConflictError(
            Text(f"无法写入配置文件：{why.zh}", f"the district's file cannot be written: {why.en}"),
            where=str(config),
            hint=Text(
                "让运行服务的用户可以写它所在的文件夹，或在可写处运行 monitor import",
                "let this user write to its folder, or run 'monitor import' where it may",
            ),
        ) from None


def _write(path: Path, content: bytes, mode: int) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
