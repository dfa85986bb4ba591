"""Signing in: REGISTER, as section 9.1 of GB/T 28181 has it."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

import structlog

from monitor.domain.clock import Clock
from monitor.streams.gb28181.address import local_address
from monitor.streams.gb28181.digest import Nonces, Verdict, challenge, judge
from monitor.streams.gb28181.ids import is_device_id
from monitor.streams.gb28181.lockout import Lockout
from monitor.streams.gb28181.plan import DevicePlan, PlatformPlan
from monitor.streams.gb28181.registrar import (
    LONGEST_EXPIRY,
    SHORTEST_EXPIRY,
    Registrar,
    Registration,
)
from monitor.streams.gb28181.sip import Request, parameters, uri_user
from monitor.streams.gb28181.wire import Peer

log = structlog.get_logger(__name__)

_USUAL_EXPIRY = 3600
_MOST_STRANGERS = 50


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to answer to a REGISTER, and who has come or gone by it."""

    status: int
    extra: tuple[tuple[str, str], ...] = ()
    came: str = ""
    left: str = ""


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody who tried to sign in and may not; ``seen`` is POSIX seconds."""

    id: str
    host: str
    seen: float
    why: str


class SignIn:
    """Decides who may sign in."""

    def __init__(self, plan: PlatformPlan, registrar: Registrar, clock: Clock) -> None:
        self._plan = plan
        self._registrar = registrar
        self._clock = clock
        self._nonces = Nonces()
        self._lockout = Lockout()
        self._strangers: OrderedDict[tuple[str, str], Stranger] = OrderedDict()

    @property
    def strangers(self) -> list[Stranger]:
        """The last who were turned away, so that an administrator can find a device's id."""
        return list(self._strangers.values())

    def take(self, request: Request, peer: Peer) -> Outcome:
        """Decide about one REGISTER."""
        identifier = uri_user(request.headers.get("from"))
        if not is_device_id(identifier):
            return Outcome(400)
        host, now = peer.address[0], self._clock.now()
        device = self._plan.device(identifier)
        if device is None or not device.may_come_from(host):
            return self._turn_away(identifier, host, "not listed" if device is None else "network")
        if wait := self._lockout.remaining(identifier, host, now):
            return Outcome(403, (("Retry-After", str(int(wait) + 1)),))
        verdict = judge(
            request.headers.get("authorization"),
            "REGISTER",
            device.password,
            device=identifier,
            realm=self._plan.domain,
            algorithm=device.algorithm,
            nonces=self._nonces,
            now=now,
        )
        if verdict is Verdict.WRONG:
            self._lockout.failed(identifier, host, now)
            return self._turn_away(identifier, host, "wrong password")
        if verdict is not Verdict.GOOD:
            stale = verdict is Verdict.STALE
            return Outcome(401, (("WWW-Authenticate", self._challenge(device, now, stale)),))
        self._lockout.succeeded(identifier, host)
        self._strangers.pop((identifier, host), None)
        return self._admit(request, device, peer, now)

    def _challenge(self, device: DevicePlan, now: float, stale: bool) -> str:
        nonce = self._nonces.new(device.id, now)
        return challenge(self._plan.domain, nonce, device.algorithm, stale=stale)

    def _admit(self, request: Request, device: DevicePlan, peer: Peer, now: float) -> Outcome:
        expires = _expiry(request)
        if expires == 0:
            left = self._registrar.sign_out(device.id)
            return Outcome(200, self._welcome(request, 0, now), left=device.id if left else "")
        came = self._registrar.sign_in(
            Registration(
                device=device.id,
                peer=peer,
                address=peer.address,
                reliable=peer.reliable,
                local=local_address(self._plan.host, peer.address),
                registered=now,
                until=now + expires,
                seen=now,
                edition=request.headers.get("x-gb-ver")[:8],
                agent=request.headers.get("user-agent")[:64],
            )
        )
        return Outcome(200, self._welcome(request, expires, now), came=device.id if came else "")

    def _welcome(self, request: Request, expires: int, now: float) -> tuple[tuple[str, str], ...]:
        # Devices set their clocks by this: local time without a zone (section 9.10).
        local = datetime.fromtimestamp(now, self._plan.zone)
        date = local.strftime("%Y-%m-%dT%H:%M:%S.") + f"{local.microsecond // 1000:03d}"
        contact = request.headers.get("contact")
        fields = (("Date", date), ("Expires", str(expires)))
        return (*fields, ("Contact", contact)) if contact else fields

    def _turn_away(self, identifier: str, host: str, why: str) -> Outcome:
        key = (identifier, host)
        if key not in self._strangers:
            log.warning("gb28181_turned_away", device=identifier, host=host, why=why)
        self._strangers[key] = Stranger(identifier, host, self._clock.now(), why)
        self._strangers.move_to_end(key)
        if len(self._strangers) > _MOST_STRANGERS:
            self._strangers.popitem(last=False)
        return Outcome(403)


def _expiry(request: Request) -> int:
    stated = request.headers.get("expires") or parameters(request.headers.get("contact")).get(
        "expires", ""
    )
    if not (stated.isascii() and stated.isdigit()):
        return _USUAL_EXPIRY
    seconds = int(stated[:9])
    return seconds and min(max(seconds, SHORTEST_EXPIRY), LONGEST_EXPIRY)
