"""RFC 8291: the standard's own example, and whatever else fits."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.push.encryption import LONGEST, encrypt
from monitor.domain.errors import InputError
from monitor.domain.push import Subscription
from tests.alerts.push.browser import Browser

AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
BROWSER = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
MESSAGE = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS"
    "6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qu"
    "lcy4a-fN"
)
"""Section 5 and appendix A of RFC 8291."""


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_the_example_of_the_standard() -> None:
    subscription = Subscription.parse("https://push.example.net/x", BROWSER, AUTH)
    own = ec.derive_private_key(int.from_bytes(decoded(PRIVATE)), ec.SECP256R1())
    body = encrypt(b"When I grow up, I want to be a watermelon", subscription, own, decoded(SALT))
    assert body == decoded(MESSAGE)


@given(plain=st.binary(max_size=LONGEST))
def test_the_browser_and_nobody_else_reads_it(plain: bytes) -> None:
    browser, other = Browser(), Browser()
    body = encrypt(plain, browser.subscription("https://push.example.net/x"))
    assert browser.open(body) == plain
    assert len(body) <= 4096
    with pytest.raises(ValueError, match="not for this browser"):
        other.open(body)


def test_what_does_not_fit_or_is_no_key_is_refused() -> None:
    browser = Browser()
    with pytest.raises(InputError, match="3993"):
        encrypt(bytes(LONGEST + 1), browser.subscription("https://push.example.net/x"))
    off_the_curve = Subscription("https://push.example.net/x", b"\x04" + bytes(64), bytes(16))
    with pytest.raises(InputError, match="curve"):
        encrypt(b"x", off_the_curve)
