"""Download one wheel with the pip that this machine has, and with its own settings.

No package index is named here: whichever mirror the owner of the machine configured is used. Only
wheels are accepted, since building a source package would run its code.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from monitor.detectors.models.failure import UnobtainableError

_PATIENCE_SECONDS = 300


def download_wheel(requirement: str, folder: Path) -> Path:
    """Download the wheel of ``requirement`` (``name==version``) into ``folder``.

    Raises:
        UnobtainableError: no pip was found, or it could not download the wheel.
    """
    pip = next(_pips(), None)
    if pip is None:
        raise UnobtainableError("neither pip nor uv was found on this machine")
    command = [
        *pip,
        *("download", "--no-deps", "--only-binary=:all:", "--ignore-requires-python"),
        *("--no-input", "--disable-pip-version-check", "--quiet", "--progress-bar=off"),
        *("--retries=1", "--dest", str(folder), requirement),
    ]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_PATIENCE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise UnobtainableError(f"pip did not end within {_PATIENCE_SECONDS} s") from None
    except OSError as error:
        raise UnobtainableError(f"pip cannot be started: {error.strerror}") from error
    wheel = next(folder.glob("*.whl"), None)
    if done.returncode or wheel is None:
        raise UnobtainableError(f"pip: {_last_line(done.stderr)}")
    return wheel


def _pips() -> Iterator[list[str]]:
    if _has_pip():
        yield [sys.executable, "-m", "pip"]
    for name in ("pip", "pip3"):
        if found := shutil.which(name):
            yield [found]
    base = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
    if any(Path(sys.base_prefix).glob("lib/python3.*/site-packages/pip")) and base.exists():
        yield [str(base), "-m", "pip"]
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.exists() else shutil.which("uv")
    if uv is not None:
        yield [uv, "tool", "run", "pip"]


def _has_pip() -> bool:
    # Its metadata are read, not its module looked for: setuptools hooks the search for pip, and
    # warns or replaces distutils when that is loaded already.
    try:
        metadata.distribution("pip")
    except metadata.PackageNotFoundError:
        return False
    return True


def _last_line(text: str) -> str:
    # pip's message may hold the address of the index, with credentials in it.
    lines = [line for line in text.splitlines() if line.startswith("ERROR:") and "://" not in line]
    return lines[-1].removeprefix("ERROR:").strip() if lines else "the download failed"
