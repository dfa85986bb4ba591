"""Writes the platform's own requests."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from itertools import count

from monitor.streams.gb28181.manscdp import CONTENT_TYPE
from monitor.streams.gb28181.plan import PlatformPlan
from monitor.streams.gb28181.registrar import Registration
from monitor.streams.gb28181.sip import Headers, Request, Response
from monitor.streams.gb28181.transactions import new_branch

AGENT = "Kanhu"


@dataclass(slots=True)
class Dialog:
    """What both ends of a call must say to be understood (RFC 3261, section 12)."""

    call_id: str
    device: str
    channel: str
    local: str
    remote: str
    target: str
    cseq: int = 1
    start: int = field(default=0)

    def as_dict(self) -> dict[str, str | int]:
        """Return what must outlive a restart."""
        return {name: getattr(self, name) for name in self.__slots__}


class Author:
    """Knows the platform's names and addresses; ``port`` is where it listens."""

    def __init__(self, plan: PlatformPlan, port: int) -> None:
        self._plan = plan
        self._port = port
        self._cseq = count(1)

    def message(self, to: Registration, body: bytes) -> Request:
        """Return a MESSAGE with a MANSCDP document."""
        headers = (
            *self._head(to, "MESSAGE", next(self._cseq)),
            ("From", f"<sip:{self._plan.id}@{self._plan.domain}>;tag={secrets.token_hex(5)}"),
            ("To", f"<sip:{to.device}@{self._plan.domain}>"),
            ("Call-ID", self._call_id(to)),
            ("Content-Type", CONTENT_TYPE),
        )
        return Request(Headers(headers), body, "MESSAGE", _uri(to.device, to))

    def invite(self, to: Registration, channel: str, ssrc: str, sdp: str) -> Request:
        """Return an INVITE for media of ``channel``."""
        local = f"<sip:{self._plan.id}@{self._plan.domain}>;tag={secrets.token_hex(5)}"
        headers = (
            *self._head(to, "INVITE", 1),
            ("From", local),
            ("To", f"<sip:{channel}@{self._plan.domain}>"),
            ("Call-ID", self._call_id(to)),
            ("Contact", f"<sip:{self._plan.id}@{_bracketed(self.host(to))}:{self._port}>"),
            ("Subject", f"{channel}:{ssrc},{self._plan.id}:0"),
            ("Content-Type", "Application/SDP"),
        )
        return Request(Headers(headers), sdp.encode(), "INVITE", _uri(channel, to))

    def cancel(self, invite: Request) -> Request:
        """Return the CANCEL of an INVITE that was not answered."""
        return Request(_same(invite, "CANCEL"), b"", "CANCEL", invite.uri)

    def refused(self, invite: Request, response: Response) -> Request:
        """Return the ACK of a refusal, which belongs to the INVITE's own transaction."""
        headers = _same(invite, "ACK")
        fields = tuple(
            (name, response.headers.get("to") if name == "To" else value)
            for name, value in headers.fields
        )
        return Request(Headers(fields), b"", "ACK", invite.uri)

    def within(self, to: Registration, dialog: Dialog, method: str) -> Request:
        """Return an ACK or a BYE of an established call."""
        number = dialog.cseq if method == "ACK" else dialog.cseq + 1
        headers = (
            *self._head(to, method, number),
            ("From", dialog.local),
            ("To", dialog.remote),
            ("Call-ID", dialog.call_id),
        )
        return Request(Headers(headers), b"", method, dialog.target)

    def host(self, to: Registration) -> str:
        """Return the address that ``to`` is told."""
        return self._plan.advertise or to.local

    def _head(self, to: Registration, method: str, number: int) -> tuple[tuple[str, str], ...]:
        wire = "TCP" if to.reliable else "UDP"
        host = _bracketed(self.host(to))
        via = f"SIP/2.0/{wire} {host}:{self._port};rport;branch={new_branch()}"
        return (
            ("Via", via),
            ("Max-Forwards", "70"),
            ("User-Agent", AGENT),
            ("CSeq", f"{number} {method}"),
        )

    def _call_id(self, to: Registration) -> str:
        return f"{secrets.token_hex(12)}@{self.host(to)}"


def dialog_of(invite: Request, response: Response, device: str, channel: str) -> Dialog:
    """Return the dialog that a 2xx response to ``invite`` begins."""
    contact = response.headers.get("contact")
    target = contact.partition("<")[2].partition(">")[0] if "<" in contact else contact.strip()
    return Dialog(
        call_id=invite.call_id,
        device=device,
        channel=channel,
        local=invite.headers.get("from"),
        remote=response.headers.get("to"),
        target=target if target.startswith("sip:") and " " not in target else invite.uri,
        cseq=invite.cseq[0],
    )


def _uri(user: str, to: Registration) -> str:
    return f"sip:{user}@{_bracketed(to.address[0])}:{to.address[1]}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _same(invite: Request, method: str) -> Headers:
    wanted = ("via", "from", "to", "call-id", "max-forwards")
    fields = tuple(item for item in invite.headers.fields if item[0].lower() in wanted)
    return Headers((*fields, ("CSeq", f"{invite.cseq[0]} {method}")))
