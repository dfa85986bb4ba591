"""Browser push in Chromium: what the page says, and what the service worker shows and opens."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Page, Worker, expect

from monitor.domain.access import Role

if TYPE_CHECKING:
    from tests.web.browser.conftest import MakeVisit
    from tests.web.conftest import World

DEVICES = "/account/devices"
REGISTER = """async () => {
  const registration = await navigator.serviceWorker.register("/push/worker.js", {scope: "/push/"});
  while (registration.active?.state !== "activated") await new Promise((go) => setTimeout(go, 20));
}"""
SHOWN = """async () => {
  const found = await (await navigator.serviceWorker.getRegistration("/push/")).getNotifications();
  return found.map(({ title, body, tag, requireInteraction, data }) =>
    ({ title, body, tag, requireInteraction, data }));
}"""
CLICK = """async (path) => {
  self.opened = [];
  self.clients.openWindow = async (url) => { self.opened.push(url); };
  await self.registration.showNotification("x", { tag: "click", data: { path } });
  const [notification] = await self.registration.getNotifications({ tag: "click" });
  self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
  const soon = () => new Promise((go) => setTimeout(go, 20));
  for (let i = 0; i < 100 && self.opened.length === 0; i++) await soon();
  return self.opened;
}"""
REFUSED = """() => {
  window.asked = 0;
  Notification.requestPermission = async () => { window.asked += 1; return "denied"; };
}"""
UNREACHED = """() => {
  Notification.requestPermission = async () => "granted";
  PushManager.prototype.subscribe = async () => { throw new DOMException("no", "AbortError"); };
}"""
SUBSCRIBED = """() => {
  const keys = { p256dh: "%s", auth: "AAAAAAAAAAAAAAAAAAAAAA" };
  const subscription = {
    endpoint: "https://push.example.net/x",
    toJSON: () => ({ endpoint: "https://push.example.net/x", keys }),
    unsubscribe: async () => { sessionStorage.removeItem("on"); return true; },
  };
  Notification.requestPermission = async () => "granted";
  PushManager.prototype.getSubscription =
    async () => sessionStorage.getItem("on") ? subscription : null;
  PushManager.prototype.subscribe = async (options) => {
    sessionStorage.setItem("on", options.applicationServerKey);
    return subscription;
  };
}"""
"""The browser's own part, which needs its vendor's service: played here, where there is none."""


def push(page: Page, url: str, message: str) -> None:
    """Deliver a message to the service worker as the browser does."""
    session = page.context.new_cdp_session(page)
    found: list[dict[str, Any]] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(event["registrations"]),
    )
    session.send("ServiceWorker.enable")
    while not found:
        page.wait_for_timeout(20)
    session.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": url, "registrationId": found[-1]["registrationId"], "data": message},
    )
    session.detach()


def shown(page: Page, count: int) -> list[dict[str, Any]]:
    page.wait_for_function(f"({SHOWN})().then((found) => found.length === {count})")
    found: list[dict[str, Any]] = page.evaluate(SHOWN)
    return found


def test_a_push_is_shown_and_a_click_opens_the_alert(visit: MakeVisit, live_world: World) -> None:
    visitor = visit(live_world.user("li"))
    visitor.context.grant_permissions(["notifications"], origin=visitor.url)
    page = visitor.go(DEVICES)
    page.evaluate(REGISTER)
    content = {
        "title": "【紧急】阳光 · 托小班：儿童无人看护",
        "body": "开始于 09:29",
        "path": "/alerts/7",
        "tag": "t",
        "stays": True,
    }
    push(page, visitor.url, json.dumps(content))
    (notification,) = shown(page, 1)
    assert notification["title"] == content["title"]
    assert notification["data"] == {"path": "/alerts/7"}
    assert notification["requireInteraction"] is True
    push(page, visitor.url, json.dumps({**content, "body": "again"}))
    page.wait_for_function(f"({SHOWN})().then((found) => found[0].body === 'again')")
    assert len(shown(page, 1)) == 1  # it replaced the first
    push(page, visitor.url, "no message of ours")
    assert {item["title"] for item in shown(page, 2)} == {content["title"], "Kanhu"}

    (worker,) = visitor.context.service_workers
    assert opened(worker, "/alerts/7") == [f"{visitor.url}/alerts/7"]
    assert opened(worker, "https://elsewhere.example/x") == [f"{visitor.url}/"]


def opened(worker: Worker, path: str) -> list[str]:
    found: list[str] = worker.evaluate(CLICK, path)
    return found


def test_permission_is_asked_for_on_a_click_only_and_a_refusal_is_explained(
    visit: MakeVisit, live_world: World
) -> None:
    visitor = visit(live_world.user("li"))
    visitor.page.add_init_script(f"({REFUSED})()")
    page = visitor.go(DEVICES)
    button = page.get_by_role("button", name="在这台设备上开启")
    expect(button).to_be_visible()
    assert page.evaluate("window.asked") == 0
    button.click()
    expect(page.get_by_text("浏览器不允许本站发送通知")).to_be_visible()
    assert page.evaluate("window.asked") == 1


def test_a_network_without_the_vendors_service_is_explained(
    visit: MakeVisit, live_world: World
) -> None:
    visitor = visit(live_world.user("li"))
    visitor.page.add_init_script(f"({UNREACHED})()")
    page = visitor.go(DEVICES)
    page.get_by_role("button", name="在这台设备上开启").click()
    expect(page.get_by_text("可能连不上浏览器厂商的推送服务")).to_be_visible()


def test_a_device_is_turned_on_found_again_and_removed(visit: MakeVisit, live_world: World) -> None:
    point = (
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    )
    visitor = visit(live_world.user("li", Role.SUPERVISOR, language="en"))
    visitor.page.add_init_script(f"({SUBSCRIBED % point})()")
    page = visitor.go(DEVICES)
    name = page.get_by_label("Name of the device")
    expect(name).to_have_value("Chrome · Linux")
    name.fill("Front desk")
    page.get_by_role("button", name="Turn on for this device").click()
    expect(page.get_by_text("This device takes push messages.")).to_be_visible()
    expect(page.get_by_text("this one")).to_be_visible()
    key = page.locator("[data-push]").get_attribute("data-key")
    assert page.evaluate("sessionStorage.getItem('on')") == key
    page.get_by_role("button", name="Remove Front desk").click()
    expect(page.get_by_text("No devices yet.")).to_be_visible()
    expect(page.get_by_role("button", name="Turn on for this device")).to_be_visible()
    assert page.evaluate("sessionStorage.getItem('on')") is None
