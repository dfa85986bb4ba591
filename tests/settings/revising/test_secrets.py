"""Nobody is shown a password, and what is handed in hidden keeps it only where it was."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from monitor.documents import parse_document
from monitor.settings.revising.difference import as_text, difference
from monitor.settings.revising.rewrite import same
from monitor.settings.revising.secrets import hidden_text, hidden_value, restored, spots

NAME = "district.yaml"
TEXT = """\
version: 1
service: {database_url: "postgresql://kanhu:dbpass@db/kanhu"}
access: {oidc: {issuer: "https://id.example", client_id: kanhu, client_secret: oidcpass}}
gb28181:
  devices: [{id: "31", password: "${NVR}"}, {id: "32", password: gbpass}]
notify:
  channels:
    - {id: duty, url: "wecombot://robotkey"}
    - {id: own, url: "wecombot://${KEY}/"}
institutions:
  - id: a
    rooms:
      - id: r
        cameras:
          - id: c
            url: rtsp://viewer:campass@10.0.0.9:554/1?channel=2   # was rtsp://viewer:oldpass@10.0.0.9
            # url: rtsp://viewer:oldpass@10.0.0.9/3
            substream: "whip://phone?token=phonepass-phonepass"
"""


def value(text: str = TEXT) -> Any:
    return parse_document(text, NAME).value


def camera(document: Any) -> dict[str, Any]:
    found: dict[str, Any] = document["institutions"][0]["rooms"][0]["cameras"][0]
    return found


def test_no_secret_is_shown_and_everything_else_is() -> None:
    shown = hidden_text(TEXT, NAME)
    assert "pass" not in shown.replace("password", "")
    assert "robotkey" not in shown
    assert "rtsp://viewer:********@10.0.0.9:554/1?channel=2" in shown
    assert "${NVR}" in shown
    assert "wecombot://${KEY}/" in shown
    assert hidden_text(shown, NAME) == shown
    assert "pass" not in str(hidden_value(value())).replace("password", "")


def test_every_secret_of_the_schema_is_known() -> None:
    found = {spot.location[-1] for spot in spots(value())}
    assert found == {"database_url", "client_secret", "password", "url", "substream"}


def test_a_hidden_secret_stays_what_it_is() -> None:
    back, missing = restored(value(hidden_text(TEXT, NAME)), value())
    assert not missing
    assert same(back, value())


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("rtsp://viewer:********@10.0.0.9:554/2", "rtsp://viewer:campass@10.0.0.9:554/2"),
        ("rtsp://viewer:********@10.0.0.66:554/1?channel=2", None),
        ("rtsp://viewer:********@10.0.0.9:555/1?channel=2", None),
        ("rtsp://root:********@10.0.0.9:554/1?channel=2", None),
        ("rtsp://viewer:********@10.0.0.9:554@10.6.6.6/1", None),
        ("rtsp://viewer:new@10.0.0.66/1", "rtsp://viewer:new@10.0.0.66/1"),
    ],
)
def test_a_password_is_never_sent_to_another_machine(written: str, kept: str | None) -> None:
    document = value()
    camera(document)["url"] = written
    back, missing = restored(document, value())
    assert bool(missing) is (kept is None)
    assert camera(back)["url"] == (kept or written)


def test_the_difference_tells_that_a_password_changed_but_not_to_what() -> None:
    lines = difference(TEXT, TEXT.replace("campass", "freshly"), NAME)
    text = as_text(lines)
    assert "-            url: rtsp://viewer:********@" in text
    assert "+            url: rtsp://viewer:********(*)@" in text
    assert "freshly" not in text
    assert "campass" not in text
    assert [(line.before, line.after) for line in lines if line.mark in "+-"] == [
        (16, None),
        (None, 16),
    ]
    assert difference(TEXT, TEXT, NAME) == ()


@given(st.text(st.sampled_from("ab:/@?&=#%$ {}'\"\\"), max_size=24), st.sampled_from(["url", "x"]))
def test_whatever_a_url_looks_like_hiding_and_restoring_it_changes_nothing(
    url: str, key: str
) -> None:
    document = {
        "institutions": [{"id": "a", "rooms": [{"id": "r", "cameras": [{"id": "c", key: url}]}]}],
        "notify": {"channels": [{"id": "d", "url": url}]},
    }
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=1000)
    document = value(text)
    back, missing = restored(hidden_value(document), document)
    assert not missing
    assert same(back, document)
