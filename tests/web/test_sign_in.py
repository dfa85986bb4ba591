"""Signing in, once and again; being refused; being locked out without learning who exists."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.domain.clock import ManualClock
from monitor.store.session_repository import SessionRepository
from monitor.store.user_repository import UserRepository

if TYPE_CHECKING:
    import httpx

    from monitor.store.users import User
    from tests.web.conftest import Served, World

DATABASES = ["sqlite"]

PASSWORD = "a fine long password"


def _enter(client: httpx.Client, name: str, password: str, target: str = "/") -> httpx.Response:
    return client.post("/sign-in", data={"name": name, "password": password, "next": target})


def test_name_and_password_open_the_door(served: Served, operator: User) -> None:
    with served.client() as client:
        answer = _enter(client, " Wang ", PASSWORD, "/alerts?state=open")
        assert answer.status_code == 303
        assert answer.headers["location"] == "/alerts?state=open"
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Secure" not in cookie  # this server speaks plain HTTP on loopback
        assert client.get("/").status_code == 200
        assert client.get("/sign-in").headers["location"] == "/"


def test_the_cookie_is_secure_behind_tls(served: Served, operator: User) -> None:
    with served.client() as client:
        secure = {"X-Forwarded-Proto": "https", "Origin": served.url.replace("http:", "https:")}
        data = {"name": "wang", "password": PASSWORD}
        answer = client.post("/sign-in", data=data, headers=secure)
        assert answer.status_code == 303
        assert answer.headers["set-cookie"].startswith("__Host-kanhu-session=")
        assert "Secure" in answer.headers["set-cookie"]
        assert "max-age" in answer.headers["strict-transport-security"]


def test_nobody_is_led_away_after_sign_in(served: Served, operator: User) -> None:
    for target in ("https://evil.example", "//evil.example", "/\\evil.example", "js:x", "/\n/x"):
        with served.client() as client:
            assert _enter(client, "wang", PASSWORD, target).headers["location"] == "/"


def test_a_stranger_and_a_wrong_password_look_the_same(served: Served, operator: User) -> None:
    def told(name: str) -> tuple[int, str]:
        with served.client() as client:
            answer = _enter(client, name, "wrong password")
            page = answer.text.replace(f'value="{name}"', "")
            return answer.status_code, page.partition('role="alert"')[2].partition("</p>")[0]

    assert told("wang") == told("nobody")
    assert told("wang")[0] == 401


def test_guessing_locks_a_name_whether_or_not_it_exists(
    served: Served, world: World, operator: User, clock: ManualClock
) -> None:
    with served.client() as client:
        for name, afterwards in (("nobody", 401), ("wang", 303)):
            for _ in range(5):
                assert _enter(client, name, "guess").status_code == 401
            locked = _enter(client, name, PASSWORD)
            assert locked.status_code == 429
            assert "1 分钟" in locked.text
            clock.advance(timedelta(minutes=16).total_seconds())
            assert _enter(client, name, PASSWORD).status_code == afterwards


def test_strangers_cannot_keep_people_out_where_they_work(
    served: Served, world: World, operator: User
) -> None:
    with served.client() as desk, served.client() as stranger:
        assert _enter(desk, "wang", PASSWORD).status_code == 303
        assert "kanhu-device" in {cookie.name for cookie in desk.cookies.jar}
        for _ in range(40):
            _enter(stranger, "wang", "guess")
        assert _enter(stranger, "wang", PASSWORD).status_code == 429
        del desk.cookies["kanhu-session"]
        assert _enter(desk, "wang", "guess").status_code == 401
        assert _enter(desk, "wang", PASSWORD).status_code == 303


def test_guessing_many_names_locks_the_address(served: Served, operator: User) -> None:
    with served.client() as client:
        for number in range(30):
            assert _enter(client, f"guess{number}", "guess").status_code == 401
        assert _enter(client, "wang", PASSWORD).status_code == 429


def test_a_person_kept_out_is_told_no_more_than_others(
    served: Served, world: World, operator: User
) -> None:
    UserRepository(world.database).set_active(operator.id, active=False)
    with served.client() as client:
        assert _enter(client, "wang", PASSWORD).status_code == 401


def test_signing_out_ends_the_session(served: Served, operator: User) -> None:
    with served.client(operator) as client:
        token = client.get("/account").text.partition('name="token" value="')[2].partition('"')[0]
        cookie = client.cookies["kanhu-session"]
        assert client.post("/sign-out", data={"token": token}).status_code == 303
        client.cookies.set("kanhu-session", cookie)
        assert client.get("/").headers["location"] == "/sign-in"


def test_a_session_ends_when_nobody_is_there(
    served: Served, operator: User, clock: ManualClock
) -> None:
    with served.client(operator) as client:
        assert client.get("/alerts").status_code == 200
        clock.advance(timedelta(hours=9).total_seconds())
        answer = client.get("/alerts?rule=crowding")
        assert answer.headers["location"] == "/sign-in?next=%2Falerts%3Frule%3Dcrowding"


def test_a_one_time_link_works_once(served: Served, world: World, operator: User) -> None:
    token = SessionRepository(world.database).new_link(operator.id, world.now)
    with served.client() as first, served.client() as second:
        assert first.get(f"/sign-in/once/{token}").headers["location"] == "/"
        assert first.get("/").status_code == 200
        assert first.get(f"/sign-in/once/{token}").status_code == 303  # a double click
        refused = second.get(f"/sign-in/once/{token}")
        assert refused.status_code == 401
        assert second.get("/").status_code == 303


def test_a_password_given_by_others_has_to_be_changed(served: Served, world: World) -> None:
    user = world.user("fresh", must_change=True)
    with served.client(user) as client:
        assert client.get("/").headers["location"] == "/account"
        assert client.get("/api/v1/alerts").status_code == 403
        token = client.get("/account").text.partition('name="token" value="')[2].partition('"')[0]

        def change(**fields: str) -> httpx.Response:
            new = "one two three four"
            data = {"token": token, "current": PASSWORD, "new": new, "again": new}
            return client.post("/account/password", data={**data, **fields})

        assert change(again="another").status_code == 422
        assert change(current="wrong").status_code == 422
        assert change(new="short", again="short").status_code == 422
        assert change(new=PASSWORD, again=PASSWORD).status_code == 422
        assert change(new="fresh and long", again="fresh and long").status_code == 422
        elsewhere = served.client(user)
        changed = change()
        assert changed.status_code == 303
        assert client.get("/").status_code == 200
        assert elsewhere.get("/account").headers["location"].startswith("/sign-in")
        elsewhere.close()


def test_language_and_colours_are_remembered(served: Served, operator: User) -> None:
    with served.client() as client:
        assert 'lang="en"' in client.get("/sign-in", headers={"Accept-Language": "en-GB"}).text
        assert 'lang="zh-CN"' in client.get("/sign-in", headers={"Accept-Language": "fr"}).text
        chosen = client.post("/preferences", data={"language": "en", "back": "/sign-in"})
        assert chosen.headers["location"] == "/sign-in"
        assert 'lang="en"' in client.get("/sign-in", headers={"Accept-Language": "zh"}).text
    with served.client(operator) as client:
        client.post("/preferences", data={"language": "en", "theme": "light", "back": "/"})
        page = client.get("/").text
        assert 'lang="en"' in page
        assert 'data-theme="light"' in page
        client.post("/preferences", data={"language": "xx", "theme": "pink", "back": "//evil"})
        assert 'lang="en"' in client.get("/").text
    with served.client(operator) as elsewhere:
        page = elsewhere.get("/").text
        assert 'lang="en"' in page  # the language is the person's, the colours are the browser's
        assert 'data-theme="dark"' in page
