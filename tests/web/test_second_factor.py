"""Second factors: set up, asked for, replaced by recovery codes, needed by role, reset."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx
import pytest

from monitor.domain.access import Role
from monitor.domain.clock import ManualClock
from monitor.domain.totp import code_at
from monitor.settings.access import Access

if TYPE_CHECKING:
    from monitor.store.users import User
    from tests.web.conftest import Served, Serving, World

DATABASES = ["sqlite"]
PASSWORD = "a fine long password"


def _form(client: httpx.Client, path: str = "/account") -> dict[str, str]:
    page = client.get(path).text
    return {"token": page.partition('name="token" value="')[2].partition('"')[0]}


def _enrol(client: httpx.Client, clock: ManualClock) -> tuple[bytes, list[str]]:
    form = _form(client)
    shown = client.post("/account/second-factor/begin", data={**form, "password": PASSWORD}).text
    assert "<svg viewBox" in shown
    written = re.search(r'class="secret">([A-Z2-7 ]+)<', shown)
    assert written is not None
    plain = written[1].replace(" ", "")
    secret = base64.b32decode(plain + "=" * (-len(plain) % 8))
    wrong = client.post("/account/second-factor/confirm", data={**form, "code": "000000"})
    assert wrong.status_code == 422
    assert written[1] in wrong.text, "the same secret is shown again"
    code = code_at(secret, int(clock.now() // 30))
    done = client.post("/account/second-factor/confirm", data={**form, "code": code}).text
    codes = re.findall(r"<code>([a-z0-9-]{14})</code>", done)
    assert len(codes) == 10
    clock.advance(31)
    return secret, codes


def _ticket(client: httpx.Client) -> str:
    asked = client.post("/sign-in", data={"name": "wang", "password": PASSWORD, "next": "/alerts"})
    assert asked.status_code == 200
    assert "第二步验证" in asked.text
    return asked.text.partition('name="ticket" value="')[2].partition('"')[0]


def test_the_password_alone_no_longer_opens_the_door(
    served: Served, operator: User, clock: ManualClock
) -> None:
    with served.client(operator) as desk, served.client() as phone:
        secret, codes = _enrol(desk, clock)
        ticket = _ticket(phone)
        assert phone.get("/").status_code == 303, "nobody is in yet"

        def enter(code: str) -> httpx.Response:
            return phone.post("/sign-in/code", data={"ticket": ticket, "code": code})

        assert enter("123456").status_code == 401
        code = code_at(secret, int(clock.now() // 30))
        entered = enter(code)
        assert entered.headers["location"] == "/alerts"
        assert phone.get("/").status_code == 200
        assert enter(code).status_code == 401, "a code works once"
        assert enter(codes[0].upper().replace("-", " ")).status_code == 303
        assert enter(codes[0]).status_code == 401, "so does a recovery code"
        clock.advance(400)
        assert enter(codes[1]).status_code == 401, "the ticket is too old"
        assert "9" in desk.get("/account/second-factor").text


def test_guessing_codes_makes_one_wait(served: Served, operator: User, clock: ManualClock) -> None:
    with served.client(operator) as desk, served.client() as thief:
        _, codes = _enrol(desk, clock)
        ticket = _ticket(thief)
        for _ in range(5):
            guess = {"ticket": ticket, "code": "000000"}
            assert thief.post("/sign-in/code", data=guess).status_code == 401
        waiting = thief.post("/sign-in/code", data={"ticket": ticket, "code": codes[0]})
        assert waiting.status_code == 429
        for forged in ("", "x", ticket[:-3] + "abc"):
            made_up = thief.post("/sign-in/code", data={"ticket": forged, "code": codes[0]})
            assert made_up.status_code == 401


def test_setting_up_and_turning_off_need_the_password(
    served: Served, operator: User, clock: ManualClock
) -> None:
    with served.client(operator) as desk:
        form = _form(desk)
        wrong = {**form, "password": "a wrong password"}
        assert desk.post("/account/second-factor/begin", data=wrong).status_code == 422
        _enrol(desk, clock)
        right = {**form, "password": PASSWORD}
        assert desk.post("/account/second-factor/remove", data=wrong).status_code == 422
        renewed = desk.post("/account/second-factor/codes", data=right)
        assert len(re.findall(r"<code>[a-z0-9-]{14}</code>", renewed.text)) == 10
        assert desk.post("/account/second-factor/begin", data=right).status_code == 409
        assert desk.post("/account/second-factor/remove", data=right).status_code == 303
        assert "未启用" in desk.get("/account").text


@pytest.fixture
def strict(world: World) -> World:
    """Return a district in which supervisors need a second factor."""
    settings = world.settings.model_copy(
        update={"access": Access(second_factor=(Role.SUPERVISOR,))}
    )
    return replace(world, settings=settings)


def test_a_role_may_need_one(serving: Serving, strict: World, clock: ManualClock) -> None:
    with (
        serving(strict) as served,
        served.client(strict.user("wang", Role.SUPERVISOR)) as head,
        served.client(strict.user("li")) as operator,
    ):
        assert operator.get("/alerts").status_code == 200
        assert head.get("/alerts").headers["location"] == "/account/second-factor"
        assert head.get("/api/v1/alerts").status_code == 403
        assert "必须启用" in head.get("/account/second-factor").text
        _enrol(head, clock)
        assert head.get("/alerts").status_code == 200
        right = {**_form(head), "password": PASSWORD}
        assert head.post("/account/second-factor/remove", data=right).status_code == 422


def test_an_administrator_resets_a_lost_one(
    served: Served, world: World, operator: User, clock: ManualClock
) -> None:
    with served.client(operator) as desk, served.client(world.user("admin", Role.ADMIN)) as admin:
        _enrol(desk, clock)
        form = _form(admin)
        assert admin.post(f"/users/{operator.id}/second-factor", data=form).status_code == 303
        assert desk.get("/").status_code == 303, "signed out"
        entered = desk.post("/sign-in", data={"name": "wang", "password": PASSWORD})
        assert entered.status_code == 303
