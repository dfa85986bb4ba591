"""SIP messages (RFC 3261), as far as GB/T 28181 uses them: text in, text out, nothing more.

Header names are kept as they came and compared without regard to case or compact form. Bytes
beyond ASCII are carried through as Latin-1, since devices put GBK into display names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from monitor.streams.gb28181.errors import SipError

LARGEST_MESSAGE = 256 * 1024  # bytes
_MOST_HEADERS = 64
_LONGEST_LINE = 4096
_COMPACT = {
    "v": "via",
    "f": "from",
    "t": "to",
    "i": "call-id",
    "m": "contact",
    "l": "content-length",
    "c": "content-type",
    "s": "subject",
    "o": "event",
}
_REQUEST_LINE = re.compile(r"([A-Z]{3,12}) (\S{1,512}) SIP/2\.0")
_STATUS_LINE = re.compile(r"SIP/2\.0 ([1-6][0-9]{2})(?: (.*))?")
_TOKEN = re.compile(r"[A-Za-z0-9.!%*_+`'~-]{1,64}")
_PARAMETER = re.compile(r";\s*([A-Za-z0-9-]+)(?:=(\"[^\"]*\"|[^;,\s>]*))?")
_URI = re.compile(
    r"sips?:(?:([^@\s>;]{1,128})@)?(\[[0-9A-Fa-f:.]{2,45}\]|[^\s:;>?@]{1,255})(?::(\d{1,5}))?"
)
_REASONS = {
    100: "Trying",
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    405: "Method Not Allowed",
    415: "Unsupported Media Type",
    423: "Interval Too Brief",
    481: "Call/Transaction Does Not Exist",
    486: "Busy Here",
    488: "Not Acceptable Here",
    503: "Service Unavailable",
}


@dataclass(frozen=True, slots=True)
class Headers:
    """Header fields in their order."""

    fields: tuple[tuple[str, str], ...] = ()

    def get(self, name: str) -> str:
        """Return the first field called ``name``, or an empty text."""
        return next(iter(self.all(name)), "")

    def all(self, name: str) -> list[str]:
        """Return every field called ``name``."""
        wanted = name.lower()
        return [value for key, value in self.fields if _full(key) == wanted]


def _full(name: str) -> str:
    lower = name.lower()
    return _COMPACT.get(lower, lower)


@dataclass(frozen=True, slots=True)
class Message:
    """What requests and responses have in common."""

    headers: Headers = field(default_factory=Headers)
    body: bytes = b""

    @property
    def call_id(self) -> str:
        """The call that it belongs to."""
        return self.headers.get("call-id")

    @property
    def cseq(self) -> tuple[int, str]:
        """Number and method of its transaction; ``(0, "")`` if it has none."""
        number, _, method = self.headers.get("cseq").partition(" ")
        return (int(number), method.strip().upper()) if _is_number(number) else (0, "")

    @property
    def branch(self) -> str:
        """The branch of the topmost Via."""
        return parameters(self.headers.get("via").partition(",")[0]).get("branch", "")

    @property
    def from_tag(self) -> str:
        """The caller's tag."""
        return parameters(self.headers.get("from")).get("tag", "")

    @property
    def to_tag(self) -> str:
        """The callee's tag."""
        return parameters(self.headers.get("to")).get("tag", "")


@dataclass(frozen=True, slots=True)
class Request(Message):
    """A request."""

    method: str = ""
    uri: str = ""

    def __bytes__(self) -> bytes:
        return _written(f"{self.method} {self.uri} SIP/2.0", self.headers, self.body)


@dataclass(frozen=True, slots=True)
class Response(Message):
    """A response."""

    status: int = 0
    reason: str = ""

    def __bytes__(self) -> bytes:
        return _written(f"SIP/2.0 {self.status} {self.reason}", self.headers, self.body)


def parse_message(data: bytes) -> Request | Response:
    """Return the message in ``data``; what follows its Content-Length is ignored.

    Raises:
        SipError: it is none, or larger than any may be.
    """
    if len(data) > LARGEST_MESSAGE:
        raise SipError("the SIP message is too large")
    head, blank, body = data.lstrip(b"\r\n").partition(b"\r\n\r\n")
    if not blank:
        raise SipError("the SIP message has no end of its headers")
    first, *lines = _unfolded(head.decode("latin-1"))
    headers = Headers(tuple(_header(line) for line in lines))
    body = _body(body, headers.get("content-length"))
    if match := _REQUEST_LINE.fullmatch(first):
        message: Request | Response = Request(headers, body, match[1], match[2])
    elif match := _STATUS_LINE.fullmatch(first):
        message = Response(headers, body, int(match[1]), match[2] or "")
    else:
        raise SipError("the first line is neither a SIP request nor a SIP response")
    if not all(headers.get(name) for name in ("via", "from", "to", "call-id", "cseq")):
        raise SipError("the SIP message lacks Via, From, To, Call-ID or CSeq")
    if isinstance(message, Request) and message.cseq[1] != message.method:
        raise SipError("CSeq and request line name different methods")
    return message


