"""The command line speaks the language of the terminal, or the one that is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.cli.language import VARIABLE, language_of_the_terminal
from monitor.domain.text import Language
from tests.cli.conftest import Run

ENGLISH = "no such file"
CHINESE = "没有这个文件"


def asked(monitor: Run, *arguments: str) -> str:
    outcome = monitor(*arguments, "check", "-c", "/no/such.yaml")
    assert outcome.code == 2
    return outcome.err


def test_the_option_counts_before_the_variable_and_that_before_the_locale(
    monitor: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert ENGLISH in asked(monitor)  # the variable says English
    assert CHINESE in asked(monitor, "--language", "zh")
    monkeypatch.setenv(VARIABLE, "zh")
    assert CHINESE in asked(monitor)
    assert ENGLISH in asked(monitor, "--language", "en")
    monkeypatch.delenv(VARIABLE)
    assert CHINESE in asked(monitor)
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    assert ENGLISH in asked(monitor)


def test_another_language_is_refused(monitor: Run) -> None:
    outcome = monitor("--language", "fr", "check", "-c", "/no/such.yaml")
    assert outcome.code == 2
    assert "--language: the language is zh or en" in outcome.err


@pytest.mark.parametrize(
    ("names", "language"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_TW"}, "zh"),
    ],
)
def test_the_locale_is_read_as_other_programs_do(
    monkeypatch: pytest.MonkeyPatch, names: dict[str, str], language: Language
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in names.items():
        monkeypatch.setenv(name, value)
    assert language_of_the_terminal() == language


MISTAKEN = """\
version: 1
district: {id: d, name: 区, timezone: Mars/Olympus}
service: {port: 0, hots: x}
rules: {crowding: {after: soon}, nonsense: {}}
institutions:
  - {id: Sun, name: 阳光}
"""


def test_every_mistake_of_a_file_is_told_in_chinese(monitor: Run, tmp_path: Path) -> None:
    path = tmp_path / "district.yaml"
    path.write_text(MISTAKEN, "utf-8")
    outcome = monitor("--language", "zh", "check", "-c", path)
    assert outcome.code == 2
    for words in (
        f"{path} 有 4 处错误",
        ":2: district.timezone：“Mars/Olympus”不是 IANA 时区",
        ":3: service.port：应不小于 1",
        ":3: service.hots：没有“hots”这一项",
        ":6: institutions[0].id：“Sun”不能作编号",
        "→ 改正这个值",
    ):
        assert words in outcome.err, outcome.err
    path.write_text(MISTAKEN.replace(", timezone: Mars/Olympus", "").replace("Sun", "sun"), "utf-8")
    path.write_text(path.read_text("utf-8").replace("service: {port: 0, hots: x}\n", ""), "utf-8")
    outcome = monitor("--language", "zh", "check", "-c", path)
    assert "规则“crowding”的 after：“soon”不是时长" in outcome.err
    assert "没有规则“nonsense”" in outcome.err
