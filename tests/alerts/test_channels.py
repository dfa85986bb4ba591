from __future__ import annotations

import base64
import logging
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from monitor.alerts.channels import (
    Attachment,
    ChannelSpec,
    DeliveryError,
    Message,
    open_channel,
)
from monitor.domain.errors import ConfigError

PICTURE = Attachment("1.jpg", "image/jpeg", b"\xff\xd8picture")


def test_a_message_arrives_with_its_picture(receiver: Any) -> None:
    channel = open_channel(ChannelSpec("duty", receiver.url, cleared=True))
    channel.send(Message("标题", "一行\n两行", PICTURE))
    (message,) = receiver.received
    assert (message["title"], message["message"]) == ("标题", "一行\n两行")
    (attachment,) = message["attachments"]
    assert attachment["filename"] == "1.jpg"
    assert base64.b64decode(attachment["base64"]) == PICTURE.content


def test_a_mail_arrives_with_its_picture(mail_server: tuple[int, list[EmailMessage]]) -> None:
    port, mails = mail_server
    url = f"mailto://127.0.0.1:{port}?from=kanhu@example.org&to=duty@example.org"
    channel = open_channel(ChannelSpec("mail", url, cleared=True))
    assert channel.takes_files
    channel.send(Message("标题", "正文", PICTURE))
    (mail,) = mails
    assert mail["Subject"] == "标题"
    assert "duty@example.org" in mail["To"]
    (attachment,) = mail.iter_attachments()
    assert attachment.get_filename() == "1.jpg"
    assert attachment.get_content() == PICTURE.content


def test_a_mail_says_line_by_line_what_was_written(
    mail_server: tuple[int, list[EmailMessage]],
) -> None:
    port, mails = mail_server
    url = f"mailto://127.0.0.1:{port}?from=kanhu@example.org&to=duty@example.org"
    written = "小班 <东> & 西：2 名儿童\n开始于 18:48:17\nhttp://127.0.0.1/alerts/2"
    open_channel(ChannelSpec("mail", url)).send(Message("标题", written))
    (mail,) = mails
    assert [part.get_content_type() for part in mail.walk()] == ["text/plain"]
    assert mail.get_content().strip().splitlines() == written.splitlines()


@pytest.mark.parametrize("status", [400, 401, 500, 503])
def test_a_refusal_is_an_error_without_secrets(
    receiver: Any, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.status = status
    caplog.set_level(logging.DEBUG)
    channel = open_channel(ChannelSpec("duty", receiver.url))
    with pytest.raises(DeliveryError, match=str(status)) as caught:
        channel.send(Message("t", "b"))
    assert "SECRET" not in str(caught.value)
    assert "SECRET" not in caplog.text


def test_nobody_there_is_an_error_without_secrets(caplog: pytest.LogCaptureFixture) -> None:
    url = "json://user:PASSWORD@127.0.0.1:1/SECRET-TOKEN?x=ALSO%2Dsecret"
    caplog.set_level(logging.DEBUG)
    channel = open_channel(ChannelSpec("duty", url))
    with pytest.raises(DeliveryError) as caught:
        channel.send(Message("t", "b"))
    for told in (str(caught.value), caplog.text, channel.describe(), repr(ChannelSpec("d", url))):
        assert "PASSWORD" not in told
    assert "SECRET" not in str(caught.value) + caplog.text


def test_a_service_that_takes_no_files_gets_the_words(receiver: Any) -> None:
    channel = open_channel(ChannelSpec("team", "wecombot://BOTKEY-0123456789"))
    assert not channel.takes_files
    assert "BOTKEY" not in channel.describe()


@pytest.mark.parametrize("url", ["", "nonsense", "nonsense://x/SECRET", "json://"])
def test_an_address_nobody_understands(url: str) -> None:
    with pytest.raises(ConfigError, match="not understood") as caught:
        open_channel(ChannelSpec("duty", url))
    assert "SECRET" not in str(caught.value)
    assert "duty" in caught.value.where


def test_a_package_can_bring_its_own_channel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pager_channel.py").write_text(
        "class Pager:\n"
        "    takes_files = False\n"
        "    def __init__(self, spec): self.spec = spec\n"
        "    def send(self, message): pass\n"
        "    def describe(self): return 'pager'\n"
    )
    (tmp_path / "pager-1.0.dist-info").mkdir()
    (tmp_path / "pager-1.0.dist-info" / "METADATA").write_text("Name: pager\nVersion: 1.0\n")
    (tmp_path / "pager-1.0.dist-info" / "entry_points.txt").write_text(
        "[kanhu.channels]\npager = pager_channel:Pager\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert open_channel(ChannelSpec("duty", "pager://123")).describe() == "pager"
