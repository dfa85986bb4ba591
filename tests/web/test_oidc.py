"""Signing in at an identity provider: a real one on loopback, honest and otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from pydantic import SecretStr, ValidationError

from monitor.domain.access import Role
from monitor.domain.clock import ManualClock
from monitor.settings.access import Access, Oidc
from monitor.store.user_repository import UserRepository
from tests.web.provider import CLIENT, SECRET, Provider, new_key

if TYPE_CHECKING:
    from monitor.store.users import User
    from tests.web.conftest import Served, Serving, World

DATABASES = ["sqlite"]


@pytest.fixture
def provider(clock: ManualClock) -> Iterator[Provider]:
    running = Provider(clock.now)
    yield running
    running.stop()


@pytest.fixture
def joined(serving: Serving, world: World, provider: Provider) -> Iterator[Served]:
    """Serve the district with the provider in its configuration."""
    oidc = Oidc(
        issuer=provider.issuer,
        client_id=CLIENT,
        client_secret=SecretStr(SECRET),
        label="区统一认证",
    )
    settings = world.settings.model_copy(update={"access": Access(oidc=oidc)})
    with serving(replace(world, settings=settings)) as served:
        yield served


def _leave(client: httpx.Client, target: str = "/alerts") -> str:
    """Go to the provider and return where it sends the browser back to."""
    departure = client.get("/sign-in/oidc", params={"next": target})
    assert departure.status_code == 303, departure.text[-500:]
    with httpx.Client() as browser:
        return browser.get(departure.headers["location"]).headers["location"]


def test_a_person_signs_in_at_the_provider(
    joined: Served, world: World, operator: User, provider: Provider
) -> None:
    with joined.client() as client:
        assert "区统一认证" in client.get("/sign-in").text
        back = client.get(_leave(client))
        assert back.status_code == 303, back.text[-500:]
        assert back.headers["location"] == "/alerts"
        assert client.get("/alerts").status_code == 200
        assert "统一身份认证" in client.get("/account").text
    provider.change_keys()
    with joined.client() as client:
        assert client.get(_leave(client)).headers["location"] == "/alerts", "new keys are fetched"


def test_a_name_that_went_to_somebody_else_opens_nothing(
    joined: Served, world: World, operator: User, provider: Provider
) -> None:
    with joined.client() as client:
        assert client.get(_leave(client)).status_code == 303
    provider.person = {"sub": "s-2", "preferred_username": "wang"}
    with joined.client() as client:
        refused = client.get(_leave(client))
        assert refused.status_code == 403
        assert "没有登记" in refused.text
    provider.person = {"sub": "s-1", "preferred_username": "renamed"}
    with joined.client() as client:
        assert client.get(_leave(client)).status_code == 303, "the subject counts"
    UserRepository(world.database).set_active(operator.id, active=False)
    with joined.client() as client:
        assert client.get(_leave(client)).status_code == 403


def test_nobody_comes_in_who_was_not_entered(joined: Served, provider: Provider) -> None:
    provider.person = {"sub": "s-9", "preferred_username": "stranger"}
    with joined.client() as client:
        assert client.get(_leave(client)).status_code == 403
        assert client.get("/").status_code == 303


SPOILT: tuple[dict[str, Any], ...] = (
    {"iss": "https://evil.example"},
    {"aud": "another service"},
    {"nonce": "of another sign-in"},
    {"exp": 1_700_000_000},
    {"iat": 1_900_000_000},
    {"sub": None},
)


@pytest.mark.parametrize("spoil", SPOILT, ids=lambda spoil: next(iter(spoil)))
def test_an_id_token_that_does_not_hold_opens_nothing(
    joined: Served, operator: User, provider: Provider, spoil: dict[str, Any]
) -> None:
    provider.spoil = spoil
    with joined.client() as client:
        refused = client.get(_leave(client))
        assert refused.status_code == 401
        assert client.get("/").status_code == 303


def test_a_foreign_signature_opens_nothing(
    joined: Served, operator: User, provider: Provider
) -> None:
    provider.signer = new_key()
    with joined.client() as client:
        assert client.get(_leave(client)).status_code == 401


def test_what_comes_back_belongs_to_this_browser_and_once(joined: Served, operator: User) -> None:
    with joined.client() as client, joined.client() as victim:
        back = _leave(client)
        assert victim.get(back).status_code == 401, "a code slipped to somebody else"
        assert client.get(back.replace("state=", "state=x")).status_code == 401
        assert client.get(back.partition("?")[0]).status_code == 401
        assert client.get(back).status_code == 303
        assert client.get(back).status_code == 401, "a code works once"


def test_a_provider_that_is_away_is_told(
    joined: Served, operator: User, provider: Provider
) -> None:
    with joined.client() as client:
        provider.stop()
        away = client.get("/sign-in/oidc")
        assert away.status_code == 503
        assert "无法连接" in away.text
        assert 'name="password"' in away.text, "the password still works"


def test_without_a_provider_there_is_no_such_door(served: Served) -> None:
    with served.client() as client:
        assert "/sign-in/oidc" not in client.get("/sign-in").text
        assert client.get("/sign-in/oidc").status_code == 303


@pytest.mark.parametrize("issuer", ["http://id.example", "ftp://x", "https://", "id.example"])
def test_an_issuer_is_an_address_with_tls(issuer: str) -> None:
    with pytest.raises(ValidationError, match="issuer"):
        Oidc(issuer=issuer, client_id="x")


def _again(client: httpx.Client) -> httpx.Response:
    assert "/sign-in/oidc/again/sunshine" in client.get("/risk/sunshine").text
    departure = client.get("/sign-in/oidc/again/sunshine")
    assert departure.status_code == 303, departure.text[-500:]
    assert "prompt=login" in departure.headers["location"]
    with httpx.Client() as browser:
        return client.get(browser.get(departure.headers["location"]).headers["location"])


def _decide(client: httpx.Client) -> int:
    page = client.get("/risk/sunshine").text
    token = page.partition('name="token" value="')[2].partition('"')[0]
    data = {"token": token, "measure": "help", "reason": "as seen"}
    return client.post("/risk/sunshine/decide", data=data).status_code


def test_a_decision_is_signed_by_signing_in_anew_at_the_provider(
    joined: Served, world: World, provider: Provider, clock: ManualClock
) -> None:
    world.user("wang", Role.SUPERVISOR)
    with joined.client() as client:
        assert client.get(_leave(client)).status_code == 303
        assert _decide(client) == 422, "signed in, but not anew"
        back = _again(client)
        assert back.headers["location"] == "/risk/sunshine?again=done"
        assert "区统一认证重新验证了身份" in client.get("/risk/sunshine").text
        assert _decide(client) == 303
        assert _decide(client) == 422, "good for one signature"
        assert _again(client).status_code == 303
        clock.advance(5 * 60 + 1)
        assert _decide(client) == 422, "good for some minutes"


@pytest.mark.parametrize("spoil", [{"auth_time": None}, {"auth_time": 1_793_582_000}])
def test_who_was_not_made_to_sign_in_anew_signs_nothing(
    joined: Served, world: World, provider: Provider, spoil: dict[str, Any]
) -> None:
    world.user("wang", Role.SUPERVISOR)
    with joined.client() as client:
        assert client.get(_leave(client)).status_code == 303
        provider.spoil = spoil
        assert _again(client).headers["location"] == "/risk/sunshine?again=stale"
        assert "没有要求您重新登录" in client.get("/risk/sunshine?again=stale").text
        assert _decide(client) == 422


def test_somebody_else_at_the_provider_signs_nothing(
    joined: Served, world: World, provider: Provider
) -> None:
    for name in ("wang", "zhao"):
        world.user(name, Role.SUPERVISOR)
    with joined.client() as client, joined.client() as other:
        assert client.get(_leave(client)).status_code == 303
        provider.person = {"sub": "s-2", "preferred_username": "zhao"}
        assert other.get(_leave(other)).status_code == 303
        assert _again(client).headers["location"] == "/risk/sunshine?again=other"
        assert _decide(client) == 422
        proof = {c.name: c.value for c in client.cookies.jar}
        assert "kanhu-again" not in proof
        assert _again(other).headers["location"] == "/risk/sunshine?again=done"
        # Slipped into another session, the proof is worth nothing.
        slipped = next(c.value for c in other.cookies.jar if c.name == "kanhu-again")
        client.cookies.set("kanhu-again", slipped or "", path="/risk")
        assert _decide(client) == 422
