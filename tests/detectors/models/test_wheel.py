import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.detectors.models import fetch_model
from monitor.domain.errors import ModelError


@pytest.fixture
def wheelhouse(tmp_path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels that pip is configured to use instead of any index."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    info = "kanhu_tiny_weights-1.0.dist-info"
    with zipfile.ZipFile(folder / "kanhu_tiny_weights-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tiny/models/tiny.pt", content)
        wheel.writestr("tiny/__init__.py", "raise SystemExit('must never be imported')")
        metadata = "Metadata-Version: 2.1\nName: kanhu-tiny-weights\nVersion: 1.0\n"
        wheel.writestr(f"{info}/METADATA", metadata)
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def source(requirement: str, member: str = "tiny/models/tiny.pt") -> str:
    return (
        '[[models.tiny.sources]]\nkind = "wheel"\n'
        f'requirement = "{requirement}"\nmember = "{member}"\n'
    )


def test_takes_a_member_out_of_a_wheel(
    wheelhouse: Path, declare: Callable[..., Path], content: bytes
) -> None:
    folder = declare("http://127.0.0.1:9/", extra=source("kanhu-tiny-weights==1.0"))
    assert fetch_model("tiny", folder).read_bytes() == content
    assert {path.name for path in folder.iterdir()} == {".lock", "manifest.toml", "tiny.pt"}


def test_a_wheel_without_the_member_is_refused(
    wheelhouse: Path, declare: Callable[..., Path]
) -> None:
    folder = declare(extra=source("kanhu-tiny-weights==1.0", "tiny/other.pt"))
    with pytest.raises(ModelError, match=r"the package holds no tiny/other\.pt"):
        fetch_model("tiny", folder)


def test_a_wheel_that_does_not_exist_says_so(
    wheelhouse: Path, declare: Callable[..., Path]
) -> None:
    folder = declare(extra=source("kanhu-tiny-weights==2.0"))
    with pytest.raises(ModelError, match="No matching distribution"):
        fetch_model("tiny", folder)


def test_a_damaged_wheel_is_refused(wheelhouse: Path, declare: Callable[..., Path]) -> None:
    next(wheelhouse.iterdir()).write_bytes(b"PK but not a wheel")
    with pytest.raises(ModelError, match=r"package kanhu-tiny-weights==1\.0"):
        fetch_model("tiny", declare(extra=source("kanhu-tiny-weights==1.0")))
