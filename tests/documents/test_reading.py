from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.documents import parse_document, read_document
from monitor.domain.errors import ConfigError


def test_values_keep_their_lines() -> None:
    document = parse_document("a: 1\nb:\n  - c: 2\n    d: 3\n", "x.yaml")
    assert document.value == {"a": 1, "b": [{"c": 2, "d": 3}]}
    assert document.where(("b", 0, "d")) == "x.yaml:4: b[0].d"
    assert document.where(("b", 0, "missing")) == "x.yaml:3: b[0].missing"
    assert document.where(()) == "x.yaml:1"


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        ("a: [1, 2", "x.yaml:1", "not valid YAML"),
        ("a: 1\n b: 2", "x.yaml:2", "not valid YAML"),
        ("a: 1\na: 2", "x.yaml:2", "appears twice"),
        ("a: &x [*x]", "x.yaml:1", "refers to itself"),
        ("1: 2", "x.yaml:1", "is not text"),
        ("a: !!python/object/apply:os.system [ls]", "x.yaml:1", "is not allowed"),
        ("a: !!python/name:os.system", "x.yaml:1", "not valid YAML"),
        ("a:\n  b: 2026-02-30", "x.yaml:2", "2026-02-30"),
        ("a: \x00", "x.yaml", "not valid YAML"),
        ("[" * 60 + "]" * 60, "x.yaml:1", "nested too deeply"),
    ],
)
def test_bad_text_is_explained_with_its_line(text: str, where: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_document(text, "x.yaml")
    assert caught.value.where.startswith(where)
    assert message in caught.value.message
    assert caught.value.hint


@given(st.text(max_size=200))
def test_any_text_gives_a_value_or_a_config_error(text: str) -> None:
    with contextlib.suppress(ConfigError):
        parse_document(text, "x.yaml")


def test_a_missing_file_a_folder_and_bytes_that_are_not_text(tmp_path: Path) -> None:
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00\x01")
    for path, message in (
        (tmp_path / "none.yaml", "no such file"),
        (tmp_path, "cannot be read"),
        (binary, "not UTF-8"),
    ):
        with pytest.raises(ConfigError, match=message):
            read_document(path)
