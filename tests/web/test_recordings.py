"""Recordings on the web: nothing is shown without a reason, nothing outside the scope."""

from __future__ import annotations

import hashlib
import io
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import av
import pytest

from monitor.domain.access import DISTRICT, Role
from monitor.domain.access_register import AccessKind
from monitor.domain.clock import to_datetime
from monitor.domain.text import Text
from monitor.store.access_register import AccessFilter, AccessRegister
from monitor.store.holds import HoldRepository
from monitor.store.recorder_problems import RecorderProblemRepository
from monitor.store.recordings import Recording, RecordingRepository
from monitor.store.storage_forecasts import StorageForecast, StorageForecastRepository

if TYPE_CHECKING:
    import httpx

    from monitor.store.users import User
    from tests.web.conftest import Served, World

DATABASES = ["sqlite"]
CAMERA = "sunshine-toddler-1"
SECONDS = 8


@pytest.fixture
def segments(world: World, recorded_segment: bytes) -> list[int]:
    """File three recorded segments, with a gap before the third; return when they begin."""
    return add_segments(world, recorded_segment)


def add_segments(world: World, content: bytes, ago: float = 0.0) -> list[int]:
    """File three segments that begin within the ten minutes before ``ago`` seconds ago."""
    now = int(world.clock.now() - ago)
    starts = [now - 600, now - 600 + SECONDS, now - 500]
    for start in starts:
        at = to_datetime(start)
        key = f"{CAMERA}/{at:%Y-%m-%d}/{at:%H%M%S}.000.mp4"
        stored = world.footage.write(key, content)
        piece = Recording(
            CAMERA, at, at + timedelta(seconds=SECONDS), key, stored.size, stored.sha256
        )
        RecordingRepository(world.database).add(piece)
    return starts


def pass_for(client: httpx.Client, start: int, end: int, reason: str = "核实告警") -> Any:
    body = {"start": start, "end": end, "reason": reason}
    return client.post(f"/api/v1/recordings/{CAMERA}/viewings", json=body)


def test_what_there_is_can_be_listed_and_gaps_are_named(
    served: Served, operator: User, segments: list[int]
) -> None:
    span = {"start": segments[0], "end": segments[-1] + SECONDS}
    with served.client(operator) as client:
        found = client.get(f"/api/v1/recordings/{CAMERA}", params=span).json()
        assert [item["start"] for item in found["segments"]] == segments
        assert found["gaps"] == [{"start": segments[1] + SECONDS, "end": segments[2]}]
        wide = {"start": 0, "end": 10 * 86400}
        assert client.get(f"/api/v1/recordings/{CAMERA}", params=wide).status_code == 422


def test_footage_plays_after_a_reason_was_given_and_not_before(
    served: Served, operator: User, segments: list[int], recorded_segment: bytes
) -> None:
    with served.client(operator) as client:
        assert pass_for(client, segments[0], segments[0] + 60, " ").status_code == 422
        given = pass_for(client, segments[0], segments[0] + 60).json()["pass"]
        head = client.get("/api/v1/recordings/segments/1/head", params={"pass": given})
        assert head.headers["content-type"].startswith('video/mp4; codecs="avc1.')
        media = client.get("/api/v1/recordings/segments/1/media", params={"pass": given, "from": 5})
        with av.open(io.BytesIO(head.content + media.content), "r") as container:
            assert 0 < sum(1 for _ in container.decode(video=0)) < SECONDS * 10
        whole = client.get("/api/v1/recordings/segments/1/media", params={"pass": given})
        assert head.content + whole.content == recorded_segment
        assert client.get("/api/v1/recordings/segments/1/media").status_code == 422
        forged = given[:-1] + ("0" if given[-1] != "0" else "1")
        for wrong in ("", "1-2-3-4", forged, given.replace("-", "-1", 1), "x" * 150):
            refused = client.get("/api/v1/recordings/segments/1/media", params={"pass": wrong})
            assert refused.status_code == 403, wrong
        other = client.get("/api/v1/recordings/segments/3/media", params={"pass": given})
        assert other.status_code == 404, "the pass is for another time"


