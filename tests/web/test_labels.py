"""The labelling page and its interface: for administrators, within their scope, bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monitor.domain.access import Role, Scope, ScopeKind
from monitor.domain.people import AgeClass
from monitor.web.access import Permission, permissions_of

if TYPE_CHECKING:
    from tests.web.conftest import Served, Serving, World

DATABASES = ["sqlite"]
BOX = {"x1": 0.1, "y1": 0.2, "x2": 0.3, "y2": 0.4, "age": "child"}


def test_only_administrators_label() -> None:
    assert {role for role in Role if Permission.LABEL in permissions_of(role)} == {Role.ADMIN}


def test_a_frame_is_corrected_and_counts_as_reviewed(served: Served, world: World) -> None:
    frame = world.add_frame()
    with served.client(world.user("admin", Role.ADMIN, language="en")) as client:
        listed = client.get("/labels").text
        assert frame.id in listed
        shown = client.get(f"/api/v1/labels/{frame.id}").json()
        assert shown["reviewed"] is False
        assert [box["age"] for box in shown["boxes"]] == ["adult", "unknown"]
        picture = client.get(f"/api/v1/labels/{frame.id}/picture")
        assert picture.headers["content-type"] == "image/jpeg"
        assert picture.headers["cache-control"] == "no-store"
        saved = client.put(f"/api/v1/labels/{frame.id}", json={"boxes": [BOX]})
        assert saved.status_code == 200
        assert frame.id not in client.get("/labels").text
        assert frame.id in client.get("/labels?reviewed=true").text
    kept = world.labels.get(frame.id)
    assert kept.reviewed_by == "admin"
    assert [box.age for box in kept.boxes] == [AgeClass.CHILD]


@pytest.mark.parametrize(
    "change",
    [
        {"x2": 1.2},
        {"x1": -0.1},
        {"x1": 0.3},
        {"y2": 0.1},
        {"age": "teacher"},
        {"name": "Li"},
        {"x1": "NaN"},
    ],
)
def test_boxes_that_are_none_are_refused(
    served: Served, world: World, change: dict[str, object]
) -> None:
    frame = world.add_frame()
    with served.client(world.user("admin", Role.ADMIN)) as client:
        answer = client.put(f"/api/v1/labels/{frame.id}", json={"boxes": [{**BOX, **change}]})
        assert answer.status_code == 422
        crowd = client.put(f"/api/v1/labels/{frame.id}", json={"boxes": [BOX] * 201})
        assert crowd.status_code == 422
    assert not world.labels.get(frame.id).reviewed


def test_a_frame_is_removed_for_good(served: Served, world: World) -> None:
    frame = world.add_frame()
    with served.client(world.user("admin", Role.ADMIN)) as client:
        assert client.delete(f"/api/v1/labels/{frame.id}").status_code == 204
        assert client.get(f"/api/v1/labels/{frame.id}/picture").status_code == 404
        assert client.delete(f"/api/v1/labels/{frame.id}").status_code == 404
    assert world.labels.list() == []


@pytest.mark.parametrize("name", ["..%2f..%2fsecret_1", "sunshine-toddler-1_x", "a_1.jpg"])
def test_names_that_are_no_frame_lead_nowhere(served: Served, world: World, name: str) -> None:
    with served.client(world.user("admin", Role.ADMIN)) as client:
        assert client.get(f"/api/v1/labels/{name}/picture").status_code in (404, 422)


def test_frames_of_others_do_not_exist(served: Served, world: World) -> None:
    frame = world.add_frame("bamboo-hall-1")
    own = world.user("local", Role.ADMIN, Scope(ScopeKind.INSTITUTION, "sunshine"))
    with served.client(own) as client:
        assert frame.id not in client.get("/labels").text
        assert client.get(f"/api/v1/labels/{frame.id}").status_code == 404
        assert client.delete(f"/api/v1/labels/{frame.id}").status_code == 404
    assert world.labels.get(frame.id)


def test_where_no_frames_are_kept_the_page_says_so(serving: Serving, world: World) -> None:
    world.labels = None  # type: ignore[assignment]
    with (
        serving(world) as served,
        served.client(world.user("admin", Role.ADMIN, language="en")) as client,
    ):
        assert "No frames are kept" in client.get("/labels").text
        assert 'href="/labels"' not in client.get("/").text
        assert client.get("/api/v1/labels/a_1").status_code == 404


def test_a_foreign_page_cannot_label(served: Served, world: World) -> None:
    frame = world.add_frame()
    with served.client(world.user("admin", Role.ADMIN)) as client:
        client.headers["Origin"] = "https://elsewhere.example"
        answer = client.put(f"/api/v1/labels/{frame.id}", json={"boxes": []})
        assert answer.status_code == 403
    assert not world.labels.get(frame.id).reviewed
