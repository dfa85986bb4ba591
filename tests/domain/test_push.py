"""Subscriptions as browsers send them, and as an attacker would."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.errors import InputError
from monitor.domain.push import Subscription, check_endpoint

KEY = base64.urlsafe_b64encode(b"\x04" + bytes(range(64))).decode().rstrip("=")
AUTH = base64.urlsafe_b64encode(bytes(16)).decode()


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc:def",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAA",
        "https://wns2-par02p.notify.windows.com/w/?token=BQY%2f",
        "https://web.push.apple.com/Q0mN",
    ],
)
def test_endpoints_of_the_vendors_are_taken(endpoint: str) -> None:
    subscription = Subscription.parse(endpoint, KEY, AUTH)
    assert subscription.endpoint == endpoint
    assert (len(subscription.public_key), len(subscription.auth)) == (65, 16)
    assert endpoint not in repr(subscription)


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "http://push.example.net/x",
        "ftp://push.example.net/x",
        "file:///etc/passwd",
        "https:///x",
        "https://user:secret@push.example.net/x",
        "https://push.example.net/x#part",
        "https://push.example.net:0/x",
        "https://push.example.net:99999/x",
        "https://push.example.net/a b",
        "https://push.example.net/\r\nHost: other",
        "https://push.example.net\\@127.0.0.1/",
        "https://推送.example/x",
        "https://[::1/x",
        "https://push.example.net/" + "x" * 1000,
    ],
)
def test_what_no_push_service_has_is_refused(endpoint: str) -> None:
    with pytest.raises(InputError):
        Subscription.parse(endpoint, KEY, AUTH)


@given(endpoint=st.text(max_size=60))
def test_whatever_comes_is_taken_or_refused(endpoint: str) -> None:
    for value in (endpoint, f"https://{endpoint}"):
        try:
            check_endpoint(value)
        except InputError:
            continue
        assert value.startswith("https://")
        assert value.isascii()


@pytest.mark.parametrize("key", ["", "x", KEY[:-2], KEY + "AAAA", "A" * 87, "!" * 87, "é" * 87])
def test_keys_of_another_form_are_refused(key: str) -> None:
    with pytest.raises(InputError):
        Subscription.parse("https://push.example.net/x", key, AUTH)
    with pytest.raises(InputError):
        Subscription.parse("https://push.example.net/x", KEY, key)