def test_a_pass_is_one_session_s_and_ends(
    served: Served, world: World, operator: User, segments: list[int]
) -> None:
    address = "/api/v1/recordings/segments/1/head"
    with served.client(operator) as client, served.client(operator) as thief:
        given = pass_for(client, segments[0], segments[0] + 60).json()["pass"]
        assert client.get(address, params={"pass": given}).status_code == 200
        assert thief.get(address, params={"pass": given}).status_code == 403
        world.clock.advance(4 * 3600 + 1)  # type: ignore[attr-defined]
        assert client.get(address, params={"pass": given}).status_code == 403


def test_the_playlist_is_plain_hls_with_breaks(
    served: Served, operator: User, segments: list[int]
) -> None:
    span = {"start": segments[0], "end": segments[-1] + SECONDS}
    with served.client(operator) as client:
        given = pass_for(client, span["start"], span["end"]).json()["pass"]
        answer = client.get(
            f"/api/v1/recordings/{CAMERA}/playlist.m3u8", params={**span, "pass": given}
        )
        assert answer.headers["content-type"].startswith("application/vnd.apple.mpegurl")
        lines = answer.text.splitlines()
        assert lines[0] == "#EXTM3U"
        assert lines[-1] == "#EXT-X-ENDLIST"
        assert lines.count("#EXT-X-DISCONTINUITY") == 3
        media = [line for line in lines if not line.startswith("#")]
        assert len(media) == 3
        assert client.get(media[1]).status_code == 200
        narrow = {**span, "end": span["end"] + 60, "pass": given}
        assert (
            client.get(f"/api/v1/recordings/{CAMERA}/playlist.m3u8", params=narrow).status_code
            == 403
        )


def test_only_who_approves_exports_takes_recordings_away(
    served: Served, world: World, operator: User, segments: list[int]
) -> None:
    body = {"start": segments[0], "end": segments[1] + 4, "reason": "公安机关调取"}
    with served.client(operator) as client:
        refused = client.post(f"/api/v1/recordings/{CAMERA}/exports", json=body)
        assert refused.status_code == 403
        assert "export-form" not in client.get(f"/recordings/{CAMERA}").text
    assert world.recordings.exports(DISTRICT, CAMERA) == ()


def test_the_register_knows_who_looked_and_why(
    served: Served, world: World, operator: User, segments: list[int]
) -> None:
    with served.client(operator) as client:
        assert pass_for(client, segments[0], segments[1]).status_code < 300
    (entry,) = AccessRegister(world.database).search(DISTRICT, AccessFilter()).entries
    assert (entry.access.kind, entry.access.who.account) == (AccessKind.VIEWED, operator.name)
    assert entry.access.institution_id == "sunshine"
    assert entry.access.what["camera"] == CAMERA


def test_an_export_has_its_hash_and_stays_on_record(
    served: Served, world: World, segments: list[int]
) -> None:
    body = {"start": segments[0], "end": segments[1] + 4, "reason": "公安机关调取"}
    with served.client(world.user("zhou", Role.SUPERVISOR)) as client:
        made = client.post(f"/api/v1/recordings/{CAMERA}/exports", json=body)
        assert made.status_code == 201
        export = made.json()
        file = client.get(export["url"])
        assert file.headers["content-disposition"].startswith("attachment")
        assert hashlib.sha256(file.content).hexdigest() == export["sha256"]
        assert export["gaps"] == []
        with av.open(io.BytesIO(file.content), "r") as container:
            assert sum(1 for _ in container.decode(video=0)) == pytest.approx(120, abs=1)
        (kept,) = world.recordings.exports(DISTRICT, CAMERA)
        assert (kept.sha256, kept.reason) == (export["sha256"], "公安机关调取")
        assert export["sha256"] in client.get(f"/recordings/{CAMERA}").text
        for wrong in (
            {**body, "reason": ""},
            {**body, "end": body["start"]},
            {**body, "end": segments[0] + 7201},
        ):
            refused = client.post(f"/api/v1/recordings/{CAMERA}/exports", json=wrong)
            assert refused.status_code == 422, wrong
        nothing = {**body, "start": segments[0] - 4000, "end": segments[0] - 3000}
        assert client.post(f"/api/v1/recordings/{CAMERA}/exports", json=nothing).status_code == 404


