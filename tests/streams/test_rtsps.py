"""RTSP by TLS: whom it believes, and what it says when it does not."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from monitor.demo.camera_simulator import CameraSimulator
from monitor.demo.rtsp_auth import Credentials
from monitor.streams.catalogue import make_source
from monitor.streams.failures import Reason, StreamError
from monitor.streams.reach import Reach
from monitor.streams.source import SourceRequest, Timeouts
from monitor.streams.url import parse_url

LOOPBACK = (ipaddress.ip_network("127.0.0.1/32"),)
Serve = Callable[..., CameraSimulator]


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate with its key; ``pem`` holds both, ``public`` the certificate alone."""

    issued: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    pem: Path
    public: Path

    def context(self) -> ssl.SSLContext:
        """Return what a server needs to show it."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.pem)
        return context


def certificate(
    folder: Path, name: str, *, by: Certificate | None = None, address: str | None = None
) -> Certificate:
    """Issue a certificate for ``name``: signed by itself, unless an authority does it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.issued.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=name == "authority", path_length=None), True)
    )
    if address is not None:
        names = [x509.IPAddress(ipaddress.ip_address(address))]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), False)
    issued = builder.sign(by.key if by else key, hashes.SHA256())
    public = issued.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / f"{name}.crt").write_bytes(public)
    (folder / f"{name}.pem").write_bytes(private + public)
    return Certificate(issued, key, folder / f"{name}.pem", folder / f"{name}.crt")


@pytest.fixture
def serve(wire_video: Path) -> Iterator[Serve]:
    """Serve the cameras ``room`` and ``other`` by TLS."""
    with ExitStack() as stack:

        def start(
            context: ssl.SSLContext, credentials: Credentials | None = None
        ) -> CameraSimulator:
            simulator = stack.enter_context(CameraSimulator(tls=context))
            simulator.add("room", wire_video, credentials)
            simulator.add("other", wire_video, credentials)
            return simulator

        yield start


def pictures(url: str, certificates: Path | None = None, count: int = 5) -> int:
    """Read ``count`` pictures and return how many there were."""
    reach = Reach(LOOPBACK, certificates=certificates)
    request = SourceRequest("camera", parse_url(url), timeouts=Timeouts(6.0, 3.0), reach=reach)
    source = make_source(request)
    try:
        source.open()
        return len(list(islice(source.packets(), count)))
    finally:
        source.close()


def reason(url: str, certificates: Path | None = None) -> Reason:
    with pytest.raises(StreamError) as caught:
        pictures(url, certificates)
    return caught.value.reason


def test_any_certificate_will_do_where_none_is_named(serve: Serve, tmp_path: Path) -> None:
    camera = serve(certificate(tmp_path, "IPC").context(), Credentials("admin", "right"))
    assert camera.url("room").startswith("rtsps://")
    assert pictures(camera.url("room")) == 5
    assert reason(camera.url("room").replace("right", "wrong")) is Reason.UNAUTHORIZED


def test_a_camera_shows_its_own_certificate_or_one_of_an_authority(
    serve: Serve, tmp_path: Path
) -> None:
    own = certificate(tmp_path, "IPC 12")
    authority = certificate(tmp_path, "authority")
    issued = certificate(tmp_path, "here", by=authority, address="127.0.0.1")
    both = tmp_path / "both.crt"
    both.write_bytes(own.public.read_bytes() + authority.public.read_bytes())
    assert pictures(serve(own.context()).url("room"), both) == 5
    assert pictures(serve(issued.context()).url("room"), both) == 5


def test_strangers_and_other_names_are_refused(serve: Serve, tmp_path: Path) -> None:
    authority = certificate(tmp_path, "authority")
    elsewhere = certificate(tmp_path, "there", by=authority, address="127.0.0.9")
    stranger = certificate(tmp_path, "stranger")
    assert reason(serve(elsewhere.context()).url("room"), authority.public) is Reason.UNTRUSTED
    assert reason(serve(stranger.context()).url("room"), authority.public) is Reason.UNTRUSTED
    assert reason(serve(stranger.context()).url("room"), tmp_path / "none") is Reason.UNTRUSTED


def test_what_reads_the_pictures_checks_again(serve: Serve, tmp_path: Path) -> None:
    own, stranger = certificate(tmp_path, "IPC"), certificate(tmp_path, "stranger").context()
    context, greeted = own.context(), []

    def choose(secure: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        greeted.append(secure)
        if len(greeted) > 2:  # the name is another, so that it asks twice before it believes
            secure.context = stranger

    context.sni_callback = choose
    camera = serve(context)
    with pytest.raises(StreamError):
        pictures(camera.url("room"), own.public)
    assert len(greeted) == 3
    assert camera.ranges("room") == []


def test_redirects_are_judged_and_stay_encrypted(serve: Serve, tmp_path: Path) -> None:
    own = certificate(tmp_path, "IPC")
    camera = serve(own.context())
    camera.redirect("room", camera.url("other"))
    assert pictures(camera.url("room"), own.public) == 5
    assert camera.ranges("room") == []
    camera.redirect("room", camera.url("other").replace("rtsps:", "rtsp:"))
    assert reason(camera.url("room"), own.public) is Reason.FORBIDDEN
    camera.redirect("room", camera.url("other").replace("127.0.0.1", "127.0.0.2"))
    assert reason(camera.url("room"), own.public) is Reason.FORBIDDEN


def test_a_port_without_tls_is_told_in_words(simulator: CameraSimulator, wire_video: Path) -> None:
    plain = parse_url(simulator.add("room", wire_video))
    assert reason(replace(plain, scheme="rtsps").address) is Reason.NO_TLS


def test_a_port_with_tls_only_is_told_in_words() -> None:
    server = socket.create_server(("127.0.0.1", 0))

    def alert() -> None:
        with suppress(OSError):
            while True:
                connection, _ = server.accept()
                with connection:
                    connection.recv(4096)
                    connection.sendall(b"\x15\x03\x03\x00\x02\x02\x46")

    threading.Thread(target=alert, daemon=True).start()
    assert reason(f"rtsp://127.0.0.1:{server.getsockname()[1]}/x") is Reason.TLS_ONLY
    server.close()
