"""RFC 6238, appendix B (SHA-1), and what may not work twice."""

from __future__ import annotations

import base64

import pytest

from monitor.domain.totp import code_at, enrolment_uri, matching_step, new_secret, written

SECRET = b"12345678901234567890"
VECTORS = (
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
)


@pytest.mark.parametrize(("now", "code"), VECTORS)
def test_codes_are_those_of_the_standard(now: int, code: str) -> None:
    assert code_at(SECRET, now // 30, 8) == code
    assert matching_step(SECRET, code[2:], now) == now // 30


def test_a_code_is_valid_for_a_step_either_way_and_never_twice() -> None:
    code = code_at(SECRET, 1000)
    assert [matching_step(SECRET, code, 30.0 * step) for step in range(998, 1003)] == [
        None,
        1000,
        1000,
        1000,
        None,
    ]
    assert matching_step(SECRET, f" {code[:3]} {code[3:]} ", 30_000) == 1000
    assert matching_step(SECRET, code, 30_000, after=999) == 1000
    assert matching_step(SECRET, code, 30_000, after=1000) is None


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "²²²²²²"])
def test_what_is_no_code_is_refused(code: str) -> None:
    assert matching_step(SECRET, code, 59) is None


def test_the_address_for_an_app_holds_the_secret() -> None:
    secret = new_secret()
    assert len(secret) == 20
    assert base64.b32decode(written(secret) + "=" * (-len(written(secret)) % 8)) == secret
    uri = enrolment_uri(secret, "wang", "看护")
    assert uri.startswith("otpauth://totp/%E7%9C%8B%E6%8A%A4%3Awang?secret=")