def test_others_recordings_do_not_exist(
    served: Served, world: World, sunshine_staff: User, segments: list[int]
) -> None:
    scope = type(sunshine_staff.scope)(sunshine_staff.scope.kind, "bamboo")
    span = {"start": segments[0], "end": segments[0] + 60}
    with served.client(world.user("li", Role.SUPERVISOR, scope)) as stranger:
        assert stranger.get(f"/recordings/{CAMERA}").status_code == 404
        assert stranger.get(f"/api/v1/recordings/{CAMERA}", params=span).status_code == 404
        assert pass_for(stranger, span["start"], span["end"]).status_code == 404
        head = stranger.get("/api/v1/recordings/segments/1/head", params={"pass": "1-2-3-4"})
        assert head.status_code == 404
        body = {**span, "reason": "because"}
        made = stranger.post(f"/api/v1/recordings/{CAMERA}/exports", json=body)
        assert made.status_code == 404
        assert CAMERA not in stranger.get("/recordings").text
    with served.client(world.user("auditor", Role.AUDITOR)) as auditor:
        assert auditor.get("/retention").status_code == 200
        assert pass_for(auditor, span["start"], span["end"]).status_code == 403


def test_a_hold_is_placed_and_lifted_with_reasons(
    served: Served, world: World, segments: list[int]
) -> None:
    assert segments
    with served.client(world.user("boss", Role.SUPERVISOR)) as client:
        page = client.get(f"/recordings/{CAMERA}").text
        token = page.partition('name="token" value="')[2].partition('"')[0]
        form = {
            "token": token,
            "day": "2026-11-02",
            "first": "09:00",
            "last": "10:00:00",
            "expires": "2027-05-01",
            "reason": "家长投诉",
        }
        assert client.post(f"/recordings/{CAMERA}/holds", data=form).status_code == 303
        (hold,) = HoldRepository(world.database).list(DISTRICT)
        assert (hold.reason, hold.end - hold.start) == ("家长投诉", timedelta(hours=1))
        assert hold.placed_by.startswith("Boss")
        assert "家长投诉" in client.get("/retention").text
        for wrong in ({"first": "25:00"}, {"day": "x"}, {"reason": " "}, {"expires": "2099-01-01"}):
            refused = client.post(f"/recordings/{CAMERA}/holds", data={**form, **wrong})
            assert refused.status_code == 422, wrong
        assert (
            client.post(f"/recordings/{CAMERA}/holds", data={**form, "token": ""}).status_code
            == 403
        )
        release = {"token": token, "reason": "已结案"}
        path = f"/recordings/holds/{hold.id}/release"
        assert client.post(path, data=release).status_code == 303
        assert "已结案" in client.get("/retention").text
    with served.client(world.user("wang2", Role.OPERATOR)) as client:
        assert client.post(f"/recordings/{CAMERA}/holds", data=form).status_code == 403


def test_operators_are_told_when_recording_stops_or_will(served: Served, world: World) -> None:
    message = Text("磁盘已满", "the disk is full")
    RecorderProblemRepository(world.database).report(CAMERA, message, world.now)
    StorageForecastRepository(world.database).save(
        StorageForecast(world.now, 10 << 30, 5 << 30, 3 << 30, 90 << 30, 3.3, ())
    )
    with served.client(world.user("chen", language="en")) as client:
        page = client.get("/").text
        assert "1 cameras are not being recorded: the disk is full" in page
        assert "full in about 3 days" in page
        assert "the disk is full" in client.get("/recordings").text
    with served.client(world.user("root", Role.ADMIN, language="en")) as client:
        assert "Days until the disk is full" in client.get("/system").text
