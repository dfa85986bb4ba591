"""Changing the configuration in the page: shown, reasoned, versioned, undone; never a secret."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from monitor.domain.access import Role
from monitor.settings import load_settings
from monitor.settings.schema import Settings
from monitor.store.config_running import Running, RunningConfigs
from monitor.store.config_versions import fingerprint
from monitor.web.access import Permission, permissions_of

if TYPE_CHECKING:
    from tests.conftest import LeaveAlone
    from tests.web.conftest import Serving, World

DATABASES = ["sqlite"]
CAMERA = "/configuration/place?kind=camera&place=sunshine-toddler-1"
ROOM = "/configuration/place?kind=room&place=sunshine-toddler"
URL = "rtsp://viewer:********@127.0.0.1:8554/toddler"


@pytest.fixture
def config(world: World) -> Path:
    return world.write_config()


@pytest.fixture
def client(serving: Serving, world: World, config: Path) -> Iterator[httpx.Client]:
    assert config.exists()
    admin = world.user("root", Role.ADMIN, language="en")
    with serving(world) as served, served.client(admin) as client:
        yield client


def fields(page: str) -> dict[str, str]:
    """Return what the first form of a page that is not a search would send."""
    form = re.search(
        r'<form[^>]*method="post" action="/configuration[^>]*>(.*?)</form>', page, re.S
    )
    assert form is not None
    values = dict(re.findall(r'<input[^>]*?name="([^"]+)"[^>]*?value="([^"]*)"', form[1]))
    for name, options in re.findall(r'<select[^>]*name="([^"]+)".*?>(.*?)</select>', form[1], re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        values[name] = chosen[1] if chosen else ""
    return {name: unescape(value) for name, value in values.items()}


def save(client: httpx.Client, shown: httpx.Response, reason: str = "because") -> httpx.Response:
    assert shown.status_code == 200, shown.text
    sent = {**fields(shown.text), "reason": reason}
    return client.post("/configuration/save", data=sent)


def change(client: httpx.Client, path: str, **changes: str) -> httpx.Response:
    sent = {**fields(client.get(path).text), **changes}
    return client.post(path.partition("?")[0], data=sent)


def loaded(config: Path) -> Settings:
    return load_settings(config)


def test_only_administrators_configure() -> None:
    assert {role for role in Role if Permission.CONFIGURE in permissions_of(role)} == {Role.ADMIN}


def test_a_change_is_shown_saved_with_its_reason_and_undone(
    client: httpx.Client, config: Path
) -> None:
    before = config.read_bytes()
    shown = change(client, ROOM, capacity="12", opening_hours_mon="07:30-17:30")
    assert "<ins>        capacity: 12</ins>" in shown.text
    assert config.read_bytes() == before
    saved = save(client, shown, "a smaller class")
    assert saved.status_code == 303
    version = client.get(saved.headers["location"]).text
    assert "a smaller class" in version
    assert "<del>        capacity: 15</del>" in version
    room = loaded(config).institutions[0].rooms[0]
    assert room.capacity == 12
    assert room.opening_hours is not None
    assert room.opening_hours.tue == ()
    assert "a smaller class" in client.get("/configuration/history").text
    register = client.get("/register?kind=configured").text
    assert "a smaller class" in register
    assert "Changed the configuration" in register
    token = fields(version)["token"]
    undone = save(client, client.post("/configuration/history/1/undo", data={"token": token}))
    assert undone.status_code == 303
    assert config.read_bytes() == before


def test_a_form_that_comes_back_as_it_was_changes_nothing(client: httpx.Client) -> None:
    for path in (CAMERA, ROOM, "/configuration/place?kind=institution&place=sunshine"):
        assert "Nothing would change." in change(client, path).text, path


def test_no_page_shows_a_password_and_it_is_kept_unless_typed(
    client: httpx.Client, config: Path
) -> None:
    assert fields(client.get(CAMERA).text)["url"] == URL
    save(client, change(client, CAMERA, analysis_fps="4"))
    camera = loaded(config).institutions[0].rooms[0].cameras[0]
    assert camera.url.get_secret_value() == "rtsp://viewer:hunter2@127.0.0.1:8554/toddler"
    shown = change(client, CAMERA, url="rtsp://viewer:fresh-one@127.0.0.1:8554/toddler")
    assert "viewer:********(*)@" in shown.text
    save(client, shown)
    camera = loaded(config).institutions[0].rooms[0].cameras[0]
    assert camera.url.get_secret_value() == "rtsp://viewer:fresh-one@127.0.0.1:8554/toddler"
    elsewhere = change(client, CAMERA, url="rtsp://viewer:********@127.0.0.66:8554/toddler")
    assert elsewhere.status_code == 422
    assert "type the password anew" in elsewhere.text
    wrong = change(client, CAMERA, url="rtsp://viewer:typed-one@10.9.9.9/1", analysis_fps="99")
    assert wrong.status_code == 422
    pages = [
        "/configuration",
        "/configuration/history",
        *(f"/configuration/history/{n}" for n in (1, 2, 3)),
        CAMERA,
    ]
    texts = [client.get(path).text for path in pages]
    assert not re.findall(
        "hunter2|fresh-one|typed-one|the-right-token", wrong.text + "".join(texts)
    )


def test_what_would_not_load_is_named_beside_its_field_and_never_saved(
    client: httpx.Client, config: Path
) -> None:
    before = config.read_bytes()
    wrong = change(client, ROOM, capacity="many", type="washroom")
    assert wrong.status_code == 422
    assert 'id="e-capacity">input should be a valid integer' in wrong.text
    private = change(client, ROOM, type="washroom", **{"class": ""})
    assert "no camera may be in a washroom" in private.text
    assert "institutions[0].rooms[0].cameras" in re.sub("<[^>]+>", "", private.text)
    assert config.read_bytes() == before


def test_a_form_cannot_ask_for_what_the_service_was_started_with(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", "very-secret")
    for path, name in ((ROOM, "name_en"), (CAMERA, "url")):
        url = "rtsp://viewer:${DATABASE_PASSWORD}@127.0.0.1/1"
        wrong = change(client, path, **{name: url})
        assert wrong.status_code == 422
        assert "may not come from the environment here" in wrong.text
        assert "very-secret" not in wrong.text


def test_places_are_added_and_removed_with_what_hangs_on_them(
    client: httpx.Client, config: Path, world: World
) -> None:
    world.raise_alert("bamboo-yard")
    new = "/configuration/place?kind=camera&home=bamboo-yard"
    shown = change(
        client, new, id="yard-2", name_zh="大门", name_en="Gate", url="rtsp://127.0.0.1/9"
    )
    assert save(client, shown).status_code == 303
    assert [c.id for c in loaded(config).institutions[1].rooms[1].cameras] == [
        "bamboo-yard-1",
        "yard-2",
    ]
    double = change(
        client, new, id="yard-2", name_zh="门", name_en="Gate", url="rtsp://127.0.0.1/9"
    )
    assert "camera id &#39;yard-2&#39; is used twice" in double.text
    sent = {"token": fields(double.text)["token"], "kind": "institution", "id": "bamboo"}
    asked = client.post("/configuration/remove", data=sent)
    words = re.sub("<[^>]+>", "", asked.text)
    name = loaded(config).institutions[1].name.text().en
    assert f"Remove this institution · {name}" in words
    for said in ("2 rooms", "3 cameras", "1 alert that waits"):
        assert said in words
    save(client, asked)
    assert [place.id for place in loaded(config).institutions] == ["sunshine"]


def test_a_change_by_hand_is_shown_and_never_overwritten(
    client: httpx.Client, config: Path
) -> None:
    shown = change(client, ROOM, capacity="12")
    config.write_text(config.read_text("utf-8").replace("capacity: 60", "capacity: 61"), "utf-8")
    refused = save(client, shown)
    assert refused.status_code == 409
    assert "changed meanwhile" in refused.text
    assert "approved_capacity: 61" in refused.text
    assert client.get(ROOM).headers["location"] == "/configuration"
    assert "Changed on disk" in client.get("/configuration/history").text
    index = client.get("/configuration").text
    adopted = client.post("/configuration/adopt", data={**fields(index), "reason": "by phone"})
    assert adopted.status_code == 303
    version = client.get(adopted.headers["location"]).text
    assert "<ins>    approved_capacity: 61" in version
    token = {"token": fields(version)["token"]}
    asked = re.search(r'action="(/configuration/history/\d+/undo)"', version)
    assert asked is not None
    undone = save(client, client.post(asked[1], data=token))
    assert undone.status_code == 303
    assert "approved_capacity: 60" in config.read_text("utf-8")
    assert client.get(ROOM).status_code == 200
    config.write_text("version: 1\nnonsense", "utf-8")
    broken = client.get("/configuration")
    assert broken.status_code == 200
    assert "has mistakes" in broken.text


def test_the_pages_say_whether_what_runs_is_what_is_saved(
    client: httpx.Client, world: World, config: Path
) -> None:
    def state() -> tuple[str, str]:
        told = client.get("/readyz").json()
        assert told["status"] == "ready"
        return told["configuration"], client.get("/configuration").text

    running = RunningConfigs(world.database)
    now = world.now
    version = fingerprint(config.read_text("utf-8"))
    assert state()[0] == "unknown"
    running.report(Running("web", version, now))
    assert state()[0] == "saved"
    assert "Every process runs with what is saved." in state()[1]
    assert "as saved" in client.get("/system").text
    running.report(Running("web", version, now, ("service",)))
    assert state()[0] == "next_start"
    assert "<code>service</code>" in state()[1]
    running.report(Running("worker-0", "0" * 12, now, (), "variable HALL is not set"))
    assert state()[0] == "late"
    assert "variable HALL is not set" in state()[1]
    running.begin()
    running.report(Running("web", version, now))
    config.write_text(config.read_text("utf-8") + "\n", "utf-8")
    assert state()[0] == "by_hand"


def test_thresholds_say_where_they_come_from_and_are_written_at_their_level(
    client: httpx.Client, config: Path
) -> None:
    rules = "/configuration/rules?rule=unattended_child"
    assert save(client, change(client, rules, **{"set.after": "50s"})).status_code == 303
    institution = f"{rules}&place=institution.sunshine"
    save(client, change(client, institution, **{"set.after": "45s", "set.enabled": "true"}))
    room = client.get(f"{rules}&place=room.sunshine-toddler").text
    assert re.search(r'id="n-after">now\s+45 s\s+·\s+from the institution', room, re.I), room
    assert re.search(
        r'id="n-after">now\s+50 s\s+·\s+from the district',
        client.get(f"{rules}&place=room.bamboo-hall").text,
        re.I,
    )
    settings = loaded(config)
    assert settings.rules == {"unattended_child": {"after": "50s"}}
    assert settings.institutions[0].rules == {"unattended_child": {"after": "45s", "enabled": True}}
    save(client, change(client, institution, **{"set.after": "", "set.enabled": ""}))
    assert loaded(config).institutions[0].rules == {}
    wrong = change(client, rules, **{"set.after": "soon"})
    assert wrong.status_code == 422
    assert 'aria-invalid="true"' in wrong.text


def test_a_threshold_is_tried_on_the_last_days_before_it_is_saved(
    client: httpx.Client, config: Path, world: World, leave_alone: LeaveAlone
) -> None:
    room = next(room for room in world.district.rooms if room.id == "sunshine-toddler")
    start = world.clock.now() - 7200
    leave_alone(room, world.district.cameras, world.tracks_folder, start, 900, [(100, 180)])
    path = "/configuration/rules?rule=unattended_child&place=room.sunshine-toddler"
    before = config.read_bytes()
    tried = change(client, path, **{"set.after": "30s"}, do="try")
    assert tried.status_code == 303
    text = client.get(tried.headers["location"]).text
    while "data-running" in text:
        time.sleep(0.05)
        text = client.get(tried.headers["location"]).text
    assert 'value="30s"' in text
    assert 'data-would="new"' in text
    assert config.read_bytes() == before


def test_areas_are_saved_as_they_were_drawn(client: httpx.Client, config: Path) -> None:
    path = "/configuration/cameras/sunshine-toddler-1/areas"
    areas = json.loads(fields(client.get(path).text)["areas"])
    assert areas["zones"] == [
        {"id": "mat", "polygon": [[0.1, 0.5], [0.9, 0.5], [0.9, 0.95]], "capacity": 8}
    ]
    assert "Nothing would change." in change(client, path).text
    areas["masks"] = [[[0, 0], [0.2, 0], [0.2, 0.3]]]
    areas["lines"] = [
        {"id": "gate", "from": [0.1, 0.9], "to": [0.4, 0.9], "kind": "exit", "inward": "left"}
    ]
    save(client, change(client, path, areas=json.dumps(areas)))
    camera = loaded(config).institutions[0].rooms[0].cameras[0]
    assert [list(mask) for mask in camera.masks] == [[(0, 0), (0.2, 0), (0.2, 0.3)]]
    assert [(line.id, line.kind) for line in camera.lines] == [("gate", "exit")]
    areas["zones"][0]["polygon"] = [[0.1, 0.1], [0.1, 0.1], [0.1, 0.1]]
    wrong = change(client, path, areas=json.dumps(areas))
    assert wrong.status_code == 422
    assert "the polygon encloses no area" in wrong.text
    deep = "[" * 30_000
    for nonsense in ("", "[]", '{"zones": [3]}', '{"masks": [{}]}', deep, '{"blind": ["\\ud800"]}'):
        assert change(client, path, areas=nonsense).status_code == 422


def test_what_was_shown_can_be_saved_once_by_whoever_saw_it(
    client: httpx.Client, config: Path
) -> None:
    shown = change(client, ROOM, capacity="12")
    assert save(client, shown, "").status_code == 409  # no reason
    shown = change(client, ROOM, capacity="12")
    assert save(client, shown).status_code == 303
    assert (
        client.post(
            "/configuration/save", data={**fields(shown.text), "reason": "again"}
        ).status_code
        == 404
    )
    assert loaded(config).institutions[0].rooms[0].capacity == 12
    missing = client.post(
        "/configuration/history/99/undo", data={"token": fields(shown.text)["token"]}
    )
    assert missing.status_code == 404
