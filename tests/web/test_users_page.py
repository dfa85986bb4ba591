"""Administrators enter people, within their own scope, and never touch their own rights."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import pytest

from monitor.domain.access import DISTRICT, Role, Scope, ScopeKind
from monitor.store.access_register import AccessRegister
from monitor.store.session_repository import SessionRepository
from monitor.store.user_repository import UserRepository

if TYPE_CHECKING:
    from monitor.store.users import User
    from tests.web.conftest import Served, World

DATABASES = ["sqlite"]
PLUM = Scope(ScopeKind.COMMUNITY, "梅园街道")


def _form(client: httpx.Client) -> dict[str, str]:
    page = client.get("/account").text
    return {"token": page.partition('name="token" value="')[2].partition('"')[0]}


def _secret(page: str) -> str:
    found = re.search(r'class="secret">([^<]+)<', page)
    assert found is not None
    return found[1]


@pytest.fixture
def admin(world: World) -> User:
    return world.user("admin", Role.ADMIN)


def test_a_person_is_entered_and_signs_in(served: Served, world: World, admin: User) -> None:
    with served.client(admin) as client, served.client() as fresh:
        new = {
            **_form(client),
            "name": "Zhao",
            "display_name": "赵老师",
            "unit": "阳光托育园",
            "role": "institution",
            "scope": "institution sunshine",
        }
        password = _secret(client.post("/users", data=new).text)
        assert "赵老师" in client.get("/users").text
        entered = fresh.post("/sign-in", data={"name": "zhao", "password": password})
        assert entered.headers["location"] == "/account", "the password has to be changed"
        assert client.post("/users", data=new).status_code == 422, "the name is taken"
        for wrong in (
            {"name": "no spaces"},
            {"name": "zhou", "scope": "district"},
            {"name": "zhou", "scope": "institution moon"},
            {"name": "zhou", "role": "king"},
        ):
            assert client.post("/users", data={**new, **wrong}).status_code == 422, wrong
    user = UserRepository(world.database).find("zhao")
    assert user is not None
    assert user.scope == Scope(ScopeKind.INSTITUTION, "sunshine")
    entry = AccessRegister(world.database).search(DISTRICT).entries[0]
    assert entry.access.what == {"account": "zhao", "role": "institution", "scope": "sunshine"}
    assert entry.access.who.account == "admin"


def test_rights_change_and_sessions_end(
    served: Served, world: World, admin: User, operator: User
) -> None:
    with served.client(admin) as client, served.client(operator) as desk:
        changed = {
            **_form(client),
            "display_name": "Wang Li",
            "unit": "x",
            "role": "inspector",
            "scope": "community 梅园街道",
        }
        path = f"/users/{operator.id}"
        assert client.post(path, data=changed).status_code == 303
        assert desk.get("/").status_code == 303
        user = UserRepository(world.database).get(operator.id)
        assert (user.role, user.scope, user.display_name) == (Role.INSPECTOR, PLUM, "Wang Li")
        token = SessionRepository(world.database).start(operator.id, world.now)
        same = client.post(path, data={**changed, "unit": "y"})
        assert same.status_code == 303
        assert SessionRepository(world.database).find(token, world.now) is not None
        assert client.post(f"{path}/active", data={**_form(client), "active": "false"})
        assert "已停用" in client.get("/users").text
        assert SessionRepository(world.database).find(token, world.now) is None
        client.post(f"{path}/active", data={**_form(client), "active": "true"})
        password = _secret(client.post(f"{path}/password", data=_form(client)).text)
        entered = desk.post("/sign-in", data={"name": "wang", "password": password})
        assert entered.headers["location"] == "/account"
        assert client.post(f"{path}/sign-out", data=_form(client)).status_code == 303
        assert desk.get("/account").headers["location"].startswith("/sign-in")


def test_nobody_changes_their_own_rights(served: Served, world: World, admin: User) -> None:
    with served.client(admin) as client:
        path = f"/users/{admin.id}"
        form = {**_form(client), "display_name": "Me", "role": "operator", "scope": "district"}
        assert client.post(path, data=form).status_code == 409
        for part in ("active", "password", "second-factor"):
            assert client.post(f"{path}/{part}", data=_form(client)).status_code == 409, part
        renamed = {**_form(client), "display_name": "Me Myself", "unit": ""}
        assert client.post(path, data=renamed).status_code == 303
        assert client.get("/").status_code == 200
    assert UserRepository(world.database).get(admin.id).role is Role.ADMIN


def test_an_administrator_of_a_community_stays_within_it(
    served: Served, world: World, admin: User
) -> None:
    bamboo = Scope(ScopeKind.INSTITUTION, "bamboo")
    outside = (admin, world.user("far", Role.INSTITUTION, bamboo))
    inside = world.user("near", Role.INSTITUTION, Scope(ScopeKind.INSTITUTION, "sunshine"))
    with served.client(world.user("plum", Role.ADMIN, PLUM)) as client:
        page = client.get("/users").text
        assert "Near" in page
        assert "Far" not in page
        assert "竹" not in page
        form = _form(client)
        for user in outside:
            assert client.get(f"/users/{user.id}").status_code == 404
            for part in ("", "/active", "/password", "/second-factor", "/sign-out"):
                assert client.post(f"/users/{user.id}{part}", data=form).status_code == 404
        assert client.get(f"/users/{inside.id}").status_code == 200
        wider = {**form, "display_name": "N", "role": "operator", "scope": "district"}
        assert client.post(f"/users/{inside.id}", data=wider).status_code == 422
        new = {**form, "name": "spy", "display_name": "S", "role": "admin", "scope": "district"}
        assert client.post("/users", data=new).status_code == 422
