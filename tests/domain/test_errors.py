"""What went wrong is told in both languages, wherever it is raised."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import monitor
from monitor.domain.errors import ConfigError, InputError, KanhuError
from monitor.domain.system_words import system_words
from monitor.domain.text import LANGUAGES, Text, in_brackets

PACKAGE = Path(monitor.__file__).parent
CHARACTERS = re.compile(r"[\u4e00-\u9fff]")
WORD = re.compile(r"[A-Za-z]{2}")
BILINGUAL = (
    "alerts",
    "cli",
    "documents",
    "domain",
    "inspections",
    "registers",
    "runtime",
    "settings",
    "store",
    "streams",
    "web",
)
"""Packages whose errors are all told in both languages."""
FOR_PROGRAMMERS = {"LookupError", "OSError", "RuntimeError", "TypeError", "ValueError"}
FOR_LOGS = {"ConnectionError", "DamagedError", "RtpError", "SipError", "XmlError"}
"""What is wrong with a device's messages or with a file's bytes: nobody is shown it."""
ENGLISH_PARTS = {"error.message", "error.hint"}
"""What of an error is English: one that is told on takes ``text`` and ``advice``."""
READERS = ("documents", "settings", "registers/schema.py", "registers/days.py")
"""Where values of files are read: what is wrong with them is for people."""


def modules(names: tuple[str, ...]) -> Iterator[Path]:
    for name in names:
        path = PACKAGE / name
        yield from (path,) if path.is_file() else sorted(path.rglob("*.py"))


def calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node


def name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def only_english(call: ast.Call) -> bool:
    given = [*call.args[:1], *(word.value for word in call.keywords if word.arg == "hint")]
    return any(
        isinstance(item, ast.Constant | ast.JoinedStr) or ast.unparse(item) in ENGLISH_PARTS
        for item in given
    )


def test_no_error_is_told_in_one_language_only() -> None:
    found = [
        f"{path.relative_to(PACKAGE)}:{call.lineno}"
        for path in modules(BILINGUAL)
        for call in calls(path)
        if name_of(call).endswith("Error")
        and name_of(call) not in FOR_PROGRAMMERS | FOR_LOGS
        and only_english(call)
        and "migrations" not in path.parts
    ]
    assert found == []


def test_values_of_files_are_refused_in_both_languages() -> None:
    found = [
        f"{path.relative_to(PACKAGE)}:{call.lineno}"
        for path in modules(READERS)
        for call in calls(path)
        if name_of(call) == "ValueError"
    ]
    assert found == []


def test_both_languages_of_a_text_are_what_they_should_be() -> None:
    """A Chinese half without Chinese is one that somebody forgot; so is the other way round."""
    wrong = []
    for path in modules(BILINGUAL):
        for call in calls(path):
            given = dict(zip(LANGUAGES, call.args, strict=False))
            given |= {word.arg: word.value for word in call.keywords if word.arg in LANGUAGES}
            if name_of(call) != "Text" or len(given) != len(LANGUAGES):
                continue
            zh, en = _written(given["zh"]), _written(given["en"])
            if zh is None or en is None or zh == en:
                continue
            forgotten = WORD.search(zh) and not CHARACTERS.search(zh)
            if forgotten or CHARACTERS.search(en):
                wrong.append(f"{path.relative_to(PACKAGE)}:{call.lineno}: {zh} / {en}")
    assert wrong == []


def _written(node: ast.expr) -> str | None:
    """Return the fixed parts of a text, or ``None`` if it has none that say anything."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value or None
    if isinstance(node, ast.JoinedStr):
        parts = [str(p.value) for p in node.values if isinstance(p, ast.Constant)]
        words = "".join(parts)
        return words if re.search(r"\w", words) else None
    return None


def test_an_error_is_told_in_the_language_that_is_asked_for() -> None:
    error = ConfigError(
        Text("没有这个文件", "no such file"),
        where="a.yaml",
        hint=Text("检查路径", "check the path"),
    )
    assert str(error) == "a.yaml: no such file\n  → check the path"
    assert error.says("zh") == "a.yaml：没有这个文件\n  → 检查路径"
    assert error.brief() == Text("没有这个文件（检查路径）", "no such file (check the path)")
    assert (error.message, error.hint) == ("no such file", "check the path")


def test_plain_words_stand_for_both_languages() -> None:
    error = InputError("no")
    assert error.says("zh") == error.says("en") == "no"
    assert error.brief() == error.text == Text("no", "no")


@pytest.mark.parametrize("number", [0, 2, 13, 28, 98, 12345])
def test_the_system_is_quoted_in_both_languages(number: int) -> None:
    words = system_words(OSError(number, "Some Reason"))
    assert CHARACTERS.search(words.zh)
    assert words.en == words.en.lower()


def test_a_text_is_kept_in_one_column() -> None:
    text = Text("“是”", "'yes'\n")
    assert Text.read_back(text.kept()) == text
    assert Text.read_back("plain") == Text("plain", "plain")
    assert Text.read_back('{"zh": 1}') == Text('{"zh": 1}', '{"zh": 1}')
    long = Text("是" * 300, "y" * 300)
    assert len(long.kept()) < 500
    assert in_brackets(text, Text("", "")) == text


def test_every_kind_of_error_takes_both_languages() -> None:
    for kind in KanhuError.__subclasses__():
        if kind.__module__ == KanhuError.__module__:
            assert kind(Text("坏", "bad")).says("zh") == "坏"
