"""SOAP 1.2 over HTTP with WS-Security: requests of fixed form, answers that nobody vouches for."""

from __future__ import annotations

import base64
import hashlib
import secrets
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

import httpx

from monitor.streams.failures import Reason, StreamError
from monitor.streams.gb28181.errors import XmlError
from monitor.streams.gb28181.xml import LARGEST_DOCUMENT, Element, parse_text

_ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:tds="http://www.onvif.org/ver10/device/wsdl"'
    ' xmlns:trt="http://www.onvif.org/ver10/media/wsdl"'
    ' xmlns:tse="http://www.onvif.org/ver10/search/wsdl"'
    ' xmlns:trp="http://www.onvif.org/ver10/replay/wsdl"'
    ' xmlns:tt="http://www.onvif.org/ver10/schema">'
    "<s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
)
_SECURITY = (
    '<w:Security s:mustUnderstand="1" xmlns:w="http://docs.oasis-open.org/wss/2004/01/'
    'oasis-200401-wss-wssecurity-secext-1.0.xsd" xmlns:u="http://docs.oasis-open.org/wss/2004/01/'
    'oasis-200401-wss-wssecurity-utility-1.0.xsd"><w:UsernameToken><w:Username>{user}</w:Username>'
    '<w:Password Type="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-'
    'profile-1.0#PasswordDigest">{digest}</w:Password><w:Nonce EncodingType="http://docs.oasis-'
    'open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary">{nonce}'
    "</w:Nonce><u:Created>{created}</u:Created></w:UsernameToken></w:Security>"
)
_TYPE = {"Content-Type": "application/soap+xml; charset=utf-8"}
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # made once: httpx makes a dear one each time
_REFUSED = frozenset({401, 403})


@dataclass(slots=True)
class SoapClient:
    """Calls one device at ``host``:``port``. ``offset`` is how far its clock is ahead, seconds."""

    host: str
    port: int
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    patience: float = 5.0
    offset: float = 0.0

    def call(
        self, path: str, body: str, *, signed: bool = True, port: int | None = None
    ) -> Element:
        """Return the one element in the answer's body.

        Raises:
            StreamError: no answer, not admitted, or not ONVIF.
        """
        header = self._security() if signed and self.username else ""
        content = _ENVELOPE.format(header=header, body=body).encode()
        host = f"[{self.host}]" if ":" in self.host else self.host
        url = f"http://{host}:{port or self.port}{path}"
        try:
            status, answer = self._post(url, content, None)
            if status in _REFUSED and self.username:
                # Some makes want HTTP's own digest instead.
                auth = httpx.DigestAuth(self.username, self.password)
                status, answer = self._post(url, content, auth)
        except httpx.ConnectError as error:
            unreachable = "refused" not in str(error).lower()
            raise StreamError(Reason.UNREACHABLE if unreachable else Reason.REFUSED) from None
        except httpx.TimeoutException:
            raise StreamError(Reason.TIMED_OUT) from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise StreamError(Reason.NO_ONVIF) from None
        if status in _REFUSED:
            raise StreamError(Reason.UNAUTHORIZED)
        return _content(answer)

    def _post(self, url: str, content: bytes, auth: httpx.Auth | None) -> tuple[int, bytes]:
        with (
            httpx.Client(
                timeout=self.patience, trust_env=False, follow_redirects=False, verify=_NO_TLS
            ) as client,
            client.stream("POST", url, content=content, headers=_TYPE, auth=auth) as response,
        ):
            parts: list[bytes] = []
            size = 0
            for part in response.iter_bytes():
                parts.append(part)
                size += len(part)
                if size > LARGEST_DOCUMENT:
                    raise StreamError(Reason.NO_ONVIF)
            return response.status_code, b"".join(parts)

    def _security(self) -> str:
        nonce = secrets.token_bytes(16)
        moment = datetime.now(UTC) + timedelta(seconds=self.offset)
        created = moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        return _SECURITY.format(
            user=escape(self.username),
            digest=token_digest(nonce, created, self.password),
            nonce=base64.b64encode(nonce).decode(),
            created=created,
        )


def token_digest(nonce: bytes, created: str, password: str) -> str:
    """Return the password digest of a UsernameToken: Base64(SHA-1(nonce + created + password))."""
    mixed = nonce + created.encode() + password.encode()
    return base64.b64encode(hashlib.sha1(mixed, usedforsecurity=False).digest()).decode()


def document(data: bytes) -> Element:
    """Return the root of an answer, tags without their prefixes.

    Raises:
        StreamError: it is no XML, or not harmless.
    """
    try:
        root = parse_text(data.decode("utf-8-sig", "replace"))
    except XmlError:
        raise StreamError(Reason.NO_ONVIF) from None
    for element in walk(root):
        element.tag = element.tag.rpartition(":")[2]
        element.attributes = {
            name.rpartition(":")[2]: value for name, value in element.attributes.items()
        }
    return root


def walk(element: Element) -> Iterator[Element]:
    """Yield an element and all below it."""
    yield element
    for child in element.children:
        yield from walk(child)


def first(element: Element, *path: str) -> Element | None:
    """Return the element at ``path`` below ``element``, taking the first at each step."""
    found: Element | None = element
    for tag in path:
        found = found.find(tag) if found is not None else None
    return found


def text_at(element: Element, *path: str) -> str:
    """Return the text at ``path`` below ``element``, or an empty text."""
    found = first(element, *path)
    return found.text if found is not None else ""


def _content(answer: bytes) -> Element:
    body = first(document(answer), "Body")
    if body is None or not body.children:
        raise StreamError(Reason.NO_ONVIF)
    content = body.children[0]
    if content.tag == "Fault":
        said = " ".join(item.text for item in walk(content) if item.text)
        if "NotAuthorized" in said or "FailedAuthentication" in said:
            raise StreamError(Reason.UNAUTHORIZED)
        if "NoProfile" in said:
            raise StreamError(Reason.NOT_FOUND)
        raise StreamError(Reason.NO_ONVIF)
    return content
