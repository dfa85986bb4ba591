"""Whom an ``rtsps:`` address is believed to lead to.

Without a file of certificates, anybody: what cameras show they have mostly signed themselves, so
the line is encrypted but not certain. With one, a camera must show a certificate that is in the
file, whatever name it bears, or one for its own name by an authority that is in it.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable, Collection
from pathlib import Path

from monitor.streams.failures import Reason, StreamError

Connect = Callable[[], socket.socket]
"""Makes a fresh connection to the camera."""

_OTHER_NAME = frozenset({62, 63, 64})  # X509_V_ERR_HOSTNAME_, EMAIL_ and IP_ADDRESS_MISMATCH

_PEM = re.compile(r"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----")
_HANDSHAKE = 4.0  # seconds
_PLAIN_ANSWER = 2.0


def secured(
    connect: Connect, name: str, certificates: Path | None, where: str
) -> tuple[ssl.SSLSocket, str]:
    """Return a connection by TLS to a camera called ``name``, and the name it is certified for.

    Raises:
        StreamError: there is no TLS, or the certificate is not one of ours.
        OSError: the camera went silent, or away.
    """
    context = _context(certificates, where)
    try:
        return _shaken(connect(), context, None if certificates is None else name, where), name
    except ssl.SSLCertVerificationError as error:
        if error.verify_code not in _OTHER_NAME:
            raise StreamError(Reason.UNTRUSTED, where=where) from None
    except TimeoutError:
        if _speaks_plainly(connect()):
            raise StreamError(Reason.NO_TLS, where=where) from None
        raise
    return _by_its_own(connect(), context, _listed(certificates), where)


def _speaks_plainly(connection: socket.socket) -> bool:
    """Say whether RTSP is answered there without TLS: such a port waits for more of a greeting."""
    with connection:
        connection.settimeout(_PLAIN_ANSWER)
        try:
            connection.sendall(b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n")
            return connection.recv(16).startswith(b"RTSP/")
        except OSError:
            return False


def _by_its_own(
    connection: socket.socket, context: ssl.SSLContext, listed: Collection[bytes], where: str
) -> tuple[ssl.SSLSocket, str]:
    """Accept a certificate for another name if it stands in the file itself."""
    secure = _shaken(connection, context, None, where)
    if secure.getpeercert(binary_form=True) in listed:
        names = _names(secure)
        if names:
            return secure, names[0]
    secure.close()
    raise StreamError(Reason.UNTRUSTED, where=where)


def _shaken(
    connection: socket.socket, context: ssl.SSLContext, name: str | None, where: str
) -> ssl.SSLSocket:
    context.check_hostname = name is not None
    connection.settimeout(min(connection.gettimeout() or _HANDSHAKE, _HANDSHAKE))
    try:
        return context.wrap_socket(connection, server_hostname=name)
    except (ssl.SSLCertVerificationError, TimeoutError):
        connection.close()
        raise
    except OSError:
        connection.close()
        raise StreamError(Reason.NO_TLS, where=where) from None


def _context(certificates: Path | None, where: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    if certificates is None:
        context.verify_mode = ssl.CERT_NONE
        return context
    try:
        context.load_verify_locations(certificates)
    except OSError:
        raise StreamError(Reason.UNTRUSTED, where=where, detail=certificates.name) from None
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def _listed(certificates: Path | None) -> frozenset[bytes]:
    # A context lists those of authorities only.
    text = certificates.read_text("ascii", "replace") if certificates is not None else ""
    return frozenset(map(ssl.PEM_cert_to_DER_cert, _PEM.findall(text)))


def _names(secure: ssl.SSLSocket) -> list[str]:
    certificate = secure.getpeercert() or {}
    alternative = [str(pair[1]) for pair in certificate.get("subjectAltName", ())]
    subject = [
        str(pair[1])
        for part in certificate.get("subject", ())
        for pair in part
        if pair[0] == "commonName"
    ]
    return alternative or subject
