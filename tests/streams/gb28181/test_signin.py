"""Signing in, by the message: what the platform answers to whom."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field

import pytest

from monitor.domain.clock import ManualClock
from monitor.streams.gb28181.digest import authorization, challenge, fields_of, proof
from monitor.streams.gb28181.plan import DevicePlan, PlatformPlan
from monitor.streams.gb28181.registrar import Registrar
from monitor.streams.gb28181.signin import Outcome, SignIn
from monitor.streams.gb28181.sip import Request, parse_message

from .conftest import DEVICE, DOMAIN, PASSWORD, PLATFORM, SHANGHAI

URI = f"sip:{PLATFORM}@{DOMAIN}"


@dataclass
class Door:
    """A sign-in, and the device in front of it."""

    clock: ManualClock
    sign_in: SignIn
    registrar: Registrar
    host: str = "10.0.0.2"
    reliable: bool = False
    closed: bool = False
    sent: list[bytes] = field(default_factory=list)

    @property
    def address(self) -> tuple[str, int]:
        return (self.host, 5060)

    def send(self, data: bytes) -> bool:
        self.sent.append(data)
        return True

    def knock(self, answer: str = "", device: str = DEVICE, expires: str = "3600") -> Outcome:
        text = (
            f"REGISTER {URI} SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bK1\r\n"
            f"From: <sip:{device}@{DOMAIN}>;tag=1\r\nTo: <sip:{device}@{DOMAIN}>\r\n"
            f"Call-ID: 1\r\nCSeq: 1 REGISTER\r\nExpires: {expires}\r\n"
            + (f"Authorization: {answer}\r\n" if answer else "")
            + "\r\n"
        )
        request = parse_message(text.encode())
        assert isinstance(request, Request)
        return self.sign_in.take(request, self)

    def challenged(self) -> str:
        outcome = self.knock()
        assert outcome.status == 401
        return dict(outcome.extra)["WWW-Authenticate"]

    def try_password(self, password: str, username: str = DEVICE) -> Outcome:
        return self.knock(authorization(self.challenged(), "REGISTER", URI, username, password))


@pytest.fixture
def door(clock: ManualClock) -> Door:
    return door_of(clock)


def door_of(clock: ManualClock, **device: object) -> Door:
    listed = DevicePlan(DEVICE, PASSWORD, **device)  # type: ignore[arg-type]
    plan = PlatformPlan(PLATFORM, DOMAIN, "127.0.0.1", 0, (listed,), zone=SHANGHAI)
    registrar = Registrar(plan)
    return Door(clock, SignIn(plan, registrar, clock), registrar)


def test_the_right_password_opens_and_tells_the_local_time(door: Door) -> None:
    outcome = door.try_password(PASSWORD)
    assert (outcome.status, outcome.came) == (200, DEVICE)
    answer = dict(outcome.extra)
    assert answer["Date"] == "2026-11-02T09:30:00.000"
    assert answer["Expires"] == "3600"


def test_signing_in_again_is_no_news(door: Door) -> None:
    door.try_password(PASSWORD)
    assert door.try_password(PASSWORD).came == ""


def test_expires_zero_signs_out(door: Door) -> None:
    door.try_password(PASSWORD)
    answer = authorization(door.challenged(), "REGISTER", URI, DEVICE, PASSWORD)
    outcome = door.knock(answer, expires="0")
    assert (outcome.status, outcome.left) == (200, DEVICE)
    assert door.registrar.all(door.clock.now()) == []


@pytest.mark.parametrize(
    ("asked", "given"), [("5", "60"), ("999999", "86400"), ("nonsense", "3600"), ("٣", "3600")]
)
def test_odd_expiries_are_put_right(door: Door, asked: str, given: str) -> None:
    answer = authorization(door.challenged(), "REGISTER", URI, DEVICE, PASSWORD)
    assert (
        dict(door.knock(answer, expires=asked.encode().decode("latin-1")).extra)["Expires"] == given
    )


def test_a_registration_runs_out(door: Door) -> None:
    door.try_password(PASSWORD)
    door.clock.advance(3601)
    assert door.registrar.get(DEVICE, door.clock.now()) is None


def test_an_answer_that_was_overheard_is_worth_nothing(door: Door) -> None:
    answer = authorization(door.challenged(), "REGISTER", URI, DEVICE, PASSWORD)
    assert door.knock(answer).status == 200
    outcome = door.knock(answer)
    assert outcome.status == 401
    assert "stale=true" in dict(outcome.extra)["WWW-Authenticate"]


def test_a_challenge_grows_old(door: Door) -> None:
    answer = authorization(door.challenged(), "REGISTER", URI, DEVICE, PASSWORD)
    door.clock.advance(61)
    assert door.knock(answer).status == 401


def test_a_challenge_is_good_for_its_own_device_only(clock: ManualClock) -> None:
    other = DEVICE[:-1] + "9"
    devices = (DevicePlan(DEVICE, PASSWORD), DevicePlan(other, PASSWORD))
    plan = PlatformPlan(PLATFORM, DOMAIN, "127.0.0.1", 0, devices)
    registrar = Registrar(plan)
    door = Door(clock, SignIn(plan, registrar, clock), registrar)
    answer = authorization(door.challenged(), "REGISTER", URI, other, PASSWORD)
    assert door.knock(answer, device=other).status == 401


def test_guessing_gets_slower_but_not_for_the_device_itself(door: Door) -> None:
    door.host = "10.0.0.66"
    for number in range(5):
        assert door.try_password(f"guess-{number}").status == 403
    outcome = door.knock()
    assert (outcome.status, dict(outcome.extra)["Retry-After"]) == (403, "31")
    door.host = "10.0.0.2"
    assert door.try_password(PASSWORD).status == 200
    door.host = "10.0.0.66"
    door.clock.advance(31)
    assert door.try_password("guess-6").status == 403
    door.clock.advance(31)
    assert door.knock().status == 403  # a minute this time


def test_success_clears_the_count(door: Door) -> None:
    for _ in range(3):
        for _ in range(4):
            assert door.try_password("wrong").status == 403
        assert door.try_password(PASSWORD).status == 200


def test_sha_256_where_it_is_asked_for(clock: ManualClock) -> None:
    door = door_of(clock, algorithm="SHA-256")
    assert "algorithm=SHA-256" in door.challenged()
    assert door.try_password(PASSWORD).status == 200
    asked = fields_of(door.challenged())
    weaker = authorization(
        challenge(DOMAIN, asked["nonce"], "MD5"), "REGISTER", URI, DEVICE, PASSWORD
    )
    assert door.knock(weaker).status == 403


def test_a_device_that_uses_qop_unasked_is_understood(door: Door) -> None:
    asked = fields_of(door.challenged())
    fields = {
        "username": "admin",
        "realm": DOMAIN,
        "nonce": asked["nonce"],
        "uri": URI,
        "qop": "auth",
        "nc": "00000001",
        "cnonce": "c",
    }
    fields["response"] = proof(fields, "REGISTER", PASSWORD, "MD5").upper()
    answer = "Digest " + ", ".join(f'{name}="{value}"' for name, value in fields.items())
    assert door.knock(answer).status == 200


def test_only_listed_networks(clock: ManualClock) -> None:
    door = door_of(clock, networks=(ipaddress.ip_network("10.0.0.0/24"),))
    assert door.knock().status == 401
    door.host = "192.0.2.1"
    assert door.knock().status == 403
    (stranger,) = door.sign_in.strangers
    assert stranger.why == "network"


def test_what_is_no_device_id(door: Door) -> None:
    assert door.knock(device="admin").status == 400


def test_the_digest_of_the_rfc() -> None:
    """RFC 7616, section 3.9.1, with MD5 and SHA-256."""
    fields = {
        "username": "Mufasa",
        "realm": "http-auth@example.org",
        "uri": "/dir/index.html",
        "nonce": "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
        "nc": "00000001",
        "cnonce": "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
        "qop": "auth",
    }
    assert proof(fields, "GET", "Circle of Life", "MD5") == "8ca523f5e9506fed4657c9700eebdbec"
    assert proof(fields, "GET", "Circle of Life", "SHA-256") == (
        "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
    )
