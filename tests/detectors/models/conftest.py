import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from monitor.detectors.models import ensure_model

CONTENT = b"weights " * 40_000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@dataclass
class Mirror:
    address: str
    release: threading.Event = field(default_factory=threading.Event)
    asked: list[str] = field(default_factory=list)

    def url(self, name: str) -> str:
        return f"{self.address}/{name}"


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    """Serve weights on loopback in good and bad ways, named by the path."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            way = self.path.strip("/")
            served.asked.append(way)
            if way == "missing":
                self.send_error(404)
                return
            if way == "silent":
                served.release.wait(20)
                return
            if way == "moved":
                self.send_response(302)
                self.send_header("Location", "/good")
                self.end_headers()
                return
            body = {"altered": b"x" + CONTENT[1:], "large": CONTENT * 2}.get(way, CONTENT)
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if way == "broken" else body)

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served = Mirror(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield served
    served.release.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def declare(tmp_path: Path) -> Callable[..., Path]:
    """Write a manifest with one model ``tiny`` and return the models folder that holds it."""

    def write(*urls: str, size: bool = True, extra: str = "") -> Path:
        folder = tmp_path / "models"
        folder.mkdir(exist_ok=True)
        sources = "".join(f'[[models.tiny.sources]]\nkind = "url"\nurl = "{url}"\n' for url in urls)
        (folder / "manifest.toml").write_text(
            'version = 1\n[models.tiny]\ntask = "detect"\nlicence = "none"\n'
            f'sha256 = "{SHA256}"\n'
            + (f"bytes = {len(CONTENT)}\n" if size else "")
            + sources
            + extra
        )
        return folder

    return write


@pytest.fixture(scope="session")
def content() -> bytes:
    return CONTENT


@pytest.fixture(scope="session")
def real_models() -> Path:
    """The checkout's models folder, with the person model really fetched and exported."""
    folder = Path(__file__).parents[3] / "models"
    ensure_model("yolov8n", folder)
    return folder
