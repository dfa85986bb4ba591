"""Handing messages to a push service: what it gets, what it may answer, and where it may not be."""

from __future__ import annotations

import base64
import ipaddress
import socket
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from monitor.alerts.channels import DeliveryError
from monitor.alerts.push.reach import PushReach
from monitor.alerts.push.sender import GoneError, Push, PushSender
from monitor.alerts.push.vapid import VapidKeys, new_key
from monitor.domain.clock import ManualClock
from monitor.domain.errors import ConfigError
from tests.alerts.push.browser import Browser, text
from tests.alerts.push.service import NAME, PushService

HERE = (ipaddress.ip_network("127.0.0.0/8"),)
NOW = 1_793_582_940.0
ALERT = Push("儿童无人看护".encode(), "topic-1", urgent=True)


def sender(
    service: PushService, reach: PushReach | None = None, *, trusted: bool = True, **values: Any
) -> PushSender:
    return PushSender(
        VapidKeys(new_key()),
        reach or PushReach(HERE),
        ManualClock(NOW),
        "mailto:it@example.org",
        str(service.authority) if trusted else None,
        **values,
    )


def test_the_browser_reads_it_and_the_service_knows_who_sent_it(service: PushService) -> None:
    browser, ours = Browser(), sender(service)
    ours.send(browser.subscription(service.endpoint("one")), ALERT)
    (taken,) = service.taken
    assert browser.open(taken.body) == ALERT.content
    head = taken.headers
    assert (head["Content-Encoding"], head["Urgency"], head["Topic"]) == (
        "aes128gcm",
        "high",
        "topic-1",
    )
    assert head["TTL"] == "14400"
    scheme, _, fields = head["Authorization"].partition(" ")
    token, key = (field.partition("=")[2] for field in fields.split(", "))
    assert (scheme, key) == ("vapid", ours.keys.public)
    claims = jwt.decode(
        token,
        public_key(key),
        algorithms=["ES256"],
        audience=f"https://127.0.0.1:{service.port}",
        options={"verify_exp": False},
    )
    assert claims["sub"] == "mailto:it@example.org"
    assert NOW < claims["exp"] <= NOW + 86400


def public_key(encoded: str) -> ec.EllipticCurvePublicKey:
    padded = encoded + "=" * (-len(encoded) % 4)
    point = base64.urlsafe_b64decode(padded)
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_that_is_gone_is_told_apart(service: PushService, status: int) -> None:
    service.answers["one"] = status
    with pytest.raises(GoneError, match=str(status)):
        sender(service).send(Browser().subscription(service.endpoint("one")), ALERT)


@pytest.mark.parametrize("status", [302, 400, 403, 429, 500, 503])
def test_any_other_refusal_is_a_failure_and_nothing_is_followed(
    service: PushService, status: int
) -> None:
    service.answers["one"] = status
    with pytest.raises(DeliveryError, match=str(status)) as caught:
        sender(service).send(Browser().subscription(service.endpoint("one")), ALERT)
    assert not isinstance(caught.value, GoneError)
    assert [item.path for item in service.taken] == ["/one"]


def test_one_that_answers_byte_by_byte_is_not_waited_for(service: PushService) -> None:
    service.drips.add("slow")
    endpoint = service.endpoint("slow")
    with pytest.raises(DeliveryError, match="does not answer"):
        sender(service, patience=0.5).send(Browser().subscription(endpoint), ALERT)


def test_nothing_is_told_of_the_endpoint_when_nobody_is_there(service: PushService) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        endpoint = f"https://127.0.0.1:{free.getsockname()[1]}/the-secret"
        with pytest.raises(DeliveryError) as caught:
            sender(service).send(Browser().subscription(endpoint), ALERT)
    assert "secret" not in str(caught.value)
    assert "127.0.0.1" not in str(caught.value)


def test_a_service_whose_certificate_nobody_vouches_for_gets_nothing(service: PushService) -> None:
    with pytest.raises(DeliveryError, match="reached"):
        sender(service, trusted=False).send(Browser().subscription(service.endpoint("one")), ALERT)
    assert service.taken == []


def test_a_name_is_resolved_once_and_its_certificate_is_that_of_the_name(
    service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def resolve(host: str, port: int, **_options: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    for name in (NAME, "push.attacker.example"):
        with monkeypatch.context() as patched:
            patched.setattr("monitor.alerts.push.reach.socket.getaddrinfo", resolve)
            endpoint = f"https://{name}:{service.port}/one"
            if name == NAME:
                sender(service).send(Browser().subscription(endpoint), ALERT)
            else:
                with pytest.raises(DeliveryError, match="reached"):
                    sender(service).send(Browser().subscription(endpoint), ALERT)
    (taken,) = service.taken
    assert taken.headers["Host"] == f"{NAME}:{service.port}"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.1.1",
        "169.254.169.254",
        "100.100.100.200",
        "168.63.129.16",
        "0.0.0.0",
        "224.0.1.1",
        "::1",
        "fe80::1",
        "fd00:ec2::254",
        "::ffff:127.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::a01:203",
        "ff02::1",
    ],
)
def test_only_public_addresses_are_asked(
    service: PushService, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    def resolve(_host: str, port: int, **_options: Any) -> list[Any]:
        good = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", port))
        return [good, (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr("monitor.alerts.push.reach.socket.getaddrinfo", resolve)
    endpoint = "https://push.attacker.example/one"
    with pytest.raises(DeliveryError, match="does not allow"):
        sender(service, PushReach()).send(Browser().subscription(endpoint), ALERT)


def test_whoever_keeps_names_cannot_make_us_wait(
    service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolve(*_asked: Any, **_options: Any) -> list[Any]:
        service.stop.wait()
        return []

    monkeypatch.setattr("monitor.alerts.push.reach.socket.getaddrinfo", resolve)
    with pytest.raises(DeliveryError, match="by name"):
        sender(service, patience=0.2).send(
            Browser().subscription("https://push.attacker.example/one"), ALERT
        )


def test_public_ones_only_at_the_usual_port() -> None:
    public = ipaddress.ip_address("8.8.8.8")
    assert PushReach().allows(public, 443)
    assert not PushReach().allows(public, 22)
    assert PushReach((ipaddress.ip_network("8.8.8.0/24"),)).allows(public, 22)


def test_a_key_that_is_none_is_refused_with_what_to_do() -> None:
    with pytest.raises(ConfigError, match="backup"):
        VapidKeys("not a key")
    assert len(VapidKeys(new_key()).public) == len(text(bytes(65)))
