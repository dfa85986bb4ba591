from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.errors import InputError
from monitor.streams.url import file_url, parse_url, redact

PASSWORDS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=6, max_size=24)


def test_network_url_is_taken_apart() -> None:
    url = parse_url("rtsp://admin:s%40cret@10.0.0.8:8554/cam/realmonitor?channel=1&subtype=0")
    assert (url.host, url.port, url.path) == ("10.0.0.8", 8554, "/cam/realmonitor")
    assert (url.username, url.password) == ("admin", "s@cret")
    assert url.address == (
        "rtsp://admin:s%40cret@10.0.0.8:8554/cam/realmonitor?channel=1&subtype=0"
    )


def test_unescaped_special_characters_in_a_password_are_understood() -> None:
    url = parse_url("rtsp://admin:a/b?c#d@e@10.0.0.8/live")
    assert (url.password, url.host, url.path) == ("a/b?c#d@e", "10.0.0.8", "/live")
    assert url.address == "rtsp://admin:a%2Fb%3Fc%23d%40e@10.0.0.8:554/live"


def test_ipv6_host_keeps_its_brackets() -> None:
    assert parse_url("rtsp://[fe80::1]/live").address == "rtsp://[fe80::1]:554/live"


@pytest.mark.parametrize(
    ("text", "path", "options"),
    [
        ("file:/v/a.mp4", "/v/a.mp4", {}),
        ("file:///v/a%20b.mp4?loop=1", "/v/a b.mp4", {"loop": "1"}),
        ("file:a.mp4?loop=0&start=12.5", "/base/a.mp4", {"loop": "0", "start": "12.5"}),
    ],
)
def test_file_urls(text: str, path: str, options: dict[str, str]) -> None:
    url = parse_url(text, Path("/base"))
    assert (url.address, url.options) == (path, options)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10.0.0.8/live",
        "rtsp:///live",
        "rtsp://host:99999/live",
        "rtsp://ho st/live",
        "rtsp://host/a\nb",
        "rtsp://host/live?tcp",
        "rtsp://host/live?filter_src=1",
        "rtsp://-o/live",
        "rtsp://host/live#x",
        "file:",
        "file://server/share.mp4",
        "file:a.mp4?loop=yes",
        "file:a.mp4?start=-1",
        "file:a.mp4?protocol_whitelist=all",
        "file:a%00.mp4",
    ],
)
def test_hostile_urls_are_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_url(text)
    assert caught.value.hint


def test_refusal_shows_no_password() -> None:
    for text in ("admin:hunter22@10.0.0.8/live", "rtsp://admin:hunter22@host:99999/x"):
        with pytest.raises(InputError) as caught:
            parse_url(text)
        assert "hunter22" not in str(caught.value)


@given(password=PASSWORDS, escaped=st.booleans())
def test_a_url_never_shows_its_password(password: str, escaped: bool) -> None:
    written = quote(password, safe="") if escaped else password.replace("%", "")
    url = parse_url(f"rtsp://admin:{written}@10.0.0.8/live")
    assert written not in str(url)
    assert written not in repr(url)
    assert str(url) == "rtsp://***@10.0.0.8:554/live"


@given(
    password=PASSWORDS,
    before=st.sampled_from(["", "[Errno 111] Connection refused: '", 'Opening "', "tried "]),
    after=st.sampled_from(["", "'", '" for reading', " and gave up"]),
)
def test_no_password_survives_in_texts_of_others(password: str, before: str, after: str) -> None:
    text = f"{before}rtsp://admin:{password}@10.0.0.8:554/live{after}"
    cleaned = redact(text)
    assert password not in cleaned.replace("***", "")
    assert "10.0.0.8" in cleaned
    assert redact(cleaned) == cleaned


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("open admin:pw@10.0.0.8 failed", "open ***@10.0.0.8 failed"),
        ("GET /x?user=a&password=b&n=1", "GET /x?user=***&password=***&n=1"),
        ('Authorization: Digest username="a", response="1"\r\nX: 1', "Authorization: ***\r\nX: 1"),
        ("nothing to hide at 12:30", "nothing to hide at 12:30"),
    ],
)
def test_redact(text: str, cleaned: str) -> None:
    assert redact(text) == cleaned


def test_known_secrets_are_hidden_wherever_they_stand() -> None:
    url = parse_url("rtsp://admin:p%40ss@host/x")
    assert redact("the word p@ss, or p%40ss", *url.secrets) == "the word ***, or ***"


def test_file_url_of_a_path() -> None:
    url = file_url(Path("/v/a.mp4"), loop=True, start=2.5)
    assert url.options == {"loop": "1", "start": "2.5"}
    assert str(url) == "file:/v/a.mp4"


def test_rtsp_by_udp_goes_out_as_rtsp() -> None:
    url = parse_url("rtsp+udp://admin:p%40ss@10.1.2.3/live")
    assert url.address == "rtsp://admin:p%40ss@10.1.2.3:554/live"
    assert str(url) == "rtsp+udp://***@10.1.2.3:554/live"