def content_length(head: bytes) -> int:
    """Return the Content-Length that a head (bytes up to the blank line) states; 0 if none.

    Raises:
        SipError: it states none that could be.
    """
    match = re.search(rb"(?im)^(?:content-length|l)[ \t]*:[ \t]*([^\r\n]*?)[ \t]*\r?$", head)
    return _length(match[1].decode("latin-1")) if match else 0


def parameters(value: str) -> dict[str, str]:
    """Return the ``;name=value`` parameters that follow an address or a Via."""
    tail = value.rpartition(">")[2] if ">" in value else value
    return {match[1].lower(): (match[2] or "").strip('"') for match in _PARAMETER.finditer(tail)}


def uri_user(value: str) -> str:
    """Return the user part of the first SIP URI in ``value``: a device's id; empty if none."""
    match = _URI.search(value)
    return match[1] or "" if match else ""


def uri_host(value: str) -> tuple[str, int] | None:
    """Return host and port of the first SIP URI in ``value``."""
    match = _URI.search(value)
    if match is None or (match[3] and not 0 < int(match[3]) < 65536):
        return None
    return match[2].strip("[]"), int(match[3] or 5060)


def reply_to(
    request: Request,
    status: int,
    *,
    tag: str,
    peer: tuple[str, int],
    extra: tuple[tuple[str, str], ...] = (),
    body: bytes = b"",
) -> Response:
    """Return the response to ``request`` that came from ``peer`` (RFC 3581: received, rport)."""
    fields: list[tuple[str, str]] = []
    for number, via in enumerate(request.headers.all("via")):
        fields.append(("Via", _answered(via, peer) if number == 0 else via))
    fields.append(("From", request.headers.get("from")))
    to = request.headers.get("to")
    fields.append(("To", to if request.to_tag or status == 100 else f"{to};tag={tag}"))
    fields.append(("Call-ID", request.call_id))
    fields.append(("CSeq", request.headers.get("cseq")))
    return Response(Headers((*fields, *extra)), body, status, _REASONS.get(status, "Unknown"))


def _answered(via: str, peer: tuple[str, int]) -> str:
    first, comma, rest = via.partition(",")
    first = re.sub(r";\s*(?:rport(?:=\d*)?|received=[^;]*)(?=;|$)", "", first)
    return f"{first};received={peer[0]};rport={peer[1]}{comma}{rest}"


def _unfolded(text: str) -> list[str]:
    lines: list[str] = []
    for line in text.split("\r\n"):
        if len(line) > _LONGEST_LINE:
            raise SipError("a line of the SIP message is too long")
        if line[:1] in (" ", "\t") and len(lines) > 1:
            lines[-1] = f"{lines[-1]} {line.strip()}"
            if len(lines[-1]) > _LONGEST_LINE:
                raise SipError("a line of the SIP message is too long")
        else:
            lines.append(line)
    if len(lines) > _MOST_HEADERS:
        raise SipError("the SIP message has too many headers")
    return lines


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    name = name.rstrip()
    if not colon or not _TOKEN.fullmatch(name):
        raise SipError("a line of the SIP message is no header")
    if "\r" in value or "\n" in value or "\x00" in value:
        raise SipError("a SIP header holds control characters")
    return name, value.strip()


def _body(body: bytes, stated: str) -> bytes:
    if not stated:
        return body
    length = _length(stated)
    if length > len(body):
        raise SipError("the SIP message is shorter than its Content-Length")
    return body[:length]


def _length(stated: str) -> int:
    if not _is_number(stated) or int(stated) > LARGEST_MESSAGE:
        raise SipError("the Content-Length is no length that a SIP message may have")
    return int(stated)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 10


def _written(first: str, headers: Headers, body: bytes) -> bytes:
    lines = [first, *(f"{name}: {value}" for name, value in headers.fields)]
    lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join((*lines, "", "")).encode("latin-1", "replace") + body
