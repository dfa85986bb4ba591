"""A push service on the loopback: a real HTTPS server with a certificate of its own authority."""

from __future__ import annotations

import ipaddress
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

NAME = "push.example.net"
"""The name that its certificate carries besides its address."""


@dataclass(frozen=True)
class Taken:
    """One message as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class PushService:
    """What it took, and what it answers: ``answers`` by path, else 201; ``drips`` never end."""

    authority: Path
    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    answers: dict[str, int] = field(default_factory=dict)
    drips: set[str] = field(default_factory=set)
    stop: threading.Event = field(default_factory=threading.Event)

    def endpoint(self, name: str) -> str:
        """Return the endpoint of one subscription."""
        return f"https://127.0.0.1:{self.port}/{name}"

    def of(self, name: str) -> list[Taken]:
        """Return what came for one subscription."""
        return [item for item in self.taken if item.path == f"/{name}"]


@contextmanager
def push_service(folder: Path) -> Iterator[PushService]:
    """Run one; the certificate lies in ``folder``."""
    service = PushService(_certificate(folder))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            name = self.path.removeprefix("/")
            if name in service.drips:
                self._drip()
                return
            service.taken.append(Taken(self.path, dict(self.headers), body))
            self.send_response(service.answers.get(name, 201))
            self.send_header("Location", f"{service.endpoint('elsewhere')}")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _drip(self) -> None:
            self.wfile.write(b"HTTP/1.1 201 Created\r\nX-Slow: ")
            while not service.stop.wait(0.05):
                self.wfile.write(b"x")
                self.wfile.flush()

        def log_message(self, *_details: Any) -> None:
            return

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_details: Any) -> None:
            return  # whoever asked has gone

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "push.pem", folder / "push.key")
    with Server(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        service.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield service
        service.stop.set()
        server.shutdown()
        thread.join()


def _certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.fromtimestamp(time.time(), UTC)
    names = [x509.DNSName(NAME), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "push.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "push.key").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return folder / "push.pem"
