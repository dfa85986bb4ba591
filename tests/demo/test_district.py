from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from monitor.demo.district import demo_config, find_demo_template
from monitor.demo.scenes import SCENES
from monitor.domain.durations import seconds
from monitor.domain.places import District
from monitor.settings import Settings, load_settings
from monitor.settings.district import district_of
from monitor.streams.url import parse_url

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module", params=["plain", 'odd "name" #1: %20 蓝'])
def loaded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Settings, District, Path]:
    folder = tmp_path_factory.mktemp("demo") / request.param
    folder.mkdir()
    text = demo_config(
        folder / "footage",
        18554,
        data_dir=folder / "data",
        registers=find_demo_template().with_name("demo-registers.yaml"),
        inbox="json://127.0.0.1:9000/demo/inbox/secret",
        today=TODAY,
        sip_port=15060,
        nvr_password='odd "pass" #1',
        port=9000,
        language="en",
    )
    path = folder / "district.yaml"
    path.write_text(text, "utf-8")
    settings = load_settings(path, {})
    return settings, district_of(settings, folder), folder


def test_the_demo_is_a_district_of_three_institutions(
    loaded: tuple[Settings, District, Path],
) -> None:
    settings, district, folder = loaded
    assert settings.demo
    assert settings.service.port == 9000
    assert settings.service.language == "en"
    assert [channel.language for channel in settings.notify.channels] == ["en"]
    assert settings.service.data_dir == folder / "data"
    assert settings.registers is not None
    assert settings.registers.is_file()
    assert len(district.institutions) == 3
    assert len(district.rooms) >= 6
    assert len(district.cameras) >= 8
    assert district.institutions[1].notice_expires == TODAY + timedelta(25)


def test_every_camera_shows_its_scene(loaded: tuple[Settings, District, Path]) -> None:
    _, district, folder = loaded
    assert {camera.id for camera in district.cameras} == set(SCENES)
    wire = 0
    recorded = set()
    for camera in district.cameras:
        url = parse_url(camera.url, folder)
        if url.scheme == "rtsp":
            wire += 1
            assert (url.host, url.port, url.path) == ("127.0.0.1", 18554, f"/{camera.id}")
        elif url.scheme == "gb28181":
            recorded.add(camera.room_id.partition("-")[0])
        else:
            assert url.path == str(folder / "footage" / f"{camera.id}.mp4")
            assert url.options == {"loop": "1"}
    assert wire >= 2
    assert recorded == {"maple"}


def test_calibrations_are_the_true_ones(loaded: tuple[Settings, District, Path]) -> None:
    for camera in loaded[1].cameras:
        assert camera.calibration == SCENES[camera.id].optics.calibration()


def test_cameras_of_one_room_look_at_one_world(loaded: tuple[Settings, District, Path]) -> None:
    _, district, _ = loaded
    for room in district.rooms:
        worlds = {SCENES[camera.id].world.name for camera in district.cameras_of(room.id)}
        assert len(worlds) == 1


def test_only_the_playroom_is_ever_too_full(loaded: tuple[Settings, District, Path]) -> None:
    _, district, _ = loaded
    for camera in district.cameras:
        (room,) = (room for room in district.rooms if room.id == camera.room_id)
        people = len(SCENES[camera.id].world.actors)
        if room.person_capacity is not None:
            assert (people > room.person_capacity) == (camera.id == "maple-playroom")


def test_alerts_appear_within_a_minute(loaded: tuple[Settings, District, Path]) -> None:
    rules = loaded[0].rules
    for scene in SCENES.values():
        for event in scene.expected:
            waiting = seconds(rules[event.rule]["after"])
            assert event.onset + waiting < 60
            assert event.clear - event.onset > waiting
