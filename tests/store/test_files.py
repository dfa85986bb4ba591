from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.errors import ConfigError, InputError, NotFoundError
from monitor.store.files import CHUNK_BYTES, FileStore


@pytest.fixture(params=["folder", "object store"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    if request.param == "folder":
        return FileStore(tmp_path / "evidence")
    return FileStore(f"memory://bucket-{uuid.uuid4()}")


def test_what_is_written_is_read_with_its_hash(files: FileStore) -> None:
    stored = files.write("sun/2026/11/1.jpg", b"picture")
    assert (stored.size, stored.sha256) == (7, hashlib.sha256(b"picture").hexdigest())
    assert files.read("sun/2026/11/1.jpg") == b"picture"
    assert files.size("sun/2026/11/1.jpg") == 7
    assert files.matches(stored.key, stored.sha256)
    files.write("sun/2026/11/1.jpg", b"altered")
    assert not files.matches(stored.key, stored.sha256)


def test_a_range_is_streamed_in_chunks(files: FileStore) -> None:
    content = bytes(range(256)) * (2 * CHUNK_BYTES // 256 + 1)
    files.write("clip.mp4", content)
    chunks = list(files.stream("clip.mp4", 10, CHUNK_BYTES + 20))
    assert [len(chunk) for chunk in chunks] == [CHUNK_BYTES, 10]
    assert b"".join(chunks) == content[10 : CHUNK_BYTES + 20]
    assert b"".join(files.stream("clip.mp4", len(content))) == b""
    with pytest.raises(InputError, match="outside"):
        files.stream("clip.mp4", 5, len(content) + 1)


def test_a_writer_that_fails_leaves_what_was_there(files: FileStore, tmp_path: Path) -> None:
    files.write("a/clip.mp4", b"before")

    def disk_full() -> Iterator[bytes]:
        yield b"half"
        raise OSError("No space left on device")

    with pytest.raises(OSError, match="No space"):
        files.write("a/clip.mp4", disk_full())
    assert files.read("a/clip.mp4") == b"before"
    with pytest.raises(OSError, match="No space"):
        files.write("a/other.mp4", disk_full())
    assert not files.exists("a/other.mp4")
    assert not list(tmp_path.rglob("*.partial"))


def test_a_finished_file_is_adopted(files: FileStore, tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"moving")
    assert files.adopt(clip, "sun/clip.mp4").size == 6
    assert not clip.exists()
    assert files.read("sun/clip.mp4") == b"moving"


def test_missing_files(files: FileStore) -> None:
    assert not files.exists("none.jpg")
    assert not files.matches("none.jpg", "00")
    files.delete("none.jpg")
    for ask in (files.size, files.read, files.stream):
        with pytest.raises(NotFoundError, match="no such file"):
            ask("none.jpg")


def test_a_deleted_file_is_gone(files: FileStore) -> None:
    files.write("a.jpg", b"1")
    files.delete("a.jpg")
    assert not files.exists("a.jpg")


@pytest.mark.parametrize(
    "key",
    [
        *("", "/etc/passwd", "../secret", "a/../../secret", "a//b", "a/./b", "a/", ".hidden"),
        *("a\\b", "a\x00b", "c:evil", "~root", "a b", "é.jpg", "x" * 129, "/".join(["a" * 99] * 6)),
    ],
)
def test_keys_that_are_none(files: FileStore, key: str) -> None:
    for ask in (files.read, files.delete, files.exists, files.local_path):
        with pytest.raises(InputError):
            ask(key)
    with pytest.raises(InputError):
        files.write(key, b"")


@given(key=st.text(alphabet="./\\a~%\x00-_", max_size=12))
def test_no_key_leads_outside(key: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    root = tmp_path_factory.getbasetemp() / "inside"
    files = FileStore(root)
    try:
        path = files.local_path(key)
    except InputError:
        return
    assert path is not None
    assert path.resolve().is_relative_to(root.resolve())
    assert path.resolve() != root.resolve()


def test_a_link_inside_does_not_lead_outside(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    files = FileStore(tmp_path / "store")
    (tmp_path / "store" / "link").symlink_to(tmp_path)
    with pytest.raises(InputError, match="outside"):
        files.read("link/secret.txt")


def test_what_a_dead_writer_left_is_swept(tmp_path: Path) -> None:
    files = FileStore(tmp_path)
    left = tmp_path / ".clip.mp4.0011.partial"
    left.write_bytes(b"half")
    assert files.sweep(before=left.stat().st_mtime - 1) == 0
    assert files.sweep(before=left.stat().st_mtime + 1) == 1
    assert not left.exists()


def test_where_it_lies_and_how_much_room_there_is(tmp_path: Path) -> None:
    files = FileStore(tmp_path)
    assert files.local_path("a/b.jpg") == tmp_path / "a" / "b.jpg"
    assert (files.free_bytes() or 0) > 0
    remote = FileStore("memory://bucket")
    assert remote.local_path("a/b.jpg") is None
    assert remote.free_bytes() is None
    assert remote.sweep(before=1e12) == 0


def test_a_root_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for root in (tmp_path / "file" / "below", "nonsense://x"):
        with pytest.raises(ConfigError, match="file store"):
            FileStore(root)
