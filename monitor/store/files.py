"""Files of evidence and recordings, in a local folder or in an object store.

A file appears under its key only when it is complete, and is safely on disk by then. Keys are
relative paths of plain names; nothing that a key says can lead outside the store.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

import fsspec

from monitor.domain.errors import ConfigError, InputError, NotFoundError
from monitor.domain.text import Text
from monitor.store.text import clean_line

CHUNK_BYTES = 256 * 1024
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}")
_LONGEST_KEY = 480
_PARTIAL = ".partial"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that is safely in the store; ``size`` in bytes."""

    key: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file in the store that is to be filed with something; ``name`` is as it was sent."""

    key: str
    name: str
    media_type: str
    sha256: str
    size: int

    def columns(self) -> dict[str, Any]:
        """Return the file as columns of the row that it is filed in."""
        return {**asdict(self), "name": clean_line(self.name, 200)}


class FileStore:
    """Files under one root: a folder, or a URL that fsspec understands, such as ``s3://bucket``.

    Raises:
        ConfigError: the root cannot be used.
    """

    def __init__(self, root: str | Path, **options: Any) -> None:
        address = str(root)
        self._folder = Path(address).resolve() if "://" not in address else None
        try:
            if self._folder is not None:
                self._folder.mkdir(parents=True, exist_ok=True)
                address = f"file://{self._folder}"
            self._files, self._root = fsspec.core.url_to_fs(address, **options)
        except (ImportError, ValueError, OSError) as error:
            raise ConfigError(
                Text(
                    f"文件存储不可用（{type(error).__name__}）",
                    f"the file store cannot be used ({type(error).__name__})",
                ),
                where="service.data_dir, recording.store",
                hint=Text(
                    "请写可写的文件夹，或 fsspec 认识的地址",
                    "give a folder that can be written, or an address that fsspec knows",
                ),
            ) from error

    def write(self, key: str, content: bytes | Iterable[bytes]) -> StoredFile:
        """Store ``content`` under ``key``, replacing what was there.

        Raises:
            InputError: the key is not fit.
            OSError: the store is full or out of reach; nothing is left behind.
        """
        digest, size = hashlib.sha256(), 0
        with self._creating(key) as target:
            for chunk in [content] if isinstance(content, bytes) else content:
                digest.update(chunk)
                size += len(chunk)
                target.write(chunk)
        return StoredFile(key, size, digest.hexdigest())

    def adopt(self, path: Path, key: str) -> StoredFile:
        """Move a finished local file into the store, as :meth:`write` does."""
        with path.open("rb") as source:
            stored = self.write(key, iter(lambda: source.read(CHUNK_BYTES), b""))
        path.unlink()
        return stored

    def size(self, key: str) -> int:
        """Return the bytes of a file.

        Raises:
            NotFoundError: there is none under ``key``.
        """
        try:
            return int(self._files.size(self._path(key)))
        except FileNotFoundError:
            raise _missing(key) from None

    def exists(self, key: str) -> bool:
        """Say whether there is a file under ``key``."""
        return bool(self._files.isfile(self._path(key)))

    def read(self, key: str) -> bytes:
        """Return a whole file.

        Raises:
            NotFoundError: there is none under ``key``.
        """
        return b"".join(self.stream(key))

    def stream(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Return the bytes from ``start`` until before ``end``, in chunks.

        The file is opened at once, so that a missing one is known before anything is sent.

        Raises:
            NotFoundError: there is none under ``key``.
            InputError: the range lies outside the file.
        """
        size = self.size(key)
        end = size if end is None else end
        if not 0 <= start <= end <= size:
            raise InputError(
                Text(
                    f"字节 {start}–{end} 超出文件大小 {size}",
                    f"bytes {start}–{end} lie outside a file of {size}",
                ),
                where=key,
            )
        try:
            source = self._files.open(self._path(key), "rb")
        except FileNotFoundError:
            raise _missing(key) from None
        return _chunks(source, start, end)

    def open(self, key: str) -> BinaryIO:
        """Open a file to read here and there in it; close it when done.

        Raises:
            NotFoundError: there is none under ``key``.
        """
        try:
            source: BinaryIO = self._files.open(self._path(key), "rb")
        except FileNotFoundError:
            raise _missing(key) from None
        return source

    def keys(self, folder: str) -> dict[str, int]:
        """Return the keys of the files directly in a folder, with their bytes."""
        path = self._path(folder)
        try:
            entries = self._files.ls(path, detail=True)
        except (FileNotFoundError, NotADirectoryError):
            return {}
        names = [(entry["name"].rpartition("/")[2], entry) for entry in entries]
        return {
            f"{folder}/{name}": int(entry["size"] or 0)
            for name, entry in names
            if entry["type"] == "file" and _NAME.fullmatch(name)
        }

    def delete(self, key: str) -> None:
        """Remove a file; it is no mistake if it is gone already."""
        path = self._path(key)
        try:
            self._files.rm_file(path)
        except FileNotFoundError:
            return

    def matches(self, key: str, sha256: str) -> bool:
        """Say whether a file is there and still has the hash it was stored with."""
        return self.exists(key) and secrets.compare_digest(self.sha256(key), sha256)

    def sha256(self, key: str) -> str:
        """Return the hash of a file as it is now.

        Raises:
            NotFoundError: there is none under ``key``.
        """
        digest = hashlib.sha256()
        for chunk in self.stream(key):
            digest.update(chunk)
        return digest.hexdigest()

    def local_path(self, key: str) -> Path | None:
        """Return where a file lies on this machine, or ``None`` in an object store."""
        path = self._path(key)
        return Path(path) if self._folder is not None else None

    def free_bytes(self) -> int | None:
        """Return the room left on the disk, or ``None`` in an object store."""
        return shutil.disk_usage(self._folder).free if self._folder is not None else None

    def sweep(self, before: float) -> int:
        """Remove what writers that died before ``before`` (POSIX seconds) left; return how many."""
        if self._folder is None:
            return 0
        old = [
            path
            for path in self._folder.rglob(f".*{_PARTIAL}")
            if path.is_file() and path.stat().st_mtime < before
        ]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def remove_older(self, before: float) -> int:
        """Remove the files of a local folder that were last written before ``before``."""
        if self._folder is None:
            return 0
        old = [
            path
            for path in self._folder.iterdir()
            if path.is_file() and path.stat().st_mtime < before
        ]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def moments(self) -> list[float]:
        """Return when each file of a local folder, but not below it, was last written."""
        if self._folder is None or not self._folder.is_dir():
            return []
        return [path.stat().st_mtime for path in self._folder.iterdir() if path.is_file()]

    def _path(self, key: str) -> str:
        parts = key.split("/")
        if len(key) > _LONGEST_KEY or not all(_NAME.fullmatch(part) for part in parts):
            raise InputError(
                Text("这不是文件的键", "this is not the key of a file"), where=repr(key[:80])
            )
        if self._folder is None:
            return f"{self._root}/{key}"
        path = self._folder.joinpath(*parts)
        if not path.resolve().is_relative_to(self._folder):  # a link somebody put there
            raise InputError(
                Text("这个键指向存储之外", "this key leads outside the store"), where=repr(key[:80])
            )
        return str(path)

    @contextmanager
    def _creating(self, key: str) -> Iterator[Any]:
        if self._folder is not None:
            with _creating_locally(Path(self._path(key))) as target:
                yield target
            return
        with tempfile.TemporaryDirectory() as folder:  # an upload of a whole file is atomic
            whole = Path(folder, "upload")
            with whole.open("xb") as target:
                yield target
            self._files.put_file(str(whole), self._path(key))


@contextmanager
def _creating_locally(path: Path) -> Iterator[Any]:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}{_PARTIAL}")
    try:
        with partial.open("xb") as target:
            yield target
            target.flush()
            os.fsync(target.fileno())
        partial.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    finally:
        partial.unlink(missing_ok=True)


def _chunks(source: Any, start: int, end: int) -> Iterator[bytes]:
    with source:
        source.seek(start)
        left = end - start
        while left > 0:
            chunk = source.read(min(CHUNK_BYTES, left))
            if not chunk:
                return
            left -= len(chunk)
            yield chunk


def _missing(key: str) -> NotFoundError:
    return NotFoundError(Text("没有这个文件", "there is no such file"), where=key)
