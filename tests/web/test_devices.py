"""The page with one's devices: turning push on, trying it, removing, and who may."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from monitor.domain.access import DISTRICT, Role
from monitor.settings.notify import Channel, Notify, PushPart
from monitor.store.access_register import AccessRegister
from monitor.store.push_devices import MOST_DEVICES, PushDevices
from tests.alerts.push.browser import Browser
from tests.alerts.push.service import PushService, push_service

if TYPE_CHECKING:
    from monitor.store.users import User
    from tests.web.conftest import Served, Serving, World

DATABASES = ["sqlite"]
DEVICES = "/account/devices"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[PushService]:
    with push_service(tmp_path) as found:
        yield found


@pytest.fixture
def pushing(serving: Serving, world: World, service: PushService) -> Iterator[Served]:
    """Serve the district with a channel of browser push."""
    notify = Notify(
        channels=(Channel.model_validate({"id": "phones", "url": "push://everyone"}),),
        push=PushPart(networks=("127.0.0.0/8",), authorities=service.authority),
    )
    world.settings = world.settings.model_copy(update={"notify": notify})
    with serving(world) as served:
        yield served


def token_of(client: httpx.Client) -> str:
    return client.get("/account").text.partition('name="token" value="')[2].partition('"')[0]


def post(client: httpx.Client, path: str = "", **form: Any) -> httpx.Response:
    return client.post(DEVICES + path, data={"token": token_of(client), **form})


def add(client: httpx.Client, service: PushService, name: str = "one") -> Browser:
    browser = Browser()
    answer = post(client, name=f"Phone {name}", **browser.form(service.endpoint(name)))
    assert answer.status_code == 303, answer.text
    return browser


def test_a_device_is_added_tried_and_removed(
    pushing: Served, world: World, service: PushService, operator: User
) -> None:
    with pushing.client(operator) as client:
        assert "还没有设备" in client.get(DEVICES).text
        browser = add(client, service)
        page = client.get(DEVICES).text
        assert "Phone one" in page
        assert "尚未收到" in page
        assert service.endpoint("one") not in page  # a secret, also on one's own page
        (device,) = PushDevices(world.database).of_user(operator.id)
        tried = post(client, f"/{device.id}/test")
        assert "推送服务已接收测试消息" in tried.text
        (taken,) = service.taken
        assert "测试".encode() in browser.open(taken.body)
        assert "最近送达" in client.get(DEVICES).text
        assert "1 台设备在接收" in client.get("/account").text
        assert post(client, f"/{device.id}/remove").status_code == 303
        assert "还没有设备" in client.get(DEVICES).text
    register = [
        entry.access.reason for entry in AccessRegister(world.database).search(DISTRICT).entries
    ]
    done = {"添加推送设备 / push device added", "移除推送设备 / push device removed"}
    assert done <= set(register)


def test_a_test_that_fails_says_why_and_one_that_is_gone_is_taken_off(
    pushing: Served, world: World, service: PushService, operator: User
) -> None:
    with pushing.client(operator) as client:
        add(client, service)
        (device,) = PushDevices(world.database).of_user(operator.id)
        service.answers["one"] = 500
        assert "推送服务回答 500" in post(client, f"/{device.id}/test").text
        assert "送不到" in client.get(DEVICES).text
        service.answers["one"] = 410
        assert "订阅已失效" in post(client, f"/{device.id}/test").text
        page = client.get(DEVICES).text
        assert "订阅已不存在" in page
        assert f"/{device.id}/test" not in page


@pytest.mark.parametrize(
    "changed",
    [
        {"endpoint": "http://127.0.0.1/x"},
        {"endpoint": "https://user@host/x"},
        {"endpoint": "file:///etc/passwd"},
        {"p256dh": "AAAA"},
        {"auth": ""},
    ],
)
def test_what_no_browser_sends_is_refused(
    pushing: Served, world: World, operator: User, changed: dict[str, str]
) -> None:
    with pushing.client(operator) as client:
        form = {**Browser().form("https://push.example.net/x"), **changed}
        answer = post(client, name="x", **form)
        assert answer.status_code == 422
        assert "推送地址无效" in answer.text
    assert PushDevices(world.database).of_user(operator.id) == ()


def test_an_endpoint_within_is_not_asked(
    served: Served, service: PushService, operator: User, world: World
) -> None:
    """Without a word in the configuration, no address of this machine is a push service."""
    with served.client(operator) as client:
        add(client, service)
        (device,) = PushDevices(world.database).of_user(operator.id)
        assert "配置不允许这个推送服务" in post(client, f"/{device.id}/test").text
    assert service.taken == []


def test_the_devices_of_others_do_not_exist(
    pushing: Served, world: World, service: PushService, operator: User
) -> None:
    with pushing.client(operator) as client:
        add(client, service)
    (device,) = PushDevices(world.database).of_user(operator.id)
    with pushing.client(world.user("other", Role.ADMIN)) as client:
        assert "Phone one" not in client.get(DEVICES).text
        for action in ("test", "remove"):
            assert post(client, f"/{device.id}/{action}").status_code == 404
    assert service.taken == []


def test_nobody_subscribes_before_their_password_is_their_own(
    pushing: Served, world: World, service: PushService
) -> None:
    user = world.user("new", must_change=True)
    with pushing.client(user) as client:
        form = Browser().form(service.endpoint("x"))
        answer = post(client, name="x", **form)
        assert answer.headers.get("Location", "").startswith("/account")
    assert PushDevices(world.database).of_user(user.id) == ()


def test_a_form_of_elsewhere_and_too_many_devices_are_refused(
    pushing: Served, service: PushService, operator: User
) -> None:
    with pushing.client(operator) as client:
        form = Browser().form(service.endpoint("x"))
        assert client.post(DEVICES, data={"token": "guess", **form}).status_code == 403
        for number in range(MOST_DEVICES):
            add(client, service, f"d{number}")
        refused = post(client, name="x", **Browser().form(service.endpoint("late")))
        assert refused.status_code == 422
        assert f"{MOST_DEVICES} 台" in refused.text


def test_the_worker_is_a_script_of_ours(pushing: Served, operator: User) -> None:
    with pushing.client(operator) as client:
        answer = client.get("/push/worker.js")
        assert answer.headers["Content-Type"].startswith("text/javascript")
        assert "notificationclick" in answer.text


def test_the_page_says_when_no_channel_uses_push(served: Served, operator: User) -> None:
    with served.client(operator) as client:
        assert "没有使用浏览器推送" in client.get(DEVICES).text
